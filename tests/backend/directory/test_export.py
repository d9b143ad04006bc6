"""The list as a file: what it withholds, and that importing it again changes nothing."""

import csv
import io

import openpyxl
import pytest

from backend.core.errors import NotFound, OrganisersOnly
from backend.core.models import Act
from backend.directory.services.files import export_attendees
from backend.events.models.attendees import Attendee
from backend.roster.services.files import read_list
from backend.roster.services.importing import import_attendees
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.long_jobs import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    event = make_event("desk")
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    house = make_organisation(event, name="=House")
    make_attendee(
        event,
        name="Ana Lopez",
        email="ana@example.org",
        organisation=house,
        country="Viet Nam",
        languages=["vi", "en"],
        seeks="- partners\n- data",
        seeks_topics=["sextortion"],
        offers_topics=["victim-support", "sextortion"],
    )
    make_attendee(event, name="Somchai Young", email="kid@school.example", age_class="minor", about="I am 15")
    make_attendee(event, name="Dara Sok", email="dara@example.org", age_class="unknown", title="Pupil")
    return event, organiser


def file_of(forum, name="attendees.csv", **filters):
    event, organiser = forum
    return export_attendees(event=event, name=name, filters=filters, by=organiser.person, now=NOW).content


def rows_of(forum, **filters):
    return list(csv.DictReader(io.StringIO(file_of(forum, **filters).decode("utf-8-sig"))))


def import_again(forum, data, **options):
    return import_attendees(event=forum[0], table=read_list(data), by=forum[1].person, now=NOW, **options)


def test_of_who_is_no_adult_name_to_be_called_and_delegation_are_written_and_no_more(forum):
    rows = {row["short_name"]: row for row in rows_of(forum) if row["age_class"] != "adult"}
    assert set(rows) == {"Somchai", "Dara"}
    for row in rows.values():
        assert {row[name] for name in ("email", "name", "title", "about", "seeks", "offers")} == {"withheld"}
    text = file_of(forum).decode()
    assert not any(word in text for word in ("Young", "kid@", "I am 15", "Sok", "Pupil"))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["attendees.csv", "attendees.xlsx"])
def test_importing_the_file_again_changes_nobody(forum, name):
    before = list(Attendee.objects.order_by("pk").values())
    report = import_again(forum, file_of(forum, name))
    assert (report.added, report.updated, report.unchanged, report.refused) == (0, 0, 4, ())
    assert report.notes == ()
    assert list(Attendee.objects.order_by("pk").values()) == before


def test_a_row_with_an_id_is_that_attendee_and_withheld_overwrites_nothing(forum):
    minor = Attendee.objects.get(name="Somchai Young")
    report = import_again(forum, f"id,email,name,country\n{minor.pk},withheld,withheld,lao\n".encode())
    assert (report.added, report.updated) == (0, 1)
    minor.refresh_from_db()
    assert (minor.name, minor.person.email) == ("Somchai Young", "kid@school.example")
    assert minor.country == "Lao PDR"


def test_an_id_of_another_list_is_nobody_here(forum):
    ana = Attendee.objects.get(name="Ana Lopez")
    stranger = make_attendee(make_event("elsewhere"))
    rows = (f"{ana.pk},ben@example.org,Ben", f"{stranger.pk},,", "x7,c@example.org,C", f"{ana.pk},,")
    data = "\n".join(("id,email,name", *rows, rows[-1]))
    report = import_again(forum, data.encode())
    assert [(row.line, row.reason.split(":")[0]) for row in report.refused] == [
        (2, f"the id {ana.pk} is of somebody with another address"),
        (3, f"nobody at this forum has the id {stranger.pk}"),
        (4, "id “x7”"),
        (6, "duplicate of line 5"),
    ]
    assert not any("ana@" in row.what for row in report.refused)
    ana.refresh_from_db()
    assert ana.name == "Ana Lopez"


def test_the_file_holds_whom_the_list_shows_and_the_download_is_recorded(forum):
    assert [row["name"] for row in rows_of(forum, q="lopez")] == ["Ana Lopez"]
    sheet = openpyxl.load_workbook(io.BytesIO(file_of(forum, "attendees.xlsx", sort="name")))["attendees"]
    assert sheet["C2"].value == "Ana Lopez"
    assert Act.objects.filter(what="attendees.csv", person=forum[1].person).exists()
    with pytest.raises(NotFound):
        file_of(forum, "attendees.pdf")
    with pytest.raises(OrganisersOnly):
        export_attendees(
            event=forum[0], name="attendees.csv", filters={}, by=Attendee.objects.get(name="Ana Lopez").person, now=NOW
        )


def test_pages_and_api_give_the_same_file(forum, client):
    event, organiser = forum
    client.force_login(organiser.person)
    page = read(client, f"/e/{event.slug}/attendees/files/attendees.csv?q=lopez")
    api = read(client, f"/api/v1/events/{event.slug}/attendees/files/attendees.csv?q=lopez")
    assert page.content == api.content != file_of(forum)
    assert page["Content-Disposition"] == 'attachment; filename="desk-attendees.csv"'
    assert client.get(f"/e/{event.slug}/attendees/files/x.csv").status_code == 404


def test_a_country_is_one_spelling_and_what_is_none_is_kept_and_told_with_its_line(forum):
    data = "email,name,country\na@example.org,A,VNM\nb@example.org,B,Laos\nc@example.org,C,Atlantis\n"
    report = import_again(forum, data.encode())
    found = Attendee.objects.filter(person__email__in=["a@example.org", "b@example.org", "c@example.org"])
    assert set(found.values_list("country", flat=True)) == {"Viet Nam", "Lao PDR", "Atlantis"}
    assert "Countries not recognised, kept as written: “Atlantis” (line 4)." in report.notes
