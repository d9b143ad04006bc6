"""Mails about sessions with a delegation: they name nobody, and say no cause."""

from __future__ import annotations

import enum
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.attendees import Attendee
from backend.events.rules.roles import leads_of
from backend.people.rules import in_language_of
from backend.safeguarding.models import DelegationSeat, DelegationSession

SEND_DELEGATION_MAIL = "groups.send_delegation_mail"
State = DelegationSession.State


class Change(enum.StrEnum):
    NEWS = "news"  # for leads: asked, or answered
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ENDED = "ended"


def mail_leads(session: DelegationSession) -> None:
    """Queue a mail to each lead that there is news; in the caller's transaction."""
    _queue(session, Change.NEWS, leads_of(session.event_id).order_by("pk").values_list("pk", flat=True))


def mail_seated(session: DelegationSession, change: Change, seats: QuerySet[DelegationSeat]) -> None:
    """Queue a mail to those in these seats; in the caller's transaction."""
    _queue(session, change, seats.order_by("attendee_id").values_list("attendee_id", flat=True))


def _queue(session: DelegationSession, change: Change, attendee_ids: QuerySet[Any, int]) -> None:
    for pk in attendee_ids:
        name = f"{SEND_DELEGATION_MAIL}:{session.pk}:{change}:{pk}"
        enqueue(
            SEND_DELEGATION_MAIL,
            lock=f"mail:{pk}",
            once=name,
            queue=MAIL,
            priority=URGENT,
            session_id=session.pk,
            attendee_id=pk,
            change=change.value,
        )


def send_delegation_mail(*, session_id: int, attendee_id: int, change: str) -> None:
    """Send it; nothing where something else has become true since, or the reader has no seat any more.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    session = DelegationSession.objects.select_related("event").filter(pk=session_id).first()
    reader = Attendee.objects.select_related("person").filter(pk=attendee_id, person__is_active=True).first()
    if session is None or reader is None or not _is_still_true(session, reader, Change(change)):
        return
    page = "delegation-sessions" if change == Change.NEWS else "my-delegation-sessions"
    with in_language_of(reader.person, session.event):
        context = {
            "change": change,
            "event": session.event.name,
            "address": f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{session.event.slug}/{page}/",
        }
        mail = automatic_mail(
            to=reader.person.email,
            subject=_SUBJECTS[Change(change)]() % {"event": session.event.name},
            body=render_to_string("groups/mail/delegation_session.txt", context),
        )
    result = send_mail_now(mail, event=session.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def _is_still_true(session: DelegationSession, reader: Attendee, change: Change) -> bool:
    if change == Change.NEWS:
        return leads_of(session.event_id).filter(pk=reader.pk).exists()
    state = {Change.PROPOSED: State.PROPOSED, Change.CONFIRMED: State.CONFIRMED, Change.ENDED: State.ENDED}
    answer = "" if change == Change.PROPOSED else DelegationSeat.Answer.YES
    return session.state == state[change] and session.seats.filter(attendee=reader, answer=answer).exists()


_SUBJECTS = {
    Change.NEWS: lambda: _("A session with young people waits for you: %(event)s"),
    Change.PROPOSED: lambda: _("You are asked to a session: %(event)s"),
    Change.CONFIRMED: lambda: _("The session takes place: %(event)s"),
    Change.ENDED: lambda: _("The session will not take place: %(event)s"),
}
