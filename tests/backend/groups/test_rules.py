"""The contact policy over random tables of random people."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from backend.events.models.attendees import Attendee
from backend.groups.rules import kept_members, may_sit_with
from backend.safeguarding.models import Block, ContactRule, Report
from backend.safeguarding.rules import contactable_ids
from tests.factories import NOW, block_contact, make_attendees, make_event

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
            {
                "constituency": constituency,
                "sector": sector,
                "age_class": age,
                "visibility": seen,
                "has_joined": joined,
            }
        )
    people = make_attendees(event, fields)
    for _ in range(chance.randrange(PEOPLE)):
        one, other = chance.sample(people, 2)
        Block.objects.get_or_create(blocker=one.person, blocked=other.person, defaults={"created_at": NOW})
    adults = [
        one for one in people if one.age_class == "adult" and one.visibility == "listed" and one.has_joined
    ]
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
            assert any((pk, other) in hides or (other, pk) not in hides for other in apart), (
                seed,
                number,
                pk,
            )
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
@pytest.mark.parametrize("seed", range(5))
def test_at_a_thousand_random_tables_nobody_sits_whom_the_policy_parts(seed: int) -> None:
    assert judge_tables(seed) > TABLES // 4
