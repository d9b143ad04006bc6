"""What organisers read: three orders of the same meetings, current figures, and printed schedules."""

import pytest

from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.programme.selectors.edit_options import edit_options_for
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import plan_for, plan_page_for
from backend.programme.selectors.printed_schedules import printed_schedules_for
from frontend.programme.words import better_words
from matching.recommend.strength import Strength
from tests.backend.programme.conftest import make_desk
from tests.factories import NOW, block_contact, make_session


def page_of(desk, plan):
    return plan_page_for(plan_for(desk.event, plan.pk), read_planning_data(desk.event, NOW))


def test_the_same_meetings_by_person_by_slot_and_by_table(desk):
    page = page_of(desk, desk.plan(most=3))
    by_person, by_slot, by_table = (page.by(order) for order in ("person", "slot", "table"))
    assert [group.person.name for group in by_person] == [f"Person {letter}" for letter in "ABCDEF"]
    assert sum(group.count for group in by_person) == 18
    assert sum(group.count for group in by_slot) == sum(group.count for group in by_table) == 9
    starts = [group.slot.starts_at for group in by_slot]
    assert starts == sorted(starts)


def test_figures_follow_changes_by_hand_and_the_bound_stays(desk):
    a, *_ = desk.people
    plan = desk.plan(most=1)
    assert page_of(desk, plan).figures.value == pytest.approx(1.5)
    desk.drop(plan.planned.get(first=a))
    page = page_of(desk, plan)
    assert (page.figures.value, page.figures.bound) == pytest.approx((1.0, 1.5))
    assert page.figures.gap == pytest.approx(1 / 3)
    assert (page.figures.least, page.figures.median, page.figures.most) == (0, 1.0, 1)
    assert {(left.person.attendee_id == a.pk, left.why) for left in page.without} >= {(True, "by_hand")}


def test_fixed_meetings_show_beside_the_draft_and_count(desk):
    a, b, *_ = desk.people
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[0]))
    page = page_of(desk, desk.plan(most=1))
    assert (page.figures.planned, page.figures.fixed, page.figures.least) == (2, 1, 1)
    assert {entry.state for entry in page.entries} == {"planned", "agreed"}


def test_new_meetings_of_a_draft_stand_first_whatever_the_order(desk):
    a, b, *_ = desk.people
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[0]))
    page = page_of(desk, desk.plan(most=2))
    for order in ("person", "slot", "table"):
        groups = page.new_first(order)
        news = [group.is_new for group in groups]
        assert news == sorted(news, reverse=True)
        assert {entry.state for group in groups if group.is_new for entry in group.entries} == {"planned"}
        assert {entry.state for group in groups if not group.is_new for entry in group.entries} == {"agreed"}


def test_what_is_proven_is_said_in_words(desk):
    plan = desk.plan(most=1)
    assert better_words(page_of(desk, plan).figures) == "No better plan of the suggested pairs is possible."
    desk.drop(plan.planned.first())
    assert better_words(page_of(desk, plan).figures) == "At most 50 % better is possible."
    type(plan).objects.update(bound=1.026)
    assert better_words(page_of(desk, plan).figures) == "At most 2.6 % better is possible."


def test_a_pair_blocked_later_is_hidden_and_counted(desk, blocked_by):
    plan = desk.plan(most=1)
    row = plan.planned.first()
    block_contact(blocked_by, row.second, row.first)
    page = page_of(desk, plan)
    assert row.pk not in {entry.planned_id for entry in page.entries}
    assert (page.figures.out_of_sight, page.figures.planned) == (1, 2)


def test_edit_options_name_their_clash(desk):
    plan = desk.plan(most=3)
    page = page_of(desk, plan)
    entry = page.entries[0]
    choices = edit_options_for(plan, entry, read_planning_data(desk.event, NOW))
    assert [choice.slot for choice in choices.slots] == desk.slots
    own = next(choice for choice in choices.slots if choice.slot == entry.slot)
    assert own.clash == ""
    busy = {e.slot.pk for e in page.entries if e != entry and {e.first, e.second} & {entry.first, entry.second}}
    assert {choice.slot.pk for choice in choices.slots if "in this plan" in choice.clash} == busy


def test_printed_schedules_hold_what_takes_place_by_day_with_a_persons_sessions(desk):
    a, *_ = desk.people
    session = make_session(desk.event, "Opening")
    SessionPart.objects.create(event=desk.event, attendee=a, session=session)
    page, data = page_of(desk, desk.plan(most=2)), read_planning_data(desk.event, NOW)
    own = next(s for s in printed_schedules_for(page, data, "person") if s.key == a.pk)
    [day] = own.days
    assert [line.title for line in day.lines] == ["Opening", "", ""]
    assert all(line.starts_at < later.starts_at for line, later in zip(day.lines, day.lines[1:], strict=False))
    by_table = printed_schedules_for(page, data, "table")
    assert [schedule.title for schedule in by_table] == sorted(schedule.title for schedule in by_table)
    assert sum(len(day.lines) for schedule in by_table for day in schedule.days) == 6


def test_an_event_with_nobody_to_plan_has_an_empty_page(db):
    desk = make_desk(people=2)
    plan = desk.plan(most=1)
    plan.planned.all().delete()
    for person in desk.people:
        person.visibility = "hidden"
        person.save()
    page = page_of(desk, plan)
    assert (page.entries, page.figures.people, page.figures.median) == ((), 0, 0.0)


def test_a_plan_names_the_interpreter_a_pair_needs(desk):
    a, b, *_ = desk.people
    desk.forum.accept(b, desk.forum.ask(a, b, desk.slots[0]))
    for person, languages in ((a, ["th"]), (b, ["km"])):
        person.languages = languages
        person.save(update_fields=["languages"])
    plan = desk.plan(most=1)
    assert {entry.interpreter for entry in page_of(desk, plan).entries} == {""}
    desk.event.interpreters = True
    desk.event.save()
    needs = {
        (entry.first.attendee_id, entry.second.attendee_id): entry.interpreter for entry in page_of(desk, plan).entries
    }
    assert needs.pop((a.pk, b.pk)) == "Interpreter needed: Thai – Khmer"
    assert set(needs.values()) == {""}


def test_a_planned_meeting_is_strong_only_where_one_of_the_two_declares_a_need(desk):
    a, *_ = desk.people
    Attendee.objects.filter(pk__in=[person.pk for person in desk.people]).update(seeks="")
    Attendee.objects.filter(pk=a.pk).update(seeks="Judges who train others.")
    plan = desk.plan(most=1)
    plan.planned.update(value=0.9)
    words = {a.pk in (e.first.attendee_id, e.second.attendee_id): e.strength for e in page_of(desk, plan).entries}
    assert words == {True: Strength.STRONG, False: Strength.GOOD}
