"""Groups kept apart by an event's organisers: a narrower contact policy, never a wider one."""

from __future__ import annotations

import pytest
from django.utils import timezone

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.services.sectors import SectorInUse, merge_sectors
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import CHANNELS, RefusedPairs, contactable_for, may_contact, refused_pairs
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.contact_rules import add_contact_rule, contact_rule_between, remove_contact_rule
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
RULE = {"first": "constituency:industry", "second": "sector:law-enforcement"}


def police(event: Event) -> Attendee:
    return make_attendee(event, sector="law-enforcement", constituency="government")


def engineer(event: Event) -> Attendee:
    return make_attendee(event, sector="large-company", constituency="industry")


def add(event: Event, boss: Attendee, **rule: str) -> ContactRule:
    return add_contact_rule(event=event, by=boss.person, now=NOW, **(rule or RULE))


def test_a_rule_parts_two_groups_both_ways_in_every_channel_but_the_page(event, boss):
    officer, maker, teacher = police(event), engineer(event), make_attendee(event)
    add(event, boss)
    now = timezone.now()
    for channel in CHANNELS - {"delegation"}:
        for one, other in ((officer, maker), (maker, officer)):
            assert may_contact(one, other, channel, now) == (channel == "page")
        assert may_contact(officer, teacher, channel, now)
        assert may_contact(teacher, maker, channel, now)
    assert set(refused_pairs(event)) == {(officer.pk, maker.pk)}


def test_a_rule_opens_nothing_and_its_end_opens_only_what_it_closed(event, boss):
    officer, maker = police(event), engineer(event)
    rule = add(event, boss)
    block_person(blocked=maker.person, by=officer.person, now=NOW)
    remove_contact_rule(event=event, rule_id=rule.pk, by=boss.person, now=NOW)
    assert not may_contact(officer, maker, "suggestion", timezone.now())
    assert refused_pairs(event) == {(officer.pk, maker.pk)}


def test_it_holds_at_its_own_event_alone(event, boss):
    other = make_event("other")
    officer, maker = police(other), engineer(other)
    add(event, boss)
    assert may_contact(officer, maker, "meeting", timezone.now())
    assert not refused_pairs(other)


def test_without_an_organisation_people_are_of_the_constituency_other(event, boss):
    lone, maker = make_attendee(event), engineer(event)
    Attendee.objects.filter(pk=lone.pk).update(organisation=None)
    add(event, boss, first="constituency:other", second="constituency:industry")
    assert not may_contact(lone, maker, "meeting", timezone.now())
    assert (lone.pk, maker.pk) in refused_pairs(event)


def test_a_group_can_be_parted_from_itself(event, boss):
    one, two, officer = engineer(event), engineer(event), police(event)
    add(event, boss, first="constituency:industry", second="sector:large-company")
    found = contactable_for(one, "meeting", timezone.now())
    assert not found.filter(pk=two.pk).exists()
    assert found.filter(pk=officer.pk).exists()
    assert set(refused_pairs(event)) == {(one.pk, two.pk)}
    assert refused_pairs(event).others_of(two.pk) == {one.pk}


def test_both_groups_lists_are_computed_anew_and_no_others(event, boss):
    officer, maker, teacher = police(event), engineer(event), make_attendee(event)
    before = teacher.changed_at
    add(event, boss)
    changed = dict(Attendee.objects.values_list("pk", "changed_at"))
    assert (changed[officer.pk], changed[maker.pk]) == (NOW, NOW)
    assert changed[teacher.pk] == before


def test_the_same_rule_is_kept_once_in_whichever_order(event, boss):
    make_organisation(event)
    first = add(event, boss)
    assert add(event, boss, first=RULE["second"], second=RULE["first"]) == first
    assert ContactRule.objects.count() == 1


@pytest.mark.parametrize("group", ["", "industry", "constituency:crown", "sector:nowhere", "sector:"])
def test_a_group_that_is_none_is_refused(event, boss, group):
    make_organisation(event)
    with refuses("bad_contact_rule", match="Choose two groups"):
        add(event, boss, first=group, second="constituency:industry")


def test_only_organisers_of_the_event_set_and_remove_rules(event, boss):
    make_organisation(event)
    rule = add(event, boss)
    with pytest.raises(OrganisersOnly):
        add(event, make_attendee(event))
    with pytest.raises(OrganisersOnly):
        remove_contact_rule(event=event, rule_id=rule.pk, by=make_attendee(event).person, now=NOW)
    other = make_event("other")
    with pytest.raises(NotFound):
        remove_contact_rule(
            event=other, rule_id=rule.pk, by=make_attendee(other, permission="organiser").person, now=NOW
        )


def test_a_sector_that_a_rule_names_is_not_merged_away(event, boss):
    officer, maker = police(event), engineer(event)
    add(event, boss)
    sector, into = officer.organisation.sector_id, maker.organisation.sector_id
    with pytest.raises(SectorInUse, match="remove the rule first"):
        merge_sectors(event=event, sector_id=sector, into_id=into, by=boss.person, now=NOW)
    officer.organisation.refresh_from_db()
    assert officer.organisation.sector_id == sector


def test_refused_pairs_are_a_set_of_pairs_each_once():
    pairs = RefusedPairs(
        frozenset({(1, 9)}), ((frozenset({1, 2}), frozenset({1, 2, 9})), (frozenset({9}), frozenset({2})))
    )
    assert sorted(pairs) == [(1, 2), (1, 9), (2, 9)]
    assert len(pairs) == 3
    assert pairs == {(1, 2), (1, 9), (2, 9)}
    assert (2, 1) not in pairs
    assert (1, 1) not in pairs
    assert pairs.with_pairs([(3, 4)]) - pairs == {(3, 4)}


def test_the_policy_costs_one_query_with_any_number_of_rules(event, boss, django_assert_num_queries):
    officer = police(event)
    engineer(event)
    for key in ("constituency:industry", "constituency:youth", "sector:academia"):
        add(event, boss, first=key, second="sector:law-enforcement")
    with django_assert_num_queries(1):
        list(contactable_for(officer, "suggestion", timezone.now()))


def test_a_rule_not_saved_changes_nothing(event):
    officer, maker = police(event), engineer(event)
    contact_rule_between(event=event, **RULE)
    assert may_contact(officer, maker, "meeting", timezone.now())
