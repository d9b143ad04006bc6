"""One attendee's page for organisers, and adding one by hand."""

import pytest

from backend.events.models.attendees import Attendee
from backend.people.models import Person
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    event = make_event("desk")
    client.force_login(make_attendee(event, permission="organiser", visibility="hidden").person)
    return event, client


def test_a_row_leads_to_the_person_and_what_is_changed_there_is_saved(desk):
    event, client = desk
    one = make_attendee(event, name="Ana Lopez", organisation=make_organisation(event, name="House"))
    listed = page_of(client.get(f"/e/{event.slug}/attendees/?q=lopez"))
    ((_text, address),) = listed.links("tbody th")
    form = page_of(client.get(address)).fields(f"form[action='{address}']")
    assert (form["languages"], "translating_device" in form) == (["English"], False)
    form |= {"languages": "Khmer, vi", "translating_device": "on", "role": "speaker", "organisation": "Other house"}
    assert client.post(address, form)["Location"] == address
    one.refresh_from_db()
    assert (one.languages, one.role, one.organisation.name) == (["km", "vi"], "speaker", "Other house")
    assert one.translating_device
    wrong = client.post(address, form | {"languages": "Klingonese"})
    assert (wrong.status_code, "Klingonese" in page_of(wrong)) == (400, True)


def test_what_the_person_wrote_is_read_and_not_asked_again(desk):
    event, client = desk
    one = make_attendee(event, edited_at=NOW, seeks="A partner in Laos", country="Viet Nam")
    page = page_of(client.get(f"/e/{event.slug}/attendees/{one.pk}/"))
    assert "A partner in Laos" in page
    assert not page.has("[name=country], [name=translating_device]")


def test_a_minor_is_called_by_short_name_on_their_page_and_becomes_an_adult_by_a_lead_alone(desk):
    event, client = desk
    minor = make_attendee(event, name="Somchai Young", email="kid@school.example", age_class="minor")
    address = f"/e/{event.slug}/attendees/{minor.pk}/"
    page = page_of(client.get(address))
    assert ("Somchai Young" in page.html, "kid@school" in page.html, page.has("[name=name]")) == (False,) * 3
    asked = page_of(client.post(f"{address}roles/", {"set_age_class": "adult"}))
    assert "A safeguarding lead has to consent" in asked
    assert asked.has(f"a[href='{address}']")
    minor.refresh_from_db()
    assert minor.age_class == "minor"


def test_age_class_and_sector_are_set_on_the_page(desk):
    event, client = desk
    house = make_organisation(event, name="House")
    make_organisation(event, sector="ngo", constituency="civil-society")
    one = make_attendee(event, age_class="unknown", organisation=house)
    address = f"/e/{event.slug}/attendees/{one.pk}/"
    assert client.post(f"{address}roles/", {"set_age_class": "adult"})["Location"] == address
    form = page_of(client.get(address)).fields(f"form[action='{address}organisation/']")
    client.post(f"{address}organisation/", form | {"sector": "ngo", "organisation_name": "The House"})
    one = Attendee.objects.get(pk=one.pk)
    assert (one.age_class, one.organisation.name, one.constituency) == ("adult", "The House", "civil-society")
    refused = client.post(f"{address}organisation/", form | {"sector": "nonsense"})
    assert refused.status_code == 400
    assert client.post(f"{address}roles/", {}).status_code == 400


def test_somebody_is_added_once_and_who_is_there_is_a_link(desk):
    event, client = desk
    address = f"/e/{event.slug}/attendees/add/"
    form = page_of(client.get(address)).fields("main form")
    assert form["age_class"] == ["unknown"]
    form |= {"name": "Wanda Walkin", "email": "w@example.org", "age_class": "adult"}
    page = client.post(address, form)["Location"]
    added = Attendee.objects.get(person__email="w@example.org")
    assert (page, added.age_class) == (f"/e/{event.slug}/attendees/{added.pk}/", "adult")
    again = client.post(address, form)
    assert again.status_code == 409
    assert page_of(again).has(f"a[href='{page}']")
    assert client.post(address, form | {"email": "nowhere"}).status_code == 400


def test_an_account_s_owner_names_it_and_no_event_s_name_changes(client):
    event = make_event("desk")
    one = make_attendee(event, name="Ana Lopez")
    client.force_login(one.person)
    page = page_of(client.get(f"/e/{event.slug}/zone/"))
    form = page.fields(f"form[action='/e/{event.slug}/zone/name/']")
    assert form["name"] == ["Ana Lopez"]
    assert client.post(f"/e/{event.slug}/zone/name/", form | {"name": " Ana  L. "}).status_code == 302
    assert Person.objects.get(pk=one.person_id).name == "Ana L."
    one.refresh_from_db()
    assert one.name == "Ana Lopez"
    assert client.post(f"/e/{event.slug}/zone/name/", {"name": " "}).status_code == 400
    assert Person.objects.get(pk=one.person_id).name == "Ana L."
