"""That two met at the edition before is said to the two, where the policy of both editions lets them know."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.selectors.earlier_meetings import EarlierMeeting, earlier_meeting_for
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.services.blocks import block_person
from tests.backend.conftest import make_forum, open_slots
from tests.factories import NOW, make_attendee, make_event, make_tie

pytestmark = pytest.mark.django_db
Two = tuple[Attendee, Attendee]


@pytest.fixture
def two() -> Two:
    event = make_event("now")
    event.previous = make_event("before")
    event.save()
    one, other = make_attendee(event, name="Mali"), make_attendee(event, name="Arif")
    make_tie(event.previous, one, other)
    return one, other


def met(one: Attendee, other: Attendee) -> EarlierMeeting | None:
    return earlier_meeting_for(viewer=one, other_id=other.pk, now=NOW)


def edition_of(one: Attendee) -> Event:
    assert one.event.previous is not None
    return one.event.previous


def test_a_tie_of_the_edition_before_is_said_to_both_and_to_nobody_else(two: Two) -> None:
    one, other = two
    edition = edition_of(one)
    assert met(one, other) == met(other, one) == EarlierMeeting(edition, edition.starts_on)
    assert met(one, make_attendee(one.event)) is None


def test_a_meeting_there_is_led_to(two: Two) -> None:
    one, other = two
    forum = make_forum(people=0)
    Event.objects.filter(pk=one.event_id).update(previous=forum.event)
    one.event.refresh_from_db()
    then = [make_attendee(forum.event, person=who.person) for who in (one, other)]
    open_slots(then, forum.slots)
    meeting = forum.arrange(*then, forum.slots[0])
    assert met(one, other) is None, "it is still to come"
    day = dt.timedelta(days=1)
    found = earlier_meeting_for(viewer=one, other_id=other.pk, now=forum.slots[0].ends_at + day)
    assert found == EarlierMeeting(forum.event, forum.event.starts_on, meeting.pk)


def test_it_is_said_of_nobody_who_has_or_had_an_alias_at_either(two: Two) -> None:
    one, other = two
    make_attendee(edition_of(one), person=one.person)
    then = make_attendee(edition_of(one), person=other.person)
    assert met(one, other)
    alias = Alias.objects.create(attendee=then, name="Real Name", is_wish=True, set_at=NOW)
    assert met(one, other) is met(other, one) is None
    alias.delete()
    assert met(one, other)
    AliasEntry.objects.create(attendee=then, kind=AliasEntry.Kind.LIFTED, made_at=NOW)
    assert met(one, other) is met(other, one) is None


@pytest.mark.parametrize("change", ["block", "hidden now", "hidden then"])
def test_whom_the_policy_of_either_edition_hides_is_not_named(two: Two, change: str) -> None:
    one, other = two
    make_attendee(edition_of(one), person=one.person)
    then = make_attendee(edition_of(one), person=other.person)
    assert met(one, other)
    if change == "block":
        block_person(by=other.person, blocked=one.person, now=NOW)
    else:
        hidden = other if change == "hidden now" else then
        Attendee.objects.filter(pk=hidden.pk).update(visibility=Attendee.Visibility.HIDDEN)
    assert met(one, other) is met(other, one) is None
