"""The contact policy over random tables of random people."""

from __future__ import annotations

import datetime as dt
import random
from itertools import combinations

import pytest

from backend.core.errors import NotFound
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.groups.models import Rounds, RoundSeat, RoundTable
from backend.groups.rules import kept_members, may_sit_with
from backend.groups.selectors.rounds import own_table, setting_of
from backend.groups.services.round_tables import accept_table, give_place, leave_table, open_table
from backend.groups.services.rounds import CannotSit, seat_by_hand
from backend.safeguarding.models import Block, ContactRule, Report
from backend.safeguarding.rules import contactable_ids
from tests.factories import NOW, block_contact, make_attendee, make_attendees, make_event

PEOPLE, TABLES = 40, 200
KINDS = (("government", "ict-ministry"), ("industry", "large-company"), ("civil-society", "ngo"))


def draw_people(chance: random.Random) -> list[Attendee]:
    """People of one event, of whom some are minors, of unknown age, hidden, or have not joined; some pairs
    are apart by a block, a report, or a rule between groups."""
    event = make_event()
    fields = []
    for _ in range(PEOPLE):
        constituency, sector = chance.choice(KINDS)
        age = chance.choices(["adult", "minor", "unknown"], [12, 1, 1])[0]
        seen = chance.choices(["listed", "hidden"], [12, 1])[0]
        joined = chance.random() < 0.9
        fields.append(
            {"constituency": constituency, "sector": sector, "age_class": age, "visibility": seen, "has_joined": joined}
        )
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


def judge_tables(seed: int) -> int:
    """Draw people and tables, and compare who keeps a place with the policy asked of one person at a time.

    Gives the number of tables that were not wholly allowed.
    """
    chance = random.Random(seed)
    people = draw_people(chance)
    ids = [one.pk for one in people]
    reach = {one.pk: contactable_ids(one, "meeting", NOW, ids) for one in people}
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
            assert may_sit_with(people[0].event_id, newcomer, others) == (set(others) <= reach[newcomer])
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


def judge_groups(seed: int) -> int:
    """Draw people and tables of all kinds of groups, and compare every place that asks the policy with it.

    Asked at the draft, by hand, at publication, for a latecomer, at the yes, and when a table is read. Gives
    the number of tables that were not published as drawn.
    """
    chance = random.Random(seed)
    people = draw_people(chance)
    by_id = {one.pk: one for one in people}
    reach = {one.pk: contactable_ids(one, "meeting", NOW, list(by_id)) for one in people}
    changed = 0
    for kind in Rounds.Kind:
        rounds = _drawn_groups(people[0].event, kind)
        setting = setting_of(rounds, NOW)
        assert all(reach[pk] for pk in setting.constituency)
        for one, other in combinations(sorted(setting.constituency), 2):
            assert other in reach[one] or (one, other) in setting.forbidden, (seed, one, other)
        for round_table in rounds.tables.select_related("slot", "table", "rounds__event"):
            size = 3 if kind == Rounds.Kind.TRIOS else chance.randint(2, 8)
            changed += _judge_group(chance, round_table, chance.sample(list(by_id), size), by_id, reach)
    return changed


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


def _judge_group(
    chance: random.Random,
    round_table: RoundTable,
    drawn: list[int],
    by_id: dict[int, Attendee],
    reach: dict[int, set[int]],
) -> int:
    rounds, table = round_table.rounds, round_table.table
    RoundSeat.objects.filter(rounds=rounds).delete()
    _judge_move(round_table, drawn[0], drawn[1:], reach)
    seated = open_table(round_table, drawn, now=NOW)
    kept = kept_members(rounds.event_id, {0: drawn})[0]
    assert seated == (kept if len(kept) >= rounds.fewest else ()), (table.label, drawn)
    assert all(b in reach[a] for a, b in combinations(seated, 2)), (table.label, drawn)
    if not seated:
        return 1
    meeting_id = RoundTable.objects.get(pk=round_table.pk).meeting_id
    newcomer = chance.choice(sorted(set(by_id) - set(seated)))
    came = give_place(meeting_id, newcomer, most=rounds.most, now=NOW)
    has_room = len(seated) < rounds.most
    assert came == (has_room and set(seated) <= reach[newcomer]), (table.label, newcomer)
    members = [*seated, *([newcomer] if came else [])]
    reader = by_id[chance.choice(members)]
    shown = {one.attendee_id for one in own_table(reader, meeting_id, NOW).members}
    assert shown == set(members) - {reader.pk}
    _judge_block(reader, by_id[chance.choice(sorted(shown))], meeting_id)
    accept_table(attendee=reader, meeting_id=meeting_id, by=reader.person, now=NOW)
    leave_table(attendee=reader, meeting_id=meeting_id, by=reader.person, now=NOW)
    return len(seated) < len(drawn)


def _judge_block(reader: Attendee, blocker: Attendee, meeting_id: int) -> None:
    """Whoever blocks a member is read by nobody at once, reads nobody, and cannot say yes."""
    made = Block.objects.create(blocker=blocker.person, blocked=reader.person, created_at=NOW)
    assert blocker.pk not in {one.attendee_id for one in own_table(reader, meeting_id, NOW).members}
    assert own_table(blocker, meeting_id, NOW).members == ()
    with pytest.raises(NotFound):
        accept_table(attendee=blocker, meeting_id=meeting_id, by=blocker.person, now=NOW)
    made.delete()


def _judge_move(round_table: RoundTable, mover: int, members: list[int], reach: dict[int, set[int]]) -> None:
    """By hand somebody comes to a drafted table exactly where the policy lets them be with all there."""
    rounds, most = round_table.rounds, round_table.rounds.most
    cell = {"rounds": rounds, "slot": round_table.slot, "table": round_table.table}
    RoundSeat.objects.bulk_create(
        RoundSeat(event_id=rounds.event_id, attendee_id=pk, **cell) for pk in members[: most - 1]
    )
    boss = make_attendee(rounds.event, permission="organiser", visibility="hidden")
    try:
        seat_by_hand(
            event=rounds.event,
            rounds_id=rounds.pk,
            slot_id=round_table.slot_id,
            attendee_id=mover,
            table_id=round_table.table_id,
            by=boss.person,
        )
    except CannotSit:
        came = False
    else:
        came = True
    assert came == (bool(reach[mover]) and set(members[: most - 1]) <= reach[mover]), (mover, members)


@pytest.mark.slow
@pytest.mark.django_db
def test_at_random_tables_of_all_kinds_every_place_asks_the_policy() -> None:
    assert judge_groups(seed=0) > TABLES // 4


PLACES = {  # where groups ask the policy, with what asks nothing instead
    "backend.groups.selectors.rounds._forbidden": lambda _event, _people: set(),
    "backend.groups.selectors.rounds.kept_members": lambda _event_id, tables: {
        key: tuple(members) for key, members in tables.items()
    },
    "backend.groups.selectors.rounds.can_be_seated": lambda event: Attendee.objects.filter(event=event.pk),
    "backend.groups.services.round_tables.kept_members": lambda _event_id, tables: {
        key: tuple(members) for key, members in tables.items()
    },
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
