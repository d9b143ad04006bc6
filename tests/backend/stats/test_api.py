"""The figures over real requests: for the organisers of the event, and for nobody else."""

import csv
import io

import pytest
from rest_framework.test import APIClient

from backend.stats.models import Release
from backend.stats.selectors.worksheets import NOTE
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import make_attendee, make_event, token_of
from tests.languages import ATTENDEES, MARKED, languages_offered, write_marked
from tests.long_jobs import answered, read

pytestmark = pytest.mark.django_db

FILES = (
    "tables.xlsx", "network.graphml", "report-one-page.pdf", "report-five-pages.pdf", "funnel.csv",
    "network.csv", "editions.csv",
)  # fmt: skip


def client_of(attendee):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(attendee.person)}")
    return client


def address(event, name=""):
    return f"/api/v1/events/{event.slug}/stats/{name}"


@pytest.fixture
def forum():
    event = make_event()
    people = seven_people(event)
    return event, people, make_attendee(event, permission="organiser", visibility="hidden")


def test_an_organiser_reads_the_release(forum):
    event, _, organiser = forum
    answer = client_of(organiser).get(address(event))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, no-store"
    body, release = answer.json(), Release.objects.get(event=event)
    assert [sheet["name"] for sheet in body["worksheets"]] == [sheet.name for sheet in release.worksheets]
    assert body["headlines"] == release.content["headlines"]
    assert body["rule"] == NOTE
    assert body["phase"] == "running"
    assert "record" not in body


def test_headlines_come_in_the_language_asked_for_whatever_it_was_when_they_were_computed(forum, tmp_path):
    event, _, organiser = forum
    client = client_of(organiser)
    write_marked(tmp_path, MARKED, marks=ATTENDEES)
    with languages_offered(tmp_path, tet="Tetun"):
        marked = client.get(address(event), headers={"Accept-Language": MARKED}).json()["headlines"]
        english = client.get(address(event), headers={"Accept-Language": "en"}).json()["headlines"]
    assert marked
    assert all("⟦" in one["text"] and "⟦" not in other["text"] for one, other in zip(marked, english, strict=True))
    assert [one["code"] for one in marked] == [one["code"] for one in english]


def test_a_meeting_accepted_on_the_same_day_is_in_no_answer(forum):
    event, people, organiser = forum
    client = client_of(organiser)
    before = client.get(address(event)).json()
    make_meeting(people[6], people[0], "accepted", hours=0)
    assert client.get(address(event)).json() == before


def test_nobody_reads_figures_without_signing_in(forum):
    event, _, _ = forum
    for name in ("", *FILES):
        assert APIClient().get(address(event, name)).status_code == 401


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/json"])
def test_files_are_sent_under_their_name_whatever_the_client_accepts(forum, accept):
    event, _, organiser = forum
    client = client_of(organiser)
    for name in FILES:
        started = client.get(address(event, name), HTTP_ACCEPT=accept)
        assert started.status_code == 202
        answer = answered(client, started)
        assert answer.status_code == 200
        assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-{name}"'
        assert answer["Cache-Control"] == "private, no-store"
        assert len(answer.content) > 100


def test_an_unknown_file_is_refused_with_the_names_of_all(forum):
    event, _, organiser = forum
    client = client_of(organiser)
    for name in ("people.csv", "funnel", "funnel.xlsx", "..csv"):
        refused = read(client, address(event, name))
        assert refused.status_code == 404
        assert "funnel.csv" in refused.json()["message"]


def test_the_api_and_the_files_give_the_same_figures():
    event = large_event(120, 700, listed=3)
    client = client_of(make_attendee(event, permission="organiser", visibility="hidden"))
    for sheet in client.get(address(event)).json()["worksheets"]:
        text = read(client, address(event, f"{sheet['name']}.csv")).content.decode("utf-8-sig")
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet["rows"]]
        assert list(csv.reader(io.StringIO(text))) == [sheet["columns"], *rows]
