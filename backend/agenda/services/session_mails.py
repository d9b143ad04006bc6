"""Whoever has a session in their agenda is told once of what a new programme makes of it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.agenda.models import SessionMail
from backend.agenda.selectors.times import reader_words
from backend.agenda.services.imports import AgendaChanges
from backend.core.queue import MAIL, enqueue
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import Activity, is_allowed
from backend.mails.selectors import Letterhead, letterhead_for
from backend.mails.services import deliver_outside_quiet_hours, mail_to
from backend.people.rules import in_language_of

SEND_SESSION_MAIL = "agenda.send_session_mail"
TOLD = ("title", "room", "starts_at", "ends_at")  # a change of anything else is told nobody
State = SessionMail.State
Before = dict[str, str]


def queue_session_mails(event: Event, changes: AgendaChanges, removed: Sequence[Session], now: dt.datetime) -> None:
    """Queue one mail to everybody who has a session in their agenda that is about to change, or to go.

    They are locked, and the sessions are not written yet. Of what is over nothing is said.
    """
    told = {one.pk: _as_known(one) for one in removed if one.ends_at > now}
    for change in (*changes.moved, *changes.changed):
        session, data = change.session, change.data
        is_told = session and any(getattr(session, name) != getattr(data, name) for name in TOLD)
        if session and is_told and max(session.ends_at, data.ends_at) > now:
            told[session.pk] = _as_known(session)
    if not told or not is_allowed(event, Activity.TAKE_PART):
        return
    by_reader: dict[int, dict[str, Before]] = defaultdict(dict)
    parts = SessionPart.objects.filter(session__in=told, attendee__left_at=None).order_by("attendee_id")
    for attendee_id, session_id in parts.values_list("attendee_id", "session_id"):
        by_reader[attendee_id][str(session_id)] = told[session_id]
    _queue(by_reader, now)


def _as_known(session: Session) -> Before:
    moments = {name: getattr(session, name).isoformat() for name in ("starts_at", "ends_at")}
    return {"title": session.title, "room": session.room, **moments}


def _queue(by_reader: Mapping[int, dict[str, Before]], now: dt.datetime) -> None:
    """A mail to each of these attendees, or more in the one that waits; one that is being sent is another."""
    waiting = SessionMail.objects.filter(attendee__in=by_reader, state=State.QUEUED).order_by("pk")
    found = {one.attendee_id: one for one in waiting.select_for_update(skip_locked=True, no_key=True)}
    for mail in found.values():
        mail.before = by_reader[mail.attendee_id] | mail.before
    SessionMail.objects.bulk_update(found.values(), ["before"])
    new = [
        SessionMail(attendee_id=pk, before=before, created_at=now)
        for pk, before in by_reader.items()
        if pk not in found
    ]
    for mail in SessionMail.objects.bulk_create(new):
        _enqueue(mail)


def _enqueue(mail: SessionMail, not_before: dt.datetime | None = None) -> None:
    """Queue the job; one that waits holds back no other mail of that person."""
    waits = ":sessions" if not_before else ""
    lock = f"mail:{mail.attendee_id}{waits}"
    enqueue(SEND_SESSION_MAIL, lock=lock, queue=MAIL, not_before=not_before, mail_id=mail.pk)


def send_session_mail(*, mail_id: int, now: dt.datetime) -> None:
    """Send one mail about changed sessions, unless it was sent or nothing of it is left to say.

    In the reader's quiet hours it is queued for their end. Raises MailDelayed where it has to be tried again.
    """
    deliver_outside_quiet_hours(SessionMail.objects.all(), mail_id, wait=_enqueue, mail_for=_mail_for, now=now)


def _mail_for(mail: SessionMail) -> EmailMessage | None:
    """The mail as things stand now; None where everything is as its reader knew it, or they left."""
    reader = mail.attendee
    if not reader.person.is_active:
        return None
    with in_language_of(reader.person, reader.event):
        lines = list(_lines(mail.before, reader))
        return session_mail(reader, letterhead_for(reader), lines) if lines else None


def _lines(before: Mapping[str, Before], reader: Attendee) -> Iterator[str]:
    """What became of each session, in the order of the agenda they knew."""
    sessions = Session.objects.in_bulk([int(pk) for pk in before])
    mine = set(SessionPart.objects.filter(attendee=reader).values_list("session_id", flat=True))
    for pk, known in sorted(before.items(), key=lambda one: (one[1]["starts_at"], int(one[0]))):
        session = sessions.get(int(pk))
        starts_at, ends_at = (dt.datetime.fromisoformat(known[name]) for name in ("starts_at", "ends_at"))
        if session is None:
            yield cancelled_line(known["title"], starts_at, ends_at, reader)
        elif session.pk in mine and _as_known(session) != known:
            yield _now(session, known["title"], reader)


def _now(session: Session, title_before: str, reader: Attendee) -> str:
    when = " = ".join(reader_words(session.starts_at, session.ends_at, reader))
    title = _("“%(before)s”, now “%(title)s”") if title_before != session.title else "“%(title)s”"
    where = ", ".join(filter(None, [when, session.room]))
    return f"{title % {'before': title_before, 'title': session.title}}: {where}"


def cancelled_line(title: str, starts_at: dt.datetime, ends_at: dt.datetime, reader: Attendee) -> str:
    """That a session, which its reader knew by this title and time, does not take place."""
    when = " = ".join(reader_words(starts_at, ends_at, reader))
    return _("“%(title)s” does not take place (%(when)s).") % {"title": title, "when": when}


def session_mail(reader: Attendee, head: Letterhead, lines: Sequence[str]) -> EmailMessage:
    """The mail with what became of each session."""
    event = reader.event
    context = {
        "event": event.local_name,
        "lines": lines,
        "address": f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/agenda/",
        "head": head,
    }
    body = render_to_string("agenda/mail/sessions.txt", context)
    return mail_to(
        reader, head, subject=_("Changes in your agenda at %(event)s") % {"event": event.local_name}, body=body
    )
