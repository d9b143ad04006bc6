"""Writes many random situations at once, and has the contact policy and the statement judge all of them."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from backend.events.models.age_classes import AgeAgreement
from backend.events.models.agenda import Slot, Table
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event, Theme, Topic
from backend.events.models.roles import CountryContact
from backend.events.models.suspensions import Suspension
from backend.people.models import KnownMinor, Person
from backend.safeguarding import rules
from backend.safeguarding.models import (
    Block,
    Chaperone,
    ContactRule,
    DelegationSeat,
    DelegationSession,
    OpenPlace,
    Report,
    Vetting,
)
from tests import safeguarding_statement as statement
from tests.database import count_rows_anew
from tests.factories import host_contact
from tests.safeguarding_statement import CHANNELS, EVENTS, SECTORS, TOGETHER, Situation, draw_situations

BATCH = 500  # situations in one transaction
REFUSED_OF = 4  # one of so many events has its pairs that are kept apart asked for: several queries each
STATES = {state: (state, True) for state in ("open", "looked-at", "in-hand")}  # of a report, keeps_apart
CLOSED = {"closed": ("closed", True), "lifted": ("closed", False)}
PLACES = ("open", "closed off")
NOBODY, NO_ACCOUNT, NOWHERE = -1, -2, -3  # marks of the viewer in the SQL of the twin

Pair = tuple[int, int]


@dataclass
class World:
    """What of a batch is written: who is who in the database."""

    situations: Sequence[Situation]
    people: dict[Pair, Person] = field(default_factory=dict)  # (situation, person)
    events: dict[Pair, Event] = field(default_factory=dict)  # (group of situations, event)
    houses: dict[tuple[int, str], Organisation] = field(default_factory=dict)  # (event id, sector)
    attendees: dict[tuple[int, int, int], Attendee] = field(default_factory=dict)  # situation, person, event
    parted: set[Pair] = field(default_factory=set)  # attendee ids of strangers, by a contact rule

    def event(self, situation: int, event: int) -> Event:
        return self.events[situation // TOGETHER, event]


def write_situations(situations: Sequence[Situation], now: dt.datetime) -> World:
    """All of them, in a statement for each table; `TOGETHER` of them share two events, as strangers."""
    world = World(situations)
    _write_events(world)
    _write_people(world)
    _write_attendees(world, now)
    _write_what_keeps_apart(world, now)
    _write_memories(world, now)
    _write_sessions(world, now)
    world.parted = parted_strangers(world)
    return world


def _write_events(world: World) -> None:
    for group in range(-(-len(world.situations) // TOGETHER)):
        for event in EVENTS:
            world.events[group, event] = Event(
                slug=f"f{group}-{event}", name=f"Forum {group}", timezone="UTC",
                starts_on=dt.date(2026, 12, 9), ends_on=dt.date(2026, 12, 10),
                shows_unjoined=event in world.situations[group * TOGETHER].shows_unjoined,
            )  # fmt: skip
    Event.objects.bulk_create(world.events.values())
    CountryContact.objects.bulk_create(
        host_contact(event)
        for (group, number), event in world.events.items()
        if number not in world.situations[group * TOGETHER].without_host
    )
    _write_groups(world)


def _write_groups(world: World) -> None:
    """An organisation of each sector at each event, and the contact rules between groups."""
    sectors = {
        (event.pk, key): Sector(event=event, key=key, name=key.capitalize(), constituency=constituency, position=place)
        for event in world.events.values()
        for place, (key, constituency) in enumerate(SECTORS.items())
        if key
    }
    Sector.objects.bulk_create(sectors.values())
    for (event_id, key), sector in sectors.items():
        world.houses[event_id, key] = Organisation(event_id=event_id, name=f"House {key}", sector=sector)
    Organisation.objects.bulk_create(world.houses.values())
    rows = []
    for (group, number), event in world.events.items():
        for rule in world.situations[group * TOGETHER].contact_rules:
            if rule.event == number:
                named = {
                    f"{side}{kind}": sectors[event.pk, key] if kind == "sector" else key
                    for side, (kind, key) in (("", rule.one), ("other_", rule.other))
                }
                rows.append(ContactRule(event=event, **named))
    ContactRule.objects.bulk_create(rows)


def _write_people(world: World) -> None:
    for place, situation in enumerate(world.situations):
        for person in range(situation.people):
            is_demo = person in situation.demo_accounts
            world.people[place, person] = Person(
                email=f"p{place}-{person}@{'demo.' if is_demo else ''}example.org",
                name=f"Person {place} {person}",
                is_active=person not in situation.closed_accounts,
                is_demo=is_demo,
            )
    Person.objects.bulk_create(world.people.values())


def _write_attendees(world: World, now: dt.datetime) -> None:
    for place, situation in enumerate(world.situations):
        for part in situation.parts:
            world.attendees[place, part.person, part.event] = Attendee(
                event=world.event(place, part.event), person=world.people[place, part.person],
                name=world.people[place, part.person].name,
                age_class=part.age, visibility="listed" if part.listed else "hidden",
                permission=part.permission, role=part.role, country=part.country,
                organisation=world.houses.get((world.event(place, part.event).pk, part.sector)),
                agreed_at=now if part.joined else None, agreement_version="1" if part.joined else "",
            )  # fmt: skip
    Attendee.objects.bulk_create(world.attendees.values())
    Suspension.objects.bulk_create(
        Suspension(attendee=world.attendees[place, person, event], reason="A word.", suspended_at=now)
        for place, situation in enumerate(world.situations)
        for person, event in sorted(situation.suspended)
    )
    aliases = [
        Alias(attendee=world.attendees[place, part.person, part.event], name="R.", is_wish=True, set_at=now)
        for place, situation in enumerate(world.situations)
        for part in situation.parts
        if part.alias
    ]
    Alias.objects.bulk_create(aliases)


def _write_what_keeps_apart(world: World, now: dt.datetime) -> None:
    blocks, reports = [], []
    for place, situation in enumerate(world.situations):
        blocks += [
            Block(blocker=world.people[place, one], blocked=world.people[place, other])
            for one, other in sorted(situation.blocks)
        ]
        for made in situation.complaints:
            state, keeps_apart = (STATES | CLOSED)[made.state]
            is_closed = made.state in CLOSED
            reports.append(
                Report(
                    event=world.event(place, made.event), category="other", words="A word.",
                    reporter=world.attendees[place, made.reporter, made.event],
                    reported=world.attendees[place, made.reported, made.event],
                    state=state, keeps_apart=keeps_apart,
                    closed_at=now if is_closed else None, outcome="Spoken to." if is_closed else "",
                )
            )  # fmt: skip
    Block.objects.bulk_create(blocks)
    Report.objects.bulk_create(reports)


def _write_memories(world: World, now: dt.datetime) -> None:
    """The database has written those of present minors; the others are of people it deleted since."""
    day, kept = dt.timedelta(days=1), []
    for place, situation in enumerate(world.situations):
        for memory in situation.memories:
            part = situation.part(memory.person, memory.event)
            if part is None or part.age != "minor":
                kept.append(
                    KnownMinor(
                        address_hash=world.people[place, memory.person].address_hash,
                        event=world.event(place, memory.event),
                        expires_at=now - day if memory.expired else now + day,
                    )
                )
    KnownMinor.objects.bulk_create(kept)
    known = {(row.address_hash, row.event_id): row for row in KnownMinor.objects.all()}
    agreements = []
    for place, situation in enumerate(world.situations):
        for memory in situation.memories:
            event, other = world.event(place, memory.event), world.event(place, 1 - memory.event)
            row = known[world.people[place, memory.person].address_hash, event.pk]
            agreements += [
                AgeAgreement(
                    known_minor=row, event=other, of_event=world.event(place, agreed),
                    person=world.people[place, memory.person], agreed_at=now,
                )
                for agreed in sorted(memory.agreed)
            ]  # fmt: skip
    AgeAgreement.objects.bulk_create(agreements)


def _write_sessions(world: World, now: dt.datetime) -> None:
    """Who may look after minors, whose guardians consent, and the sessions with a delegation."""
    for place, situation in enumerate(world.situations):
        for part in situation.parts:
            write_consent_and_vetting(part, world.attendees[place, part.person, part.event], now)
    venues = {event.pk: Venue.made(event, now) for event in world.events.values()}
    for place, situation in enumerate(world.situations):
        for bound in situation.chaperones:
            event = world.event(place, bound.event)
            Chaperone.objects.create(
                event=event,
                attendee=world.attendees[place, bound.person, bound.event],
                organisation=world.houses.get((event.pk, bound.sector)),
                country=bound.country,
                recorded_at=now,
            )
        for session in situation.sessions:
            here = {
                person: one for (at, person, of), one in world.attendees.items() if at == place and of == session.event
            }
            venues[world.event(place, session.event).pk].write(session, here, now)


def write_consent_and_vetting(part: statement.Part, attendee: Attendee, now: dt.datetime) -> None:
    """What a guardian and the leads said of one attendee."""
    long_ago, day = now - dt.timedelta(days=90), dt.timedelta(days=1)
    if part.consent:
        GuardianConsent.objects.create(
            attendee=attendee, guardian="A Parent", way="mail", email="parent@example.org",
            wording="2026-11-26" if part.consent == "older" else "2026-11-27", recorded_at=long_ago,
            state="given" if part.consent in ("older", "expired") else part.consent,
            decided_at=None if part.consent == "asked" else long_ago,
            expires_at=now - day if part.consent == "expired" else now + day,
        )  # fmt: skip
    if part.vetting:
        Vetting.objects.create(
            attendee=attendee, checked_by="An office", check_made="A check", recorded_at=long_ago,
            expires_at=now - day if part.vetting == "expired" else now + day,
            ended_at=long_ago if part.vetting == "ended" else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Venue:
    """Where and when the sessions of an event are: a place in the open and another, in time and over."""

    topic: Topic
    tables: Mapping[str, Table]
    slots: Mapping[str, Slot]

    @classmethod
    def made(cls, event: Event, now: dt.datetime) -> Venue:
        theme = Theme.objects.create(event=event, key="a-theme", name="A theme", position=99)
        hour = dt.timedelta(hours=1)
        starts = {"to come": now + hour, "over": now - 3 * hour}
        tables = {name: Table.objects.create(event=event, label=f"Of sessions, {name}") for name in PLACES}
        OpenPlace.objects.create(table=tables["open"], recorded_at=now)
        return cls(
            Topic.objects.create(event=event, theme=theme, key="a-topic", name="A topic", position=99),
            tables,
            {name: Slot.objects.create(event=event, starts_at=at, ends_at=at + hour) for name, at in starts.items()},
        )

    def write(self, stated: statement.Session, here: Mapping[int, Attendee], now: dt.datetime) -> None:
        """One session, with these attendees by person."""
        is_planned, is_ended = stated.state != "asked", stated.state == "ended"
        session = DelegationSession.objects.create(
            event_id=self.topic.event_id, topic=self.topic, wish="Anybody", asked_at=now, state=stated.state,
            slot=self.slots[stated.time] if is_planned else None,
            table=self.tables[stated.place] if is_planned else None,
            proposed_at=now if is_planned else None,
            confirmed_at=now if stated.state == "confirmed" else None, ended_at=now if is_ended else None,
        )  # fmt: skip
        DelegationSeat.objects.bulk_create(
            DelegationSeat(
                event_id=self.topic.event_id, session=session, attendee=here[seat.person], part=seat.part,
                answer=seat.answer,
            )
            for seat in stated.seats
        )  # fmt: skip


def stated_contacts(world: World, channel: str) -> set[Pair]:
    """Ordered pairs of attendee ids that may be in touch, as the statement has it.

    People of different situations are strangers: what is said of two of them is that both are within reach.
    """
    open_in: dict[int, list[tuple[int, int]]] = defaultdict(list)  # event: attendee, situation
    numbers = {}
    for (place, person, event), attendee in world.attendees.items():
        numbers[attendee.pk] = (place, person, event)
        situation = world.situations[place]
        is_within = statement.is_open(situation, person, event) and statement.is_within_reach(
            situation, person, event, channel
        )
        if is_within or channel == "delegation":
            open_in[attendee.event_id].append((attendee.pk, place))
    pairs = set()
    for others in open_in.values():
        for one, place in others:
            for other, elsewhere in others:
                _, person, event = numbers[one]
                if place != elsewhere:
                    if (
                        channel in CHANNELS
                        and channel != "delegation"
                        and (channel == "page" or (one, other) not in world.parted)
                    ):
                        pairs.add((one, other))
                elif statement.may_contact(world.situations[place], event, person, numbers[other][1], channel):
                    pairs.add((one, other))
    return pairs


def parted_strangers(world: World) -> set[Pair]:
    """Ordered pairs of attendee ids of different situations whom a rule of their event parts."""
    pairs = set()
    present: dict[int, list[tuple[int, int, statement.Part]]] = defaultdict(list)
    for (place, person, number), attendee in world.attendees.items():
        if part := world.situations[place].part(person, number):
            present[attendee.event_id].append((attendee.pk, place, part))
    for (group, number), event in world.events.items():
        rules = [rule for rule in world.situations[group * TOGETHER].contact_rules if rule.event == number]
        people = present[event.pk] if rules else []
        for one, place, mine in people:
            for other, elsewhere, theirs in people:
                if place != elsewhere and statement.are_parted(tuple(rules), mine, theirs):
                    pairs.add((one, other))
    return pairs


def twin_contacts(world: World, channel: str, now: dt.datetime) -> set[Pair]:
    """The same by the QuerySet twin's own SQL, asked for every attendee of the batch in one statement."""
    pattern, values = twin_sql(channel, now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT viewer.id, twin.pk FROM events_attendee viewer, LATERAL ({pattern}) twin"
            " WHERE viewer.id = ANY(%s)",
            [*values, [attendee.pk for attendee in world.attendees.values()]],
        )
        return set(cursor.fetchall())


def matchable_in(world: World) -> dict[int, set[int]]:
    """The attendee ids that `matchable` finds, by event, asked for every event in one statement."""
    rows = rules.matchable(Event(pk=NOWHERE)).values("pk")
    pattern, values = _with_columns(rows, {NOWHERE: "forum.id"})
    found: dict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT forum.id, found.pk FROM events_event forum, LATERAL ({pattern}) found WHERE forum.id = ANY(%s)",
            [*values, [event.pk for event in world.events.values()]],
        )
        for event_id, attendee_id in cursor.fetchall():
            found[event_id].add(attendee_id)
    return found


def twin_sql(channel: str, now: dt.datetime) -> tuple[str, list[object]]:
    """The SQL of `contactable_for`, its viewer's numbers replaced by the columns of a table `viewer`."""
    viewer = Attendee(pk=NOBODY, person_id=NO_ACCOUNT, event_id=NOWHERE)
    columns = {NOBODY: "viewer.id", NO_ACCOUNT: "viewer.person_id", NOWHERE: "viewer.event_id"}
    return _with_columns(rules.contactable_for(viewer, channel, now).values("pk"), columns)


def _with_columns(rows: QuerySet[Any, Any], columns: Mapping[int, str]) -> tuple[str, list[object]]:
    """The SQL of these rows and its values, those that are marks replaced by the columns they stand for."""
    sql, values = rows.query.sql_with_params()
    pieces, kept = sql.split("%s"), []
    pattern = pieces[0]
    for value, piece in zip(values, pieces[1:], strict=True):
        is_mark = type(value) is int and value in columns
        pattern += (columns[value] if is_mark else "%s") + piece
        kept += [] if is_mark else [value]
    return pattern, kept


@dataclass
class Judgement:
    """How much was compared, and where policy and statement differ."""

    situations: int = 0
    pairs: int = 0
    asked: int = 0
    differences: list[str] = field(default_factory=list)


def judge_situations(seed: int, count: int, *, asked_each: float) -> Judgement:
    """Compare policy and statement over so many drawn situations.

    All their pairs by the twin; and one by one as many pairs as `asked_each` says for a situation.
    """
    judged, situations, now = Judgement(), draw_situations(seed, count), timezone.now()
    chance = random.Random(seed)
    while batch := list(islice(situations, BATCH)):
        with transaction.atomic():
            world = write_situations(batch, now)
            _use_indexes()
            for difference in _compare(world, now, chance, asked_each, judged):
                judged.differences.append(difference)
            transaction.set_rollback(True)
        judged.situations += len(batch)
    return judged


def _use_indexes() -> None:
    """Asked for everybody at once, each of a batch's few rows is better found than all of them read."""
    count_rows_anew()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def _compare(
    world: World, now: dt.datetime, chance: random.Random, asked_each: float, judged: Judgement
) -> Iterator[str]:
    stated = {channel: stated_contacts(world, channel) for channel in (*CHANNELS, "telepathy")}
    found: dict[str, set[Pair]] = {}  # by its SQL, which several channels share
    for channel in CHANNELS:
        sql = twin_sql(channel, now)[0]
        if sql not in found:
            found[sql] = twin_contacts(world, channel, now)
        yield from _different(f"contactable_for {channel}", found[sql], stated[channel], world)
    judged.pairs += sum(len(group) ** 2 for group in _by_event(world).values()) * len(CHANNELS)
    yield from _compare_events(world, chance)
    everybody = list(_by_event(world).values())
    for _ in range(round(asked_each * len(world.situations))):
        one, other = (chance.choice(chance.choice(everybody)) for _ in range(2))
        channel = chance.choice(list(stated))
        judged.asked += 1
        if rules.may_contact(one, other, channel, now) != ((one.pk, other.pk) in stated[channel]):
            yield f"may_contact {channel}: {one.pk}, {other.pk}"
        if chance.random() < 0.1:
            shown = {(one.pk, pk) for pk in rules.contactable_for(one, channel, now).values_list("pk", flat=True)}
            yield from _different(
                f"contactable_for {channel}", shown, {pair for pair in stated[channel] if pair[0] == one.pk}, world
            )


def _compare_events(world: World, chance: random.Random) -> Iterator[str]:
    """Whom matching reads, of every event, and whom it keeps apart, of every fourth."""
    matched: dict[int, set[int]] = defaultdict(set)
    apart: dict[int, set[Pair]] = defaultdict(set)
    for place, situation in enumerate(world.situations):
        for number in EVENTS:
            ids = {
                person: world.attendees[place, person, number].pk
                for person in range(situation.people)
                if (place, person, number) in world.attendees
            }
            event = world.event(place, number).pk
            matched[event] |= {ids[person] for person in statement.matched(situation, number)}
            pairs = statement.kept_apart(situation, number)
            apart[event] |= {(min(p), max(p)) for p in ((ids[one], ids[other]) for one, other in pairs)}
    of_event = {attendee.pk: attendee.event_id for attendee in world.attendees.values()}
    for one, other in world.parted:
        event = of_event[one]
        if one < other and {one, other} <= matched[event]:
            apart[event].add((one, other))
    matchable = matchable_in(world)
    for event in world.events.values():
        if matchable[event.pk] != matched[event.pk]:
            yield f"matchable: {matchable[event.pk] ^ matched[event.pk]}"
    for event in chance.sample(list(world.events.values()), -(-len(world.events) // REFUSED_OF)):
        if (pairs := rules.refused_pairs(event)) != apart[event.pk]:
            yield f"refused_pairs: {pairs ^ apart[event.pk]}"


def _by_event(world: World) -> dict[int, list[Attendee]]:
    groups: dict[int, list[Attendee]] = defaultdict(list)
    for attendee in world.attendees.values():
        groups[attendee.event_id].append(attendee)
    return groups


def _different(what: str, found: set[Pair], stated: set[Pair], world: World) -> Iterable[str]:
    places = {attendee.pk: key for key, attendee in world.attendees.items()}
    for one, other in sorted(found ^ stated)[:5]:
        says = "open, and the statement closes it" if (one, other) in found else "closed, and the statement opens it"
        place, person, event = places[one]
        yield f"{what}: {person} to {places[other][1]} at {event} is {says}: {world.situations[place]}"
