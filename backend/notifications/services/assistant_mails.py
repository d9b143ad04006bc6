"""Mails about assistants, written when they are sent."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.assistants.models import Assistant
from backend.assistants.rules import pairable_with
from backend.assistants.services.assistant_mails import Change, queue_assistant_mail
from backend.booking.selectors.acting import acting_for
from backend.core.smtp import MailDelayed, send_mail_now
from backend.events.models.attendees import Attendee
from backend.events.selectors import shown_name
from backend.mails.selectors import Letterhead, letterhead_for
from backend.mails.services import mail_to
from backend.people.models import mailbox_hashes
from backend.people.rules import in_language_of, quiet_hours_end

_SUBJECTS = {
    Change.ASKED: lambda: _("%(name)s asks you to act for them"),
    Change.ACCEPTED: lambda: _("%(name)s may act for you now"),
    Change.WAITING: lambda: _("%(name)s is asked to meet"),
    Change.ENDED_BY_PRINCIPAL: lambda: _("You do not act for %(name)s any more"),
    Change.ENDED_BY_ASSISTANT: lambda: _("%(name)s does not act for you any more"),
}


def send_assistant_mail(*, assistant_id: int, change: str, now: dt.datetime) -> None:
    """Send it; nothing where nobody has the address, the two may not pair, or it is no longer so.

    In the reader's quiet hours it is queued for their end. Raises MailDelayed where the server did not take
    it, unless another attempt is pointless.
    """
    row = Assistant.objects.select_related("principal").filter(pk=assistant_id).first()
    kind = Change(change)
    if row is None or not _is_still_true(row, kind):
        return
    if (reader := _reader_of(row, kind, now)) is None:
        return
    both = [row.principal_id, *filter(None, [row.attendee_id])]
    other = pairable_with(reader, now, [pk for pk in both if pk != reader.pk]).first()
    if other is None:
        return
    if (at := quiet_hours_end(reader.person, reader.event.zone, now)) is not None:
        queue_assistant_mail(row, kind, not_before=at)
        return
    waiting = len(acting_for(reader, other.pk, now).to_answer) if kind == Change.WAITING else 0
    if kind == Change.WAITING and not waiting:
        return
    with in_language_of(reader.person, reader.event):
        mail = assistant_mail(reader, letterhead_for(reader), kind, shown_name(other), waiting)
    result = send_mail_now(mail, event=reader.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def assistant_mail(reader: Attendee, head: Letterhead, change: Change, name: str, waiting: int = 0) -> EmailMessage:
    """The mail to this reader about the one of this name, for whom so many requests wait."""
    context = {
        "change": change.value,
        "name": name,
        "waiting": waiting,
        "event": reader.event.local_name,
        "address": f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{reader.event.slug}/assistants/",
        "head": head,
    }
    body = render_to_string("notifications/mail/assistant.txt", context)
    return mail_to(reader, head, subject=_SUBJECTS[change]() % {"name": name}, body=body)


def _is_still_true(row: Assistant, change: Change) -> bool:
    if change == Change.ASKED:
        return row.accepted_at is None and row.ended_at is None
    return (row.ended_at is None) == (change in (Change.ACCEPTED, Change.WAITING))


def _reader_of(row: Assistant, change: Change, now: dt.datetime) -> Attendee | None:
    """Whom the mail is for; of two who read one mailbox the first who could act."""
    people = Attendee.objects.select_related("event", "person").filter(event=row.event_id)
    if change == Change.ASKED:
        named = Q(person__address_hash=row.address_hash) | Q(person__older_hash=row.address_hash)
        ids = [one.pk for one in people.filter(named) if row.address_hash in mailbox_hashes(one.person.email)]
        return people.filter(pk__in=pairable_with(row.principal, now, ids)).order_by("pk").first()
    if change in (Change.WAITING, Change.ENDED_BY_PRINCIPAL):
        return people.filter(principals=row.pk).first()
    return people.filter(pk=row.principal_id).first()
