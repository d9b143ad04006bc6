"""Rehearsing a forum: the copy, its made-up people, the mails that stay, and its end."""

import datetime as dt

import pytest
from django.apps import apps
from django.db.models import ForeignKey
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.availability import Availability, MeetingRules
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.roles import OutsideContact
from backend.events.services.attendees import NewAttendee
from backend.people.models import Person
from backend.roster.services.adding import add_attendee
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import matchable
from backend.setup.services.events import find_or_add_attendee
from frontend.access import SEEN_AS
from tests.factories import NOW, make_attendee, make_event, make_run, make_session
from tests.frontend.conftest import client_of
from tests.pages import page_of
from tests.refusals import refuses


@pytest.fixture
def forum(cast):
    day = timezone.now().astimezone(cast.event.zone).date() + dt.timedelta(days=14)
    Event.objects.filter(pk=cast.event.pk).update(starts_on=day, ends_on=day + dt.timedelta(days=1))
    event = Event.objects.get(pk=cast.event.pk)
    at = dt.datetime.combine(day, dt.time(10), event.zone)
    for minutes in (0, 30):
        starts_at = at + dt.timedelta(minutes=minutes)
        Slot.objects.create(event=event, starts_at=starts_at, ends_at=starts_at + dt.timedelta(minutes=20))
    Table.objects.create(event=event, label="7", place="Hall")
    MeetingRules.objects.create(event=event, open_requests=3, expiry_hours=30, proposal_hours=20)
    ContactRule.objects.create(event=event, constituency="youth", other_constituency="industry")
    return event


def post(client, event, part):
    return client.post(f"/e/{event.slug}/set-up/rehearsal/{part}", follow=True)


def started(client, event):
    assert post(client, event, "start/").status_code == 200
    return Event.objects.get(rehearsal_of=event)


def rows_of(event):
    """How many rows of each table lead to the event, but for the trails, which nobody can change."""
    found = {}
    for model in apps.get_models():
        if "pgh_created_at" in {field.name for field in model._meta.fields} or model._meta.proxy:
            continue
        for field in model._meta.fields:
            if isinstance(field, ForeignKey) and field.related_model is Event:
                count = model._base_manager.filter(**{field.attname: event.pk}).count()
                found[f"{model._meta.label}.{field.name}"] = count
    return {name: count for name, count in found.items() if count}


def test_the_set_up_is_copied_and_forty_adults_have_joined_with_every_time_open(forum, boss):
    copy = started(boss, forum)
    assert (copy.state, copy.starts_on, copy.ends_on) == ("open", forum.starts_on, forum.ends_on)
    for name in ("topics", "themes", "sectors"):
        keys = [list(getattr(event, name).values_list("key", "name")) for event in (forum, copy)]
        assert keys[0] == keys[1]
    assert list(copy.slots.values_list("starts_at")) == list(forum.slots.values_list("starts_at"))
    assert list(copy.tables.values_list("label", "place")) == [("7", "Hall")]
    assert MeetingRules.objects.get(event=copy).expiry_hours == 30
    assert ContactRule.objects.filter(event=copy).count() == 1
    people = Attendee.objects.of(copy).filter(permission="participant")
    assert people.count() == 40
    assert {one.person.email.rpartition("@")[2] for one in people} == {"example.invalid"}
    assert all(one.has_joined and one.age_class == "adult" and one.seeks and one.offers for one in people)
    assert Availability.objects.filter(event=copy).count() == 80
    names = set(copy.topics.values_list("name", flat=True))
    assert all(any(name in one.seeks for name in names) for one in people)
    jobs = ProcrastinateJob.objects.filter(task_name="events.forum_opened")
    assert jobs.get().args == {"event_id": copy.pk}  # builds its lists
    own = Attendee.objects.of(copy).get(permission="organiser")
    assert (own.visibility, own.has_joined) == ("hidden", False)


def test_another_rehearsal_and_one_of_a_rehearsal_are_refused(forum, boss):
    copy = started(boss, forum)
    assert post(boss, forum, "start/").status_code == 409
    assert post(boss, copy, "start/").status_code == 409
    assert Event.objects.filter(rehearsal_of__isnull=False).count() == 1


def test_only_organisers_start_and_end_one(forum, cast, boss, official):
    elsewhere = make_attendee(make_event("third"), permission="organiser").person
    for client, status in ((official, 403), (client_of(elsewhere), 404), (client_of(cast.stranger), 404)):
        assert post(client, forum, "start/").status_code == status
        assert post(client, forum, "end/").status_code == status
        assert client.get(f"/e/{forum.slug}/set-up/rehearsal/").status_code == status
    assert not Event.objects.filter(rehearsal_of=forum).exists()
    copy = started(boss, forum)
    assert post(official, forum, "end/").status_code == 403
    assert Event.objects.filter(pk=copy.pk).exists()
    assert official.get(f"/e/{copy.slug}/").status_code == 404


def test_it_is_in_no_list_of_forums_but_its_organisers_own(forum, cast, boss, official):
    copy = started(boss, forum)
    assert copy.name in page_of(boss.get("/"))
    assert official.get("/")["Location"] == cast.address()
    starter = make_attendee(make_event("fourth"), permission="organiser").person
    Person.objects.filter(pk__in=(starter.pk, cast.organiser.person_id)).update(may_start_forums=True)
    for person in (starter, cast.organiser.person):
        for page in ("/forums/", "/forums/start/"):
            assert copy.name not in page_of(client_of(person).get(page))


def test_every_page_of_it_says_that_it_is_a_rehearsal_and_no_page_of_the_forum(forum, boss):
    copy = started(boss, forum)
    for page in ("set-up/", "desk/", "attendees/", "home/", "suggestions/", "programme/"):
        words = "the people are made up, and no mail is sent."
        assert words in page_of(boss.get(f"/e/{copy.slug}/{page}"))
        assert words not in page_of(boss.get(f"/e/{forum.slug}/{page}"))


def test_nobody_real_is_added_to_a_rehearsal(forum, boss, cast):
    copy, by = started(boss, forum), cast.organiser.person
    new = {"name": "Real Person", "email": "real@example.org"}
    with refuses("rehearsal_only"):
        add_attendee(event=copy, new=NewAttendee(**new), by=by, now=NOW)
    with refuses("rehearsal_only"):
        find_or_add_attendee(event=copy, **new, now=NOW)
    assert not Person.objects.filter(email="real@example.org").exists()


def test_the_end_leaves_no_row_and_takes_no_real_person(forum, boss, cast):
    before = set(Person.objects.values_list("pk", flat=True))
    copy = started(boss, forum)
    make_session(copy)
    first, second = Attendee.objects.of(copy).filter(permission="participant")[:2]
    make_attendee(forum, person=second.person)  # a made-up one whom somebody put on a real list stays
    assert rows_of(copy)
    assert "cannot be undone" in page_of(boss.get(f"/e/{forum.slug}/set-up/rehearsal/end/"))
    assert Event.objects.filter(pk=copy.pk).exists()
    assert post(boss, forum, "end/").status_code == 200
    assert rows_of(copy) == {}
    assert not Event.objects.filter(pk=copy.pk).exists()
    assert not Person.objects.filter(pk=first.person_id).exists()
    assert set(Person.objects.values_list("pk", flat=True)) == before | {second.person_id}
    assert post(boss, forum, "end/").status_code == 404
    assert started(boss, forum).pk != copy.pk


def test_a_rehearsal_opens_without_a_lead_and_its_forum_does_not(forum, boss):
    OutsideContact.objects.all().delete()
    Attendee.objects.filter(event=forum).exclude(permission="organiser").update(permission="participant")
    copy = started(boss, forum)
    Event.objects.filter(pk__in=(forum.pk, copy.pk)).update(state="draft")
    boss.post(f"/e/{copy.slug}/set-up/state/", {"state": "open"})
    assert boss.post(f"/e/{forum.slug}/set-up/state/", {"state": "open"}).status_code == 409
    states = dict(Event.objects.values_list("pk", "state"))
    assert (states[forum.pk], states[copy.pk]) == ("draft", "open")


def test_made_up_people_may_be_matched_and_their_organiser_not(forum, boss, cast):
    copy = started(boss, forum)
    found = matchable(copy)
    assert found.count() == 40
    assert not found.filter(person=cast.organiser.person).exists()


def as_somebody(client, event):
    """Press the button; gives the made-up attendee that the session names."""
    assert client.post(f"/e/{event.slug}/set-up/rehearsal/see-as/").status_code == 302
    return Attendee.objects.get(pk=client.session[SEEN_AS])


def test_an_organiser_sees_and_does_what_a_made_up_person_can_and_goes_back(forum, boss, cast):
    copy = started(boss, forum)
    seen = as_somebody(boss, copy)
    assert seen.person.email.endswith("@example.invalid")
    for page in ("home/", "suggestions/", "meetings/", "sessions/", "profile/", "availability/"):
        answer = boss.get(f"/e/{copy.slug}/{page}")
        assert f"You see it as {seen.name}." in page_of(answer), page
    other = Attendee.objects.of(copy).filter(permission="participant").exclude(pk=seen.pk).first()
    make_run(copy, {seen: [other]})
    boss.post(f"/e/{copy.slug}/people/{other.pk}/ask/", {"any_time": "on", "message": "Hello"})
    boss.post(f"/e/{copy.slug}/profile/", {"seeks": "Something else", "about": "", "offers": ""})
    assert Attendee.objects.get(pk=seen.pk).edited_at is not None
    assert Meeting.objects.get(event=copy).asker_id == seen.pk
    assert "See it as one of the made-up people" in page_of(boss.get(f"/e/{copy.slug}/desk/"))
    assert as_somebody(boss, copy).pk > seen.pk
    assert boss.post(f"/e/{copy.slug}/set-up/rehearsal/back/").status_code == 302
    assert "You see it as" not in page_of(boss.get(f"/e/{copy.slug}/home/"))


def test_nobody_real_and_no_other_forum_is_seen_as_somebody_else(forum, boss, cast, official):
    copy = started(boss, forum)
    made_up = as_somebody(boss, copy)

    def reader_of(client, event, attendee):
        session = client.session
        session[SEEN_AS] = attendee.pk
        session.save()
        answer = client.get(f"/e/{event.slug}/home/")
        return answer.wsgi_request.attendee if answer.status_code == 200 else None

    own = Attendee.objects.get(event=copy, person=cast.organiser.person)
    real = make_attendee(copy, name="Real Person")  # by no service
    assert reader_of(boss, copy, made_up) == made_up
    assert reader_of(boss, copy, real) == own  # nobody real
    assert reader_of(boss, copy, cast.engineer) == own  # nobody of another event
    assert reader_of(boss, forum, made_up) == cast.organiser  # not at the forum itself ...
    assert reader_of(boss, forum, cast.engineer) == cast.organiser
    assert reader_of(official, forum, made_up) == cast.official  # ... not by a participant ...
    assert reader_of(official, copy, made_up) is None
    other = make_attendee(make_event("another"), permission="organiser")  # ... nor by another's organiser
    assert reader_of(client_of(other.person), copy, made_up) is None
    assert reader_of(client_of(other.person), other.event, made_up) == other
    for client, event, status in ((boss, forum, 404), (official, forum, 403), (official, copy, 404)):
        assert client.post(f"/e/{event.slug}/set-up/rehearsal/see-as/").status_code == status
    Event.objects.filter(pk=copy.pk).update(rehearsal_of=None)
    assert reader_of(boss, copy, made_up) == own  # asked anew on every request


def test_no_token_is_made_for_a_made_up_person(forum, boss, cast):
    copy = started(boss, forum)
    seen = as_somebody(boss, copy)
    answer = boss.get(f"/e/{copy.slug}/api-access/")
    assert answer.wsgi_request.attendee.person == cast.organiser.person != seen.person
