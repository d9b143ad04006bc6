"""Sessions with a delegation as those in them and as leads read them; the contact policy names people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting
from backend.booking.rules import MIN_NOTICE
from backend.booking.selectors.closures import closed_tables
from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.core.period import overlapping_range
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.roles import is_suspended
from backend.events.selectors import delegation_of, name_in_lists, name_to_call, shown_name
from backend.safeguarding.models import Chaperone, DelegationSeat, DelegationSession, Vetting
from backend.safeguarding.rules import (
    DELEGATION,
    adults_of_proposals,
    can_take_place,
    contactable_for,
    is_consented_minor,
    is_session_adult,
    is_vetted,
    why_not_open,
)

STATE, PART, ANSWER = DelegationSession.State, DelegationSeat.Part, DelegationSeat.Answer


@dataclass(frozen=True, slots=True)
class SeatedAdult:
    """An adult of a session as somebody in it reads them."""

    name: str
    organisation: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDelegationSession:
    """A session as somebody with a seat in it reads it.

    `state`: waiting (for the asker, until it is confirmed), asked, agreed, confirmed, over, or ended. Minors
    are there by first name, for an adult in a session that is confirmed and sound at this moment; adults for
    a minor in one that is proposed to them or confirmed. Time and place are None for the asker before.
    """

    session_id: int
    part: str
    state: str
    topic: str
    wish: str
    asked_at: dt.datetime
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str
    adults: tuple[SeatedAdult, ...]
    minors: tuple[str, ...]
    delegation: str

    @property
    def can_end(self) -> bool:
        return self.state in ("waiting", "agreed", "confirmed")


def own_delegation_sessions(attendee: Attendee, now: dt.datetime) -> tuple[OwnDelegationSession, ...]:
    """The attendee's, those that wait for an answer first; a few queries for each confirmed one."""
    mine = {seat.session_id: seat for seat in _own_seats.fetch(attendee=attendee.pk)}
    if not mine:
        return ()
    sessions = list(
        DelegationSession.objects.filter(pk__in=mine)
        .select_related("topic", "slot", "table")
        .annotate(can_take_place=can_take_place(now))
        .prefetch_related("seats__attendee__organisation")
        .order_by("-asked_at", "-pk")
    )
    shown = _people_shown_to(attendee, sessions, now)
    rows = []
    for session in sessions:
        seat = mine[session.pk]
        state = _state_for(session, seat, now)
        if state:
            rows.append(_own_row(session, seat, state, shown))
    order = ("asked", "confirmed", "agreed", "waiting", "over", "ended")
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))


def _seats_of(attendee: int) -> QuerySet[DelegationSeat]:
    return DelegationSeat.objects.filter(attendee=attendee).exclude(answer=ANSWER.NO)


_own_seats = CompiledRows(_seats_of, attendee=-1)


def own_delegation_session(attendee: Attendee, session_id: int, now: dt.datetime) -> OwnDelegationSession:
    """One of them; refuses NotFound."""
    for row in own_delegation_sessions(attendee, now):
        if row.session_id == session_id:
            return row
    raise NotFound(_("There is no such session, or you cannot see it."))


def _state_for(session: DelegationSession, seat: DelegationSeat, now: dt.datetime) -> str:
    """What the holder of this seat is told; empty where they are told nothing."""
    is_asker = seat.part == PART.ASKER
    if session.state == STATE.CONFIRMED and session.slot and session.slot.ends_at <= now:
        return "over"
    if session.state == STATE.CONFIRMED:
        return "confirmed" if may_go_ahead(session, now) else "ended"
    if session.state == STATE.ENDED:
        return "ended" if seat.answer == ANSWER.YES else ""
    if is_asker:
        return "waiting"
    if session.state == STATE.PROPOSED and session.can_take_place:  # type: ignore[attr-defined]
        return "agreed" if seat.answer == ANSWER.YES else "asked"
    return ""


def _people_shown_to(
    viewer: Attendee, sessions: Collection[DelegationSession], now: dt.datetime
) -> Mapping[str, set[int]]:
    """The attendees (ids) whom the viewer may read in their sessions: confirmed, proposed, or as adults."""
    ids = {seat.attendee_id for session in sessions for seat in session.seats.all()} - {viewer.pk}
    if not ids:
        return {"confirmed": set(), "asked": set()}
    together = set(contactable_for(viewer, DELEGATION, now, ids).values_list("pk", flat=True))
    page = set(contactable_for(viewer, "page", now, ids).values_list("pk", flat=True))
    proposed = set(adults_of_proposals(viewer, now).filter(pk__in=ids).values_list("pk", flat=True))
    return {"confirmed": together | page, "asked": proposed | page, "agreed": proposed | page}


def _own_row(
    session: DelegationSession, seat: DelegationSeat, state: str, shown: Mapping[str, set[int]]
) -> OwnDelegationSession:
    is_planned = state in ("asked", "agreed", "confirmed", "over")
    slot = session.slot if is_planned else None
    seats = [
        one for one in session.seats.all() if one.answer != ANSWER.NO and one.attendee_id in shown.get(state, set())
    ]
    minors = [one.attendee for one in seats if one.part == PART.MINOR]
    return OwnDelegationSession(
        session_id=session.pk,
        part=seat.part,
        state=state,
        topic=session.topic.local_name,
        wish=session.wish if seat.part == PART.ASKER else "",
        asked_at=session.asked_at,
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        place=", ".join(filter(None, (session.table.label, session.table.place)))
        if is_planned and session.table
        else "",
        adults=tuple(
            SeatedAdult(
                shown_name(one.attendee),
                one.attendee.organisation.name if one.attendee.organisation else "",
                one.get_part_display(),
            )
            for one in seats
            if one.part != PART.MINOR
        ),
        minors=tuple(sorted(name_to_call(minor) for minor in minors)),
        delegation=delegation_of(minors[0]) if minors else "",
    )


@dataclass(frozen=True, slots=True)
class LedSeat:
    """Somebody in a session as a lead reads them: a minor by first name and delegation (S7)."""

    name: str
    organisation: str
    part: str
    part_words: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedDelegationSession:
    """A session as a lead reads it. `state` is the model's, or over; `can_take_place`: as it stands."""

    session_id: int
    state: str
    topic: str
    wish: str
    words: str
    asked_at: dt.datetime
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    place: str
    seats: tuple[LedSeat, ...]
    can_take_place: bool

    @property
    def asker(self) -> LedSeat | None:
        return next((seat for seat in self.seats if seat.part == PART.ASKER), None)

    @property
    def can_confirm(self) -> bool:
        """Whether all that are needed said yes."""
        agreed = {seat.part for seat in self.seats if seat.answer == ANSWER.YES}
        return self.state == STATE.PROPOSED and self.can_take_place and agreed == set(PART)

    @property
    def can_propose(self) -> bool:
        return self.state in (STATE.ASKED, STATE.PROPOSED)

    @property
    def can_close(self) -> bool:
        return self.state in (STATE.ASKED, STATE.PROPOSED, STATE.CONFIRMED)


def led_delegation_sessions(lead: Attendee, now: dt.datetime) -> tuple[LedDelegationSession, ...]:
    """All of the lead's event: those to decide first, then those to come, then the others, newest first."""
    sessions = (
        DelegationSession.objects.filter(event=lead.event_id)
        .select_related("topic", "slot", "table")
        .annotate(can_take_place=can_take_place(now))
        .prefetch_related("seats__attendee__organisation")
        .order_by("-asked_at", "-pk")
    )
    rows = [_led_row(session, now) for session in sessions]
    order = ("asked", "proposed", "confirmed", "over", "ended")
    return tuple(sorted(rows, key=lambda row: order.index(row.state)))


def led_delegation_session(lead: Attendee, session_id: int, now: dt.datetime) -> LedDelegationSession:
    """One of them; refuses NotFound."""
    for row in led_delegation_sessions(lead, now):
        if row.session_id == session_id:
            return row
    raise NotFound(_("There is no such session at this forum. Load the page again."))


def _led_row(session: DelegationSession, now: dt.datetime) -> LedDelegationSession:
    slot, table = session.slot, session.table
    is_over = session.state == STATE.CONFIRMED and slot is not None and slot.ends_at <= now
    order = list(PART)
    seats = [
        LedSeat(
            name_in_lists(seat.attendee), delegation_of(seat.attendee), seat.part, seat.get_part_display(), seat.answer
        )
        for seat in sorted(session.seats.all(), key=lambda seat: (order.index(PART(seat.part)), seat.pk))
    ]
    return LedDelegationSession(
        session_id=session.pk,
        state="over" if is_over else session.state,
        topic=session.topic.local_name,
        wish=session.wish,
        words=session.words,
        asked_at=session.asked_at,
        starts_at=slot.starts_at if slot else None,
        ends_at=slot.ends_at if slot else None,
        place=", ".join(filter(None, (table.label, table.place))) if table else "",
        seats=tuple(seats),
        can_take_place=session.can_take_place,  # type: ignore[attr-defined]
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody, a time or a place to choose, by its number."""

    pk: int
    words: str


class WhyAbsent(StrEnum):
    """Why a chaperone or checked adult cannot be chosen: the first that holds, in this order."""

    ASKED = "asked"  # for this session
    NOT_ADULT = "not_adult"  # or not known to be one
    CLOSED = "closed"
    SUSPENDED = "suspended"
    NOT_JOINED = "not_joined"
    HIDDEN = "hidden"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class AbsentAdult:
    """A chaperone or checked adult whom a lead cannot choose, and why."""

    words: str
    why: WhyAbsent


@dataclass(frozen=True, slots=True)
class SessionChoices:
    """Whom, when and where a lead can propose: chaperones, checked adults, consented minors, open places.

    `absent`: the chaperones and checked adults who cannot be chosen.
    """

    chaperones: tuple[Choice, ...]
    vetted: tuple[Choice, ...]
    absent: tuple[AbsentAdult, ...]
    minors: tuple[Choice, ...]
    slots: tuple[Slot, ...]
    places: tuple[Choice, ...]


def session_choices(lead: Attendee, session_id: int, now: dt.datetime) -> SessionChoices:
    """For one session: without who asked for it and the minors who said no to it. Six queries."""
    here = Attendee.objects.filter(event=lead.event_id).select_related("organisation").order_by("name", "pk")
    taken = DelegationSeat.objects.filter(session=session_id, part=PART.ASKER)
    vetted = here.filter(is_session_adult(now), is_vetted(now)).exclude(pk__in=taken.values("attendee"))
    bound: dict[int, list[str]] = {}
    for row in Chaperone.objects.filter(event=lead.event_id).select_related("organisation").order_by("pk"):
        bound.setdefault(row.attendee_id, []).append(row.organisation.name if row.organisation else row.country)
    refused = DelegationSeat.objects.filter(session=session_id, answer=ANSWER.NO, part=PART.MINOR)
    minors = here.filter(is_consented_minor(now)).exclude(pk__in=refused.values("attendee"))
    adults = [Choice(one.pk, _named(shown_name(one), delegation_of(one))) for one in vetted]
    slots = Slot.objects.filter(event=lead.event_id, starts_at__gt=now + MIN_NOTICE)
    places = Table.objects.filter(event=lead.event_id, is_online=False, open_place__isnull=False)
    return SessionChoices(
        chaperones=tuple(
            Choice(one.pk, f"{one.words}: {', '.join(bound[one.pk])}") for one in adults if one.pk in bound
        ),
        vetted=tuple(adults),
        absent=_absent_adults(here.exclude(pk__in=[one.pk for one in adults]), session_id, now),
        minors=tuple(Choice(one.pk, _named(name_to_call(one), delegation_of(one))) for one in minors),
        slots=tuple(slots),
        places=tuple(Choice(one.pk, _named(one.label, one.place)) for one in places.order_by("label", "pk")),
    )


def _absent_adults(people: QuerySet[Attendee], session_id: int, now: dt.datetime) -> tuple[AbsentAdult, ...]:
    """Those among them with a delegation to look after, or with a check; one query."""
    mine = {"attendee": OuterRef("pk")}
    looks_after = Exists(Chaperone.objects.filter(**mine))
    was_checked = Exists(Vetting.objects.filter(ended_at=None, **mine))
    found = people.filter(looks_after | was_checked).annotate(
        has_asked=Exists(DelegationSeat.objects.filter(session=session_id, part=PART.ASKER, **mine)),
        has_account=Q(person__is_active=True),
        is_adult=is_known_adult(now),
        is_suspended=is_suspended(),
    )
    return tuple(AbsentAdult(_named(name_in_lists(one), delegation_of(one)), _why_absent(one)) for one in found)


def _why_absent(adult: Any) -> WhyAbsent:
    """`adult`: an attendee with the annotations above."""
    reasons = {
        WhyAbsent.ASKED: adult.has_asked,
        WhyAbsent.NOT_ADULT: not adult.is_adult,
        WhyAbsent.CLOSED: not adult.has_account,
        WhyAbsent.SUSPENDED: adult.is_suspended,
        WhyAbsent.NOT_JOINED: not adult.has_joined,
        WhyAbsent.HIDDEN: why_not_open(adult) == "hidden",
    }
    return next((why for why, holds in reasons.items() if holds), WhyAbsent.NOT_CHECKED)


def session_topics(event_id: int) -> tuple[Choice, ...]:
    """The topics on which a session can be asked for, in their order; one query."""
    topics = Topic.objects.filter(event=event_id).order_by("theme__position", "position", "pk")
    return tuple(Choice(topic.pk, topic.local_name) for topic in topics)


def _named(name: str, of: str) -> str:
    return f"{name} ({of})" if of else name


def open_to_asking(attendee_id: int) -> QuerySet[DelegationSession]:
    """The sessions this attendee asked for that are neither ended nor confirmed."""
    waiting = DelegationSession.objects.filter(state__in=[STATE.ASKED, STATE.PROPOSED])
    return waiting.filter(seats__attendee=attendee_id, seats__part=PART.ASKER)


def free_places(event_id: int, slot: Slot) -> tuple[Table, ...]:
    """The event's places in the open that are neither closed nor taken in this slot."""
    taken = Meeting.objects.filter(
        overlapping_range(slot.starts_at, slot.ends_at), table=OuterRef("pk"), state__in=Meeting.CONFIRMED_STATES
    )
    closed = closed_tables(slot.starts_at, slot.ends_at)
    return tuple(
        Table.objects.filter(
            ~Exists(taken), ~closed, event=event_id, is_online=False, open_place__isnull=False
        ).order_by("pk")
    )


def may_go_ahead(session: DelegationSession, now: dt.datetime) -> bool:
    """Whether the contact policy lets every adult in a confirmed session be there with every minor in it."""
    seats = session.seats.filter(answer=ANSWER.YES).select_related("attendee")
    minors = [seat.attendee_id for seat in seats if seat.part == PART.MINOR]
    adults = [seat.attendee for seat in seats if seat.part != PART.MINOR]
    return bool(minors) and all(
        contactable_for(adult, DELEGATION, now, minors).count() == len(minors) for adult in adults
    )
