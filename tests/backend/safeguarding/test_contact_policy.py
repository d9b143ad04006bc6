"""Rules S1, S2, S8 and S9: who may be in touch with whom, decided in one place."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.events.models.attendees import Attendee
from backend.safeguarding.models import Block, ContactRule, Report
from backend.safeguarding.rules import (
    CHANNELS,
    contactable_for,
    contactable_pairs,
    matchable,
    may_contact,
    refused_pairs,
)
from backend.safeguarding.selectors.public_profiles import public_profiles_for
from backend.safeguarding.services.blocks import block_person, unblock_person
from tests.factories import NOW, block_contact, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("channel", sorted(CHANNELS - {"delegation"}))
def test_two_listed_adults_of_one_event_may_be_in_touch(channel):
    event = make_event()
    a, b = make_attendee(event), make_attendee(event)
    assert may_contact(a, b, channel, NOW)
    assert may_contact(b, a, channel, NOW)


@pytest.mark.parametrize("channel", sorted(CHANNELS))
@pytest.mark.parametrize("closed", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_a_minor_an_unknown_age_and_a_hidden_person_are_reached_by_nobody_and_reach_nobody(channel, closed):
    event = make_event()
    adult, other = make_attendee(event), make_attendee(event, **closed)
    assert not may_contact(adult, other, channel, NOW)
    assert not may_contact(other, adult, channel, NOW)
    assert other not in matchable(event)


def test_two_minors_are_not_proposed_to_each_other_either():
    event = make_event()
    a, b = make_attendee(event, age_class="minor"), make_attendee(event, age_class="minor")
    assert not may_contact(a, b, "suggestion", NOW)


@pytest.mark.parametrize("channel", ["", "telepathy", "SUGGESTION"])
def test_an_unknown_channel_is_denied(channel):
    event = make_event()
    assert not may_contact(make_attendee(event), make_attendee(event), channel, NOW)


def test_a_clock_without_a_zone_is_denied():
    event = make_event()
    naive = dt.datetime(2026, 11, 25)  # noqa: DTZ001
    assert not may_contact(make_attendee(event), make_attendee(event), "page", naive)


def test_nobody_contacts_themself_or_somebody_of_another_event():
    event, elsewhere = make_event(), make_event("elsewhere")
    a, b = make_attendee(event), make_attendee(elsewhere)
    assert not may_contact(a, a, "page", NOW)
    assert not may_contact(a, b, "page", NOW)


def test_a_closed_account_appears_nowhere():
    event = make_event()
    a, b = make_attendee(event), make_attendee(event)
    b.person.is_active = False
    b.person.save(update_fields=["is_active"])
    assert not may_contact(a, b, "page", NOW)
    assert not may_contact(b, a, "page", NOW)


def test_an_object_read_before_the_organiser_set_the_age_class_does_not_help_a_minor_through():
    event = make_event()
    a, b = make_attendee(event), make_attendee(event)
    Attendee.objects.filter(pk=a.pk).update(age_class="minor")
    assert a.age_class == "adult"  # the object is stale on purpose
    assert not may_contact(a, b, "suggestion", NOW)


def test_a_block_or_report_hides_each_from_the_other_at_once_and_at_every_event(blocked_by):
    event, next_year = make_event(), make_event("next")
    a, b = make_attendee(event), make_attendee(event)
    a2, b2 = make_attendee(next_year, person=a.person), make_attendee(next_year, person=b.person)
    block_contact(blocked_by, a, b)
    for first, second in [(a, b), (b, a), (a2, b2), (b2, a2)]:
        assert not may_contact(first, second, "page", NOW)
    assert refused_pairs(event) == {(min(a.pk, b.pk), max(a.pk, b.pk))}


def test_blocking_twice_makes_one_block_and_taking_it_back_leaves_the_others_block():
    event = make_event()
    a, b = make_attendee(event), make_attendee(event)
    block_person(blocked=b.person, by=a.person, now=NOW)
    block_person(blocked=b.person, by=a.person, now=NOW)
    block_person(blocked=a.person, by=b.person, now=NOW)
    assert Block.objects.count() == 2
    unblock_person(blocked=b.person, by=a.person, now=NOW)
    assert not may_contact(a, b, "page", NOW)
    unblock_person(blocked=a.person, by=b.person, now=NOW)
    assert may_contact(a, b, "page", NOW)


def test_one_cannot_block_oneself():
    a = make_attendee(make_event())
    with refuses("cannot_block_self"):
        block_person(blocked=a.person, by=a.person, now=NOW)


def test_public_profiles_come_only_from_the_policy(blocked_by):
    event = make_event()
    viewer, adult = make_attendee(event), make_attendee(event)
    minor, parted = make_attendee(event, age_class="minor"), make_attendee(event)
    block_contact(blocked_by, parted, viewer)
    ids = [adult.pk, minor.pk, parted.pk, viewer.pk]
    assert set(public_profiles_for(viewer=viewer, ids=ids, channel="page", now=NOW)) == {adult.pk}


STATES = st.tuples(st.sampled_from(["adult", "minor", "unknown"]), st.sampled_from(["listed", "hidden"]), st.booleans())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    states=st.lists(STATES, min_size=2, max_size=5),
    blocks=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))),
    reports=st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.booleans()),
)
def test_the_function_and_its_queryset_twin_agree_and_are_symmetric(states, blocks, reports):
    event = make_event()
    people = []
    for age_class, visibility, is_active in states:
        attendee = make_attendee(event, age_class=age_class, visibility=visibility)
        type(attendee.person).objects.filter(pk=attendee.person_id).update(is_active=is_active)
        people.append(attendee)
    for blocker, blocked in blocks:
        if blocker != blocked and max(blocker, blocked) < len(people):
            Block.objects.create(blocker=people[blocker].person, blocked=people[blocked].person)
    for (reporter, reported), keeps_apart in reports.items():
        if reporter != reported and max(reporter, reported) < len(people):
            closed = {} if keeps_apart else {"state": "closed", "closed_at": NOW, "outcome": "Settled."}
            Report.objects.create(
                event=event, reporter=people[reporter], reported=people[reported],
                category="other", words="x", keeps_apart=keeps_apart, **closed,
            )  # fmt: skip
    parted = blocks | {pair for pair, keeps_apart in reports.items() if keeps_apart}
    open_now = {
        place
        for place, (age_class, visibility, active) in enumerate(states)
        if age_class == "adult" and visibility == "listed" and active
    }
    for i, a in enumerate(people):
        allowed = set(contactable_for(a, "page", NOW).values_list("pk", flat=True))
        for j, b in enumerate(people):
            expected = i != j and {i, j} <= open_now and not {(i, j), (j, i)} & parted
            assert may_contact(a, b, "page", NOW) == (b.pk in allowed) == expected
            refused = (min(a.pk, b.pk), max(a.pk, b.pk)) in refused_pairs(event)
            assert refused == (i != j and {i, j} <= open_now and not expected)


def test_of_many_pairs_it_is_the_same_as_of_each(django_assert_max_num_queries):
    event = make_event()
    kinds = [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}, {"has_joined": False}]
    kinds += [{"sector": "ngo", "constituency": "civil-society"}, {}, {}, {}]
    people = [make_attendee(event, **kind) for kind in kinds]
    ContactRule.objects.create(event=event, constituency="government", other_constituency="civil-society")
    block_contact("block", people[-1], people[-2])
    pairs = {(a.pk, b.pk): (a, b) for a in people for b in people}
    for channel in (*CHANNELS, "telepathy"):
        with django_assert_max_num_queries(6):
            allowed = contactable_pairs(event.pk, pairs, channel)
        is_asked = channel not in ("page", "delegation")
        expected = {ids for ids, (a, b) in pairs.items() if is_asked and may_contact(a, b, channel, NOW)}
        assert allowed == expected
        assert bool(allowed) is (is_asked and channel in CHANNELS)


@pytest.mark.parametrize("shows_unjoined", [False, True])
@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_who_has_not_joined_is_seen_where_the_event_says_so_and_reached_nowhere(channel, shows_unjoined):
    event = make_event(shows_unjoined=shows_unjoined)
    joined, unjoined = make_attendee(event), make_attendee(event, has_joined=False)
    is_seen = channel == "joining" or (shows_unjoined and channel in ("suggestion", "page", "directory"))
    assert may_contact(joined, unjoined, channel, NOW) == is_seen
    assert may_contact(unjoined, joined, channel, NOW) == is_seen
    shown = public_profiles_for(viewer=joined, ids=[unjoined.pk], channel=channel, now=NOW)
    assert [profile.has_joined for profile in shown.values()] == [False] * is_seen
    assert unjoined in matchable(event)  # matching and planning read every adult of the list
