"""Meetings in any state, written directly as rows, and events made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event, Theme
from backend.people.models import Person
from backend.suggestions.models import Run, Suggestion
from tests.factories import NOW, make_attendee, make_event, make_organisation

HALF = dt.timedelta(minutes=30)


def make_meeting(
    asker: Attendee,
    invited: Attendee,
    state: str = "held",
    *,
    theme: str = "",
    hours: float | None = None,
    useful: Iterable[int | None] = (),
    by_organisers: bool = False,
    **fields: Any,
) -> Meeting:
    """A one-to-one meeting in this state, answered after `hours`; `useful`: ratings of asker and invited.

    `by_organisers`: they put it forward, and nobody asked.
    """
    event = asker.event
    answered_at = None if hours is None else NOW + dt.timedelta(hours=hours)
    values: dict[str, Any] = {
        "asked_at": NOW,
        "expires_at": NOW + dt.timedelta(hours=48),
        "answered_at": answered_at,
        "theme": Theme.objects.get(event=event, key=theme) if theme else None,
        **fields,
    }
    period = None
    if state not in Meeting.NEVER_CONFIRMED_STATES:
        count = Slot.objects.filter(event=event).count()
        starts_at = dt.datetime.combine(event.starts_on, dt.time(9), event.zone) + count * HALF
        slot = Slot.objects.create(event=event, starts_at=starts_at, ends_at=starts_at + HALF)
        table, _ = Table.objects.get_or_create(event=event, label="A")
        period = (slot.starts_at, slot.ends_at)
        values |= {"slot": slot, "table": table, "period": period}
    meeting = Meeting.objects.create(event=event, asker=None if by_organisers else asker, state=state, **values)
    one, other = ("first", "second") if by_organisers else ("asker", "invited")
    ratings = [*useful, None, None]
    seats = sorted([(asker, one, ratings[0]), (invited, other, ratings[1])], key=lambda seat: seat[0].pk)
    for attendee, part, usefulness in seats:
        Seat.objects.create(
            event=event,
            meeting=meeting,
            attendee=attendee,
            part=part,
            period=period,
            is_active=state in Meeting.CONFIRMED_STATES,
            word="held" if usefulness else "",
            usefulness=usefulness,
            attested_at=NOW if usefulness else None,
        )
    return meeting


def seven_people(event: Event) -> list[Attendee]:
    """Three of government, two of industry, one of civil society and one of youth who met nobody.

    Held: 1-2, 1-4 twice, 2-4, 4-6; accepted and to come: 3-5, 5-4. The figures are worked out by hand in
    tests/matching/network/test_seven_people.py.
    """
    ministry, police = make_organisation(event, "ict-ministry"), make_organisation(event, "police")
    company = make_organisation(event, "large-company", "industry")
    ngo, young = make_organisation(event, "ngo", "civil-society"), make_organisation(event, "youth", "youth")
    places = [
        (ministry, "Thailand", ["th", "en"]),
        (ministry, "Thailand", ["th"]),
        (police, "Malaysia", ["ms", "en"]),
        (company, "Singapore", ["en"]),
        (company, "Singapore", ["en"]),
        (ngo, "Malaysia", []),
        (young, "", ["en"]),
    ]
    p = [
        make_attendee(event, organisation=organisation, country=country, languages=languages)
        for organisation, country, languages in places
    ]
    make_meeting(p[0], p[1], theme="justice", hours=1, useful=(5, 4))
    make_meeting(p[0], p[3], theme="justice", hours=2, useful=(4, 3))
    make_meeting(p[3], p[0], theme="prevention", hours=3, useful=(None, 4))
    make_meeting(p[1], p[3], hours=4)
    make_meeting(p[3], p[5], theme="justice", hours=10, useful=(2, 2))
    make_meeting(p[2], p[4], "accepted", hours=20)
    make_meeting(p[4], p[3], "accepted", hours=30)
    return p


def large_event(people: int, meetings: int, listed: int = 10, seed: int = 0) -> Event:
    """An event of this size, written in bulk: lists, requests of every state, hubs, seven constituencies."""
    chance = np.random.default_rng(seed)
    event = make_event("large")
    kinds = ["government", "industry", "civil-society", "intergovernmental", "academia", "youth", "other"]
    organisations = [
        Organisation.objects.create(
            event=event,
            name=f"Organisation {n}",
            sector=Sector.objects.create(
                event=event, key=f"sector-{n}", name=f"Sector {n}", constituency=kinds[n % 7], position=n
            ),
        )
        for n in range(20)
    ]
    persons = Person.objects.bulk_create(
        [Person(email=f"p{n}@example.org", name=f"Person {n}", password="!") for n in range(people)], 5_000
    )
    attendees = Attendee.objects.bulk_create(
        [
            Attendee(
                event=event, person=person, name=person.name,
                organisation=organisations[int(chance.integers(20) ** 2 // 20)],
                age_class="adult", country=f"Country {chance.integers(11)}", languages=["en"], changed_at=NOW,
            )
            for person in persons
        ],
        5_000,
    )  # fmt: skip
    worth = chance.pareto(2.5, people) + 0.3
    ends = chance.choice(people, (2 * meetings, 2), p=worth / worth.sum())
    ends = ends[ends[:, 0] != ends[:, 1]][:meetings].tolist()
    themes = [*Theme.objects.filter(event=event), None]
    states = chance.choice(
        ["requested", "declined", "expired", "accepted", "held", "cancelled"],
        meetings,
        p=[0.1, 0.1, 0.1, 0.2, 0.4, 0.1],
    )
    table = Table.objects.create(event=event, label="Online", is_online=True, room_link="https://a.test/{meeting}")
    start = dt.datetime.combine(event.starts_on, dt.time(9), event.zone)
    slots = [
        Slot.objects.create(event=event, starts_at=start + n * HALF, ends_at=start + n * HALF + HALF) for n in range(16)
    ]
    rows = []
    for place, ((one, _), state) in enumerate(zip(ends, states.tolist(), strict=True)):
        asked_at = NOW + dt.timedelta(minutes=int(chance.integers(5_000)))
        slot = None if state in Meeting.NEVER_CONFIRMED_STATES else slots[place % 16]
        rows.append(
            Meeting(
                event=event, asker=attendees[one], state=state, theme=themes[place % 3], asked_at=asked_at,
                expires_at=NOW + dt.timedelta(hours=90), slot=slot, table=table if slot else None,
                period=(slot.starts_at, slot.ends_at) if slot else None, is_online=True,
                answered_at=None if state in ("requested", "expired") else asked_at + HALF * (place % 60),
            )
        )  # fmt: skip
    made = Meeting.objects.bulk_create(rows, 5_000)
    Seat.objects.bulk_create(
        [
            Seat(
                event=event, meeting=meeting, attendee=attendees[row], part=part,
                word="held" if meeting.state == "held" else "",
                attested_at=NOW if meeting.state == "held" else None,
                usefulness=1 + (meeting.pk + row) % 5 if meeting.state == "held" else None,
            )
            for meeting, pair in zip(made, ends, strict=True)
            for row, part in zip(pair, ("asker", "invited"), strict=True)
        ],
        5_000,
    )  # fmt: skip
    run = Run.objects.create(event=event, model="test", state=Run.State.CURRENT, published_at=NOW)
    reasons = [
        {"code": "seeks_offers", "weight": 0.6, "evidence": {"seek": "evidence " * 12, "offer": "training " * 12}},
        {"code": "topic_offered", "weight": 0.5, "evidence": {"topic": "evidence-reporting"}},
    ]
    Suggestion.objects.bulk_create(
        [
            Suggestion(run=run, attendee=attendees[row], other=attendees[(row + step * step) % people],
                       rank=step, score=0.5, reasons=reasons)
            for row in range(people)
            for step in range(1, listed + 1)
        ],
        5_000,
    )  # fmt: skip
    return event
