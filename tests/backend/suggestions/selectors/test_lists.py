"""An attendee's list as they may see it now."""

import pytest

from backend.events.models.attendees import Attendee
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.selectors.export import exported_rows
from backend.suggestions.selectors.inspection import list_inspection_for
from backend.suggestions.selectors.lists import Filters, bookable_first, suggestions_for
from matching.recommend.strength import Strength
from tests.factories import NOW, block_contact, make_attendee, make_event, make_run

pytestmark = pytest.mark.django_db


def names(attendee, **kwargs):
    return [card.other.name for card in suggestions_for(attendee=attendee, now=NOW, **kwargs).cards]


def test_before_the_first_run_the_list_is_empty(reader_and_others):
    _, me, _ = reader_and_others
    found = suggestions_for(attendee=me, now=NOW)
    assert (found.cards, found.computed_at, found.is_refreshing) == ((), None, False)


def test_the_list_comes_in_rank_order(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others[::-1]})
    assert names(me) == ["Other 2", "Other 1", "Other 0"]


@pytest.mark.parametrize("change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_whoever_the_contact_policy_refuses_leaves_the_list_at_once(reader_and_others, change):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    Attendee.objects.filter(pk=others[0].pk).update(**change)
    assert names(me) == ["Other 1", "Other 2"]
    assert [card.rank for card in suggestions_for(attendee=me, now=NOW).cards] == [1, 2]


def test_a_blocked_pair_leaves_each_others_lists_and_the_export_at_once(reader_and_others, blocked_by):
    event, me, others = reader_and_others
    make_run(event, {me: others, others[0]: [me]})
    block_contact(blocked_by, me, others[0])
    assert names(me) == ["Other 1", "Other 2"]
    assert names(others[0]) == []
    addresses = {address for row in exported_rows(event) for address in row[:2]}
    assert others[0].person.email not in addresses


@pytest.mark.parametrize(("mine", "theirs"), [(True, True), (True, False), (False, True)])
def test_a_time_in_common_moves_nobody_who_needs_a_translating_device(reader_and_others, mine, theirs):
    event, me, others = reader_and_others
    make_run(event, {me: others}).suggestions.update(score=0.6)
    for person, language, is_glad in ((me, "vi", mine), (others[2], "th", theirs)):
        person.languages, person.translating_device = [language], is_glad
        person.save()
    cards = suggestions_for(attendee=me, now=NOW).cards
    moved = bookable_first(cards, {others[2].pk})
    assert [card.other.name for card in cards if card.with_device] == ["Other 2"] * (mine and theirs)
    assert [card.other.name for card in moved].index("Other 2") == (2 if mine and theirs else 0)


def test_with_whom_a_meeting_is_open_stands_last_of_their_strength(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others}).suggestions.update(score=0.6)
    cards = suggestions_for(attendee=me, now=NOW).cards
    moved = bookable_first(cards, {others[0].pk, others[2].pk}, {others[0].pk})
    assert [card.other.name for card in moved] == ["Other 2", "Other 1", "Other 0"]


def test_a_hidden_person_in_between_is_not_named(reader_and_others):
    event, me, others = reader_and_others
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


def test_a_session_is_a_reason_once_the_other_lets_their_sessions_be_seen(reader_and_others):
    event, me, others = reader_and_others
    reasons = [
        {"code": "session", "weight": 1.0, "evidence": {"session": "Opening", "count": 2}},
        {"code": "bridge", "weight": 0.1, "evidence": {"from": "government", "to": "industry"}},
    ]
    make_run(event, {me: others[:1]}, reasons)

    def codes() -> list[str]:
        (card,) = suggestions_for(attendee=me, now=NOW).cards
        return [reason.code for reason in card.reasons]

    assert codes() == ["bridge"]
    Attendee.objects.filter(pk=others[0].pk).update(shows_sessions=True)
    assert codes() == ["session", "bridge"]


def test_a_past_meeting_of_a_blocked_pair_is_shown_to_nobody(reader_and_others, blocked_by):
    event, me, (other, _, between) = reader_and_others
    reasons = [{"code": "tie_through", "weight": 1.0, "evidence": {"person": between.pk, "label": "2025"}}]
    make_run(event, {me: [other]}, reasons)
    assert list_inspection_for(event=event, attendee_id=me.pk).entries[0].reasons
    block_contact(blocked_by, between, other)
    assert suggestions_for(attendee=me, now=NOW).cards[0].reasons == ()
    assert list_inspection_for(event=event, attendee_id=me.pk).entries[0].reasons == ()
    assert between.person.email not in exported_rows(event)[0][4]


def test_filters_narrow_the_list_and_facets_count_the_whole_list(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    found = suggestions_for(attendee=me, now=NOW, filters=Filters(constituency="academia"))
    assert [card.other.name for card in found.cards] == ["Other 1"]
    assert found.total == 3
    assert dict(found.facets["constituency"]) == {"academia": 1, "industry": 1, "youth": 1}


@pytest.mark.parametrize(
    ("profile", "word"),
    [
        ({"seeks": "Judges who train others."}, Strength.STRONG),
        ({"seeks_topics": ["sextortion"]}, Strength.STRONG),
        ({"seeks": " \n", "offers": "Training.", "offers_topics": ["sextortion"]}, Strength.GOOD),
    ],
)
def test_a_place_is_strong_only_where_its_owner_declares_a_need(profile, word):
    event = make_event()
    me, other = make_attendee(event, **profile), make_attendee(event, seeks="Everybody.")
    make_run(event, {me: [other]}).suggestions.update(score=0.9)
    assert [card.strength for card in suggestions_for(attendee=me, now=NOW).cards] == [word]
    assert [e.strength for e in list_inspection_for(event=event, attendee_id=me.pk).entries] == [word]
    participant = next(p for p in read_event_data(event).participants if p.id == me.pk)
    assert participant.declares_need == (word is Strength.STRONG)


def test_a_changed_profile_makes_the_list_stale_but_not_a_hidden_one(reader_and_others):
    event, me, others = reader_and_others
    make_run(event, {me: others})
    assert not suggestions_for(attendee=me, now=NOW).is_refreshing
    me.changed_at = NOW.replace(hour=10)
    me.save(update_fields=["changed_at"])
    assert suggestions_for(attendee=me, now=NOW).is_refreshing
    me.visibility = "hidden"
    me.save(update_fields=["visibility"])
    assert not suggestions_for(attendee=me, now=NOW).is_refreshing
