"""What an attendee reads of the current Run."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.people.models import Person
from backend.safeguarding.services import block_person
from backend.suggestions.selectors import (
    Filters,
    exported_rows,
    list_inspection_for,
    suggestion_between,
    suggestions_for,
)
from backend.suggestions.services import NotYourList, UnknownVerdict, give_feedback, withdraw_feedback
from tests.factories import NOW, block_contact, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    event = make_event()
    me = make_attendee(event, name="Mali", email="Mali@Example.org")
    others = [
        make_attendee(event, name=f"Other {place}", constituency=c, sector=c)
        for place, c in enumerate(["industry", "academia", "youth"])
    ]
    return event, me, others


def names(attendee, **kwargs):
    return [card.face.name for card in suggestions_for(attendee=attendee, now=NOW, **kwargs).cards]


def test_before_the_first_run_the_list_is_empty_and_says_so(forum):
    _, me, _ = forum
    found = suggestions_for(attendee=me, now=NOW)
    assert (found.cards, found.computed_at, found.is_refreshing) == ((), None, False)


def test_the_list_comes_in_rank_order(forum):
    event, me, others = forum
    make_run(event, {me: others[::-1]})
    assert names(me) == ["Other 2", "Other 1", "Other 0"]


@pytest.mark.parametrize(
    "change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}]
)
def test_whoever_the_policy_closes_after_the_run_leaves_the_list_at_once(forum, change):
    event, me, others = forum
    make_run(event, {me: others})
    Attendee.objects.filter(pk=others[0].pk).update(**change)
    assert names(me) == ["Other 1", "Other 2"]
    assert [card.rank for card in suggestions_for(attendee=me, now=NOW).cards] == [1, 2]


def test_two_kept_apart_leave_each_others_lists_and_the_export_at_once(forum, blocked_by):
    event, me, others = forum
    make_run(event, {me: others, others[0]: [me]})
    block_contact(blocked_by, me, others[0])
    assert names(me) == ["Other 1", "Other 2"]
    assert names(others[0]) == []
    told = {address for row in exported_rows(event) for address in row[:2]}
    assert others[0].person.email not in told


def test_a_person_in_between_who_may_not_be_seen_is_not_named(forum):
    event, me, others = forum
    between = others[2]
    reasons = [
        {"code": "tie_through", "weight": 1.0, "evidence": {"person": between.pk, "label": "2025"}},
        {"code": "bridge", "weight": 0.1, "evidence": {"from": "government", "to": "industry"}},
    ]
    make_run(event, {me: [others[0]]}, reasons)
    shown = suggestions_for(attendee=me, now=NOW).cards[0].reasons
    assert [reason.code for reason in shown] == ["tie_through", "bridge"]
    assert shown[0].evidence["name"] == "Other 2"
    Attendee.objects.filter(pk=between.pk).update(age_class="unknown")
    shown = suggestions_for(attendee=me, now=NOW).cards[0].reasons
    assert [reason.code for reason in shown] == ["bridge"]
    assert between.person.email not in exported_rows(event)[0][4]


def test_that_somebody_met_a_person_they_are_kept_apart_from_is_told_to_nobody(forum, blocked_by):
    event, me, (other, _, between) = forum
    reasons = [{"code": "tie_through", "weight": 1.0, "evidence": {"person": between.pk, "label": "2025"}}]
    make_run(event, {me: [other]}, reasons)
    assert list_inspection_for(event=event, attendee_id=me.pk).places[0].reasons
    block_contact(blocked_by, between, other)
    assert suggestions_for(attendee=me, now=NOW).cards[0].reasons == ()
    assert list_inspection_for(event=event, attendee_id=me.pk).places[0].reasons == ()
    assert between.person.email not in exported_rows(event)[0][4]


def test_filters_narrow_the_list_and_facets_count_the_whole(forum):
    event, me, others = forum
    make_run(event, {me: others})
    found = suggestions_for(attendee=me, now=NOW, filters=Filters(constituency="academia"))
    assert [card.face.name for card in found.cards] == ["Other 1"]
    assert found.total == 3
    assert dict(found.facets["constituency"]) == {"academia": 1, "industry": 1, "youth": 1}


def test_the_list_takes_as_many_queries_for_thirty_rows_as_for_one():
    counts = []
    for size in (1, 30):
        event = make_event()
        me = make_attendee(event)
        make_run(event, {me: [make_attendee(event, seeks_topics=["sextortion"]) for _ in range(size)]})
        me = Attendee.objects.select_related("event").get(pk=me.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(suggestions_for(attendee=me, now=NOW, limit=50).cards) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_not_relevant_leaves_the_list_at_once_is_kept_with_its_place_and_can_be_taken_back(forum):
    event, me, others = forum
    run = make_run(event, {me: others})
    said = give_feedback(
        attendee=me, other_id=others[1].pk, verdict="not-relevant", cause="known", by=me.person, now=NOW
    )
    assert (said.run, said.rank, said.propensity) == (run, 2, 1.0)
    assert names(me) == ["Other 0", "Other 2"]
    assert suggestion_between(attendee=me, other_id=others[1].pk, now=NOW) is not None
    withdraw_feedback(attendee=me, other_id=others[1].pk, by=me.person, now=NOW)
    assert names(me) == ["Other 0", "Other 1", "Other 2"]


def test_saving_marks_the_card(forum):
    event, me, others = forum
    make_run(event, {me: others})
    give_feedback(attendee=me, other_id=others[0].pk, verdict="good", by=me.person, now=NOW)
    found = suggestions_for(attendee=Attendee.objects.select_related("event").get(pk=me.pk), now=NOW)
    assert [card.saved for card in found.cards] == [True, False, False]
    assert not found.is_refreshing


@pytest.mark.parametrize(
    ("verdict", "cause"), [("superb", ""), ("not-relevant", ""), ("not-relevant", "ugly"), ("good", "topic")]
)
def test_a_verdict_nobody_knows_is_refused(forum, verdict, cause):
    event, me, others = forum
    make_run(event, {me: others})
    with pytest.raises(UnknownVerdict):
        give_feedback(attendee=me, other_id=others[0].pk, verdict=verdict, cause=cause, by=me.person, now=NOW)


def test_feedback_on_a_minor_looks_like_feedback_on_nobody(forum):
    event, me, _ = forum
    minor = make_attendee(event, age_class="minor")
    messages = set()
    for other_id in (minor.pk, 10**9):
        with pytest.raises(NotFound) as refusal:
            give_feedback(attendee=me, other_id=other_id, verdict="good", by=me.person, now=NOW)
        messages.add(str(refusal.value))
    assert len(messages) == 1


def test_nobody_speaks_for_another(forum):
    event, me, others = forum
    make_run(event, {me: others})
    with pytest.raises(NotYourList):
        give_feedback(attendee=me, other_id=others[0].pk, verdict="good", by=others[1].person, now=NOW)


def test_a_changed_profile_makes_the_list_stale_and_a_hidden_one_does_not_wait_for_ever(forum):
    event, me, others = forum
    make_run(event, {me: others})
    assert not suggestions_for(attendee=me, now=NOW).is_refreshing
    me.changed_at = NOW.replace(hour=10)
    me.save(update_fields=["changed_at"])
    assert suggestions_for(attendee=me, now=NOW).is_refreshing
    me.visibility = "hidden"
    me.save(update_fields=["visibility"])
    assert not suggestions_for(attendee=me, now=NOW).is_refreshing


def test_the_export_names_people_by_the_address_they_were_imported_with(forum):
    event, me, others = forum
    make_run(event, {me: others[:1]})
    assert exported_rows(event) == [
        ("Mali@Example.org", others[0].person.email, 1, "0.5000", "topic_offered(topic=evidence-reporting)")
    ]


def test_the_export_names_nobody_in_between_whom_the_reader_of_the_list_may_not_see(forum):
    event, me, others = forum
    between, other, _ = others
    reasons = [
        {"code": "tie_through", "weight": 1.0, "evidence": {"person": between.pk, "label": "2025"}},
        {"code": "bridge", "weight": 0.1, "evidence": {"from": "government", "to": "academia"}},
    ]
    make_run(event, {me: [other]}, reasons)
    assert between.person.email in exported_rows(event)[0][4]
    block_person(blocked=me.person, by=between.person, now=NOW)
    assert between.person.email not in exported_rows(event)[0][4]


def test_an_exported_address_that_a_spreadsheet_would_run_is_written_so_that_it_is_only_shown(forum):
    event, me, others = forum
    Person.objects.filter(pk=me.person_id).update(email="=1+1|x!a1@example.org")
    make_run(event, {me: others[:1]})
    assert exported_rows(event)[0][0] == "'=1+1|x!a1@example.org"


def test_the_exports_ranks_run_without_a_hole_and_without_whom_the_reader_called_not_relevant(forum):
    event, me, others = forum
    make_run(event, {me: others, others[1]: [me]})
    give_feedback(
        attendee=me, other_id=others[1].pk, verdict="not-relevant", cause="known", by=me.person, now=NOW
    )
    assert [row[:3] for row in exported_rows(event)] == [
        ("Mali@Example.org", others[0].person.email, 1),
        ("Mali@Example.org", others[2].person.email, 2),
        (others[1].person.email, "Mali@Example.org", 1),
    ]
    Attendee.objects.filter(pk=others[0].pk).update(visibility="hidden")
    assert exported_rows(event)[0][:3] == ("Mali@Example.org", others[2].person.email, 1)
