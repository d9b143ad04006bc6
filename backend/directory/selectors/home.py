"""What an attendee can do now: the next meeting, requests to answer, three suggestions and one gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from backend.assistants.selectors import PrincipalRow, asking_principals
from backend.booking.models.meetings import Meeting
from backend.booking.selectors.acting import principals_for
from backend.booking.selectors.availability import availability_for
from backend.booking.selectors.meetings import MeetingRow, confirmed_meetings_for, own_rows, requests_to_answer
from backend.booking.selectors.open_contacts import open_contacts_for
from backend.directory.rules import Gap, first_gap
from backend.directory.selectors.people import ContactOptions, next_times_with, wished_by, without_open_time
from backend.events.models.attendees import Attendee
from backend.events.models.roles import CountryContact
from backend.events.rules.states import is_over
from backend.events.selectors import country_contacts_of, delegation_of, name_to_call, profile_for
from backend.groups.selectors.delegation_sessions import own_delegation_sessions
from backend.groups.selectors.office_hours import OfficeHourRow, office_hours_for
from backend.safeguarding.rules import why_not_open
from backend.safeguarding.selectors.consents import own_consent_until
from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.selectors.lists import SuggestionCard, bookable_first, suggestions_for

FRESH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The attendee's own part in the event, now.

    `office_hours` are those to come, the next first. `minutes_to_go` is None without a next meeting, and 0
    while it is going on. `suggestions` are the best on the attendee's list whom they have neither saved nor
    asked, whom they can meet first; `options`: what is possible with them. `principals`: people they act for,
    and who is `asking` them to. `wished_by` would like to meet the attendee, who has no open time. `absent`
    says why others do not see the attendee, empty where they do.
    """

    next_meeting: MeetingRow | None
    office_hours: tuple[OfficeHourRow, ...]
    minutes_to_go: int | None
    meetings_to_come: int
    to_answer: tuple[MeetingRow, ...]
    options: ContactOptions
    suggestions: tuple[SuggestionCard, ...]
    suggested: int
    principals: tuple[PrincipalRow, ...]
    asking: tuple[PrincipalRow, ...]
    wished_by: tuple[PublicProfile, ...]
    open_times: int
    gap: Gap
    absent: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class MinorHome:
    """A minor's own page: what is stored of them, and whom to ring.

    `consent_until`: the last day on which a guardian's consent holds; None without one. `asked`: how many
    sessions with a delegation wait for their answer, of the `sessions` on their page.
    """

    name: str
    delegation: str
    consent_until: dt.date | None
    contacts: tuple[CountryContact, ...]
    sessions: int
    asked: int


def minor_home_for(attendee: Attendee, now: dt.datetime) -> MinorHome:
    """A minor's own page."""
    sessions = own_delegation_sessions(attendee, now)
    return MinorHome(
        name=name_to_call(attendee),
        delegation=delegation_of(attendee),
        consent_until=own_consent_until(attendee, now),
        contacts=tuple(country_contacts_of(attendee.event_id)),
        sessions=len(sessions),
        asked=sum(row.state == "asked" for row in sessions),
    )


def home_for(attendee: Attendee, now: dt.datetime) -> Home:
    """The attendee's home in a constant number of queries; its numbers are those of the pages it links to."""
    rows = own_rows(attendee, now)
    to_come = meetings_to_come(attendee, now, rows)
    following = to_come[0] if to_come else None
    found = suggestions_for(attendee=attendee, now=now)
    underway = open_contacts_for(attendee, now)
    fresh = [card for card in found.cards if not card.saved and card.other.attendee_id not in underway]
    next_times = next_times_with(attendee, [card.other for card in fresh], now)
    shown = bookable_first(fresh, next_times)[:FRESH]
    others = [card.other.attendee_id for card in shown if card.other.attendee_id not in next_times]
    without_time = without_open_time(viewer=attendee, ids=others, now=now)
    cells = [cell for day in availability_for(attendee, now) for cell in day.cells if not cell.is_past]
    topics = [topic for theme in profile_for(attendee).themes for topic in theme.topics]
    absent = why_not_open(attendee)
    has_time = any(cell.is_open for cell in cells)
    return Home(
        next_meeting=following,
        office_hours=tuple(
            row for row in office_hours_for(attendee, now) if row.state == Meeting.State.ACCEPTED and row.ends_at > now
        ),
        minutes_to_go=minutes_to_go(following, now),
        meetings_to_come=len(to_come),
        to_answer=requests_to_answer(attendee, now, rows),
        options=ContactOptions(underway, next_times, without_time, saved=()),
        suggestions=shown,
        suggested=found.total,
        principals=principals_for(attendee, now),
        asking=asking_principals(attendee, now),
        wished_by=() if has_time else wished_by(attendee, now),
        open_times=sum(cell.can_be_asked for cell in cells),
        gap=first_gap(
            attendee,
            is_hidden=absent == "hidden",
            has_time=not cells or has_time,
            seeks_topic=any(topic.seeks for topic in topics),
            offers_topic=any(topic.offers for topic in topics),
        ),
        absent=absent,
        is_over=is_over(attendee.event, now),
    )


def meetings_to_come(
    attendee: Attendee, now: dt.datetime, rows: Mapping[int, MeetingRow] | None = None
) -> list[MeetingRow]:
    """The attendee's agreed meetings that are not over, the next first.

    `rows`: what `own_rows` gives, where it was read already.
    """
    confirmed = confirmed_meetings_for(attendee, now, rows)
    return [row for row in confirmed if row.state == Meeting.State.ACCEPTED and row.ends_at and row.ends_at > now]


def minutes_to_go(row: MeetingRow | None, now: dt.datetime) -> int | None:
    """Whole minutes until the meeting, 0 once it has begun; None without one."""
    if row is None or row.starts_at is None:
        return None
    return max(0, int((row.starts_at - now).total_seconds() // 60))
