"""Nudges reach those who stand apart, once a day, and nobody the contact policy hides."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.directory.models import Nudge
from backend.directory.nudging import OnlyOrganisersNudge, nudge_people, send_nudge
from tests.backend.stats.forums import make_meeting
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    """An organiser, somebody alone with a full profile, one with an empty one, two who met."""
    event = make_event()
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    alone = make_attendee(event, seeks="Partners", email="alone@example.org")
    empty = make_attendee(event, email="empty@example.org")
    met = [make_attendee(event, offers="Advice") for _ in range(2)]
    make_meeting(*met)
    return event, organiser, alone, empty


def nudged():
    return list(Nudge.objects.order_by("attendee").values_list("attendee", flat=True))


def test_those_alone_or_without_a_profile_are_mailed_what_to_do_next(forum):
    event, organiser, alone, empty = forum
    assert nudge_people(event=event, by=organiser.person, now=NOW) == 2
    assert nudged() == [alone.pk, empty.pk]
    assert ProcrastinateJob.objects.filter(task_name="directory.send_nudge").count() == 2
    for nudge in Nudge.objects.order_by("attendee"):
        send_nudge(nudge_id=nudge.pk, now=NOW)
        send_nudge(nudge_id=nudge.pk, now=NOW)  # a job that runs twice mails once
    assert [(one.to, one.body.split("/")[-2]) for one in mail.outbox] == [
        (["alone@example.org"], "suggestions"),
        (["empty@example.org"], "profile"),
    ]


def test_nobody_is_nudged_twice_on_a_day_of_the_forum(forum):
    event, organiser, alone, _ = forum
    evening = dt.datetime(2026, 11, 25, 16, 59, tzinfo=dt.UTC)  # 23:59 in Bangkok
    assert nudge_people(event=event, by=organiser.person, now=evening) == 2
    assert nudge_people(event=event, by=organiser.person, now=evening) == 0
    assert nudge_people(event=event, by=organiser.person, now=evening + dt.timedelta(minutes=2)) == 2
    with pytest.raises(IntegrityError):
        Nudge.objects.create(attendee=alone, day=dt.date(2026, 11, 25))


def test_minors_unknown_and_hidden_people_get_no_mail(forum):
    event, organiser, alone, empty = forum
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, **who)
    nudge_people(event=event, by=organiser.person, now=NOW)
    assert nudged() == [alone.pk, empty.pk]


def test_who_has_come_to_meet_somebody_meanwhile_is_not_mailed(forum):
    event, organiser, alone, _ = forum
    nudge_people(event=event, by=organiser.person, now=NOW)
    make_meeting(alone, make_attendee(event, seeks="Advice"), "accepted")
    send_nudge(nudge_id=Nudge.objects.get(attendee=alone).pk, now=NOW)
    assert mail.outbox == []


def test_only_an_organiser_nudges(forum):
    event, _, alone, _ = forum
    with pytest.raises(OnlyOrganisersNudge):
        nudge_people(event=event, by=alone.person, now=NOW)
    assert nudged() == []
