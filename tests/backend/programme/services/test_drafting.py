"""From an order to a draft: what is planned, what is not, and the report of it."""

import json
from collections import Counter

import pytest

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import SessionPart
from backend.programme.models import Plan
from backend.programme.rules.options import MAX_DRAFTS, BadOptions
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import plan_page_for
from backend.programme.services.solving import solve_plan
from backend.suggestions.models import Feedback, Suggestion
from frontend.programme.words import better_words
from tests.backend.programme.conftest import pairs_among, places, seats_of
from tests.factories import NOW, block_contact, make_run, make_session
from tests.refusals import refuses


def rows_of(plan):
    return list(plan.planned.select_related("slot", "table", "first__person", "second__person"))


def reasons_of(plan):
    return plan_page_for(plan, read_planning_data(plan.event, NOW)).reasons


@pytest.mark.slow
def test_a_draft_gives_everybody_as_many_meetings_as_asked_without_a_clash(desk):
    plan = desk.plan(most=3)
    rows = rows_of(plan)
    assert (plan.state, plan.work, plan.progress) == ("draft", "ready", 100)
    assert set(Counter(key for key, _ in seats_of(rows)).values()) == {3}
    assert len(set(seats_of(rows))) == len(seats_of(rows)) == 18
    assert len({(row.slot_id, row.table_id) for row in rows}) == 9
    assert plan.value == pytest.approx(4.5)
    assert plan.bound == pytest.approx(4.5)
    assert plan.report["is_optimal"]


def test_the_best_fitting_pairs_are_chosen(desk):
    a, b, c, d, e, f = desk.people
    desk.suggest(scores={(a, d): 0.9, (b, e): 0.8, (c, f): 0.7})
    plan = desk.plan(most=1)
    assert {(row.first, row.second) for row in rows_of(plan)} == {(a, d), (b, e), (c, f)}
    assert plan.value == pytest.approx(2.4)


def test_only_pairs_the_contact_policy_allows_are_planned(desk, blocked_by):
    a, b, c, *_ = desk.people
    [minor] = desk.join(1, "youth", age_class="minor")
    [hidden] = desk.join(1, visibility="hidden")
    desk.event.tables.create(label="T3")
    desk.suggest()
    block_contact(blocked_by, a, b)
    Feedback.objects.create(attendee=c, other=a, verdict="not-relevant", cause="topic")
    rows = rows_of(desk.plan(most=5))
    planned = {(row.first, row.second) for row in rows}
    assert {minor, hidden}.isdisjoint({person for pair in planned for person in pair})
    assert planned == set(pairs_among(desk.people[:6])) - {(a, b), (a, c)}


@pytest.mark.slow
def test_times_nobody_opened_and_sessions_are_kept_free(desk):
    a, b, *_ = desk.people
    Availability.objects.filter(attendee=a).exclude(slot=desk.slots[4]).delete()
    session = make_session(desk.event)
    session.starts_at, session.ends_at = desk.slots[0].starts_at, desk.slots[1].ends_at
    session.save()
    SessionPart.objects.create(event=desk.event, attendee=b, session=session)
    seats = seats_of(rows_of(desk.plan(most=5)))
    assert [slot for key, slot in seats if key == a.pk] == [desk.slots[4].pk]
    assert {slot for key, slot in seats if key == b.pk} <= {slot.pk for slot in desk.slots[2:]}


@pytest.mark.slow
def test_confirmed_meetings_are_kept_and_planned_around(desk):
    a, b, c, d, *_ = desk.people
    agreed = desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[0]))
    waiting = desk.forum.ask(c, d)
    before = places()
    rows = rows_of(desk.plan(most=3))
    assert places() == before == {(agreed.pk, desk.slots[0].pk, desk.tables[0].pk)}
    assert not {(a.pk, desk.slots[0].pk), (b.pk, desk.slots[0].pk)} & set(seats_of(rows))
    assert (desk.slots[0].pk, desk.tables[0].pk) not in {(row.slot_id, row.table_id) for row in rows}
    assert not {(a, b), (c, d)} & {(row.first, row.second) for row in rows}
    assert Counter(key for key, _ in seats_of(rows))[a.pk] == 2, "the agreed one counts to the most"
    assert Meeting.objects.get(pk=waiting.pk).state == "requested"


def test_a_table_taken_by_somebody_out_of_sight_stays_taken(desk):
    [x, y] = desk.join(2)
    desk.forum.accept(y, desk.forum.ask(x, y, desk.slots[0]))
    x.visibility = "hidden"
    x.save()
    desk.suggest()
    rows = rows_of(desk.plan(most=5))
    assert (desk.slots[0].pk, desk.tables[0].pk) not in {(row.slot_id, row.table_id) for row in rows}
    assert (y.pk, desk.slots[0].pk) not in seats_of(rows)


@pytest.mark.slow
def test_of_two_slots_that_overlap_one_is_planned(desk):
    half = desk.slots[0].ends_at - desk.slots[0].starts_at
    crooked = desk.event.slots.create(
        starts_at=desk.slots[0].starts_at + half / 2, ends_at=desk.slots[0].ends_at + half / 2
    )
    for person in desk.people:
        desk.forum.open(person, [crooked])
    assert crooked.pk not in {slot for _, slot in seats_of(rows_of(desk.plan(most=5)))}


def test_a_plan_between_two_constituencies_has_no_other_pairs(desk):
    rows = rows_of(desk.plan(scope="between", first_constituency="government", second_constituency="industry", most=2))
    assert {frozenset((r.first.constituency, r.second.constituency)) for r in rows} == {
        frozenset(("government", "industry"))
    }
    assert len(rows) == 4


def test_a_plan_for_people_without_a_meeting_gives_each_of_them_one(desk):
    a, b, *others = desk.people
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[0]))
    for least in (0, 1):
        rows = rows_of(desk.plan(scope="without_meeting", least=least, most=5))
        seats = Counter(key for key, _ in seats_of(rows))
        assert {pk: seats[pk] for pk in (one.pk for one in others)} == {one.pk: 1 for one in others}
        assert len(rows) <= len(others)
    rows = rows_of(desk.plan(scope="without_meeting", least=2, most=5))
    seats = Counter(key for key, _ in seats_of(rows))
    assert {seats[one.pk] for one in others} == {2}


def test_it_reaches_as_many_of_them_as_it_can_before_it_looks_at_the_fit(desk):
    a, b, c, d, *_ = desk.people
    for one, other, slot in ((desk.people[4], desk.people[5], 0),):
        desk.forum.accept(other, desk.forum.ask(one, other, desk.slots[slot]))
    desk.event.runs.all().delete()
    make_run(desk.event, {a: [b, c], b: [a, d], c: [a], d: [b]})
    Suggestion.objects.update(score=0.2)
    Suggestion.objects.filter(attendee__in=[a, b], other__in=[a, b]).update(score=0.9)
    plan = desk.plan(scope="without_meeting", most=5)
    pairs = {frozenset((row.first_id, row.second_id)) for row in rows_of(plan)}
    assert pairs == {frozenset((a.pk, c.pk)), frozenset((b.pk, d.pk))}
    assert (plan.value, plan.bound) == (pytest.approx(0.4), pytest.approx(0.4))
    figures = plan_page_for(plan, read_planning_data(desk.event, NOW)).figures
    assert better_words(figures) == "No better plan of the suggested pairs is possible."


def test_the_share_across_constituencies_is_kept_and_its_bound_is_proven(desk):
    same = [pair for pair in pairs_among(desk.people) if pair[0].constituency == pair[1].constituency]
    desk.suggest(scores=dict.fromkeys(same, 0.9))
    free, floored = desk.plan(most=1), desk.plan(most=1, cross_share=1.0, seconds=5)
    crossing = [row.first.constituency != row.second.constituency for row in rows_of(floored)]
    assert free.value == pytest.approx(2.7)
    assert crossing == [True] * 3
    assert not floored.report["share_missed"]
    assert floored.value == pytest.approx(1.5)
    assert 1.5 - 1e-9 <= floored.bound <= 2.7
    figures = plan_page_for(floored, read_planning_data(desk.event, NOW)).figures
    assert figures.gap == pytest.approx((floored.bound - 1.5) / floored.bound)


def test_a_plan_that_misses_the_share_is_bounded_without_it_and_never_optimal(desk):
    a, d = desk.people[0], desk.people[3]  # of one constituency
    others = [(desk.people[1], desk.people[4]), (desk.people[2], desk.people[5])]
    desk.suggest(scores=dict.fromkeys(others, 0.9))
    order = desk.order(most=1, cross_share=1.0)
    order.planned.create(
        event=desk.event, first=a, second=d, slot=desk.slots[0], table=desk.tables[0], value=0.5, is_locked=True
    )
    missed = desk.solve(order)
    assert missed.report["share_missed"]
    assert not missed.report["is_optimal"]
    assert missed.value == pytest.approx(1.5), "as near to the share as the locked meeting lets it"
    assert missed.bound == pytest.approx(2.3), "with no share asked for, the two others would be worth .9 each"
    assert plan_page_for(missed, read_planning_data(desk.event, NOW)).figures.gap == pytest.approx(0.8 / 2.3)


def test_people_without_a_meeting_have_a_reason(desk):
    a, b, _c, *_ = desk.people
    Availability.objects.filter(attendee=a).delete()
    session = make_session(desk.event)
    session.starts_at, session.ends_at = desk.slots[0].starts_at, desk.slots[-1].ends_at
    session.save()
    SessionPart.objects.create(event=desk.event, attendee=b, session=session)
    [late] = desk.forum.join(1)
    plan = desk.plan(most=3, least=1)
    assert plan.report["without"] == [[a.pk, "no_times"], [b.pk, "busy"], [late.pk, "no_suggestions"]]
    assert plan.report["short"] == [[a.pk, 0], [b.pk, 0], [late.pk, 0]]


@pytest.mark.slow
def test_a_conflict_is_named_and_the_rows_are_left_alone(desk):
    plan = desk.plan(most=5)
    rows = rows_of(plan)
    [row] = [row for row in rows if row.slot == desk.slots[0]][:1]
    desk.lock(row)
    Availability.objects.filter(attendee=row.first_id, slot=row.slot_id).delete()
    plan = desk.replan(plan)
    assert plan.work == "impossible"
    assert reasons_of(plan) == (
        f"The locked meeting of {row.first.person.name} and {row.second.person.name} cannot stay: "
        f"{row.first.person.name} has not opened this time.",
    )
    assert row.first.person.name not in json.dumps(plan.report), "the report keeps ids, not names"
    assert {r.pk for r in rows_of(plan)} == {r.pk for r in rows}


def test_a_forum_too_small_for_the_least_names_its_capacity(desk):
    for table in desk.tables[1:]:
        table.delete()
    desk.tables[:] = desk.tables[:1]
    plan = desk.plan(least=3, most=5)
    assert plan.work == "impossible"
    assert reasons_of(plan) == ("People must have 9 meetings at least in all; there is room for 6.",)


def test_a_superseded_order_changes_nothing(desk):
    first = desk.order()
    superseded = first.round
    Plan.objects.filter(pk=first.pk).update(round=superseded + 1)
    solve_plan(plan_id=first.pk, round_number=superseded, now=NOW, clock=lambda: 0.0)
    first.refresh_from_db()
    assert (first.work, first.planned.count()) == ("waiting", 0)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"scope": "nobody"}, "scope"),
        ({"scope": "between", "first_constituency": "industry"}, "second_constituency"),
        ({"scope": "everyone", "first_constituency": "industry"}, "first_constituency"),
        ({"most": 0}, "most"),
        ({"least": 4, "most": 3}, "least"),
        ({"cross_share": 1.2}, "cross_share"),
        ({"seconds": 0}, "seconds"),
        ({"seed": -1}, "seed"),
    ],
)
def test_unusable_options_are_refused_by_field(desk, options, field):
    with pytest.raises(BadOptions) as refusal:
        desk.order(**options)
    assert refusal.value.details["field"] == field
    assert not Plan.objects.exists()


def test_without_lists_times_or_tables_there_is_nothing_to_plan(desk):
    desk.event.tables.all().delete()
    with refuses("nothing_to_plan_with", match="tables"):
        desk.order()
    desk.event.slots.all().delete()
    with refuses("nothing_to_plan_with", match="times"):
        desk.order()
    desk.event.runs.all().delete()
    with refuses("no_suggestions"):
        desk.order()


def test_an_event_has_so_many_drafts_and_no_more_until_one_is_withdrawn(desk):
    published = desk.publish(desk.plan(most=1))
    for _ in range(MAX_DRAFTS - 1):
        desk.order()
    last = desk.plan(most=1)
    for more in (desk.order, lambda: desk.replan(published)):
        with refuses("too_many_drafts", match=f"{MAX_DRAFTS} drafts"):
            more()
    assert Plan.objects.filter(state="draft").count() == MAX_DRAFTS
    desk.replan(last)  # the draft it is, planned again
    desk.withdraw(last)
    desk.order()
