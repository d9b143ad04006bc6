"""Mails about two entries of one person: the question to both addresses, and that it is done."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy

from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.merges import Merge
from backend.people.models import Person
from backend.people.rules import in_language_of

SEND_MERGE_MAIL = "privacy.send_merge_mail"
ASKED, DONE = "asked", "done"


def tell_of_merge(merge: Merge, change: str, people: Iterable[Person]) -> None:
    """Queue a mail to each of these accounts, in the transaction of the change."""
    for person in people:
        enqueue(
            SEND_MERGE_MAIL,
            lock=f"mail:person:{person.pk}",
            queue=MAIL,
            merge_id=merge.pk,
            change=change,
            person_id=person.pk,
        )


def send_merge_mail(*, merge_id: int, change: str, person_id: int) -> None:
    """Mail one address; nothing where the account is closed. It says nothing of the other entry.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    merge = Merge.objects.select_related("event").filter(pk=merge_id).first()
    reader = Person.objects.filter(pk=person_id, is_active=True).first()
    if merge is None or reader is None:
        return
    host = settings.TITIAN_ADDRESS.rstrip("/")
    subjects = {
        ASKED: gettext_lazy("Are you on the list of %(event)s twice?"),
        DONE: gettext_lazy("You are on the list of %(event)s once now"),
    }
    with in_language_of(reader, merge.event):
        context = {
            "event": merge.event.name,
            "address": f"{host}/e/{merge.event.slug}/twice/",
            "is_kept": reader.attendances.filter(event=merge.event).exists(),
        }
        mail = automatic_mail(
            to=reader.email,
            subject=str(subjects[change]) % {"event": merge.event.name},
            body=render_to_string(f"privacy/mail/merge_{change}.txt", context),
        )
    result = send_mail_now(mail, event=merge.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)
