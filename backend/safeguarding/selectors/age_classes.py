"""What only safeguarding leads read about age classes: proposals, and people known as minors elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, Q, QuerySet

from backend.events.models.age_classes import AdultProposal, AgeAgreement
from backend.events.models.attendees import Attendee
from backend.events.rules.age_classes import doubts_about_attendee, in_doubt_for, is_held_as_minor
from backend.events.selectors import delegation_of, name_in_lists, name_to_call, names_of_people
from backend.people.models import KnownMinor, MinorMatch


@dataclass(frozen=True, slots=True)
class AdultProposalRow:
    """Somebody set as a minor whom an organiser proposed as an adult; by first name and delegation (S7)."""

    proposal_id: int
    name: str
    delegation: str
    proposed_by: str
    proposed_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    state_words: str


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """Somebody whom one event set as an adult and another knows as a minor; one of the two is the lead's.

    `is_here`: the lead's event is the one where they are an adult. `other_event` is the other of the two.
    """

    attendee_id: int
    known_minor_id: int
    name: str
    delegation: str
    is_here: bool
    other_event: str
    agreed_here: bool
    agreed_there: bool


@dataclass(frozen=True, slots=True)
class AgeQuestions:
    """All a lead has to decide about age classes, and the proposals decided."""

    open: tuple[AdultProposalRow, ...]
    doubts: tuple[DoubtRow, ...]
    decided: tuple[AdultProposalRow, ...]


def age_questions_for(lead: Attendee, now: dt.datetime) -> AgeQuestions:
    """What waits for the leads of this lead's event, in a constant number of queries."""
    proposals = list(_proposals(lead).order_by("-proposed_at", "-pk"))
    actors = {pk for one in proposals for pk in (one.proposed_by_id, one.decided_by_id) if pk}
    names = names_of_people(actors, lead.event)
    rows = [_proposal(row, names) for row in proposals]
    return AgeQuestions(
        open=tuple(row for row in rows if row.decided_at is None),
        doubts=tuple(_doubts(lead, now)),
        decided=tuple(row for row in rows if row.decided_at is not None),
    )


def waiting_age_questions(lead: Attendee, now: dt.datetime) -> int:
    """How many decisions about age classes wait for the leads of this event."""
    waiting = _proposals(lead).filter(state=AdultProposal.State.OPEN).count()
    return waiting + in_doubt_for(lead.event_id, now).count()


def _proposals(lead: Attendee) -> QuerySet[AdultProposal]:
    return AdultProposal.objects.filter(attendee__event=lead.event_id).select_related("attendee__organisation")


def _proposal(row: AdultProposal, names: Mapping[int, str]) -> AdultProposalRow:
    return AdultProposalRow(
        row.pk,
        name_in_lists(row.attendee),
        delegation_of(row.attendee),
        names.get(row.proposed_by_id or 0, ""),
        row.proposed_at,
        names.get(row.decided_by_id or 0, ""),
        row.decided_at,
        row.get_state_display(),
    )


def _doubts(lead: Attendee, now: dt.datetime) -> Iterator[DoubtRow]:
    """The people of this event known elsewhere, and those of other events known here, not settled."""
    known_here = doubts_about_attendee(now).filter(event=lead.event_id)
    held = Attendee.objects.filter(is_held_as_minor(now), age_class=Attendee.AgeClass.ADULT).filter(
        Q(event=lead.event_id) | Q(Exists(known_here))
    )
    attendees = list(held.select_related("organisation", "event").order_by("pk"))
    people = {one.person_id for one in attendees}
    known = _known_about(people, now)
    agreed = set(
        AgeAgreement.objects.filter(person__in=people).values_list(
            "known_minor_id", "person_id", "event_id", "of_event_id"
        )
    )
    mine = Attendee.objects.filter(event=lead.event_id, person__in=people)
    own_rows = {one.person_id: one for one in mine.select_related("organisation")}
    for attendee in attendees:
        asked: set[int | None] = set()  # of several addresses that an event knows, once
        is_here = attendee.event_id == lead.event_id
        for memory in known[attendee.person_id]:
            if memory.event_id in asked or not (is_here or memory.event_id == lead.event_id):
                continue
            other = memory.event if is_here else attendee.event
            about = (memory.pk, attendee.person_id, attendee.event_id)
            agreed_here = (*about, lead.event_id) in agreed
            agreed_there = other is not None and (*about, other.pk) in agreed
            if agreed_here and agreed_there:
                continue
            asked.add(memory.event_id)
            shown = own_rows.get(attendee.person_id, attendee)
            yield DoubtRow(
                attendee.pk,
                memory.pk,
                name_to_call(shown),
                delegation_of(shown),
                is_here,
                other.name if other else "",
                agreed_here,
                agreed_there,
            )


def _known_about(people: Collection[int], now: dt.datetime) -> dict[int, list[KnownMinor]]:
    """What is known of the addresses of these people (ids), with the event that knows; two queries."""
    matches = MinorMatch.objects.filter(person__in=people).values_list("person", "known_minor").distinct()
    pairs = list(matches.order_by("known_minor"))
    alive = KnownMinor.objects.alive(now).select_related("event").in_bulk({known for _person, known in pairs})
    found: dict[int, list[KnownMinor]] = {person: [] for person in people}
    for person, known in pairs:
        if known in alive:
            found[person].append(alive[known])
    return found
