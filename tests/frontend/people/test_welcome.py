"""The first page, signing in by code, and the pages for when something is wrong."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client

from backend.events.models.events import Event
from backend.people.models import Person
from tests.accounts import send_account_mails
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db
CODE_PAGE, CONFIRM_PAGE = "/accounts/login/code/", "/accounts/login/code/confirm/"


def test_the_first_page_says_what_titian_is_and_names_nobody(client, cast):
    page = page_of(client.get("/"))
    assert "Titian is a footbridge between government, industry, civil society" in page
    assert CODE_PAGE in [address for _, address in page.links("main")]
    assert cast.engineer.person.name not in page
    assert cast.event.name not in page


@pytest.mark.parametrize("contact", ["", "mailto:access@example.org"])
def test_the_page_about_accessibility_says_where_to_complain(client, settings, contact):
    settings.TITIAN_ACCESSIBILITY_CONTACT = contact
    page = page_of(client.get("/accessibility/"))
    assert "What was not tested" in page
    addresses = [address for _, address in page.links("main")]
    assert addresses == ([contact] if contact else [])
    assert "/accessibility/" in [address for _, address in page.links("footer")]


def test_my_forums_are_the_ones_i_am_on_the_list_of(cast, official):
    second = make_attendee(make_event("second"), person=cast.official.person)
    page = page_of(official.get("/"))
    forums = page.links(".forums")
    assert (second.event.name, "/e/second/") in forums
    assert (cast.event.name, f"/e/{cast.event.slug}/") in forums
    assert "/e/elsewhere/" not in [address for _, address in forums]


def test_whoever_is_on_one_list_goes_straight_to_that_forum(cast, official):
    assert official.get("/")["Location"] == cast.address()
    Event.objects.filter(pk=cast.event.pk).update(state="draft")
    assert (cast.event.name, cast.address()) in page_of(official.get("/")).links(".forums")
    assert client_of(cast.organiser.person).get("/")["Location"] == cast.address()
    Person.objects.filter(pk=cast.organiser.person_id).update(may_start_forums=True)
    assert page_of(client_of(cast.organiser.person).get("/")).has("a[href='/forums/']")


def test_somebody_on_no_list_is_told_what_to_do(cast):
    cast.stranger.attendances.all().delete()
    assert "You are on no forum’s list" in page_of(client_of(cast.stranger).get("/"))


def test_one_signs_in_with_the_code_from_the_mail_and_lands_where_one_wanted(client):
    me = make_attendee(make_event(), email="Mali@Example.org", seeks="x")
    wanted = f"/e/{me.event.slug}/profile/"
    answer = client.post(f"{CODE_PAGE}?next={wanted}", {"email": "mali@example.org", "next": wanted})
    assert answer["Location"].startswith(CONFIRM_PAGE)
    confirm = page_of(client.get(answer["Location"]))
    assert "Enter your code" in confirm
    assert "mali@example.org" in confirm
    send_account_mails()
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[0].body, re.MULTILINE)[1]
    wrong = client.post(CONFIRM_PAGE, {"code": "WRONG1"})
    assert wrong.status_code == 200
    assert page_of(wrong).has("input[name=code][aria-invalid=true]")
    right = client.post(CONFIRM_PAGE, {"code": code, "next": wanted})
    assert right["Location"] == wanted
    assert "My profile" in client.get(wanted).content.decode()


def test_an_unknown_address_gets_the_same_answer_and_neither_mail_nor_account(cast, django_user_model):
    before = django_user_model.objects.count()
    pages = []
    for address in (cast.official.person.email, "nobody@example.org"):
        answer = Client().post(CODE_PAGE, {"email": address}, follow=True)
        text = answer.content.decode().replace(address, "ADDRESS")
        pages.append((answer.redirect_chain, re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)))
    assert pages[0] == pages[1]
    send_account_mails()
    assert [message.to for message in mail.outbox] == [[cast.official.person.email]]
    assert django_user_model.objects.count() == before


def test_no_sixth_code_is_compared_however_many_requests_come_at_once(client):
    """Each request reads the session before any other has written its failure into it."""
    me = make_attendee(make_event(), email="mali@example.org")
    client.post(CODE_PAGE, {"email": "mali@example.org"})
    send_account_mails()
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[0].body, re.MULTILINE)[1]
    untouched = Session.objects.get(pk=client.session.session_key).session_data
    for _ in range(5):
        Session.objects.filter(pk=client.cookies["sessionid"].value).update(session_data=untouched)
        assert client.post(CONFIRM_PAGE, {"code": "WRONG1"}).status_code == 200
    Session.objects.filter(pk=client.cookies["sessionid"].value).update(session_data=untouched)
    refused = client.post(CONFIRM_PAGE, {"code": code})
    assert page_of(refused).texts("#code-errors .error")[0].startswith("Too many failed login attempts")
    assert "_auth_user_id" not in client.session
    again = Client()
    again.post(CODE_PAGE, {"email": "mali@example.org"})
    send_account_mails()
    code = re.search(r"^([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    again.post(CONFIRM_PAGE, {"code": code})
    assert again.session["_auth_user_id"] == str(me.person_id)


def test_a_mistyped_address_can_be_replaced_while_a_code_is_awaited(client):
    client.post(CODE_PAGE, {"email": "nobody@example.org"})
    answer = client.post("/accounts/logout/", {"next": CODE_PAGE}, follow=True)
    assert page_of(answer).has("input[name=email]")
    assert "nobody@example.org" not in answer.content.decode()


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_every_other_way_in_leads_to_the_code(client, page):
    assert client.get(page)["Location"].startswith(CODE_PAGE)


@pytest.mark.parametrize("page", ["email/", "reauthenticate/", "confirm-email/"])
def test_nobody_adds_an_address_to_their_account_by_themself(cast, official, page):
    answer = official.post(f"/accounts/{page}", {"email": "second@example.org", "action_add": ""})
    assert answer["Location"] == "/"
    send_account_mails()
    assert not mail.outbox


def test_an_address_that_is_none_is_named_in_place(client):
    answer = client.post(CODE_PAGE, {"email": "not an address"})
    page = page_of(answer)
    assert page.fields("main form")["email"] == ["not an address"]
    assert "valid email address" in page


def test_signing_out_takes_a_form(cast, official):
    assert "Sign out?" in official.get("/accounts/logout/").content.decode()
    assert official.get(cast.address("profile/")).status_code == 200
    official.post("/accounts/logout/")
    assert official.get(cast.address("profile/")).status_code == 302


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("400.html", "That request could not be read"),
        ("403.html", "This is not open to you"),
        ("403_csrf.html", "This form has gone stale"),
        ("404.html", "Not found"),
        ("500.html", "Something broke on our side"),
    ],
)
def test_error_pages_stand_in_the_frame_even_without_a_request(template, sentence):
    page = page_of(render_to_string(template))
    assert sentence in page
    assert page.text_of("header .brand") == "Titian"


def test_an_address_that_leads_nowhere_is_answered_in_the_frame(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "There is no such page." in answer.content.decode()
    assert "Titian" in answer.content.decode()
