"""Editing themes and topics keeps what people chose."""

from __future__ import annotations

import pytest

from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Event, Theme, Topic
from backend.events.selectors import topic_counts_for
from backend.setup.services.topics import (
    BadTopic,
    add_theme,
    add_topic,
    change_topic,
    merge_topics,
    move_theme,
    move_topic,
    remove_theme,
    remove_topic,
    rename_theme,
)
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db


def topic(event: Event, key: str) -> Topic:
    return Topic.objects.get(event=event, key=key)


def keys(event: Event) -> list[list[str]]:
    return [[one.name for one in theme.topics] for theme in topic_counts_for(event)]


def test_a_merge_moves_what_each_person_chose_and_has_their_lists_computed_anew(event, boss):
    first, second = topic(event, "sextortion"), topic(event, "evidence-reporting")
    only = make_attendee(event, seeks_topics=["sextortion"])
    both = make_attendee(event, seeks_topics=["sextortion"], offers_topics=["evidence-reporting"])
    neither = make_attendee(event, offers_topics=["victim-support"])
    before = {one.pk: Attendee.objects.get(pk=one.pk).changed_at for one in (only, both, neither)}
    moved = merge_topics(event=event, topic_id=first.pk, into_id=second.pk, by=boss.person, now=NOW)
    assert moved == 2
    assert not Topic.objects.filter(pk=first.pk).exists()
    chosen = {one.attendee_id: (one.seeks, one.offers) for one in Interest.objects.filter(topic=second)}
    assert chosen == {only.pk: (True, False), both.pk: (True, True)}
    after = {one.pk: Attendee.objects.get(pk=one.pk).changed_at for one in (only, both, neither)}
    assert (after[only.pk], after[both.pk]) == (NOW, NOW)
    assert after[neither.pk] == before[neither.pk]


def test_a_chosen_topic_is_not_removed_and_an_unchosen_one_is(event, boss):
    make_attendee(event, seeks_topics=["sextortion"])
    with refuses("topic_in_use", match="merge it into another topic"):
        remove_topic(event=event, topic_id=topic(event, "sextortion").pk, by=boss.person)
    remove_topic(event=event, topic_id=topic(event, "victim-support").pk, by=boss.person)
    assert keys(event) == [["Evidence reporting"], ["Sextortion", "Safety by design schools"]]


def test_themes_and_topics_move_by_one_place_and_the_ends_stay(event, boss):
    first = Theme.objects.get(event=event, key="justice")
    move_theme(event=event, theme_id=first.pk, up=True, by=boss.person)
    assert [theme.name for theme in topic_counts_for(event)] == ["Justice", "Prevention"]
    move_theme(event=event, theme_id=first.pk, up=False, by=boss.person)
    assert [theme.name for theme in topic_counts_for(event)] == ["Prevention", "Justice"]
    move_topic(event=event, topic_id=topic(event, "victim-support").pk, up=True, by=boss.person)
    assert keys(event)[1] == ["Victim support", "Evidence reporting"]


def test_rows_at_one_place_are_put_in_order_by_a_move(event, boss):
    Topic.objects.filter(event=event).update(position=0)
    move_topic(event=event, topic_id=topic(event, "evidence-reporting").pk, up=False, by=boss.person)
    assert keys(event)[0] == ["Victim support", "Evidence reporting"]


def test_a_new_name_in_any_script_gets_a_key_of_its_own(event, boss):
    theme = add_theme(event=event, name="กฎหมาย", by=boss.person)
    other = add_theme(event=event, name="ยุติธรรม", by=boss.person)
    assert (theme.key, other.key, theme.position, other.position) == ("theme", "theme-2", 2, 3)
    made = add_topic(event=event, theme_id=theme.pk, name=" Sextortion of  boys ", by=boss.person)
    assert (made.key, made.name) == ("sextortion-of-boys", "Sextortion of boys")


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "sextortion"])
def test_a_topic_needs_a_name_of_its_own(event, boss, name):
    theme = Theme.objects.get(event=event, key="justice")
    with pytest.raises(BadTopic):
        add_topic(event=event, theme_id=theme.pk, name=name, by=boss.person)
    assert Topic.objects.filter(event=event).count() == 4


def test_a_renamed_topic_keeps_who_chose_it_and_may_change_its_theme(event, boss):
    one = make_attendee(event, offers_topics=["sextortion"])
    justice = Theme.objects.get(event=event, key="justice")
    changed = change_topic(
        event=event,
        topic_id=topic(event, "sextortion").pk,
        theme_id=justice.pk,
        name="Sextortion cases",
        description="Of children",
        by=boss.person,
        now=NOW,
    )
    assert Interest.objects.get(attendee=one).topic == changed
    assert keys(event)[0] == ["Evidence reporting", "Victim support", "Sextortion cases"]
    assert Attendee.objects.get(pk=one.pk).changed_at == NOW


def test_a_theme_with_topics_stays(event, boss):
    theme = Theme.objects.get(event=event, key="justice")
    with refuses("topic_in_use"):
        remove_theme(event=event, theme_id=theme.pk, by=boss.person)


def test_another_forum_s_rows_and_another_s_organisers_are_refused(event, boss):
    elsewhere = make_event("elsewhere")
    stranger = make_attendee(elsewhere, permission="organiser")
    theme = Theme.objects.get(event=event, key="justice")
    with pytest.raises(NotFound):
        rename_theme(event=elsewhere, theme_id=theme.pk, name="Mine", by=stranger.person)
    with pytest.raises(OrganisersOnly):
        rename_theme(event=event, theme_id=theme.pk, name="Mine", by=stranger.person)
    with pytest.raises(NotFound):
        merge_topics(
            event=event,
            topic_id=topic(event, "sextortion").pk,
            into_id=topic(elsewhere, "sextortion").pk,
            by=boss.person,
            now=NOW,
        )


def test_counts_are_of_adults_alone(event):
    for age in ("adult", "minor", "unknown"):
        make_attendee(event, seeks_topics=["sextortion"], age_class=age)
    (row,) = [one for theme in topic_counts_for(event) for one in theme.topics if one.name == "Sextortion"]
    assert (row.seekers, row.offerers) == (1, 0)
