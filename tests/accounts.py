"""Sign-in mails in tests that run without a worker."""

from __future__ import annotations

import re

from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from backend.people.models import AccountMail
from backend.people.services import send_account_mail


def send_account_mails() -> None:
    """Send the sign-in mails that wait, oldest first, as the worker would."""
    for mail_id in AccountMail.objects.order_by("pk").values_list("pk", flat=True):
        send_account_mail(mail_id=mail_id, now=timezone.now())


def mailed_code() -> str:
    """The code of the newest mail of those that wait."""
    send_account_mails()
    found = re.search(r"code[^:]*: (\S+)", str(mail.outbox[-1].subject))
    assert found is not None
    return found[1]


def sign_in_by_code(page: Page, door: str, address: str) -> None:
    """Ask for a code, read the mail, type it."""
    page.goto(f"{door}/accounts/login/code/")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    field = page.get_by_label("Code")
    expect(field).to_be_visible()
    field.fill(mailed_code())
    page.get_by_role("button", name="Sign in", exact=True).click()
