"""Follow-ups: note what was agreed and by when, be reminded once, say whether it was kept."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import check_has_met
from backend.booking.services.locks import lock_own_meeting
from backend.booking.services.notices import notify
from backend.core.errors import NotFound, Refused
from backend.core.isolation import for_each
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.people.models import Person

AGREED_LIMIT = 300
LATEST = dt.timedelta(days=366)  # from today: later than that nobody keeps a calendar
OVERDUE = dt.timedelta(days=7)  # a worker that was away for longer reminds nobody of what is long past


@in_transaction
def note_follow_up(
    *, attendee: Attendee, meeting_id: int, agreed: str, due_on: dt.date | None, by: Person, now: dt.datetime
) -> FollowUp | None:
    """Store what was agreed, in one line, and by when to follow it up; with neither the note goes.

    The attendee alone reads it. Another day takes back whether it was kept. Refuses NotYours,
    NotInThisState, NotFound, AlreadyAnswered (no agreed meeting), TooEarly, TextTooLong and `bad_follow_up`.
    """
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    return store_follow_up(meeting, attendee, agreed=agreed, due_on=due_on, now=now)


def store_follow_up(
    meeting: Meeting, attendee: Attendee, *, agreed: str, due_on: dt.date | None, now: dt.datetime
) -> FollowUp | None:
    """The note on a locked meeting of the attendee’s; with the refusals of `note_follow_up` about it."""
    check_has_met(meeting, now)
    agreed = one_line(clean_text(agreed))
    if len(agreed) > AGREED_LIMIT:
        raise TextTooLong(_("Please keep it under %(limit)d characters.") % {"limit": AGREED_LIMIT}, field="agreed")
    before = FollowUp.objects.filter(meeting=meeting, attendee=attendee).first()
    is_new_day = due_on is not None and (before is None or before.due_on != due_on)
    today = now.astimezone(attendee.event.zone).date()
    if is_new_day and due_on is not None and not today <= due_on <= today + LATEST:
        raise Refused(
            "bad_follow_up", _("Choose a day from today on, at most a year away."), field="due_on", status=400
        )
    if not agreed and due_on is None:
        FollowUp.objects.filter(meeting=meeting, attendee=attendee).delete()
        return None
    values = {"agreed": agreed, "due_on": due_on, "noted_at": now}
    if before is not None and before.due_on != due_on:
        values |= {"kept": None, "answered_at": None}
    found, _is_new = FollowUp.objects.update_or_create(meeting=meeting, attendee=attendee, defaults=values)
    return found


@in_transaction
def answer_follow_up(*, attendee: Attendee, meeting_id: int, kept: bool, by: Person, now: dt.datetime) -> FollowUp:
    """Store whether the follow-up was kept. Refuses NotYours, NotInThisState and NotFound."""
    meeting = lock_own_meeting(attendee, meeting_id, by, now)
    return store_kept(meeting, attendee, kept=kept, now=now)


def store_kept(meeting: Meeting, attendee: Attendee, *, kept: bool, now: dt.datetime) -> FollowUp:
    """Whether it was kept, of a locked meeting of the attendee’s; refuses NotFound without a day."""
    found = FollowUp.objects.filter(meeting=meeting, attendee=attendee, due_on__isnull=False).first()
    if found is None:
        raise NotFound(_("You noted no day for a follow-up of this meeting. Note one first."))
    if found.kept != kept:
        found.kept, found.answered_at = kept, now
        found.save(update_fields=["kept", "answered_at"])
    return found


def remind_follow_ups(*, now: dt.datetime) -> int:
    """Remind of the follow-ups whose day has come in their event's zone, each once; gives their number.

    For a job that runs often; each is a transaction of its own. People whom the contact policy has parted
    since, or who closed their account, get no mail: that is asked when it is sent.
    """
    reminded = Notice.objects.filter(
        meeting=OuterRef("meeting"), attendee=OuterRef("attendee"), kind=Notice.Kind.FOLLOW_UP
    )
    last = now.date() + dt.timedelta(days=1)  # the furthest zone's today
    waiting = FollowUp.objects.filter(~Exists(reminded), kept=None, due_on__range=(last - OVERDUE, last))
    here = waiting.filter(attendee__left_at=None).select_related("meeting", "attendee__event")
    due = [one for one in here if one.due_on and one.due_on <= now.astimezone(one.attendee.event.zone).date()]

    @in_transaction
    def remind(one: FollowUp) -> None:
        notify(one.meeting, Notice.Kind.FOLLOW_UP, to=[one.attendee_id], now=now)

    return len(for_each("outcomes.remind_follow_ups", due, remind))
