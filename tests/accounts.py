"""Sign-in mails in tests that run without a worker."""

from __future__ import annotations

from django.utils import timezone

from backend.people.models import AccountMail
from backend.people.services import send_account_mail


def send_account_mails() -> None:
    """Send the sign-in mails that wait, oldest first, as the worker would."""
    for mail_id in AccountMail.objects.order_by("pk").values_list("pk", flat=True):
        send_account_mail(mail_id=mail_id, now=timezone.now())
