"""The roster: found, sorted, read by organisers; one attendee added and changed by hand."""

import datetime as dt

import pytest
from rest_framework.test import APIClient

from backend.core.errors import NotFound, OrganisersOnly
from backend.directory.selectors.roster import roster_ids, roster_person, roster_rows
from backend.events.models.attendees import Attendee, Organisation
from backend.events.services.attendees import (
    AttendeeChange,
    BadAttendee,
    NewAttendee,
    change_attendee,
    change_organisation,
)
from backend.roster.services.adding import add_attendee
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def forum():
    event = make_event("desk")
    return event, make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")


@pytest.fixture
def api(forum):
    client = APIClient()
    client.force_login(forum[1].person)
    return client


def found(event, q="", sort=""):
    ids = roster_ids(event=event, filters={"q": q, "sort": sort})
    return [row.name for row in roster_rows(event=event, ids=ids)]


def test_a_person_is_found_by_any_word_without_case_and_accents(forum):
    event, _ = forum
    house = make_organisation(event, name="Bộ Thông tin")
    dao = make_attendee(event, name="NGUYỄN Thị Đào", email="dao@example.org", organisation=house)
    make_attendee(event, name="José Álvarez", short_name="Pepe")
    assert found(event, "nguyen dao") == ["NGUYỄN Thị Đào"]
    assert found(event, "bo thong") == ["NGUYỄN Thị Đào"]
    assert found(event, "DAO@EXAMPLE") == ["NGUYỄN Thị Đào"]
    assert found(event, str(dao.pk)) == ["NGUYỄN Thị Đào"]
    assert found(event, "alvarez") == found(event, "pepe") == ["José Álvarez"]
    assert found(event, "alvarez dao") == []


def test_of_a_minor_neither_family_name_nor_address_can_be_searched_or_seen(forum):
    event, _ = forum
    minor = make_attendee(event, name="Somchai Aaronson", email="kid@school.example", age_class="minor")
    make_attendee(event, name="Bella Broad")
    assert found(event, "somchai") == ["Somchai"]
    assert found(event, "aaronson") == found(event, "kid@school") == []
    assert found(event, sort="name") == ["Bella Broad", "Olga Organiser", "Somchai"]
    person = roster_person(event=event, attendee_id=minor.pk)
    assert "Aaronson" not in repr(person)
    assert "kid@" not in repr(person)


def test_of_unknown_age_the_name_is_read_and_no_address_and_no_text(forum):
    event, _ = forum
    one = make_attendee(event, name="Dara Sok", age_class="unknown", about="I am fifteen.", title="Pupil")
    person = roster_person(event=event, attendee_id=one.pk)
    assert (person.name, person.email, person.about, person.title) == ("Dara Sok", "", "", "")
    name, _at, domain = one.person.email.partition("@")
    for guess in (name, domain, one.person.email, f"dara {name}"):
        assert "Dara Sok" not in found(event, guess)
    Attendee.objects.filter(pk=one.pk).update(age_class="adult")
    assert found(event, f"dara {name}") == ["Dara Sok"]


def test_the_list_is_sorted_by_organisation_by_newest_and_by_who_has_not_joined(forum):
    event, organiser = forum
    Attendee.objects.filter(pk=organiser.pk).update(joined_at=NOW)
    zebra = make_organisation(event, name="A house")
    Attendee.objects.filter(pk=make_attendee(event, name="Zoe", organisation=zebra).pk).update(
        joined_at=LATER, agreed_at=None, agreement_version=""
    )
    assert found(event, sort="organisation")[0] == "Zoe"
    assert found(event, sort="newest")[0] == "Zoe"
    assert found(event, sort="not_joined") == ["Zoe", "Olga Organiser"]


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(forum, django_assert_num_queries):
    event, _ = forum
    for count in (1, 29):
        for _number in range(count):
            make_attendee(event)
        with django_assert_num_queries(2):
            found(event, "person")


def test_one_person_is_added_by_the_rules_of_an_imported_row(forum):
    event, organiser = forum
    new = NewAttendee(email="Walk@Example.org", name="Wanda  Walkin", organisation="House", age_class="adult")
    added = add_attendee(event=event, new=new, by=organiser.person, now=LATER)
    assert (added.name, added.age_class, added.organisation.name) == ("Wanda Walkin", "adult", "House")
    with refuses("already_there") as refusal:
        add_attendee(event=event, new=NewAttendee(email="walk@example.org", name="X"), by=organiser.person, now=LATER)
    assert refusal.value.details == {"attendee_id": added.pk}
    with refuses("bad_row", match="age class"):
        add_attendee(
            event=event,
            new=NewAttendee(email="b@example.org", name="B", age_class="grown-up"),
            by=organiser.person,
            now=LATER,
        )
    with pytest.raises(OrganisersOnly):
        add_attendee(event=event, new=new, by=added.person, now=LATER)


def test_a_change_keeps_what_is_left_out_and_the_same_again_marks_nothing(forum):
    event, organiser = forum
    one = make_attendee(event, name="Ana", country="Laos", title="Judge")
    change = AttendeeChange(name="Ana Dos Santos", organisation="New house", languages=("pt", "en", "pt"))

    def change_it(now):
        return change_attendee(event=event, attendee_id=one.pk, change=change, by=organiser.person, now=now)

    changed = change_it(LATER)
    assert (changed.name, changed.title, changed.languages) == ("Ana Dos Santos", "Judge", ["pt", "en"])
    assert changed.organisation.sector.key == "other"
    assert changed.changed_at == LATER
    assert change_it(LATER + dt.timedelta(hours=1)).changed_at == LATER


def test_what_a_person_wrote_themself_is_not_overwritten(forum):
    event, organiser = forum
    one = make_attendee(event, name="Ana", short_name="Ani", edited_at=NOW)
    with refuses("own_words", match="short_name"):
        change_attendee(
            event=event,
            attendee_id=one.pk,
            change=AttendeeChange(short_name="Anna", role="speaker"),
            by=organiser.person,
            now=LATER,
        )
    one.refresh_from_db()
    assert (one.short_name, one.role) == ("Ani", "delegate")
    same = AttendeeChange(short_name="Ani", role="speaker")
    change_attendee(event=event, attendee_id=one.pk, change=same, by=organiser.person, now=LATER)
    one.refresh_from_db()
    assert one.role == "speaker"


def test_a_minors_full_name_and_another_forums_people_are_not_changed_here(forum):
    event, organiser = forum
    minor = make_attendee(event, name="Somchai Young", age_class="minor")
    stranger = make_attendee(make_event("elsewhere"))
    for attendee, error in ((minor, BadAttendee), (stranger, NotFound)):
        with pytest.raises(error):
            change_attendee(
                event=event,
                attendee_id=attendee.pk,
                change=AttendeeChange(name="Somebody"),
                by=organiser.person,
                now=LATER,
            )


def test_an_organisation_s_sector_is_corrected_for_all_its_people_at_this_event_alone(forum):
    event, organiser = forum
    house = make_organisation(event, name="House")
    there = make_organisation(make_event("elsewhere"), name="House")
    people = [make_attendee(event, organisation=house) for _ in range(2)]
    make_organisation(event, sector="ngo", constituency="civil-society", name="Other house")

    def correct(name, sector, organisation=house):
        return change_organisation(
            event=event, organisation_id=organisation.pk, name=name, sector=sector, by=organiser.person, now=LATER
        )

    assert correct("The House", "ngo").sector.constituency == "civil-society"
    assert {one.changed_at for one in Attendee.objects.filter(pk__in=[one.pk for one in people])} == {LATER}
    assert Organisation.objects.get(pk=there.pk).name == "House"
    for arguments, code in (
        (("other HOUSE", "ngo"), "name_taken"),
        (("House", "nonsense"), "unknown_sector"),
        ((" ", "ngo"), BadAttendee.code),
        (("House", "ngo", there), "not_found"),
    ):
        with refuses(code):
            correct(*arguments)


def test_the_api_lists_reads_adds_and_changes(forum, api):
    event, organiser = forum
    base = f"/api/v1/events/{event.slug}/attendees/"
    added = api.post(base, {"email": "w@example.org", "name": "Wanda", "organisation": "House"}, format="json")
    assert added.status_code == 201
    body = added.json()
    assert (body["age_class"], body["email"], body["is_withheld"]) == ("unknown", "", True)
    assert api.post(base, {"email": "w@example.org", "name": "W"}, format="json").status_code == 409
    page = api.get(base, {"q": "wan", "sort": "newest", "page": "9"}).json()
    assert (page["count"], page["page"], page["attendees"][0]["id"]) == (1, 1, body["id"])
    changed = api.patch(f"{base}{body['id']}/", {"role": "speaker", "languages": ["km"]}, format="json")
    assert (changed.json()["role"], changed.json()["languages"]) == ("speaker", ["km"])
    changed = api.patch(f"{base}{body['id']}/", {"translating_device": True}, format="json")
    assert (changed.json()["translating_device"], changed.json()["languages"]) == (True, ["km"])
    organisation = f"/api/v1/events/{event.slug}/organisations/{body['organisation_id']}/"
    moved = api.put(organisation, {"name": "House", "sector": "youth"}, format="json")
    assert moved.json()["sector"] == "youth"
    api.force_authenticate(make_attendee(event).person)
    assert [api.get(path).status_code for path in (base, f"{base}{organiser.pk}/")] == [403, 403]
