"""Reads what a plan is made from: the event at this moment, and the scores of its suggested pairs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext as _

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.selectors.closures import closed_everywhere
from backend.core.period import Period
from backend.events.models.agenda import SessionPart, Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import IdPair, pair_of
from backend.events.selectors import ids_declaring_need, shown_name
from backend.groups.models import Rounds
from backend.groups.rules import KIND_WORDS
from backend.programme.models import Plan, PlannedMeeting
from backend.programme.rules.planning_data import BusyPeriod, FixedMeeting, PlannableAttendee, PlanningData
from backend.safeguarding.rules import matchable, refused_pairs
from backend.suggestions.models import Feedback, Run, Suggestion


def read_planning_data(event: Event, now: dt.datetime) -> PlanningData:
    """The event at this moment, in a constant number of queries; for organisers only."""
    rows = matchable(event).select_related("organisation__sector").order_by("pk")
    declaring = ids_declaring_need(Attendee.objects.filter(event=event))
    people = {row.pk: _attending(row, row.pk in declaring) for row in rows}
    tables = Table.objects.filter(event=event, is_online=False).order_by("step_free", "pk")
    opened: dict[int, set[int]] = defaultdict(set)
    closed = closed_everywhere(event.pk, OuterRef("slot__starts_at"), OuterRef("slot__ends_at"))
    availability = Availability.objects.filter(~closed, event=event)
    for attendee_id, slot_id in availability.values_list("attendee", "slot"):
        opened[attendee_id].add(slot_id)
    # Whoever has not joined has every time open once they do; until then their meetings wait unsent.
    every = ~closed_everywhere(event.pk, OuterRef("starts_at"), OuterRef("ends_at"))
    ready = set(Slot.objects.filter(every, event=event).values_list("pk", flat=True))
    opened.update({key: ready for key, person in people.items() if not person.has_joined})
    busy: dict[int, list[BusyPeriod]] = defaultdict(list)
    parts = SessionPart.objects.filter(event=event).select_related("session")
    for part in parts.order_by("session__starts_at", "pk"):
        session = part.session
        busy[part.attendee_id].append(BusyPeriod(session.starts_at, session.ends_at, session.title))
    # A place at a table counts before it is answered, too: groups come first.
    has_place = Q(place__isnull=False, meeting__state=Meeting.State.ACCEPTED)
    kinds = (Meeting.Kind.OFFICE_HOURS, Meeting.Kind.ROUND)
    seats = Seat.objects.filter(Q(is_active=True) | has_place, event=event, kind__in=kinds)
    members: dict[int, list[int]] = defaultdict(list)
    for seat in seats.annotate(of=F("meeting__round_table__rounds__kind")).order_by("period", "pk"):
        is_hour = seat.kind == Meeting.Kind.OFFICE_HOURS
        title = _("Office hour") if is_hour else str(KIND_WORDS[Rounds.Kind(seat.of or Rounds.Kind.ROUNDS)].one)
        busy[seat.attendee_id].append(BusyPeriod(seat.period.lower, seat.period.upper, title, not is_hour))
        if seat.part == Seat.Part.MEMBER:
            members[seat.meeting_id].append(seat.attendee_id)
    pairs = _pairs_in(Meeting.objects.filter(event=event).prefetch_related("seats", "times"))
    slots = tuple(Slot.objects.filter(event=event))
    lapsed = (*Meeting.OPEN_STATES, Meeting.State.EXPIRED)
    withdrawn = set(  # with the whole plan, by an organiser: neither of the two said no
        PlannedMeeting.objects.filter(
            event=event, plan__state=Plan.State.WITHDRAWN, meeting__state=Meeting.State.WITHDRAWN
        ).values_list("meeting_id", flat=True)
    )
    return PlanningData(
        event=event,
        now=now,
        people=people,
        slots=slots,
        tables=tuple(tables),
        opened={key: frozenset(ids) for key, ids in opened.items()},
        busy={key: tuple(periods) for key, periods in busy.items()},
        held_tables=_held_tables(event),
        groups=tuple(map(tuple, members.values())),
        fixed_meetings=_fixed_meetings(event, pairs, slots, now),
        refused=refused_pairs(event),
        requested=frozenset(
            pair for meeting, pair in pairs.items() if _is_open(meeting, now) and meeting.withdrawn_at is None
        ),
        settled=frozenset(
            pair
            for meeting, pair in pairs.items()
            if (meeting.state not in lapsed and meeting.pk not in withdrawn) or _was_refused(meeting)
        ),
        unlisted=Attendee.objects.filter(event=event).count() - len(people),
    )


def _attending(row: Attendee, declares_need: bool) -> PlannableAttendee:
    organisation = row.organisation.name if row.organisation else ""
    return PlannableAttendee(
        attendee_id=row.pk,
        name=shown_name(row),
        title=row.title,
        organisation=organisation,
        constituency=row.constituency,
        country=row.country,
        languages=tuple(row.languages),
        translating_device=row.translating_device,
        declares_need=declares_need,
        has_joined=row.has_joined,
    )


def _held_tables(event: Event) -> dict[int, tuple[Period, ...]]:
    """When more than two have each table (id): an office hour, a table of a round, a session with a delegation."""
    held = Meeting.objects.filter(event=event, table__isnull=False, state__in=Meeting.CONFIRMED_STATES)
    found: dict[int, list[Period]] = defaultdict(list)
    for meeting in held.exclude(kind=Meeting.Kind.ONE_TO_ONE):
        found[meeting.table_id or 0].append(Period(meeting.period.lower, meeting.period.upper))
    return {table: tuple(periods) for table, periods in found.items()}


def _is_open(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.state in Meeting.OPEN_STATES and meeting.expires_at > now


def _was_refused(meeting: Meeting) -> bool:
    """Whether one of the two said no to it while it was proposed."""
    return any(seat.answer == Seat.Answer.NO for seat in meeting.seats.all())


def _pairs_in(meetings: Iterable[Meeting]) -> dict[Meeting, IdPair]:
    """The two of every one-to-one meeting."""
    found = {}
    for meeting in meetings:
        seated = sorted(seat.attendee_id for seat in meeting.seats.all())
        if meeting.kind == Meeting.Kind.ONE_TO_ONE and len(seated) == 2:
            found[meeting] = pair_of(*seated)
    return found


def _fixed_meetings(
    event: Event, pairs: dict[Meeting, IdPair], slots: tuple[Slot, ...], now: dt.datetime
) -> tuple[FixedMeeting, ...]:
    """Confirmed meetings, and open proposals for one time at a table of the venue, by time, then id."""
    slot_of = {slot.pk: slot for slot in slots}
    tables = {table.pk: table for table in Table.objects.filter(event=event)}
    found = [
        FixedMeeting(meeting.pk, pair, slot_of[meeting.slot_id], tables[meeting.table_id], True)
        for meeting, pair in pairs.items()
        if meeting.state in Meeting.CONFIRMED_STATES and meeting.slot_id and meeting.table_id
    ]
    for meeting, pair in pairs.items():
        if meeting.state != Meeting.State.PROPOSED or meeting.withdrawn_at or not _is_open(meeting, now):
            continue
        times, table = list(meeting.times.all()), tables.get(meeting.preferred_table_id or 0)
        if len(times) == 1 and table is not None and not table.is_online:
            found.append(FixedMeeting(meeting.pk, pair, slot_of[times[0].slot_id], table, False))
    return tuple(sorted(found, key=lambda s: (s.slot.starts_at, not s.is_confirmed, s.meeting_id)))


def suggestion_scores(event: Event) -> dict[IdPair, float]:
    """The higher score of the two, 0 to 1, of all pairs in the lists of the event's current Run.

    Pairs of whom one marked the other not relevant are left out; the contact policy is not applied.
    """
    current = Suggestion.objects.proper().filter(run__event=event, run__state=Run.State.CURRENT)
    rows = current.filter(score__gt=0)
    found: dict[IdPair, float] = {}
    for a, b, score in rows.values_list("attendee_id", "other_id", "score"):
        pair = pair_of(a, b)
        found[pair] = max(score, found.get(pair, 0.0))
    for a, b in Feedback.objects.not_relevant_at(event):
        found.pop(pair_of(a, b), None)
    return found
