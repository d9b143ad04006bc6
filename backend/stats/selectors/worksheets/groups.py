"""Worksheets of groups of people: constituencies, sectors, countries and languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.stats.engine.figures import ACCEPTED, HELD, REQUESTED, Breakdown, EventStats, Response
from backend.stats.selectors.worksheets.draft import ALL, Count, Figure, Row, WorkbookDraft
from backend.stats.selectors.worksheets.mixing import pair_key


def draft_constituencies(draft: WorkbookDraft, stats: EventStats) -> None:
    rows: list[Row] = []
    for one in stats.constituencies:
        inside = draft.count(one.inside, "connected inside", one.key)
        outside = draft.count(one.outside, "connected outside", one.key)
        people = _people(draft, "constituency", one.key, one.attendees, one.with_meeting)
        both = (inside.key, outside.key)
        rows.append(
            (
                one.key,
                *people,
                inside,
                outside,
                Figure(one.ei, both),
                Figure(one.ei_chance, (people[0].key, ("people", ALL, ALL))),
                Figure(one.homophily, (*both, people[0].key)),
                Figure(one.partner_diversity, both),
                *_response(draft, one.response, one.key),
            )
        )
    names = [one.key for one in stats.constituencies]
    _total_people(draft, stats, "constituency", names)
    draft.add_total((("received", name) for name in names), ("funnel", REQUESTED))
    draft.add_total((("agreed", name) for name in names), ("funnel", ACCEPTED))
    draft.add_total((("waiting", name) for name in names), ("exit", "waiting"))
    draft.count(stats.response.answered, "answered", ALL)
    draft.add_total((("answered", name) for name in names), ("answered", ALL))
    columns = (
        "constituency attendees with_meeting without_meeting meetings_inside meetings_outside ei ei_chance "
        "homophily partner_diversity received answered accepted waiting median_hours slow_hours"
    )
    draft.add_worksheet("constituencies", columns, rows)


def draft_breakdowns(draft: WorkbookDraft, stats: EventStats) -> None:
    """By sector, country and language. Sectors add up to their constituency, countries to the whole; an
    attendee of two languages counts under both, so languages add up to no total."""
    steps = (REQUESTED, ACCEPTED, HELD)
    columns = "attendees with_meeting without_meeting seats_requested seats_accepted seats_held"

    def rows(kind: str, lines: Sequence[Breakdown]) -> Iterable[Row]:
        for line in lines:
            seats = (line.requested, line.accepted, line.held)
            people = _people(draft, kind, line.key, line.attendees, line.with_meeting)
            seats_of = (
                draft.count(n, "took", kind, line.key, step) for n, step in zip(seats, steps, strict=True)
            )
            yield (line.key or "not stated", *people, *seats_of)

    draft.add_worksheet("sectors", f"sector {columns}", rows("sector", stats.sectors))
    draft.add_worksheet("countries", f"country {columns}", rows("country", stats.countries))
    draft.add_worksheet("languages", f"language {columns}", rows("language", stats.languages))
    _total_people(draft, stats, "country", [line.key for line in stats.countries])
    for step in steps:
        draft.add_total(
            (("took", "country", line.key, step) for line in stats.countries), ("funnel", step), times=2
        )
    for one in stats.constituencies:
        sectors = [line.key for line in stats.sectors if line.constituency == one.key]
        for word in ("people", "met", "unmet"):
            draft.add_total(((word, "sector", name) for name in sectors), (word, "constituency", one.key))
        for step in steps:
            seats_of = (("took", "sector", name, step) for name in sectors)
            draft.add_total(seats_of, ("with", step, one.key), pair_key(step, one.key, one.key))


def _response(draft: WorkbookDraft, response: Response, name: str) -> tuple[Count | Figure, ...]:
    answered = draft.count(response.answered, "answered", name)
    return (
        draft.count(response.received, "received", name),
        answered,
        draft.count(response.accepted, "agreed", name),
        draft.count(response.waiting, "waiting", name),
        Figure(response.median_hours, (answered.key,)),
        Figure(response.slow_hours, (answered.key,)),
    )


def _people(draft: WorkbookDraft, kind: str, name: str, people: int, met: int) -> tuple[Count, Count, Count]:
    """Attendees, those with a meeting and those without: each is a count that may be small."""
    counts = (
        draft.count(people, "people", kind, name),
        draft.count(met, "met", kind, name),
        draft.count(people - met, "unmet", kind, name),
    )
    draft.add_total([counts[1].key, counts[2].key], counts[0].key)
    return counts


def _total_people(draft: WorkbookDraft, stats: EventStats, kind: str, names: Sequence[str]) -> None:
    _people(draft, ALL, ALL, stats.network.people, stats.network.people - stats.network.isolates)
    for word in ("people", "met", "unmet"):
        draft.add_total(((word, kind, name) for name in names), (word, ALL, ALL))
