"""Invitations on the pages and over the API: from the list to somebody who is signed in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.invitations.models import Invitation
from backend.people.models import Person
from tests.factories import NOW, in_two_weeks, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.long_jobs import answered
from tests.pages import page_of
from tests.second_factor import give_factor
from tests.smtp import MailServer
from tests.worker import do_jobs

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("post")]

PAGE = "/e/forum/invitations/"
API = "/api/v1/events/forum/invitations/"


@pytest.fixture
def event() -> Event:
    return make_event(**in_two_weeks())


@pytest.fixture
def organiser(event: Event) -> Client:
    return client_of(make_attendee(event, name="Olga Organiser", permission="organiser").person)


def link_in(mail: object) -> str:
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    return re.search(r"/invitation/[^/\s]+/", text)[0]  # type: ignore[index]


def test_what_waits_for_the_end_of_quiet_hours_is_said_with_its_time(event: Event, organiser: Client) -> None:
    begins, ends = dt.time(0), dt.time(23, 59, 59)
    for number in range(2):
        reader = make_attendee(event, email=f"reader-{number}@example.org", has_joined=False)
        Person.objects.filter(pk=reader.person_id).update(quiet_from=begins, quiet_until=ends)
    assert "quiet hours" not in page_of(organiser.get(PAGE))
    preview = page_of(organiser.post(f"{PAGE}?show=not_invited", {"everybody": "1"}))
    sent = page_of(answered(organiser, organiser.post(f"{PAGE}send/", preview.fields(".sending")), follow=True))
    assert "2 mails wait for the end of their readers’ quiet hours; the first go out" in sent
    assert "23:59 (Bangkok time" in sent


@pytest.mark.slow
def test_an_organiser_previews_and_sends_and_the_link_signs_in_once(
    event: Event, organiser: Client, client: Client, post: MailServer
) -> None:
    mali = make_attendee(event, name="Mali Wongsa", email="mali@example.org", has_joined=False)
    make_attendee(event, name="Young Delegate", age_class="minor")
    make_attendee(event, name="Somebody Else", age_class="unknown")
    page = page_of(organiser.get(PAGE))
    assert page.rows(cells="th") == [["Mali Wongsa"]]
    assert "1 person on the list is of unknown age and is not invited" in page
    preview = page_of(organiser.post(f"{PAGE}?show=not_invited", {"everybody": "1"}))
    assert "Send 1 invitation?" in preview
    assert "Dear Olga Organiser" in preview
    assert "Mali" not in preview
    do_jobs()
    assert (post.mails, Invitation.objects.count()) == ([], 0)
    sent = answered(organiser, organiser.post(f"{PAGE}send/", preview.fields(".sending")), follow=True)
    assert "1 invitation is on its way." in page_of(sent)
    assert "Sent 1 invitation" in page_of(organiser.get("/e/forum/desk/done/"))
    do_jobs()
    (mail,) = post.mails
    link = link_in(mail)
    for _scanner in range(2):
        answer = client.get(link)
        assert answer.status_code == 200
        assert "Welcome, Mali Wongsa" in page_of(answer)
        assert client.get("/e/forum/profile/").status_code == 302, "opening a link signs nobody in"
    answer = client.post(link)
    assert (answer.status_code, answer["Location"]) == (302, "/e/forum/")
    assert client.get("/e/forum/profile/").status_code == 200
    assert client.session["_auth_user_id"] == str(mali.person_id)
    again = Client().post(link)
    assert again.status_code == 409
    assert "This link was used" in page_of(again)
    assert "Signed in by the link, and has not joined yet." in page_of(organiser.get(PAGE))
    Attendee.objects.filter(pk=mali.pk).update(agreed_at=NOW, agreement_version="1")
    assert page_of(organiser.get(f"{PAGE}?show=joined")).rows(cells="th") == [["Mali Wongsa"]]


@pytest.mark.slow
def test_a_link_stands_for_the_code_and_not_for_the_second_factor(
    event: Event, organiser: Client, client: Client, post: MailServer
) -> None:
    mali = make_attendee(event, email="mali@example.org", has_joined=False)
    give_factor(mali.person)
    preview = page_of(organiser.post(PAGE, {"attendee": [mali.pk]}))
    answered(organiser, organiser.post(f"{PAGE}send/", preview.fields(".sending")))
    do_jobs()
    answer = client.post(link_in(post.mails[0]))
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/2fa/authenticate/")
    assert client.get("/e/forum/profile/").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.slow
def test_a_link_that_expired_or_is_cut_off_leads_to_a_code(
    event: Event, organiser: Client, client: Client, post: MailServer
) -> None:
    mali = make_attendee(event, email="mali@example.org", has_joined=False)
    preview = page_of(organiser.post(PAGE, {"attendee": [mali.pk]}))
    answered(organiser, organiser.post(f"{PAGE}send/", preview.fields(".sending")))
    do_jobs()
    link = link_in(post.mails[0])
    assert client.get(f"{link[:-3]}/").status_code == 404
    Invitation.objects.update(expires_at="2026-01-01T00:00Z")
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 410
        assert ("Sign in with a code", "/accounts/login/code/") in page_of(answer).links()
    assert "_auth_user_id" not in client.session


def test_texts_are_saved_with_a_preview_and_a_test_mail(event: Event, organiser: Client, post: MailServer) -> None:
    page = page_of(organiser.get(f"{PAGE}texts/"))
    fields = page.fields(".form")
    assert "Dear {name}" in fields["text"][0]
    saved = page_of(organiser.post(f"{PAGE}texts/", fields, follow=True))
    assert "Saved." in saved
    fields |= {"subject": ["Come to {forum}"], "schedule": ["before"], "first_reminder_days": ["7"]}
    saved = page_of(organiser.post(f"{PAGE}texts/", fields, follow=True))
    assert f"Come to {event.name}" in saved
    refused = organiser.post(f"{PAGE}texts/", fields | {"text": ["Come!"]})
    assert refused.status_code == 400
    assert "Write {link} once in the text" in page_of(refused)
    assert page_of(refused).fields(".form")["text"] == ["Come!"]
    organiser.post(f"{PAGE}test/")
    do_jobs()
    assert [mail["Subject"] for mail in post.mails] == [f"Test: Come to {event.name}"]


def test_nobody_chosen_is_refused_in_place(event: Event, organiser: Client) -> None:
    make_attendee(event, has_joined=False)
    answer = organiser.post(PAGE, {})
    assert answer.status_code == 409
    assert page_of(answer).has("[role=alert]")


def test_the_api_does_what_the_pages_do(event: Event, organiser: Client, post: MailServer) -> None:
    mali = make_attendee(event, name="Mali Wongsa", email="mali@example.org", has_joined=False)
    json = {"content_type": "application/json"}
    body = organiser.get(API).json()
    assert body["figures"]["not_invited"] == 1
    assert [(one["attendee"], one["status"]) for one in body["people"]] == [(mali.pk, "not_invited")]
    preview = answered(organiser, organiser.post(f"{API}preview/", {"attendees": None}, **json)).json()
    assert (preview["count"], Invitation.objects.count()) == (1, 0)
    assert "Dear Olga Organiser" in preview["example"]["body"]
    wrong = answered(organiser, organiser.post(API, {"confirmation": "made up"}, **json))
    assert (wrong.status_code, wrong.json()["code"]) == (409, "bad_selection")
    sent = answered(organiser, organiser.post(API, {"confirmation": preview["confirmation"]}, **json))
    assert sent.json() == {"count": 1}
    again = answered(organiser, organiser.post(f"{API}preview/", {"attendees": [mali.pk]}, **json))
    assert (again.status_code, again.json()["code"]) == (409, "nobody_to_invite")
    rules = organiser.get(f"{API}rules/").json()
    assert rules["valid_days"] == 14
    changed = organiser.put(f"{API}rules/", rules | {"valid_days": 7}, **json)
    assert changed.json()["valid_days"] == 7
    assert organiser.post(f"{API}test/").status_code == 204
    do_jobs()
    assert len(post.mails) == 2
    assert organiser.get(f"{API}?show=invited").json()["people"][0]["status"] == "sent"


def test_who_is_named_in_a_selection_of_another_forum_is_not_invited(event: Event, organiser: Client) -> None:
    stranger = make_attendee(make_event("elsewhere"))
    mali = make_attendee(event, name="Mali", has_joined=False)
    page = page_of(organiser.post(PAGE, {"attendee": [mali.pk, stranger.pk]}))
    answered(organiser, organiser.post(f"{PAGE}send/", page.fields(".sending")))
    invited = Invitation.objects.values_list("attendee", flat=True)
    assert list(invited) == [mali.pk]
    assert Attendee.objects.filter(invitations__isnull=False).count() == 1
