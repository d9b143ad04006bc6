"""The mails about meetings as a made-up reader has them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import OF_AN_OPEN_REQUEST
from backend.booking.selectors.availability import SlotChoice
from backend.booking.selectors.meetings import CounterOfferRow, MeetingRow, QuestionRow
from backend.booking.selectors.places import Place
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.groups.selectors.open_roundtables import ProposedRoundtable
from backend.groups.selectors.rounds import TableRow
from backend.mails.selectors import Letterhead
from backend.notifications.services.kinds import KINDS, words_of, words_of_office_hour
from backend.notifications.services.notice_mails import render_mail
from backend.notifications.services.table_words import words_of_declined, words_of_table
from backend.safeguarding.selectors.public_profiles import PublicProfile

HALF_HOUR = dt.timedelta(minutes=30)
Kind = Notice.Kind
OFFICE_KINDS = (Kind.OFFICE_HOUR, Kind.OFFICE_LEFT)
OPEN_KINDS = (*OF_AN_OPEN_REQUEST, Kind.COUNTERED, Kind.COUNTER_REFUSED)


def example_mail(kind: str, reader: Attendee, other: PublicProfile, head: Letterhead, now: dt.datetime) -> EmailMessage:
    """The mail of a notice of this kind, about a made-up meeting with `other`; its links lead nowhere."""
    if kind in OFFICE_KINDS:
        content = words_of_office_hour(Kind(kind), _example_office_hour(kind, reader, other, now), reader)
    elif kind in (Kind.ROUNDS_PROPOSED, Kind.ROUNDTABLE_OPEN):
        content = words_of_table(Kind(kind), {}, _example_table(reader, other, now), reader)
    elif kind == Kind.ROUNDTABLE_DECLINED:
        content = words_of_declined(_example_proposal(reader), reader)
    else:
        content = words_of(Kind(kind), {}, _example_meeting(kind, reader, other, now), reader)
    nowhere = f"{settings.TITIAN_ADDRESS.rstrip('/')}/answer/{_('a-link-of-their-own')}/"
    links = tuple(replace(link, address=nowhere) for link in content.links)
    return render_mail([replace(content, links=links)], reader, head)


def _example_office_hour(kind: str, reader: Attendee, other: PublicProfile, now: dt.datetime) -> OfficeHourRow:
    """One that `other` hosts, or the reader where a guest of theirs left."""
    starts_at = dt.datetime.combine(reader.event.starts_on, dt.time(10), reader.event.zone)
    return OfficeHourRow(
        meeting_id=0,
        uid=uuid.UUID(int=0),
        sequence=0,
        state=Meeting.State.ACCEPTED,
        host=None if kind == Kind.OFFICE_LEFT else other,
        guests=(other,) if kind == Kind.OFFICE_LEFT else (),
        about=_("Reports that reach the police in time"),
        theme_name="",
        is_online=False,
        starts_at=starts_at,
        ends_at=starts_at + HALF_HOUR,
        place=Place(_("Table 1"), reader.event.venue, step_free=True, is_online=False),
        places_left=5,
        reason="",
        i_am_here=False,
        here=(),
        changed_at=now,
        actions=(),
    )


def _example_table(reader: Attendee, other: PublicProfile, now: dt.datetime) -> TableRow:
    starts_at = dt.datetime.combine(reader.event.starts_on, dt.time(10), reader.event.zone)
    return TableRow(
        meeting_id=0,
        rounds_id=0,
        uid=uuid.UUID(int=0),
        sequence=0,
        kind="rounds",
        is_open=False,
        title=_("Everybody meets everybody"),
        topic="",
        topic_name="",
        host_id=0,
        number=1,
        state=Meeting.State.PROPOSED.value,
        members=(other,),
        starts_at=starts_at,
        ends_at=starts_at + HALF_HOUR,
        place=Place(_("Table 1"), reader.event.venue, step_free=True, is_online=False, link=""),
        answer_by=now + dt.timedelta(days=3),
        reason="",
        i_am_here=False,
        here=(),
        my_word="",
        my_usefulness=None,
        follow_up=None,
        changed_at=now,
        actions=("accept", "leave"),
    )


def _example_proposal(reader: Attendee) -> ProposedRoundtable:
    starts_at = dt.datetime.combine(reader.event.starts_on, dt.time(10), reader.event.zone)
    return ProposedRoundtable(
        rounds_id=0,
        about=_("Reports that reach the police in time"),
        topic_name="",
        starts_at=starts_at,
        ends_at=starts_at + HALF_HOUR,
        seats=8,
        state=Rounds.State.DECLINED,
        reason=_("I am in a session then."),
        topic="",
        slot_id=0,
        version=1,
    )


def _example_meeting(kind: str, reader: Attendee, other: PublicProfile, now: dt.datetime) -> MeetingRow:
    """A meeting in the state in which a notice of this kind is sent, on the first morning of the event."""
    event = reader.event
    starts_at = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    times = tuple(
        SlotChoice(number, starts_at + number * HALF_HOUR, starts_at + (number + 1) * HALF_HOUR) for number in range(2)
    )
    return MeetingRow(
        meeting_id=0,
        uid=uuid.UUID(int=0),
        sequence=0,
        state=Meeting.State.REQUESTED if kind in OPEN_KINDS else Meeting.State.ACCEPTED,
        asked_by_me=KINDS[Kind(kind)].is_asked_by_reader,
        by_organisers=kind == Kind.PROPOSED,
        other=other,
        message=_("I would like to hear how you work with schools.") if kind in OPEN_KINDS else "",
        theme="",
        theme_name="",
        any_time=False,
        is_online=False,
        needs_step_free=False,
        interpreter="",
        times=times if kind in OPEN_KINDS else (),
        counter_offer=CounterOfferRow(by_me=False, times=times) if kind == Kind.COUNTERED else None,
        question=QuestionRow(_("Is it about schools alone?"), _("About parents, too."))
        if kind in (Kind.QUESTION, Kind.REPLY)
        else None,
        starts_at=starts_at,
        ends_at=starts_at + HALF_HOUR,
        place=Place(_("Table 1"), event.venue, step_free=True, is_online=False),
        asked_at=now,
        changed_at=now,
        expires_at=now + dt.timedelta(days=3),
        reason=_("I am in a session then.") if kind in (Kind.DECLINED, Kind.CANCELLED) else "",
        ended_by_me=False,
        ended_by_organisers=False,
        my_answer="",
        i_am_here=False,
        other_is_here=False,
        is_table_freed=kind == Kind.TABLE_FREED,
        my_word="",
        my_usefulness=None,
        actions=(),
    )
