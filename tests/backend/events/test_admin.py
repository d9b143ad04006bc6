"""The administrator's pages hold reference data and nothing about people."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client

from backend.events.models.events import Event, Theme, Topic
from backend.events.models.roles import Appointment, OutsideContact
from backend.events.rules.roles import leads_of
from backend.people.models import Person
from backend.roles.services.appointments import propose_role
from backend.safeguarding.models import Report
from tests.factories import NOW, block_contact, make_attendee, make_event, make_session
from tests.pages import page_of

pytestmark = pytest.mark.django_db
NOT_REFERENCE_DATA = {
    "person",
    "attendee",
    "interest",
    "sessionpart",
    "tie",
    "block",
    "report",
    "reportview",
    "reportalert",
    "suggestion",
    "feedback",
    "emailaddress",  # everybody's, and adding one to an account would open it
    "token",  # a key to act as anybody, the safeguarding lead included
    "tokenproxy",
    "procrastinatejob",  # whom a mail is for: that of a report among them
}


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(Person.objects.create_superuser("root@example.org", name="Root"))
    return client


def test_people_and_what_they_say_are_not_in_the_admin() -> None:
    registered = {model._meta.model_name for model in admin.site._registry}
    assert registered >= {"sector", "organisation", "event", "theme", "topic", "session"}
    assert not registered & NOT_REFERENCE_DATA


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "events/sector",
        "events/organisation",
        "events/event",
        "events/theme",
        "events/topic",
        "events/session",
        "events/appointment",
        "events/outsidecontact",
    ],
)
def test_every_list_opens_and_a_stranger_is_sent_to_sign_in(administrator: Client, page: str) -> None:
    make_event()
    answer = administrator.get(f"/admin/{page}/")
    assert page_of(answer).has("#changelist")
    assert Client().get(f"/admin/{page}/").status_code == 302


def test_nobody_real_is_added_to_a_rehearsal_there(administrator: Client) -> None:
    event = make_event()
    rehearsal = make_event("rehearsal", rehearsal_of=event)
    contact = {"name": "Child Helpline", "email": "help@example.org", "phone": ""}
    refused = administrator.post("/admin/events/outsidecontact/add/", contact | {"event": rehearsal.pk})
    assert "its people are made up" in page_of(refused)
    assert not OutsideContact.objects.exists()
    administrator.post("/admin/events/outsidecontact/add/", contact | {"event": event.pk})
    assert OutsideContact.objects.get().event == event


def test_an_event_with_reports_is_neither_counted_nor_removed_there(administrator: Client) -> None:
    event = make_event()
    block_contact("report", make_attendee(event), make_attendee(event))
    for answer in (
        administrator.get(f"/admin/events/event/{event.pk}/delete/"),
        administrator.post(f"/admin/events/event/{event.pk}/delete/", {"post": "yes"}),
        administrator.post(
            "/admin/events/event/",
            {"action": "delete_selected", "_selected_action": event.pk, "post": "yes"},
            follow=True,
        ),
        administrator.get(f"/admin/events/session/{make_session(event).pk}/change/"),
    ):
        assert "report" not in answer.content.decode().lower()
    assert Report.objects.count() == 1


def test_a_session_that_is_there_keeps_its_time_and_its_event_and_takes_another_room(administrator: Client) -> None:
    session = make_session(make_event())
    other = make_event("other")
    starts_at, event_id = session.starts_at, session.event_id
    times = {"starts_at_0": "2026-12-09", "starts_at_1": "15:00", "ends_at_0": "2026-12-09", "ends_at_1": "16:00"}
    values = {"title": "Opening", "room": "Hall", "event": other.pk, **times}
    page = f"/admin/events/session/{session.pk}/change/"
    theme = Theme.objects.filter(event=other).earliest("pk")
    foreign = administrator.post(page, values | {"theme": theme.pk})
    assert "This theme belongs to another event." in page_of(foreign).texts(".errorlist li")
    assert administrator.post(page, values).status_code == 302
    session.refresh_from_db()
    assert (session.room, session.starts_at, session.event_id) == ("Hall", starts_at, event_id)
    assert administrator.post("/admin/events/session/add/", values).status_code == 302
    assert other.sessions.get().starts_at != starts_at


def test_a_control_character_in_a_name_is_refused_there_too(administrator: Client) -> None:
    event = make_event("forum")
    session, theme = make_session(event), Theme.objects.filter(event=event).earliest("pk")
    organisation = make_attendee(event).organisation
    for page, field in (
        (f"events/event/{event.pk}", "name"),
        (f"events/event/{event.pk}", "venue"),
        (f"events/theme/{theme.pk}", "name"),
        (f"events/session/{session.pk}", "title"),
        (f"events/organisation/{organisation.pk}", "name"),
    ):
        answer = administrator.post(f"/admin/{page}/change/", {field: "One\nTwo"})
        errors = page_of(answer).texts(f".field-{field} .errorlist li")
        assert errors == ["Write it on one line, without control characters."], page


def test_an_unknown_zone_and_a_theme_of_another_event_are_refused_in_words(administrator: Client) -> None:
    event, other = make_event("forum"), make_event("other")
    answer = administrator.post(
        f"/admin/events/event/{event.pk}/change/",
        {
            "slug": "forum",
            "name": "F",
            "timezone": "Asia/Bangkock",
            "starts_on": "2026-12-09",
            "ends_on": "2026-12-10",
            "meetings_per_person": 5,
        },
    )
    assert any("did you mean Asia/Bangkok?" in error for error in page_of(answer).texts(".errorlist li"))
    theme = Theme.objects.filter(event=other).first()
    assert theme is not None
    topic = {"event": event.pk, "theme": theme.pk, "key": "new", "name": "New", "position": 40}
    answer = administrator.post("/admin/events/topic/add/", topic)
    assert "This theme belongs to another event." in page_of(answer).texts(".errorlist li")
    assert not Topic.objects.filter(key="new").exists()
    assert Event.objects.get(pk=event.pk).timezone != "Asia/Bangkock"


def act_on(administrator: Client, action: str, *appointments: Appointment) -> str:
    chosen = {"action": action, "_selected_action": [one.pk for one in appointments]}
    return administrator.post("/admin/events/appointment/", chosen, follow=True).content.decode()


def test_the_administrator_confirms_the_first_lead_and_ends_one(administrator: Client) -> None:
    event = make_event()
    boss = make_attendee(event, name="Olga", permission="organiser")
    proposed = [
        propose_role(event=event, attendee_id=one.pk, permission="safeguarding-lead", by=boss.person, now=NOW)
        for one in (make_attendee(event, name="Ana"), make_attendee(event, name="Ben"))
    ]
    page = page_of(administrator.get("/admin/events/appointment/"))
    assert "Ana" in page
    assert proposed[0].attendee.person.email in page  # a second mailbox of the organiser's is told by it
    text = act_on(administrator, "confirm", *proposed)
    assert "Done." in text
    assert "confirmed by another lead" in text  # the second is for the first to confirm
    assert [one.person.name for one in leads_of(event)] == ["Ana"]
    act_on(administrator, "end", proposed[0])
    act_on(administrator, "refuse", proposed[1])
    assert not leads_of(event).exists()
    assert set(Appointment.objects.of(event).values_list("state", flat=True)) == {
        "confirmed", "refused", "ended",
    }  # fmt: skip


def test_the_administrator_names_the_outside_contact(administrator: Client) -> None:
    event = make_event()
    fields = {"event": event.pk, "name": "Child line", "phone": "", "email": ""}
    answer = administrator.post("/admin/events/outsidecontact/add/", fields)
    assert "Write a mail address or a phone number" in answer.content.decode()
    administrator.post("/admin/events/outsidecontact/add/", fields | {"phone": "+66 1300"})
    contact = OutsideContact.objects.get()
    administrator.post(
        f"/admin/events/outsidecontact/{contact.pk}/change/", fields | {"phone": "", "email": "a@example.org"}
    )
    contact = OutsideContact.objects.get()
    assert (contact.phone, contact.email) == ("", "a@example.org")
    assert contact.entered_by is not None
