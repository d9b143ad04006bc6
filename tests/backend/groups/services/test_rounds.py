"""Rounds of tables: drafted, published, accepted, left, joined late, cancelled."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.core.errors import BusinessError, NotFound
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_table, own_tables, rounds_for, rounds_page_for
from backend.groups.services import round_work
from backend.groups.services.leaving import end_everything_of
from backend.groups.services.round_tables import end_refused_places, end_unanswered, give_place
from backend.groups.services.round_work import work_on_rounds
from backend.groups.services.rounds import (
    RoundsOptions,
    cancel_rounds,
    draft_again,
    order_rounds,
    publish_rounds,
    seat_by_hand,
    seat_latecomers,
)
from backend.people.models import KnownMinor
from backend.safeguarding.models import ContactRule
from tests.backend.conftest import Forum, open_slots
from tests.factories import block_contact, make_attendee, make_attendees, make_event
from tests.halls import SECONDS, Hall, each_unfit

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    return Hall()


def at_tables(rounds: Rounds) -> list[list[int]]:
    """Who has a place or a drafted seat at each table of each round."""
    page = rounds_page_for(rounds)
    return [[one.attendee_id for one in table.people] for each in page.each for table in each.tables]


def together(rounds: Rounds) -> set[frozenset[int]]:
    return {frozenset(two) for members in at_tables(rounds) for two in combinations(members, 2)}


def states(attendee: Attendee, now: dt.datetime) -> list[str]:
    return [row.state for row in own_tables(attendee, now)]


def told(attendee: Attendee) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee).order_by("pk").values_list("kind", flat=True))


def beside(attendee: Attendee, meeting_id: int, now: dt.datetime) -> set[int]:
    return {one.attendee_id for one in own_table(attendee, meeting_id, now).members}


def refusal_of(call: object) -> str:
    with pytest.raises(BusinessError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def test_a_draft_seats_everybody_once_a_round_and_tells_nobody(hall: Hall) -> None:
    rounds = hall.drafted()
    page = rounds_page_for(rounds)
    assert rounds.work == Rounds.Work.READY
    for each in page.each:
        seated = [one.attendee_id for table in each.tables for one in table.people]
        assert sorted(seated) == sorted(one.pk for one in hall.people)
        assert each.without == ()
    assert page.figures.pairs_met > 40
    assert page.share_met == page.figures.pairs_met / 66
    assert page.gap is not None
    assert 0 <= page.gap < 0.4
    assert page.figures.mix < rounds.report["mix_by_chance"]
    assert not Meeting.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.slow
def test_published_places_are_proposals_that_hold_the_table_and_no_time(hall: Hall) -> None:
    rounds = hall.published()
    someone = hall.people[0]
    assert Meeting.objects.of_rounds().count() == 9
    assert states(someone, hall.now) == ["proposed"] * 3
    assert told(someone) == ["rounds_proposed"]
    assert not Seat.objects.filter(is_active=True).exists()
    assert not rounds.seats.exists()
    assert {len(members) for members in at_tables(rounds)} == {4}


@pytest.mark.slow
def test_a_yes_takes_the_time_and_a_no_frees_the_place(hall: Hall) -> None:
    rounds = hall.published()
    first, second = own_tables(hall.people[0], hall.now)[:2]
    hall.accept(hall.people[0], first.meeting_id)
    hall.accept(hall.people[0], first.meeting_id)
    hall.leave(hall.people[0], second.meeting_id)
    hall.leave(hall.people[0], second.meeting_id)
    assert states(hall.people[0], hall.now) == ["accepted", "cancelled", "proposed"]
    other = Attendee.objects.get(pk=min(beside(hall.people[0], first.meeting_id, hall.now)))
    assert hall.people[0].pk in beside(other, first.meeting_id, hall.now)
    assert all(hall.people[0].pk not in members for members in at_tables(rounds)[3:6])
    assert told(hall.people[0]) == ["rounds_proposed"]


@pytest.mark.slow
def test_who_has_another_meeting_by_then_is_refused_by_the_constraint_and_can_leave(hall: Hall) -> None:
    hall.published()
    someone = hall.people[0]
    row = own_tables(someone, hall.now)[0]
    other = hall.people[1]
    open_slots([someone, other], hall.forum.slots[:1])
    Table.objects.create(event=hall.event, label="Another")
    hall.forum.accept(other, hall.forum.ask(someone, other, hall.forum.slots[0]))
    assert refusal_of(lambda: hall.accept(someone, row.meeting_id)) == "slot_taken"
    assert states(someone, hall.now)[0] == "proposed"
    hall.leave(someone, row.meeting_id)
    assert states(someone, hall.now)[0] == "cancelled"


@pytest.mark.slow
def test_places_without_an_answer_end_at_the_hour_set_and_are_told(hall: Hall) -> None:
    rounds = hall.published()
    hall.accept_all(*hall.people[:9])
    late = hall.answer_by
    assert (
        refusal_of(lambda: hall.accept(hall.people[9], own_tables(hall.people[9], late)[0].meeting_id, late))
        == "too_late"
    )
    assert end_unanswered(now=late - dt.timedelta(minutes=1)) == 0
    assert end_unanswered(now=late) > 0
    assert end_unanswered(now=late) == 0
    assert states(hall.people[9], late) == ["cancelled"] * 3
    assert told(hall.people[9]) == ["rounds_proposed", *["cancelled"] * 3]
    assert told(hall.people[0]).count("cancelled") == states(hall.people[0], late).count("cancelled")
    assert set().union(*at_tables(rounds)) <= {one.pk for one in hall.people[:9]}


@pytest.mark.slow
def test_a_table_at_which_one_alone_is_left_does_not_take_place(hall: Hall) -> None:
    hall.published()
    meeting = Meeting.objects.of_rounds().first()
    members = [Attendee.objects.get(pk=seat.attendee_id) for seat in meeting.seats.all()]
    hall.accept(members[0], meeting.pk)
    for one in members[1:]:
        hall.leave(one, meeting.pk)
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CANCELLED
    assert told(members[0]) == ["rounds_proposed", "cancelled"]
    assert not Seat.objects.filter(meeting=meeting, is_active=True).exists()


@pytest.mark.slow
def test_latecomers_are_added_and_nobody_with_a_place_is_moved(hall: Hall) -> None:
    rounds = hall.published(most=5)
    hall.accept_all()
    before = [set(members) for members in at_tables(rounds)]
    late = make_attendees(hall.event, [{"constituency": "industry"}, {"constituency": "government"}])
    end_unanswered(now=hall.answer_by)
    seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    hall.work(rounds, hall.answer_by)
    after = [set(members) for members in at_tables(rounds)]
    assert all(now >= then for now, then in zip(after, before, strict=True))
    assert states(late[0], hall.answer_by) == ["proposed"] * 3
    assert told(late[0]) == ["rounds_proposed"]
    first = own_tables(late[0], hall.answer_by)[0]
    hall.accept(late[0], first.meeting_id, hall.answer_by)
    assert end_unanswered(now=first.starts_at) > 0
    assert states(late[1], first.starts_at)[0] == "cancelled"


@pytest.mark.slow
def test_a_latecomer_is_put_beside_nobody_who_blocked_them(hall: Hall) -> None:
    rounds = hall.published(most=5)
    hall.accept_all()
    late = make_attendee(hall.event)
    for one in hall.people:
        block_contact("block", one, late)
    seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    hall.work(rounds)
    assert own_tables(late, hall.now) == ()


def test_latecomers_are_added_also_where_the_policy_parted_two_of_a_table_a_moment_ago(hall: Hall) -> None:
    rounds = hall.published(most=5)
    hall.accept_all()
    row = own_tables(hall.people[0], hall.now)[0]
    one, other = (Attendee.objects.get(pk=member.attendee_id) for member in row.members[:2])
    block_contact("block", one, other)
    late = make_attendee(hall.event)
    seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    assert hall.work(rounds).work == Rounds.Work.READY
    assert states(late, hall.now) == ["proposed"] * 3
    assert {own.meeting_id: own.state for own in own_tables(one, hall.now)}[row.meeting_id] == "cancelled"


@pytest.mark.slow
def test_cancelling_frees_everybody_and_tells_them_once_a_table(hall: Hall) -> None:
    rounds = hall.published()
    hall.accept_all(hall.people[0])
    cancel_rounds(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person, now=hall.now)
    hall.work(rounds)
    assert states(hall.people[0], hall.now) == ["cancelled"] * 3
    assert told(hall.people[0]) == ["rounds_proposed", *["cancelled"] * 3]
    assert not Seat.objects.filter(is_active=True).exists()
    assert not Meeting.objects.of_rounds().to_come(hall.now).exists()


def test_a_cancelled_draft_leaves_nothing_behind(hall: Hall) -> None:
    rounds = hall.drafted()
    cancel_rounds(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person, now=hall.now)
    assert not Meeting.objects.exists()
    assert (
        refusal_of(
            lambda: publish_rounds(
                event=hall.event, rounds_id=rounds.pk, answer_by=hall.answer_by, by=hall.boss.person, now=hall.now
            )
        )
        == "not_a_draft"
    )


def test_an_organiser_moves_people_by_hand_within_the_policy(hall: Hall) -> None:
    rounds = hall.drafted()
    rounds.most = 12
    rounds.save()
    slot = hall.forum.slots[0]
    seats = list(rounds.seats.filter(slot=slot))
    mover = seats[0]
    there = next(seat for seat in seats if seat.table_id != mover.table_id)

    def move(table_id: int | None) -> Rounds:
        return seat_by_hand(
            event=hall.event,
            rounds_id=rounds.pk,
            slot_id=slot.pk,
            attendee_id=mover.attendee_id,
            table_id=table_id,
            by=hall.boss.person,
        )

    move(there.table_id)
    assert rounds.seats.get(slot=slot, attendee=mover.attendee_id).table_id == there.table_id
    move(None)
    assert not rounds.seats.filter(slot=slot, attendee=mover.attendee_id).exists()
    assert [one.attendee_id for one in rounds_page_for(rounds).each[0].without] == [mover.attendee_id]
    block_contact("block", there.attendee, mover.attendee)
    assert refusal_of(lambda: move(there.table_id)) == "cannot_sit"
    Attendee.objects.filter(pk=there.attendee_id).update(languages=["fr"])
    assert refusal_of(lambda: move(there.table_id)) == "cannot_sit"


@pytest.mark.slow
def test_a_table_is_filled_by_hand_to_its_size_and_no_further(hall: Hall) -> None:
    rounds = hall.drafted(most=4)
    slot = hall.forum.slots[0]
    seats = list(rounds.seats.filter(slot=slot))
    there = next(seat for seat in seats if seat.table_id != seats[0].table_id)
    assert (
        refusal_of(
            lambda: seat_by_hand(
                event=hall.event,
                rounds_id=rounds.pk,
                slot_id=slot.pk,
                attendee_id=seats[0].attendee_id,
                table_id=there.table_id,
                by=hall.boss.person,
            )
        )
        == "table_full"
    )


@pytest.mark.parametrize("how", ["block", "report"])
def test_two_who_are_apart_are_never_drafted_to_one_table(how: str) -> None:
    hall = Hall(people=4, tables=1, slots=1)
    first, second = hall.people[:2]
    block_contact(how, first, second)
    seated = set(hall.drafted().seats.values_list("attendee", flat=True))
    assert len(seated) == 3
    assert not {first.pk, second.pk} <= seated


def test_groups_that_a_rule_parts_are_never_at_one_table(hall: Hall) -> None:
    ContactRule.objects.create(event=hall.event, constituency="government", other_constituency="industry")
    of = {one.pk: one.constituency for one in hall.people}
    pairs = {frozenset(of[pk] for pk in pair) for pair in together(hall.drafted())}
    assert frozenset({"government", "industry"}) not in pairs


@pytest.mark.slow
def test_nobody_sits_with_somebody_they_have_no_language_with(hall: Hall) -> None:
    Attendee.objects.filter(pk=hall.people[0].pk).update(languages=["fr"])
    assert all(hall.people[0].pk not in pair for pair in together(hall.drafted()))
    hall.event.interpreters = True
    hall.event.save()
    assert any(hall.people[0].pk in pair for pair in together(hall.drafted()))


def test_a_round_is_opened_in_as_many_queries_for_four_tables_as_for_two() -> None:
    def count(tables: int) -> int:
        hall = Hall(people=4 * tables, tables=tables, slots=1, slug=f"of-{tables}")
        rounds = hall.drafted(least=4)
        rounds.answer_by = hall.answer_by
        rounds.save()
        with CaptureQueriesContext(connection) as queries:
            round_work._put_round_forward(rounds, hall.forum.slots[0], hall.now)
        assert Meeting.objects.of_rounds().filter(event=hall.event).count() == tables
        return len(queries)

    assert count(4) == count(2)


def test_one_who_states_another_language_before_publication_or_comes_late_sits_with_nobody(hall: Hall) -> None:
    rounds = hall.drafted(most=6)
    changed = hall.people[-1]
    Attendee.objects.filter(pk=changed.pk).update(languages=["fr"])
    publish_rounds(event=hall.event, rounds_id=rounds.pk, answer_by=hall.answer_by, by=hall.boss.person, now=hall.now)
    hall.work(rounds)
    assert Seat.objects.filter(place__isnull=False).exists()
    assert own_tables(changed, hall.now) == ()
    meeting_id = Meeting.objects.earliest("pk").pk
    assert not give_place(meeting_id, changed.pk, most=12, now=hall.now)
    Attendee.objects.filter(pk=changed.pk).update(languages=["fr", "en"])
    assert give_place(meeting_id, changed.pk, most=12, now=hall.now)


@each_unfit
def test_nobody_is_put_at_a_table_who_may_not_be_and_who_changes_leaves(hall: Hall, change: dict[str, object]) -> None:
    someone, other = hall.people[0], hall.people[-1]
    Attendee.objects.filter(pk=other.pk).update(**change)
    rounds = hall.published()
    assert all(other.pk not in members for members in at_tables(rounds))
    hall.accept_all(*hall.people[:2])
    Attendee.objects.filter(pk=someone.pk).update(**change)
    assert all(someone.pk not in members for members in at_tables(rounds))
    assert end_refused_places(now=hall.now) == 3
    assert not Seat.objects.filter(attendee=someone, place__isnull=False).exists()


@pytest.mark.parametrize("how", ["block", "report"])
def test_whoever_blocks_a_fellow_member_leaves_and_the_others_see_a_leaving(hall: Hall, how: str) -> None:
    rounds = hall.published()
    hall.accept_all()
    row = own_tables(hall.people[0], hall.now)[0]
    other = Attendee.objects.get(pk=row.members[0].attendee_id)
    third = Attendee.objects.get(pk=row.members[1].attendee_id)
    block_contact(how, hall.people[0], other)
    # At once on the pages, and for good by the job.
    assert own_table(hall.people[0], row.meeting_id, hall.now).state == "cancelled"
    assert own_table(hall.people[0], row.meeting_id, hall.now).members == ()
    assert hall.people[0].pk not in beside(other, row.meeting_id, hall.now)
    assert hall.people[0].pk not in beside(third, row.meeting_id, hall.now)
    assert own_table(other, row.meeting_id, hall.now).state == "accepted"
    assert end_refused_places(now=hall.now) >= 1
    assert told(other) == told(third) == ["rounds_proposed"]
    assert "cancelled" in told(hall.people[0])
    assert frozenset({hall.people[0].pk, other.pk}) not in together(rounds)


@pytest.mark.slow
def test_a_block_between_draft_and_publication_seats_them_apart(hall: Hall) -> None:
    rounds = hall.drafted()
    pair = next(iter(together(rounds)))
    first, second = (Attendee.objects.get(pk=pk) for pk in pair)
    block_contact("block", first, second)
    publish_rounds(event=hall.event, rounds_id=rounds.pk, answer_by=hall.answer_by, by=hall.boss.person, now=hall.now)
    hall.work(rounds)
    places = Seat.objects.filter(place__isnull=False)
    shared = places.filter(attendee=first).values("meeting")
    assert not places.filter(attendee=second, meeting__in=shared).exists()


@pytest.mark.slow
def test_who_may_not_see_another_member_cannot_accept(hall: Hall) -> None:
    hall.published()
    row = own_tables(hall.people[0], hall.now)[0]
    block_contact("block", hall.people[0], Attendee.objects.get(pk=row.members[0].attendee_id))
    assert refusal_of(lambda: hall.accept(hall.people[0], row.meeting_id)) == "not_found"


def test_nobody_reads_accepts_or_leaves_a_table_without_a_place(hall: Hall) -> None:
    hall.published()
    stranger = make_attendee(hall.event)
    meeting = Meeting.objects.of_rounds().first()
    for call in (
        lambda: own_table(stranger, meeting.pk, hall.now),
        lambda: hall.accept(stranger, meeting.pk),
        lambda: hall.leave(stranger, meeting.pk),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.slow
def test_who_leaves_the_forum_leaves_their_tables(hall: Hall) -> None:
    rounds = hall.published()
    hall.accept_all(hall.people[0])
    end_everything_of(attendee_ids=[hall.people[0].pk], now=hall.now)
    assert all(hall.people[0].pk not in members for members in at_tables(rounds))


@pytest.mark.slow
def test_people_with_something_else_then_are_drafted_to_the_other_rounds(hall: Hall) -> None:
    first = hall.published()
    hall.accept_all()
    rounds = Hall.drafted(hall, slot_ids=(hall.forum.slots[0].pk,), table_ids=_new_table(hall))
    assert at_tables(rounds) == [[]]
    cancel_rounds(event=hall.event, rounds_id=first.pk, by=hall.boss.person, now=hall.now)
    hall.work(first)
    rounds = Hall.drafted(hall, slot_ids=(hall.forum.slots[0].pk,), table_ids=_new_table(hall))
    assert len(at_tables(rounds)[0]) == 4


def _new_table(hall: Hall) -> tuple[int]:
    return (Table.objects.create(event=hall.event, label=f"New {Table.objects.count()}").pk,)


@pytest.mark.slow
def test_rounds_are_for_whom_they_are_ordered_for(hall: Hall) -> None:
    rounds = hall.drafted(constituencies=("government",))
    assert {one.pk for one in hall.people if one.constituency == "government"} == set().union(*at_tables(rounds))
    topic = hall.event.topics.first()
    seeker = make_attendee(hall.event, constituency="industry", sector="large-company", seeks_topics=[topic.key])
    other = make_attendee(hall.event, offers_topics=[topic.key])
    rounds = hall.drafted(topic=topic.key)
    assert {seeker.pk, other.pk} == set().union(*at_tables(rounds))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"slot_ids": ()}, "slots"),
        ({"table_ids": ()}, "tables"),
        ({"least": 1}, "most"),
        ({"least": 5, "most": 4}, "most"),
        ({"most": 13}, "most"),
        ({"constituencies": ("martians",)}, "constituencies"),
        ({"topic": "unknown"}, "topic"),
    ],
)
def test_what_cannot_be_ordered_is_said(hall: Hall, wrong: dict[str, object], field: str) -> None:
    with pytest.raises(BusinessError) as refused:
        hall.ordered(**wrong)
    assert (refused.value.code, refused.value.details["field"]) == ("bad_rounds", field)
    assert not Rounds.objects.exists()


def test_a_table_that_is_taken_cannot_be_ordered(hall: Hall) -> None:
    hall.published()
    assert refusal_of(hall.ordered) == "bad_rounds"


def test_a_draft_is_made_anew_and_a_late_result_changes_nothing(hall: Hall) -> None:
    rounds = hall.drafted()
    old = rounds.version
    draft_again(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person)
    work_on_rounds(rounds_id=rounds.pk, version=old, now=hall.now, seconds=SECONDS)
    rounds.refresh_from_db()
    assert rounds.work == Rounds.Work.WAITING
    assert (
        refusal_of(lambda: cancel_rounds(event=hall.event, rounds_id=rounds.pk, by=hall.boss.person, now=hall.now))
        == "rounds_at_work"
    )
    assert hall.work(rounds).work == Rounds.Work.READY


@pytest.mark.slow
@pytest.mark.parametrize("answer_in", [dt.timedelta(0), dt.timedelta(days=400)])
def test_the_hour_to_answer_by_is_to_come_and_before_the_first_round(hall: Hall, answer_in: dt.timedelta) -> None:
    rounds = hall.drafted()
    assert (
        refusal_of(
            lambda: publish_rounds(
                event=hall.event, rounds_id=rounds.pk, answer_by=hall.now + answer_in, by=hall.boss.person, now=hall.now
            )
        )
        == "bad_rounds"
    )


def test_nobody_but_organisers_orders_and_changes_them(hall: Hall, forum: Forum) -> None:
    rounds = hall.drafted()
    by = hall.people[0].person
    for call in (
        lambda: order_rounds(
            event=hall.event, options=RoundsOptions(title="x", slot_ids=(), table_ids=()), by=by, now=hall.now
        ),
        lambda: draft_again(event=hall.event, rounds_id=rounds.pk, by=by),
        lambda: publish_rounds(event=hall.event, rounds_id=rounds.pk, answer_by=hall.answer_by, by=by, now=hall.now),
        lambda: seat_latecomers(event=hall.event, rounds_id=rounds.pk, by=by),
        lambda: cancel_rounds(event=hall.event, rounds_id=rounds.pk, by=by, now=hall.now),
    ):
        assert refusal_of(call) == "only_organisers"
    with pytest.raises(NotFound):
        rounds_for(forum.event, rounds.pk)


@pytest.mark.slow
def test_the_database_lets_nobody_sit_who_has_not_said_yes(hall: Hall) -> None:
    hall.published()
    with pytest.raises(IntegrityError):
        Seat.objects.update(is_active=True)


def test_whom_another_forum_knows_as_a_minor_at_this_moment_is_named_at_no_table(hall: Hall) -> None:
    hall.published()
    row = own_tables(hall.people[0], hall.now)[0]
    other = Attendee.objects.select_related("person").get(pk=row.members[0].attendee_id)
    KnownMinor.objects.create(
        address_hash=other.person.address_hash,
        event=make_event("elsewhere"),
        expires_at=hall.now + dt.timedelta(hours=1),  # by the clock of the database it is over
    )
    assert other.pk not in beside(hall.people[0], row.meeting_id, hall.now)
