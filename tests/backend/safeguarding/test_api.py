"""Reports over HTTP: the same refusals as the pages, and nothing but 404 for whoever is no lead."""

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from backend.booking.models.availability import Availability
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.events.models.agenda import Slot, Table
from backend.safeguarding.models import Report, ReportView
from tests.factories import NOW, make_attendee

pytestmark = pytest.mark.django_db
BASE = "/api/v1/events/forum/"
REPORT = {"category": "harassment", "words": "He waits at my hotel."}


def client_of(person):
    client = APIClient()
    client.force_login(person)
    return client


def send(cast, page, **fields):
    return client_of(cast.reporter.person).post(BASE + page, {**REPORT, **fields}, format="json")


def test_a_report_is_kept_acts_at_once_and_gives_its_maker_nothing_to_read_it_by(cast):
    page = f"people/{cast.reported.pk}/"
    answer = send(cast, page + "report/")
    assert answer.status_code == 201
    assert set(answer.json()) == {"created_at", "has_reader", "outside_contact"}
    assert answer.json()["has_reader"]
    assert client_of(cast.reporter.person).get(BASE + page).status_code == 404
    assert client_of(cast.reported.person).get(f"{BASE}people/{cast.reporter.pk}/").status_code == 404


def test_what_is_wrong_is_400_and_who_cannot_be_seen_is_404(cast):
    page = f"people/{cast.reported.pk}/report/"
    for wrong in ({"words": " "}, {"words": "x" * 4_001}, {"category": "gossip"}):
        assert send(cast, page, **wrong).status_code == 400
    nul = send(cast, page, words="a\x00")
    assert nul.status_code == 400
    hidden = make_attendee(cast.event, visibility="hidden")
    for unseen in (hidden.pk, cast.reporter.pk, 0, 2**62):
        refused = send(cast, f"people/{unseen}/report/")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert send(cast, "meetings/1/report/").status_code == 404
    assert not Report.objects.exists()


def test_the_lead_lists_reads_and_closes_and_each_reading_is_logged(cast):
    send(cast, f"people/{cast.reported.pk}/report/")
    lead = client_of(cast.lead.person)
    [line] = lead.get(BASE + "reports/").json()
    assert set(line) == {
        "report", "category", "state", "created_at", "is_about_meeting", "keeps_apart", "due_at",
        "assigned_to",
    }  # fmt: skip
    assert not ReportView.objects.exists()
    page = lead.get(f"{BASE}reports/{line['report']}/")
    read = page.json()
    assert page["Cache-Control"] == "private, no-store"
    assert (read["words"], read["reporter"]["name"], read["reported"]["name"]) == (
        REPORT["words"], "Mali Wongsa", "Arif Rahman",
    )  # fmt: skip
    assert (read["state"], read["meeting"], [view["name"] for view in read["views"]]) == (
        "looked-at", None, ["Lea Duarte"],
    )  # fmt: skip
    close = f"{BASE}reports/{line['report']}/close/"
    assert lead.post(close, {"outcome": "", "lift": True}, format="json").status_code == 400
    closed = lead.post(close, {"outcome": "Settled.", "lift": True}, format="json")
    assert (closed.status_code, closed.json()["state"], closed.json()["keeps_apart"]) == (200, "closed", False)
    again = lead.post(close, {"outcome": "Again.", "lift": False}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_closed")


def test_a_report_of_a_meeting_shows_the_meeting_to_the_lead(cast):
    slot = Slot.objects.create(event=cast.event, starts_at="2026-12-09T03:00:00Z", ends_at="2026-12-09T03:30:00Z")
    Table.objects.create(event=cast.event, label="T1")
    for one in (cast.reporter, cast.reported):
        Availability.objects.create(event=cast.event, attendee=one, slot=slot)
    meeting = request_meeting(
        attendee=cast.reported, other_id=cast.reporter.pk,
        data=MeetingRequestData(message="Come alone."),
        by=cast.reported.person, now=NOW,
    )  # fmt: skip
    assert send(cast, f"meetings/{meeting.pk}/report/").status_code == 201
    report = Report.objects.get()
    read = client_of(cast.lead.person).get(f"{BASE}reports/{report.pk}/").json()
    assert read["is_about_meeting"]
    assert read["meeting"]["asker"] == read["reported"]["attendee_id"] == cast.reported.pk
    assert (read["meeting"]["message"], read["meeting"]["starts_at"]) == ("Come alone.", None)


def test_reports_are_in_the_description_of_the_api():
    document = SchemaGenerator().get_schema(request=None, public=True)
    operations = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert operations >= {"people_report", "meetings_report", "reports_list", "reports_read", "reports_close"}
