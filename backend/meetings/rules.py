"""When people can meet, and who may do what with a request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.core.period import overlapping, overlapping_range
from backend.events.models import Attendee, SessionPart, Slot, Table
from backend.meetings.models import Availability, Meeting, MeetingRules, Seat
from backend.safeguarding.rules import contactable_for

ALTERNATIVES = 3
SHORT_NOTICE = dt.timedelta(hours=4)  # asked later than this before the last time, one may answer until ...
LAST_MINUTE = dt.timedelta(minutes=10)  # ... this long before it; asked earlier, until ...
USUAL_MARGIN = dt.timedelta(hours=2)  # ... this long before it.
SILENCE = dt.timedelta(hours=72)  # left unanswered so long, one side's word that they met counts


def rules_for(event_id: int) -> MeetingRules:
    """The event's figures for requests, or the defaults."""
    return MeetingRules.objects.filter(event=event_id).first() or MeetingRules(event_id=event_id)


def expiry_of(
    *, asked_at: dt.datetime, changed_at: dt.datetime, last_starts_at: dt.datetime, hours: int
) -> dt.datetime:
    """Until when a request can be answered: `hours` after it was asked, or shortly before its last time.

    Shortly is two hours, or ten minutes where the times were named less than four hours before the last.
    """
    is_short = last_starts_at - changed_at < SHORT_NOTICE
    margin = LAST_MINUTE if is_short else USUAL_MARGIN
    return min(asked_at + dt.timedelta(hours=hours), last_starts_at - margin)


def is_busy(attendee: int | OuterRef, starts_at: OuterRef, ends_at: OuterRef) -> Q:
    """Condition: a session or meeting of the attendee overlaps the half-open [starts_at, ends_at)."""
    sessions = SessionPart.objects.filter(overlapping(starts_at, ends_at, of="session"), attendee=attendee)
    seats = Seat.objects.filter(overlapping_range(starts_at, ends_at), attendee=attendee, is_active=True)
    return Q(Exists(sessions)) | Q(Exists(seats))


def common_slots(
    attendee_id: int, others: Collection[int], *, after: dt.datetime
) -> dict[int, tuple[Slot, ...]]:
    """For each of `others`, the slots both opened in which neither is busy, earliest first; one query.

    Only slots that start later than `after`.
    """
    starts_at, ends_at = OuterRef("slot__starts_at"), OuterRef("slot__ends_at")
    opened = Availability.objects.filter(attendee=attendee_id, slot=OuterRef("slot"))
    rows = (
        Availability.objects.select_related("slot")
        .filter(Exists(opened), attendee__in=set(others) - {attendee_id}, slot__starts_at__gt=after)
        .exclude(is_busy(attendee_id, starts_at, ends_at))
        .exclude(is_busy(OuterRef("attendee"), starts_at, ends_at))
        .order_by("slot__starts_at", "slot__ends_at", "slot_id")
    )
    found: dict[int, list[Slot]] = {other: [] for other in others}
    for row in rows:
        found[row.attendee_id].append(row.slot)
    return {other: tuple(slots) for other, slots in found.items()}


@dataclass(frozen=True, slots=True)
class Places:
    """Which kinds of place an event has at all: tables, tables without steps, online rooms."""

    table: bool
    step_free: bool
    online: bool


def places_of(event_id: int) -> Places:
    """Whatever is asked for beyond these could never be accepted; one query."""
    kinds = set(Table.objects.filter(event=event_id).values_list("is_online", "step_free").distinct())
    return Places(
        table=any(not online for online, _ in kinds),
        step_free=(False, True) in kinds,
        online=any(online for online, _ in kinds),
    )


def tables_for(meeting: Meeting) -> Q:
    """Condition on the tables of the right kind: online, or at the venue; an access need is no mere wish."""
    kind = Q(event=meeting.event_id, is_online=meeting.is_online)
    return kind & Q(step_free=True) if meeting.needs_step_free and not meeting.is_online else kind


def free_tables(meeting: Meeting, slot: Slot) -> Sequence[Table]:
    """Tables of the right kind that nobody has in this slot; those with steps first, by id.

    So a step-free table stays free for who needs it.
    """
    taken = Meeting.objects.filter(
        overlapping_range(slot.starts_at, slot.ends_at),
        table=OuterRef("pk"),
        is_online=False,
        state__in=Meeting.SEATED,
    )
    return list(Table.objects.filter(tables_for(meeting), ~Exists(taken)).order_by("step_free", "pk"))


def with_table(meeting: Meeting, slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Those of the slots in which a table of the right kind is free, in the given order; one query."""
    taken = Meeting.objects.filter(
        overlapping_range(OuterRef(OuterRef("starts_at")), OuterRef(OuterRef("ends_at"))),
        table=OuterRef("pk"),
        is_online=False,
        state__in=Meeting.SEATED,
    )
    tables = Table.objects.filter(tables_for(meeting), ~Exists(taken), event=OuterRef("event"))
    given = list(slots)
    found = set(
        Slot.objects.filter(Exists(tables), pk__in=[slot.pk for slot in given]).values_list("pk", flat=True)
    )
    return tuple(slot for slot in given if slot.pk in found)


def may_see(attendee: Attendee, meeting: Meeting, now: dt.datetime) -> bool:
    """Whether the meeting exists for this attendee: they have a seat, and may be in touch with all others."""
    seated = set(Seat.objects.filter(meeting=meeting).values_list("attendee_id", flat=True))
    if attendee.pk not in seated:
        return False
    others = seated - {attendee.pk}
    return contactable_for(attendee, "meeting", now).filter(pk__in=others).count() == len(others) > 0


def refused_among(meetings: QuerySet[Meeting], now: dt.datetime) -> set[int]:
    """Ids of those of the meetings that `may_see` refuses their askers; one query per asker."""
    rows = Seat.objects.filter(meeting__in=meetings).values_list(
        "meeting_id", "meeting__asker", "attendee_id"
    )
    others: dict[int, dict[int, set[int]]] = {}
    for meeting_id, asker_id, attendee_id in rows:
        others.setdefault(asker_id, {}).setdefault(meeting_id, set()).add(attendee_id)
    refused: set[int] = set()
    for asker in Attendee.objects.filter(pk__in=others):
        seated = others[asker.pk]
        wanted = set().union(*seated.values())
        allowed = contactable_for(asker, "meeting", now).filter(pk__in=wanted)
        known = {asker.pk, *allowed.values_list("pk", flat=True)}
        refused |= {pk for pk, ids in seated.items() if len(ids) < 2 or not ids <= known}
    return refused


def is_asker(attendee: Attendee, meeting: Meeting) -> bool:
    return meeting.asker_id == attendee.pk
