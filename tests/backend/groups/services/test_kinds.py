"""Roundtables and trios: drafted, published, accepted, left, joined late; the policy at all three kinds."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from django.db import IntegrityError, transaction

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import SeatedPerson, TableInRound, own_table, own_tables, rounds_page_for
from backend.groups.services.round_tables import end_refused_places, end_unanswered
from backend.groups.services.rounds import publish_rounds, seat_by_hand, seat_latecomers
from backend.safeguarding.models import ContactRule
from tests.factories import block_contact, make_attendees
from tests.halls import KINDS, ORDERS, Hall, each_unfit

pytestmark = pytest.mark.django_db
SECTORS = ("ict-ministry", "large-company", "ngo")


@pytest.fixture(params=sorted(ORDERS))
def hall(request: pytest.FixtureRequest) -> Hall:
    return Hall(kind=request.param)


@pytest.fixture(params=["roundtables", "trios"])
def talks(request: pytest.FixtureRequest) -> Hall:
    """Groups around a topic."""
    return Hall(kind=request.param)


@pytest.fixture
def trios() -> Hall:
    return Hall(kind="trios")


def groups_of(rounds: Rounds) -> list[TableInRound]:
    return [table for each in rounds_page_for(rounds).each for table in each.tables if table.people]


def seated_in(rounds: Rounds) -> list[set[int]]:
    return [{one.attendee_id for one in table.people} for table in groups_of(rounds)]


def publish(hall: Hall, rounds: Rounds) -> Rounds:
    publish_rounds(event=hall.event, rounds_id=rounds.pk, answer_by=hall.answer_by, by=hall.boss.person, now=hall.now)
    return hall.work(rounds)


def told(attendee_id: int) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee_id).order_by("pk").values_list("kind", flat=True))


def refusal_of(call: object) -> str:
    with pytest.raises(BusinessError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def newcomers(hall: Hall, *numbers: int) -> list[Attendee]:
    """People who join now, of the constituencies of these numbers, with what those seek and offer."""
    return make_attendees(
        hall.event, [{"constituency": KINDS[one], "sector": SECTORS[one], **hall.interests(one)} for one in numbers]
    )


def test_a_draft_tells_nobody_and_says_how_far_it_may_be_from_the_best(talks: Hall) -> None:
    rounds = talks.drafted()
    page = rounds_page_for(rounds)
    assert rounds.work == Rounds.Work.READY
    assert page.groups == len(seated_in(rounds)) > 2
    assert page.gap is not None
    assert 0 <= page.gap < 1
    assert page.figures.repeats == 0
    assert page.figures.mix < rounds.report["mix_by_chance"]
    assert max(Counter(pk for members in seated_in(rounds) for pk in members).values()) == 1
    assert not Notice.objects.exists()


def test_a_roundtable_has_a_host_who_offers_its_topic_and_no_constituency_more_than_half() -> None:
    hall = Hall(kind="roundtables")
    for table in groups_of(hall.drafted()):
        assert 3 <= len(table.people) <= 4
        assert [one.offers for one in table.people if one.is_host] == [True]
        kinds = Counter(one.constituency for one in table.people)
        assert max(kinds.values()) <= len(table.people) / 2
        assert table.topic_name == hall.event.topics.get(key=hall.topic).name


def answers_a_need(people: tuple[SeatedPerson, ...]) -> bool:
    return any(a.seeks and b.offers for a in people for b in people if a != b)


def test_a_trio_is_of_three_constituencies_around_a_need_that_one_declares_and_another_answers(trios: Hall) -> None:
    for table in groups_of(trios.drafted()):
        assert len(table.people) == table.constituencies == 3
        assert answers_a_need(table.people)
        assert table.topic_name


def test_trios_without_a_topic_form_around_any_need(trios: Hall) -> None:
    other = trios.event.topics.exclude(key=trios.topic).first()
    late = make_attendees(
        trios.event,
        [
            {"constituency": KINDS[0], "seeks_topics": [other.key]},
            {"constituency": KINDS[1], "sector": SECTORS[1], "offers_topics": [other.key]},
            {"constituency": KINDS[2], "sector": SECTORS[2]},
        ],
    )
    groups = groups_of(trios.drafted(topic=""))
    mine = next(table for table in groups if late[0].pk in {one.attendee_id for one in table.people})
    assert late[1].pk in {one.attendee_id for one in mine.people}
    assert mine.topic_name == other.name


def test_nobody_is_in_more_trios_than_ordered_and_no_two_in_two(trios: Hall) -> None:
    groups = seated_in(trios.drafted(most_each=3))
    assert max(Counter(pk for members in groups for pk in members).values()) == 3
    pairs = [frozenset(two) for members in groups for two in combinations(members, 2)]
    assert len(pairs) == len(set(pairs))


def test_published_places_are_proposals_and_everybody_reads_who_seeks_and_offers_what(talks: Hall) -> None:
    rounds = publish(talks, talks.drafted())
    assert Meeting.objects.of_rounds().count() == len(groups_of(rounds))
    someone = next(one for one in talks.people if own_tables(one, talks.now))
    [row] = own_tables(someone, talks.now)
    assert (row.state, row.kind, row.topic) == ("proposed", talks.kind, talks.topic)
    assert row.seeking | row.offering == {one.attendee_id for one in row.members}
    assert told(someone.pk) == ["rounds_proposed"]
    hosts = {one.host_id for attendee in talks.people for one in own_tables(attendee, talks.now)}
    assert hosts == {0} if talks.kind == "trios" else 0 not in hosts
    assert sum(row.i_am_host for one in talks.people for row in own_tables(one, talks.now)) == len(hosts - {0})


def test_a_group_with_fewer_than_three_is_off_and_the_others_are_told(trios: Hall) -> None:
    rounds = publish(trios, trios.drafted())
    one, *others = sorted(seated_in(rounds)[0])
    meeting_id = groups_of(rounds)[0].meeting_id
    trios.accept(Attendee.objects.get(pk=others[0]), meeting_id)
    trios.leave(Attendee.objects.get(pk=one), meeting_id)
    assert Meeting.objects.get(pk=meeting_id).state == Meeting.State.CANCELLED
    assert [told(pk) for pk in (one, *others)] == [
        ["rounds_proposed"],
        ["rounds_proposed", "cancelled"],
        ["rounds_proposed", "cancelled"],
    ]
    assert not Seat.objects.filter(meeting=meeting_id, is_active=True).exists()


def test_a_trio_that_not_all_accepted_by_the_hour_is_cancelled_and_told(trios: Hall) -> None:
    rounds = publish(trios, trios.drafted())
    first, second, *_rest = groups_of(rounds)
    for one in (*first.people, *second.people[:2]):
        trios.accept(Attendee.objects.get(pk=one.attendee_id), own_table_of(one, trios).meeting_id)
    end_unanswered(now=trios.answer_by)
    states = dict(Meeting.objects.values_list("pk", "state"))
    assert states[first.meeting_id] == Meeting.State.ACCEPTED
    assert states[second.meeting_id] == Meeting.State.CANCELLED
    assert {told(one.attendee_id)[-1] for one in second.people} == {"cancelled"}
    assert {told(one.attendee_id)[-1] for one in first.people} == {"rounds_proposed"}


def own_table_of(one: SeatedPerson, hall: Hall):
    [row] = own_tables(Attendee.objects.get(pk=one.attendee_id), hall.now)
    return row


def test_latecomers_sit_at_roundtables_with_a_place_left_and_nobody_is_moved() -> None:
    hall = Hall(kind="roundtables", people=9)
    rounds = publish(hall, hall.drafted(least=3, most=4, table_ids=tuple(one.pk for one in hall.forum.tables)))
    before = seated_in(rounds)
    [late] = newcomers(hall, 1)
    seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    hall.work(rounds)
    after = seated_in(rounds)
    assert all(then <= now for then, now in zip(before, after, strict=True))
    assert sum(late.pk in members for members in after) == 1
    assert told(late.pk) == ["rounds_proposed"]


def test_latecomers_form_new_trios_and_nobody_is_moved(trios: Hall) -> None:
    rounds = publish(trios, trios.drafted())
    before = seated_in(rounds)
    late = newcomers(trios, 0, 1, 2)
    seat_latecomers(event=trios.event, rounds_id=rounds.pk, by=trios.boss.person)
    trios.work(rounds)
    after = seated_in(rounds)
    assert all(members in after for members in before)
    assert {one.pk for one in late} in after


def test_who_is_moved_out_of_a_trio_leaves_a_table_that_is_not_published(trios: Hall) -> None:
    rounds = trios.drafted()
    table = groups_of(rounds)[0]
    seat_by_hand(
        event=trios.event,
        rounds_id=rounds.pk,
        slot_id=table.slot_id,
        attendee_id=table.people[0].attendee_id,
        table_id=None,
        by=trios.boss.person,
    )
    assert groups_of(rounds)[0].is_too_small
    count = len(groups_of(rounds))
    assert len(groups_of(publish(trios, rounds))) == count - 1


@pytest.mark.parametrize("how", ["block", "report"])
def test_two_who_are_apart_are_in_no_draft_together(hall: Hall, how: str) -> None:
    first, second = hall.people[:2]
    block_contact(how, first, second)
    assert not any({first.pk, second.pk} <= members for members in seated_in(hall.drafted()))


def test_groups_that_a_rule_parts_are_in_no_draft_together(hall: Hall) -> None:
    ContactRule.objects.create(event=hall.event, constituency="government", other_constituency="industry")
    of = {one.pk: one.constituency for one in hall.people}
    for members in seated_in(hall.drafted()):
        assert not {"government", "industry"} <= {of[pk] for pk in members}


def test_nobody_is_drafted_beside_somebody_they_have_no_language_with(hall: Hall) -> None:
    Attendee.objects.filter(pk=hall.people[0].pk).update(languages=["fr"])
    assert all(hall.people[0].pk not in members for members in seated_in(hall.drafted()))


@each_unfit
def test_nobody_is_in_a_group_who_may_not_be_and_who_changes_leaves(hall: Hall, change: dict[str, object]) -> None:
    other = hall.people[-1]
    Attendee.objects.filter(pk=other.pk).update(**change)
    rounds = publish(hall, hall.drafted())
    assert seated_in(rounds)
    assert all(other.pk not in members for members in seated_in(rounds))
    someone = Attendee.objects.get(pk=min(seated_in(rounds)[0]))
    Attendee.objects.filter(pk=someone.pk).update(**change)
    assert all(someone.pk not in members for members in seated_in(rounds))
    assert end_refused_places(now=hall.now) > 0
    assert not Seat.objects.filter(attendee=someone, place__isnull=False).exists()


@pytest.mark.parametrize("how", ["block", "report"])
def test_a_block_between_draft_and_publication_seats_nobody_beside_the_other(hall: Hall, how: str) -> None:
    rounds = hall.drafted()
    first, second = (Attendee.objects.get(pk=pk) for pk in sorted(seated_in(rounds)[0])[:2])
    block_contact(how, first, second)
    publish(hall, rounds)
    places = Seat.objects.filter(place__isnull=False)
    shared = places.filter(attendee=first).values("meeting")
    assert not places.filter(attendee=second, meeting__in=shared).exists()
    assert all(len(members) >= rounds.fewest for members in seated_in(rounds))


@pytest.mark.parametrize("how", ["block", "report"])
def test_whoever_blocks_a_member_leaves_and_can_accept_no_more(hall: Hall, how: str) -> None:
    rounds = publish(hall, hall.drafted())
    table = groups_of(rounds)[0]
    first, second, third = (Attendee.objects.get(pk=one.attendee_id) for one in table.people[:3])
    block_contact(how, first, second)
    assert own_table(first, table.meeting_id, hall.now).state == "cancelled"
    assert first.pk not in {one.attendee_id for one in own_table(third, table.meeting_id, hall.now).members}
    assert refusal_of(lambda: hall.accept(first, table.meeting_id)) == "not_found"
    assert end_refused_places(now=hall.now) > 0
    is_off = hall.kind == "trios" or (len(table.people) < 4 and hall.kind == "roundtables")
    assert own_table(third, table.meeting_id, hall.now).state == ("cancelled" if is_off else "proposed")


def test_a_latecomer_whom_all_members_blocked_is_put_nowhere(hall: Hall) -> None:
    rounds = publish(hall, hall.drafted())
    [late] = newcomers(hall, 1)
    for one in hall.people:
        block_contact("block", one, late)
    seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    hall.work(rounds)
    assert own_tables(late, hall.now) == ()


def test_nobody_is_moved_by_hand_beside_whom_the_policy_parts(hall: Hall) -> None:
    rounds = hall.drafted()
    there, others = groups_of(rounds)[0], groups_of(rounds)[1]
    Rounds.objects.filter(pk=rounds.pk).exclude(kind="trios").update(most=12)
    out, stays, mover = (Attendee.objects.get(pk=one.attendee_id) for one in (*there.people[:2], others.people[0]))

    def move(attendee: Attendee, table_id: int | None) -> Rounds:
        return seat_by_hand(
            event=hall.event,
            rounds_id=rounds.pk,
            slot_id=there.slot_id,
            attendee_id=attendee.pk,
            table_id=table_id,
            by=hall.boss.person,
        )

    move(out, None)
    block_contact("block", stays, mover)
    assert refusal_of(lambda: move(mover, there.table.pk)) == "cannot_sit"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "quartets"}, "kind"),
        ({"kind": "roundtables", "least": 3, "topic": ""}, "topic"),
        ({"kind": "roundtables", "least": 2}, "most"),
        ({"most_each": 0}, "most_each"),
        ({"most_each": 13}, "most_each"),
    ],
)
def test_what_cannot_be_ordered_is_said(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(BusinessError) as refused:
        Hall().ordered(**wrong)
    assert (refused.value.code, refused.value.details["field"]) == ("bad_rounds", field)


def test_the_database_knows_three_in_a_trio(trios: Hall) -> None:
    rounds = trios.ordered()
    assert (rounds.least, rounds.most) == (3, 3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rounds.objects.update(most=4)
