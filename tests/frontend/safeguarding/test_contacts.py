"""What a lead reads of the person reported: who was in contact with them, and the report as a file."""

from __future__ import annotations

import pytest

from backend.agenda.services.bookmarks import bookmark_session
from backend.outcomes.selectors.contacts import contacts_of
from backend.safeguarding.models import Report, ReportEntry, ReportView
from backend.safeguarding.services.report_entries import add_note
from tests.factories import make_attendee, make_session
from tests.frontend.conftest import client_of
from tests.pages import page_of

WORDS = "He waited for me at the hotel. <b>"
NOTE = "Rang the hotel & the police."


@pytest.fixture
def lead(booking):
    return make_attendee(booking.cast.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")


@pytest.fixture
def report(booking, lead):
    """Mali met Arif, whom Linh asked as well, and then reports him."""
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, message="Come alone."))
    booking.ask(cast.engineer, cast.lawyer, booking.slots[2])
    session = make_session(cast.event, "Evidence across borders")
    bookmark_session(attendee=cast.engineer, session_id=session.pk, by=cast.engineer.person, now=booking.now)
    client_of(cast.official.person).post(
        cast.address(f"people/{cast.engineer.pk}/report/"), {"category": "harassment", "words": WORDS}
    )
    found = Report.objects.get()
    add_note(lead=lead, report_id=found.pk, text=NOTE, by=lead.person, now=booking.now)
    return found


def test_a_lead_reads_who_was_in_contact_and_it_is_logged(booking, desk, report):
    cast = booking.cast
    page = page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    address = cast.address(f"reports/{report.pk}/contacts/")
    assert address in [target for _words, target in page.links()]
    before = ReportView.objects.count()
    answer = desk.get(address)
    text = page_of(answer)
    for shown in ("Who was in contact with Arif Rahman", "Mali Wongsa", "Linh Tran", "Evidence across borders"):
        assert shown in text
    assert "They were asked" in text
    assert "Arif Rahman asked" in text
    assert "Come alone." not in text
    assert ReportView.objects.count() == before + 1


def test_who_was_in_contact_with_nobody_is_said_to_be(booking, desk, lead):
    cast = booking.cast
    client_of(cast.official.person).post(
        cast.address(f"people/{cast.lawyer.pk}/report/"), {"category": "harassment", "words": WORDS}
    )
    text = page_of(desk.get(cast.address(f"reports/{Report.objects.get().pk}/contacts/")))
    assert "None: nobody asked them for a meeting" in text
    assert "None: they speak at no session" in text


def test_of_a_minor_the_short_name_alone_is_there(booking, desk, report):
    cast = booking.cast
    type(cast.lawyer).objects.filter(pk=cast.lawyer.pk).update(age_class="minor")
    text = page_of(desk.get(cast.address(f"reports/{report.pk}/contacts/")))
    assert "Linh" in text
    assert "Linh Tran" not in text


def test_it_takes_as_many_queries_for_one_meeting_as_for_many(booking, report, django_assert_num_queries):
    cast = booking.cast
    with django_assert_num_queries(5):
        assert len(contacts_of(cast.engineer).meetings) == 2
    with django_assert_num_queries(5):
        assert len(contacts_of(cast.lawyer).meetings) == 1


def test_one_report_is_downloaded_with_all_of_it_and_that_is_written_down(booking, desk, report):
    cast = booking.cast
    answer = desk.post(cast.address(f"reports/{report.pk}/file/"))
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="report-{report.pk}.txt"'
    assert answer["Cache-Control"] == "private, no-store"
    text = answer.content.decode()
    for said in (
        "CONFIDENTIAL", cast.event.name, "by Lea Duarte", WORDS, NOTE, "Mali Wongsa", "Arif Rahman",
        "Linh Tran", "Evidence across borders", "Downloaded 8 Dec 2026, 10:00", "Not closed.",
    ):  # fmt: skip
        assert said in text
    assert "\n\n\n" not in text
    assert ReportEntry.objects.filter(report=report, kind="exported").count() == 1
    assert ReportView.objects.filter(report=report).count() == 1
    assert "Downloaded" in page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    assert desk.get(cast.address(f"reports/{report.pk}/file/")).status_code == 405


def test_a_lead_who_made_the_report_reads_neither(booking, desk, lead):
    cast = booking.cast
    type(lead).objects.filter(pk=lead.pk).update(visibility="listed")
    desk.post(cast.address(f"people/{cast.engineer.pk}/report/"), {"category": "harassment", "words": WORDS})
    report = Report.objects.get()
    assert desk.get(cast.address(f"reports/{report.pk}/contacts/")).status_code == 404
    assert desk.post(cast.address(f"reports/{report.pk}/file/")).status_code == 404
