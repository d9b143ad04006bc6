"""Joining: the notice and the pledge accepted, every time open, and who can be asked from then on."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models.signals import post_init
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.availability import Availability
from backend.booking.rules import NotJoined
from backend.booking.selectors.availability import free_slots_between
from backend.booking.services.availability import close_slots
from backend.booking.services.joining import PERSON_JOINED, add_slots, join_event
from backend.core.errors import NotFound, NotYours
from backend.core.period import Period
from backend.events.models.agenda import SessionPart
from backend.events.rules.agreements import current_agreement
from tests.factories import NOW, make_attendee, make_session
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
VERSION = current_agreement().version


def join(attendee, version=VERSION, now=NOW):
    return join_event(attendee=attendee, version=version, by=attendee.person, now=now)


def opened(attendee):
    return {*Availability.objects.filter(attendee=attendee).values_list("slot", flat=True)}


def add_slot(forum, boss):
    """Organisers add a slot after all others; gives its id."""
    last = max(slot.ends_at for slot in forum.slots)
    period = Period(last, last + dt.timedelta(minutes=20))
    assert add_slots(event=forum.event, periods=[period], by=boss.person) == 1
    return forum.event.slots.latest("pk").pk


def test_joining_keeps_the_version_and_opens_every_time_to_come(forum):
    one = make_attendee(forum.event, has_joined=False)
    now = forum.slots[0].starts_at
    joined = join(one, now=now)
    assert (joined.agreed_at, joined.agreement_version) == (now, VERSION)
    assert opened(one) == {slot.pk for slot in forum.slots[1:]}


def test_joining_again_changes_nothing_and_a_new_version_keeps_the_day(forum):
    one = make_attendee(forum.event, has_joined=False)
    join(one)
    close_slots(attendee=one, slot_ids=opened(one), by=one.person, now=NOW)
    type(one).objects.filter(pk=one.pk).update(agreement_version="2025-01-01")
    again = join(one, now=NOW + dt.timedelta(days=1))
    assert (again.agreed_at, again.agreement_version, opened(one)) == (NOW, VERSION, set())


def test_a_bookmarked_session_keeps_busy_though_every_time_is_open(forum):
    one, other = make_attendee(forum.event, has_joined=False), forum.people[0]
    session = make_session(forum.event)
    session.starts_at, session.ends_at = forum.slots[0].starts_at, forum.slots[0].ends_at
    session.save()
    SessionPart.objects.create(event=forum.event, attendee=one, session=session)
    join(one)
    free = {choice.slot_id for choice in free_slots_between(other, one.pk, NOW)}
    assert free == {slot.pk for slot in forum.slots[1:]}


def test_only_oneself_joins_and_only_with_the_version_of_today(forum):
    one, other = make_attendee(forum.event, has_joined=False), forum.people[0]
    with pytest.raises(NotYours):
        join_event(attendee=one, version=VERSION, by=other.person, now=NOW)
    with refuses("old_agreement"):
        join(one, version="2025-01-01")
    one.refresh_from_db()
    assert (one.agreed_at, opened(one)) == (None, set())


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_nobody_joins_whom_the_organisers_have_not_confirmed_as_an_adult(forum, age_class):
    one = make_attendee(forum.event, has_joined=False, age_class=age_class)
    with refuses("age_not_confirmed", match="organiser must confirm that you are an adult"):
        join(one)
    one.refresh_from_db()
    assert (one.agreed_at, opened(one)) == (None, set())


def test_a_slot_added_later_opens_for_who_joined_but_not_for_who_closed_all(forum):
    boss = make_attendee(forum.event, permission="organiser", visibility="hidden", has_joined=False)
    one, other = (make_attendee(forum.event, has_joined=False) for _ in range(2))
    unjoined = make_attendee(forum.event, has_joined=False)
    join(one)
    join(other)
    close_slots(attendee=other, slot_ids=opened(other), by=other.person, now=NOW)
    added = add_slot(forum, boss)
    assert added in opened(one)
    assert (opened(other), opened(unjoined), opened(boss)) == (set(), set(), set())


def test_the_first_slots_of_an_event_open_for_everybody_who_joined(forum):
    forum.event.slots.all().delete()
    boss = make_attendee(forum.event, permission="organiser", has_joined=False)
    one = join(make_attendee(forum.event, has_joined=False))
    assert opened(one) == set()
    added = add_slot(forum, boss)
    assert opened(one) == {added}


@pytest.mark.slow
@pytest.mark.parametrize("shows_unjoined", [False, True])
def test_who_has_not_joined_asks_nobody_and_is_asked_by_nobody(forum, shows_unjoined):
    forum.event.shows_unjoined = shows_unjoined
    forum.event.save()
    one, other = make_attendee(forum.event, has_joined=False, name="Mali Wongsa"), forum.people[0]
    refusal = NotJoined if shows_unjoined else NotFound
    with pytest.raises(refusal, match="Mali Wongsa has not joined" if shows_unjoined else "no such person"):
        forum.ask(other, one)
    with pytest.raises(refusal, match="You have not joined" if shows_unjoined else "no such person"):
        forum.ask(one, other)
    join(one)
    assert forum.ask(other, one).state == "requested"


def test_joining_queues_one_job_for_what_was_planned(forum):
    one = make_attendee(forum.event, has_joined=False)
    join(one)
    join(one)
    jobs = ProcrastinateJob.objects.filter(task_name=PERSON_JOINED)
    assert [job.args for job in jobs] == [{"event_id": forum.event.pk}]


def test_times_are_multiplied_by_people_in_the_database(forum):
    boss, made = make_attendee(forum.event, permission="organiser", has_joined=False), []
    post_init.connect(lambda **given: made.append(given["instance"]), Availability, weak=False, dispatch_uid="made")
    try:
        added = add_slot(forum, boss)
    finally:
        post_init.disconnect(sender=Availability, dispatch_uid="made")
    assert made == []
    assert all(added in opened(one) for one in forum.people)
