"""Times that organisers open, and wishes: the person is told by mail, once a day, and stays in charge."""

import datetime as dt

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.availability import Availability
from backend.booking.services.availability import close_slots
from backend.core.errors import OrganisersOnly
from backend.core.models import Act
from backend.directory.models import TimesMail
from backend.directory.services.times import open_times_for, send_times_mail, wish_to_meet
from backend.events.models.agenda import Slot
from tests.factories import NOW, make_attendee, make_event
from tests.long_jobs import answered
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def forum():
    """An organiser, three adults who joined and have no open time, and three meeting times."""
    event = make_event()
    opening = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    half = dt.timedelta(minutes=30)
    for number in range(3):
        starts_at = opening + number * half
        Slot.objects.create(event=event, starts_at=starts_at, ends_at=starts_at + half)
    event.organiser = make_attendee(event, permission="organiser", visibility="hidden")
    event.people = [
        make_attendee(event, name=name, email=f"{name.lower()}@example.org") for name in ("Ann", "Ben", "Cy")
    ]
    return event


def open_for(event, *people, now=NOW):
    ids = [one.pk for one in people]
    return open_times_for(event=event, attendee_ids=ids, by=event.organiser.person, now=now)


def wish(one, other, now=NOW):
    wish_to_meet(attendee=one, other_id=other.pk, by=one.person, now=now)


def send_all(now=NOW):
    """Send the mails that wait, as the worker would; gives those sent."""
    mail.outbox.clear()
    for pk in TimesMail.objects.order_by("pk").values_list("pk", flat=True):
        send_times_mail(mail_id=pk, now=now)
    return mail.outbox


def test_organisers_open_all_times_of_who_has_none_and_they_are_told(forum):
    ann, ben, _cy = forum.people
    Availability.objects.create(event=forum, attendee=ben, slot=forum.slots.first())
    assert open_for(forum, ann, ben) == 1
    assert Availability.objects.filter(attendee=ann).count() == 3
    assert Availability.objects.filter(attendee=ben).count() == 1
    (sent,) = send_all()
    assert sent.to == ["ann@example.org"]
    assert "opened all meeting times for you" in sent.body
    assert f"/e/{forum.slug}/availability/" in sent.body
    assert Act.objects.get(kind=Act.Kind.TIMES_OPENED).what == "1"
    close_slots(
        attendee=ann, slot_ids=forum.slots.values_list("pk", flat=True), by=ann.person, now=NOW
    )  # theirs to change
    assert not Availability.objects.filter(attendee=ann).exists()


def test_who_has_not_joined_or_is_no_adult_is_left_alone_and_nobody_left_is_refused(forum):
    away = make_attendee(forum, has_joined=False)
    minor = make_attendee(forum, age_class="minor")
    elsewhere = make_attendee(make_event("elsewhere"))
    with refuses("nobody_to_open", match="joining opens their times"):
        open_for(forum, away, minor, elsewhere)
    Slot.objects.all().delete()
    with refuses("no_times_to_come", match="Add some under Set up"):
        open_for(forum, *forum.people)
    with pytest.raises(OrganisersOnly):
        open_times_for(event=forum, attendee_ids=[], by=forum.people[0].person, now=NOW)
    assert not Availability.objects.exists()


def test_a_wish_is_told_by_mail_and_later_ones_of_the_day_by_the_next_mail(forum):
    ann, ben, cy = forum.people
    wish(ben, ann)
    wish(cy, ann)
    (sent,) = send_all()
    assert "2 people would like to meet you" in sent.body
    assert "- Ben" in sent.body
    assert "- Cy" in sent.body
    late = make_attendee(forum, name="Dee")
    wish(late, ann)
    assert TimesMail.objects.count() == 2
    job = ProcrastinateJob.objects.filter(task_name="directory.send_times_mail").latest("id")
    assert job.scheduled_at == dt.datetime.combine(NOW.date() + DAY, dt.time(), forum.zone)
    wish(make_attendee(forum, name="Eve"), ann)  # waits with it
    assert TimesMail.objects.count() == 2
    (sent,) = send_all(NOW + DAY)
    assert "4 people would like to meet you" in sent.body


def test_no_mail_once_a_time_is_open_or_nobody_who_may_be_seen_is_left(forum):
    ann, ben, cy = forum.people
    wish(ben, ann)
    wish(ann, cy)
    Availability.objects.create(event=forum, attendee=ann, slot=forum.slots.first())
    ann.visibility = "hidden"
    ann.save()
    assert send_all() == []
    assert set(TimesMail.objects.values_list("state", flat=True)) == {"skipped"}


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_nobody_is_mailed_who_is_no_known_adult_any_more(forum, age_class):
    ann, *_others = forum.people
    open_for(forum, ann)
    ann.age_class = age_class
    ann.save()
    assert send_all() == []


def test_a_mail_waits_for_the_end_of_quiet_hours(forum):
    ann, ben, _cy = forum.people
    ann.person.quiet_from, ann.person.quiet_until = dt.time(0), dt.time(23)
    ann.person.save()
    wish(ben, ann)
    assert send_all() == []
    assert TimesMail.objects.get().state == "queued"


def test_the_api_opens_times(forum, client):
    client.force_login(forum.organiser.person)
    answer = client.post(
        f"/api/v1/events/{forum.slug}/attendees/open-times/",
        {"attendees": [one.pk for one in forum.people]},
        content_type="application/json",
    )
    answer = answered(client, answer)
    assert (answer.status_code, answer.json()) == (200, {"count": 3})


def test_the_database_keeps_one_mail_of_a_kind_a_day_and_none_sent_untried(forum):
    ann, ben, _cy = forum.people
    wish(ben, ann)
    row = TimesMail.objects.get()
    with pytest.raises(IntegrityError, match="times_mail_once_a_day"), transaction.atomic():
        TimesMail.objects.create(attendee=ann, kind=row.kind, day=row.day)
    with pytest.raises(IntegrityError, match="times_mail_was_tried"), transaction.atomic():
        TimesMail.objects.update(state="sent")
