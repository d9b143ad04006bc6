"""Feedback on suggestions: it acts on the list at once, and can be withdrawn."""

import pytest

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.suggestions.selectors.lists import suggestion_between, suggestions_for
from backend.suggestions.services.feedback import NotYourList, UnknownVerdict, give_feedback, withdraw_feedback
from tests.factories import NOW, make_attendee, make_run

pytestmark = pytest.mark.django_db


def names(attendee, **kwargs):
    return [card.other.name for card in suggestions_for(attendee=attendee, now=NOW, **kwargs).cards]


def test_not_relevant_is_stored_with_its_rank_leaves_the_list_and_can_be_withdrawn(reader_and_others):
    event, me, others = reader_and_others
    run = make_run(event, {me: others})
    feedback = give_feedback(
        attendee=me, other_id=others[1].pk, verdict="not-relevant", cause="known", by=me.person, now=NOW
    )
    assert (feedback.run, feedback.rank, feedback.propensity) == (run, 2, 1.0)
    assert names(me) == ["Other 0", "Other 2"]
    assert suggestion_between(attendee=me, other_id=others[1].pk, now=NOW) is not None
    withdraw_feedback(attendee=me, other_id=others[1].pk, by=me.person, now=NOW)
    assert names(me) == ["Other 0", "Other 1", "Other 2"]


def test_saving_marks_the_card(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    give_feedback(attendee=me, other_id=others[0].pk, verdict="good", by=me.person, now=NOW)
    found = suggestions_for(attendee=Attendee.objects.select_related("event").get(pk=me.pk), now=NOW)
    assert [card.saved for card in found.cards] == [True, False, False]
    assert not found.is_refreshing


@pytest.mark.parametrize(
    ("verdict", "cause"), [("superb", ""), ("not-relevant", ""), ("not-relevant", "ugly"), ("good", "topic")]
)
def test_an_unknown_verdict_or_cause_is_refused(reader_and_others, verdict, cause):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    with pytest.raises(UnknownVerdict):
        give_feedback(attendee=me, other_id=others[0].pk, verdict=verdict, cause=cause, by=me.person, now=NOW)


def test_feedback_on_a_minor_is_refused_as_on_nobody(reader_and_others):
    event, me, _ = reader_and_others
    minor = make_attendee(event, age_class="minor")
    messages = set()
    for other_id in (minor.pk, 10**9):
        with pytest.raises(NotFound) as refusal:
            give_feedback(attendee=me, other_id=other_id, verdict="good", by=me.person, now=NOW)
        messages.add(str(refusal.value))
    assert len(messages) == 1


def test_nobody_gives_feedback_for_another(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    with pytest.raises(NotYourList):
        give_feedback(attendee=me, other_id=others[0].pk, verdict="good", by=others[1].person, now=NOW)
