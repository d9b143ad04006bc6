"""The contact policy and languages over random tables of random people."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import combinations

import pytest

from backend.core.errors import BusinessError, NotFound
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.languages import cannot_talk
from backend.groups.models import Rounds, RoundSeat, RoundTable
from backend.groups.rules import kept_members, may_sit_with
from backend.groups.selectors.open_roundtables import open_roundtables_for
from backend.groups.selectors.rounds import own_table, setting_of
from backend.groups.services.open_roundtables import join_roundtable
from backend.groups.services.round_tables import accept_table, give_place, leave_table, open_table
from backend.groups.services.rounds import CannotSit, seat_by_hand
from backend.safeguarding.models import Block, ContactRule, Report
from backend.safeguarding.rules import contactable_ids
from tests.factories import NOW, block_contact, make_attendee, make_attendees, make_event

PEOPLE, TABLES = 40, 200
KINDS = (("government", "ict-ministry"), ("industry", "large-company"), ("civil-society", "ngo"))
SPOKEN = (["en"], ["en", "fr"], ["fr"], [])


def draw_people(chance: random.Random) -> list[Attendee]:
    """People of one event, of whom some are minors, of unknown age, hidden, or have not joined; some pairs
    are apart by a block, a report, or a rule between groups, and some have no language in common."""
    event = make_event()
    fields = []
    for _ in range(PEOPLE):
        constituency, sector = chance.choice(KINDS)
        age = chance.choices(["adult", "minor", "unknown"], [12, 1, 1])[0]
        seen = chance.choices(["listed", "hidden"], [12, 1])[0]
        joined = chance.random() < 0.9
        spoken = {"languages": chance.choices(SPOKEN, [12, 2, 1, 1])[0], "translating_device": chance.random() < 0.2}
        kind = {"constituency": constituency, "sector": sector}
        fields.append({"age_class": age, "visibility": seen, "has_joined": joined, **kind, **spoken})
    people = make_attendees(event, fields)
    for _ in range(chance.randrange(PEOPLE)):
        one, other = chance.sample(people, 2)
        Block.objects.get_or_create(blocker=one.person, blocked=other.person, defaults={"created_at": NOW})
    adults = [one for one in people if one.age_class == "adult" and one.visibility == "listed" and one.has_joined]
    for _ in range(chance.randrange(3)):
        one, other = chance.sample(adults, 2)
        if contactable_ids(one, "page", NOW, [other.pk]):
            block_contact("report", one, other)
    if chance.random() < 0.3:
        ContactRule.objects.create(event=event, constituency="government", other_constituency="industry")
    return people


def reach_of(people: list[Attendee]) -> dict[int, set[int]]:
    """Whom each of them may meet, as the policy says of one person at a time."""
    return {one.pk: contactable_ids(one, "meeting", NOW, [other.pk for other in people]) for one in people}


def fitting(people: list[Attendee], reach: dict[int, set[int]]) -> dict[int, set[int]]:
    """Of those whom each may meet, with whom they can talk."""
    of = {one.pk: one for one in people}
    event = people[0].event
    return {
        pk: {other for other in others if not cannot_talk(of[pk], of[other], event)} for pk, others in reach.items()
    }


def judge_tables(seed: int) -> int:
    """Draw people and tables, and compare who keeps a place with the policy asked of one person at a time.

    Gives the number of tables that were not wholly allowed.
    """
    chance = random.Random(seed)
    people = draw_people(chance)
    ids = [one.pk for one in people]
    reach = reach_of(people)
    fits = fitting(people, reach)
    hides = _hiding(people)
    tables = {number: chance.sample(ids, chance.randint(2, 8)) for number in range(TABLES)}
    kept = kept_members(people[0].event_id, tables)
    changed = 0
    for number, members in tables.items():
        here = kept[number]
        assert all(b in reach[a] and a in reach[b] for a, b in combinations(here, 2)), (seed, number)
        assert [pk for pk in members if pk in here] == list(here), (seed, number)
        open_ones = [pk for pk in members if reach[pk]]
        for pk in set(open_ones) - set(here):
            apart = [other for other in open_ones if other != pk and other not in reach[pk]]
            assert apart, (seed, number, pk)
            # Who was blocked and blocked nobody leaves for nobody who blocked them.
            assert any((pk, other) in hides or (other, pk) not in hides for other in apart), (seed, number, pk)
        changed += len(here) < len(members)
        newcomer = chance.choice(ids)
        others = [pk for pk in here if pk != newcomer]
        if others:
            assert may_sit_with(people[0].event_id, newcomer, others) == (set(others) <= fits[newcomer])
    return changed


def _hiding(people: list[Attendee]) -> set[tuple[int, int]]:
    of = {one.person_id: one.pk for one in people}
    blocks = Block.objects.filter(blocker__in=of).values_list("blocker", "blocked")
    reports = Report.objects.filter(reporter__in=of.values()).values_list("reporter", "reported")
    return {(of[a], of[b]) for a, b in blocks} | set(reports)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_at_random_tables_nobody_sits_whom_the_policy_parts(seed: int) -> None:
    assert judge_tables(seed) > TABLES // 4


@dataclass
class Situation:
    """People of one event, whom each may meet, with whom of those they can talk; what was asked and came of it."""

    chance: random.Random
    people: list[Attendee]
    by_id: dict[int, Attendee] = field(init=False)
    reach: dict[int, set[int]] = field(init=False)
    fits: dict[int, set[int]] = field(init=False)
    boss: Attendee = field(init=False)
    asked: int = 0
    changed: int = 0

    def __post_init__(self) -> None:
        self.by_id = {one.pk: one for one in self.people}
        self.reach = reach_of(self.people)
        self.fits = fitting(self.people, self.reach)
        self.boss = make_attendee(self.people[0].event, permission="organiser", visibility="hidden")

    def somebody_else(self, members: Collection[int]) -> int:
        return self.chance.choice(sorted(set(self.by_id) - set(members)))


def judge_groups(seed: int) -> Situation:
    """Draw people and tables of all kinds of groups, and compare every place that asks the policy with it.

    Asked at the draft, by hand, at publication, for a latecomer, where one joins, at the yes, and when a table
    is read. `changed`: the number of tables that were not published as drawn.
    """
    chance = random.Random(seed)
    drawn = Situation(chance, draw_people(chance))
    for kind in Rounds.Kind:
        rounds = _drawn_groups(drawn.people[0].event, kind)
        setting = setting_of(rounds, NOW)
        assert all(drawn.reach[pk] for pk in setting.constituency)
        for one, other in combinations(sorted(setting.constituency), 2):
            assert (other in drawn.fits[one]) == ((one, other) not in setting.forbidden), (seed, one, other)
        for round_table in rounds.tables.select_related("slot", "table", "rounds__event"):
            size = 3 if kind == Rounds.Kind.TRIOS else chance.randint(2, 8)
            _judge_group(drawn, round_table, chance.sample(list(drawn.by_id), size))
    return drawn


def _drawn_groups(event: Event, kind: str) -> Rounds:
    """A draft with TABLES / 3 tables at one time; more than are used by whoever sits at two at once."""
    begin = NOW + dt.timedelta(days=1, hours=list(Rounds.Kind).index(kind))
    slot = Slot.objects.create(event=event, starts_at=begin, ends_at=begin + dt.timedelta(minutes=30))
    three = {"least": 3, "most": 3} if kind == Rounds.Kind.TRIOS else {"least": 2, "most": 12}
    rounds = Rounds.objects.create(
        event=event, kind=kind, title=kind, answer_by=begin - dt.timedelta(hours=2), work="ready", **three
    )
    tables = Table.objects.bulk_create(Table(event=event, label=f"{kind} {number}") for number in range(TABLES // 3))
    RoundTable.objects.bulk_create(RoundTable(event=event, rounds=rounds, slot=slot, table=table) for table in tables)
    return rounds


def _judge_group(drawn: Situation, round_table: RoundTable, members: list[int]) -> None:
    rounds, table, fits = round_table.rounds, round_table.table, drawn.fits
    RoundSeat.objects.filter(rounds=rounds).delete()
    _judge_move(drawn, round_table, members[0], members[1:])
    seated = open_table(round_table, members, now=NOW)
    kept: list[int] = []
    for pk in kept_members(rounds.event_id, {0: members})[0]:
        kept += [pk] if set(kept) <= fits[pk] else []
    assert list(seated) == (kept if len(kept) >= rounds.fewest else []), (table.label, members)
    assert all(b in fits[a] for a, b in combinations(seated, 2)), (table.label, members)
    drawn.asked += 2
    drawn.changed += len(seated) < len(members)
    if not seated:
        return
    meeting_id = RoundTable.objects.get(pk=round_table.pk).meeting_id
    newcomer = drawn.somebody_else(seated)
    came = give_place(meeting_id, newcomer, most=rounds.most, now=NOW)
    has_room = len(seated) < rounds.most
    assert came == (has_room and set(seated) <= fits[newcomer]), (table.label, newcomer)
    present = [*seated, *([newcomer] if came else [])]
    if rounds.kind == Rounds.Kind.ROUNDTABLES:
        _judge_join(drawn, round_table, meeting_id, present)
    reader = drawn.by_id[drawn.chance.choice(present)]
    shown = {one.attendee_id for one in own_table(reader, meeting_id, NOW).members}
    assert shown == set(present) - {reader.pk}
    _judge_block(reader, drawn.by_id[drawn.chance.choice(sorted(shown))], meeting_id)
    accept_table(attendee=reader, meeting_id=meeting_id, by=reader.person, now=NOW)
    leave_table(attendee=reader, meeting_id=meeting_id, by=reader.person, now=NOW)
    drawn.asked += 6


def _judge_join(drawn: Situation, round_table: RoundTable, meeting_id: int, present: list[int]) -> None:
    """An open roundtable exists for who may meet all there; who can talk with them joins while there is room."""
    Rounds.objects.filter(pk=round_table.rounds_id).update(is_open=True)
    RoundTable.objects.filter(pk=round_table.pk).update(host=present[0])
    me = drawn.by_id[drawn.somebody_else(present)]
    codes = {
        "not_found": not set(present) <= drawn.reach[me.pk],
        "no_common_language": not set(present) <= drawn.fits[me.pk],
        "roundtable_full": len(present) >= round_table.rounds.most,
    }
    expected = next((code for code, is_so in codes.items() if is_so), "ok")
    is_read = meeting_id in {row.meeting_id for row in open_roundtables_for(me, NOW)}
    assert is_read == (expected != "not_found"), (meeting_id, me.pk)
    try:
        join_roundtable(attendee=me, meeting_id=meeting_id, by=me.person, now=NOW)
    except BusinessError as refused:
        found = refused.code
    else:
        found = "ok"
        leave_table(attendee=me, meeting_id=meeting_id, by=me.person, now=NOW)
    assert found == expected, (meeting_id, me.pk)
    drawn.asked += 2


def _judge_block(reader: Attendee, blocker: Attendee, meeting_id: int) -> None:
    """Whoever blocks a member is read by nobody at once, reads nobody, and cannot say yes."""
    made = Block.objects.create(blocker=blocker.person, blocked=reader.person, created_at=NOW)
    assert blocker.pk not in {one.attendee_id for one in own_table(reader, meeting_id, NOW).members}
    assert own_table(blocker, meeting_id, NOW).members == ()
    with pytest.raises(NotFound):
        accept_table(attendee=blocker, meeting_id=meeting_id, by=blocker.person, now=NOW)
    made.delete()


def _judge_move(drawn: Situation, round_table: RoundTable, mover: int, members: list[int]) -> None:
    """By hand somebody comes to a drafted table exactly where they may meet all there, and can talk with them."""
    rounds, most = round_table.rounds, round_table.rounds.most
    cell = {"rounds": rounds, "slot": round_table.slot, "table": round_table.table}
    RoundSeat.objects.bulk_create(
        RoundSeat(event_id=rounds.event_id, attendee_id=pk, **cell) for pk in members[: most - 1]
    )
    fits = drawn.fits
    try:
        seat_by_hand(
            event=rounds.event,
            rounds_id=rounds.pk,
            slot_id=round_table.slot_id,
            attendee_id=mover,
            table_id=round_table.table_id,
            by=drawn.boss.person,
        )
    except CannotSit:
        came = False
    else:
        came = True
    assert came == (bool(fits[mover]) and set(members[: most - 1]) <= fits[mover]), (mover, members)


@pytest.mark.slow
@pytest.mark.django_db
def test_at_random_tables_of_all_kinds_every_place_asks_the_policy() -> None:
    assert judge_groups(seed=0).changed > TABLES // 4


PLACES = {  # where groups ask the policy and for languages, with what asks nothing instead
    "backend.groups.selectors.rounds._forbidden": lambda _event, _people: set(),
    "backend.groups.selectors.rounds.kept_members": lambda _event_id, tables: {
        key: tuple(members) for key, members in tables.items()
    },
    "backend.groups.selectors.rounds.can_be_seated": lambda event: Attendee.objects.filter(event=event.pk),
    "backend.groups.services.round_tables.kept_members": lambda _event_id, tables: {
        key: tuple(members) for key, members in tables.items()
    },
    "backend.groups.selectors.open_roundtables.contactable_ids": lambda _viewer, _channel, _now, others: set(others),
    "backend.groups.selectors.open_roundtables._silent_with": lambda _viewer, _others: set(),
    "backend.groups.selectors.rounds.silent_pairs": lambda _event, _people: set(),
    "backend.groups.services.round_tables.those_talking": lambda _event_id, tables: tables,
    "backend.groups.rules._silent_pairs_among": lambda _event_id, _ids: set(),
    "backend.groups.services.round_tables.may_sit_with": lambda *_given: True,
    "backend.groups.services.rounds.may_sit_with": lambda *_given: True,
}


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("place", PLACES)
def test_the_policy_not_asked_at_one_place_is_found(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, PLACES[place])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        for seed in range(3):
            judge_groups(seed)
