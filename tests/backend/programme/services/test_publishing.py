"""From draft to meetings: sent or confirmed through the meetings' own services, late joiners, withdrawal."""

from collections import Counter

import pytest
from django.db.models import Q

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.services.answers import decline_meeting
from backend.booking.services.joining import join_event
from backend.booking.services.meeting_rules import set_rules
from backend.events.models.attendees import Attendee
from backend.events.rules.agreements import current_agreement
from backend.programme.selectors.planning_data import read_planning_data
from backend.programme.selectors.plans import plan_page_for
from backend.programme.services import publishing
from backend.programme.services.drafting import PlanBusy, replan
from backend.programme.services.publishing import apply_publication, publish_plan, set_publishing, withdraw_plan
from backend.suggestions.models import Suggestion
from tests.backend.programme.conftest import places, seats_of
from tests.factories import NOW, block_contact
from tests.refusals import refuses


def test_publishing_proposes_each_meeting_for_its_time_in_nobody_s_name(desk):
    plan = desk.publish(desk.plan(most=2))
    rows = list(plan.planned.select_related("meeting"))
    assert (plan.state, plan.work, plan.published_at) == ("published", "ready", NOW)
    assert len(rows) == Meeting.objects.count() == 6
    because = "One of you seeks “Evidence reporting”, and the other offers it."
    for row in rows:
        assert (row.meeting.state, row.meeting.asker, row.meeting.message) == ("proposed", None, because)
        assert row.meeting.preferred_table == row.table
        assert list(row.meeting.times.values_list("slot", flat=True)) == [row.slot_id]
        assert {seat.attendee_id for seat in row.meeting.seats.all()} == {row.first_id, row.second_id}
    assert Counter(Notice.objects.values_list("kind", flat=True)) == {"proposed": 12}


def test_what_is_published_says_why_the_two_should_meet(desk):
    plan = desk.plan(most=2)
    reasons = [
        {"code": "tie_through", "weight": 0.9, "evidence": {"person": desk.people[0].pk}},
        {"code": "seeks_offers", "weight": 0.8, "evidence": {"seek": "my secret need", "offer": "an offer"}},
        {"code": "topic_offered", "weight": 0.2, "evidence": {"topic": "evidence-reporting"}},
    ]
    Suggestion.objects.update(reasons=reasons)
    desk.publish(plan)
    assert set(Meeting.objects.values_list("message", flat=True)) == {
        "One of you seeks “Evidence reporting”, and the other offers it. "
        "What one of you writes to seek is near what the other offers."
    }


def test_where_the_event_says_so_publishing_confirms_at_the_planned_tables(desk):
    desk.confirm_at_once()
    plan = desk.plan(most=2)
    row = plan.planned.order_by("pk").first()
    free = next(slot for slot in desk.slots if not plan.planned.filter(slot=slot).exists())
    desk.move(row, free, desk.tables[1])
    plan = desk.publish(plan)
    planned = set(plan.planned.values_list("meeting", "slot", "table"))
    assert places() == planned
    assert len(planned) == 6
    assert (free.pk, desk.tables[1].pk) in {(slot, table) for _, slot, table in planned}
    # One notice for each of the two, not a request and an answer nobody gave.
    assert [*Notice.objects.values_list("kind", flat=True)] == ["arranged"] * 12


def test_publishing_twice_sends_nothing_twice(desk):
    plan = desk.publish(desk.plan(most=2))
    type(plan).objects.filter(pk=plan.pk).update(work="carrying_out")
    plan.refresh_from_db()
    apply_publication(plan=plan, by=desk.by, now=NOW)
    assert Meeting.objects.count() == 6
    plan.planned.update(meeting=None)  # as if the job ended between the request and its row
    type(plan).objects.filter(pk=plan.pk).update(work="carrying_out")
    plan.refresh_from_db()
    apply_publication(plan=plan, by=desk.by, now=NOW)
    assert Meeting.objects.count() == 6


def test_a_meeting_that_cannot_be_sent_keeps_its_reason(desk, blocked_by):
    plan = desk.plan(most=2)
    parted, closed = list(plan.planned.order_by("pk"))[:2]
    block_contact(blocked_by, parted.first, parted.second)
    Availability.objects.filter(attendee=closed.first).delete()
    desk.publish(plan)
    parted.refresh_from_db()
    closed.refresh_from_db()
    assert (parted.meeting, closed.meeting) == (None, None)
    assert parted.refusal == closed.refusal == "These two have no time in common at which both are free."
    assert closed.refusal
    sent = plan.planned.exclude(meeting=None)
    assert sent.count() == 6 - plan.planned.exclude(refusal="").count() > 0
    assert sent.filter(refusal="").count() == sent.count()


def test_what_is_proposed_is_outside_the_cap_of_open_requests(desk):
    set_rules(event=desk.event, open_requests=1, expiry_hours=48, by=desk.by)
    plan = desk.publish(desk.plan(most=2))
    assert not plan.planned.exclude(refusal="").exists()
    late, other = desk.join(2)
    assert desk.forum.ask(late, other).state == "requested"


def test_an_empty_or_unfinished_draft_is_not_published(desk):
    plan = desk.order()
    with pytest.raises(PlanBusy):
        desk.publish(plan)
    desk.solve(plan)
    plan.planned.all().delete()
    with refuses("nothing_planned"):
        desk.publish(plan)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("confirms", [True, False])
def test_late_joiners_are_planned_and_nothing_published_moves(desk, confirms):
    if confirms:
        desk.confirm_at_once()
    first = desk.publish(desk.plan(most=2))
    if not confirms:
        for row in list(first.planned.select_related("meeting"))[:3]:
            desk.accept(row.meeting)
    before, asked = places(), set(Meeting.objects.filter(state="proposed").values_list("pk", "times__slot"))
    late = desk.join(5, "academia")
    desk.suggest()
    second = desk.replan(first)
    assert second.pk != first.pk
    joined = {key for key, _ in seats_of(list(second.planned.all()))} & {person.pk for person in late}
    assert joined
    desk.publish(second)
    assert before <= places()
    assert asked <= set(Meeting.objects.filter(state="proposed").values_list("pk", "times__slot"))
    assert not second.planned.exclude(refusal="").exists()
    rows = list(first.planned.all()) + list(second.planned.all())
    assert len(set(seats_of(rows))) == len(seats_of(rows))
    assert len({(row.slot_id, row.table_id) for row in rows}) == len(rows)


def test_an_open_proposal_keeps_its_planned_table_in_the_next_plan(desk):
    first = desk.publish(desk.plan(most=2))
    second = desk.plan(most=3)
    rows = [*first.planned.all(), *second.planned.all()]
    assert second.planned.exists()
    assert len({(row.slot_id, row.table_id) for row in rows}) == len(rows)


def test_a_pair_of_whom_one_said_no_is_not_planned_again(desk):
    first = desk.publish(desk.plan(most=2))
    row = first.planned.select_related("meeting").first()
    other = row.meeting.seats.first().attendee
    decline_meeting(attendee=other, meeting_id=row.meeting_id, by=other.person, now=NOW)
    Meeting.objects.update(state="expired")
    second = desk.plan(most=5)
    pairs = set(second.planned.values_list("first", "second"))
    assert (row.first_id, row.second_id) not in pairs
    assert pairs & set(first.planned.exclude(pk=row.pk).values_list("first", "second"))


def test_withdrawing_a_plan_withdraws_open_proposals_and_keeps_confirmed_meetings(desk):
    plan = desk.publish(desk.plan(most=2))
    agreed = desk.accept(plan.planned.select_related("meeting").first().meeting)
    before = places()
    plan = desk.withdraw(plan)
    assert (plan.state, plan.work) == ("withdrawn", "ready")
    assert places() == before == {(agreed.pk, agreed.slot_id, agreed.table_id)}
    assert Meeting.objects.filter(state="proposed", withdrawn_at=NOW).count() == 5
    page = plan_page_for(plan, read_planning_data(desk.event, NOW))
    assert Counter(entry.state for entry in page.entries) == {"withdrawn": 5, "agreed": 1}
    again = desk.plan(most=2)
    assert again.planned.count() == 5, "what the organiser withdrew may be planned again"
    desk.publish(again)
    assert Meeting.objects.filter(state="proposed", withdrawn_at=None).count() == 5
    assert not again.planned.exclude(refusal="").exists()


def test_a_withdrawn_draft_sends_nothing(desk):
    plan = desk.withdraw(desk.plan(most=2))
    assert plan.state == "withdrawn"
    assert not Meeting.objects.exists()


def test_only_organisers_publish(desk):
    plan = desk.plan(most=2)
    for service in (publish_plan, withdraw_plan, replan):
        with pytest.raises(Exception, match="Only the forum's organisers"):
            service(event=desk.event, plan_id=plan.pk, by=desk.people[0].person, now=NOW)
    with pytest.raises(Exception, match="Only the forum's organisers"):
        set_publishing(event=desk.event, confirms=True, by=desk.people[0].person)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("confirms", [False, True])
def test_what_is_planned_for_who_has_not_joined_waits_until_they_do(desk, confirms):
    if confirms:
        desk.confirm_at_once()
    late = desk.people[0]
    Availability.objects.filter(attendee=late).delete()
    Attendee.objects.filter(pk=late.pk).update(agreed_at=None, agreement_version="")
    plan = desk.plan(most=2)
    theirs = plan.planned.filter(Q(first=late) | Q(second=late))
    assert theirs.count() == 2  # their times count as open
    plan = desk.publish(plan)
    page = plan_page_for(plan, read_planning_data(desk.event, NOW))
    assert page.figures.waiting == sum(entry.state == "waiting" for entry in page.entries) == 2
    assert (Meeting.objects.count(), theirs.filter(meeting=None, refusal="").count()) == (4, 2)

    join_event(attendee=late, version=current_agreement().version, by=late.person, now=NOW)
    publishing.send_waiting(event=desk.event, now=NOW)
    page = plan_page_for(plan, read_planning_data(desk.event, NOW))
    assert (page.figures.waiting, Meeting.objects.count()) == (0, 6)
    assert {row.meeting.state for row in theirs} == {"accepted" if confirms else "proposed"}
