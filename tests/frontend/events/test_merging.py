"""Making two entries of one person one, on the pages of organisers, leads and the person."""

import pytest
from django.core import mail

from backend.events.models.attendees import Attendee
from tests.factories import make_attendee, make_event
from tests.pages import page_of
from tests.worker import do_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event("desk")


@pytest.fixture
def organiser(event):
    return make_attendee(event, permission="organiser", visibility="hidden").person


@pytest.mark.slow
def test_the_entry_of_the_same_name_is_found_and_taken_over(client, event, organiser):
    one = make_attendee(event, name="Ana Lopez", email="ana@first.example")
    twin = make_attendee(
        event, name="Ana Lopez", email="ana@second.example", about="Case work", agreed_at=None, agreement_version=""
    )
    make_attendee(event, name="Somebody Else")
    client.force_login(organiser)
    page = page_of(client.get(f"/e/desk/attendees/{one.pk}/"))
    find = f"/e/desk/attendees/{one.pk}/twice/"
    assert page.has(f"a[href='{find}']")
    ((_text, address),) = page_of(client.get(find)).links("tbody th")
    shown = page_of(client.get(address))
    assert all(words in shown for words in ("ana@first.example", "ana@second.example", "Case work"))
    assert client.post(address)["Location"] == f"/e/desk/attendees/{one.pk}/"
    one.refresh_from_db()
    assert one.about == "Case work"
    assert not Attendee.objects.filter(pk=twin.pk).exists()
    assert client.post(address).status_code == 404
    assert "Made two entries of one person one" in page_of(client.get("/e/desk/desk/done/"))


def test_nobody_of_the_name_is_an_empty_list_that_says_what_to_do(client, event, organiser):
    one = make_attendee(event, name="Ana Lopez")
    client.force_login(organiser)
    assert "Search for another spelling" in page_of(client.get(f"/e/desk/attendees/{one.pk}/twice/"))
    assert "Nobody else is found" in page_of(client.get(f"/e/desk/attendees/{one.pk}/twice/?q=Zzz"))


@pytest.mark.django_db(transaction=True)
def test_both_addresses_are_asked_and_neither_learns_of_the_other(client, event, organiser):
    one = make_attendee(event, name="Ana Lopez", email="ana@first.example")
    twin = make_attendee(event, name="Ana L.", email="al@second.example")
    client.force_login(organiser)
    assert client.post(f"/e/desk/attendees/{one.pk}/twice/{twin.pk}/").status_code == 302
    again = client.post(f"/e/desk/attendees/{one.pk}/twice/{twin.pk}/")
    assert (again.status_code, "asked already" in page_of(again)) == (409, True)
    do_jobs()
    assert {to for message in mail.outbox for to in message.to} == {"ana@first.example", "al@second.example"}
    for message in mail.outbox:
        assert not {"second.example", "first.example", "Ana", "Lopez"} & set(message.body.split())
    for person, other in ((twin, "first.example"), (one, "second.example")):
        client.force_login(person.person)
        page = page_of(client.get("/e/desk/twice/"))
        assert other not in page.html
        action = page.attribute("main form", "action")
        client.post(action, {"answer": "yes"})
    assert not Attendee.objects.filter(pk=twin.pk).exists()
    mail.outbox.clear()
    do_jobs()
    told = {message.to[0]: message.body for message in mail.outbox}
    assert "sign in with this address" in told["ana@first.example"]
    assert "no longer with this one" in told["al@second.example"]


def test_one_no_changes_nothing(client, event, organiser):
    one, twin = make_attendee(event), make_attendee(event)
    client.force_login(organiser)
    client.post(f"/e/desk/attendees/{one.pk}/twice/{twin.pk}/")
    client.force_login(twin.person)
    action = page_of(client.get("/e/desk/twice/")).attribute("main form", "action")
    for nothing in ({}, {"answer": "perhaps"}):
        assert client.post(action, nothing).status_code == 400
    assert client.post(action, {"answer": "no"})["Location"] == "/e/desk/twice/"
    assert "Nothing is asked of you" in page_of(client.get("/e/desk/twice/"))
    assert client.post(action, {"answer": "yes"}).status_code == 404


@pytest.mark.slow
def test_where_one_is_no_adult_an_organiser_is_sent_to_a_lead(client, event, organiser):
    one = make_attendee(event)
    twin = make_attendee(event, age_class="unknown", agreed_at=None, agreement_version="")
    lead = make_attendee(event, permission="safeguarding-lead")
    address = f"/e/desk/attendees/{one.pk}/twice/{twin.pk}/"
    client.force_login(organiser)
    refused = client.post(address)
    assert (refused.status_code, "a safeguarding lead does this" in page_of(refused)) == (403, True)
    client.force_login(one.person)
    assert client.get(address).status_code == 403
    client.force_login(lead.person)
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    one.refresh_from_db()
    assert one.age_class == "unknown"
