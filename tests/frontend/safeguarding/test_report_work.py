"""The page of a report as leads work on it, and what whoever made it reads."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from backend.events.models.consents import GuardianConsent
from backend.events.models.suspensions import Suspension
from backend.safeguarding.models import Report, ReportEntry
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import client_of
from tests.pages import page_of

WORDS = "He waited for me at the hotel."
NOTE = "Rang the hotel at nine."
WORD = "We speak to him today."


@pytest.fixture
def report(cast, lead, official):
    official.post(
        cast.address(f"people/{cast.engineer.pk}/report/"),
        {"category": "harassment", "words": WORDS, "wants_news": "on"},
    )
    return Report.objects.get()


def do(cast, client, report, verb, **fields):
    return client.post(cast.address(f"reports/{report.pk}/{verb}/"), fields, follow=True)


def test_a_lead_takes_it_notes_what_was_done_and_says_by_when(cast, lead, desk, report):
    text = desk.get(cast.address(f"reports/{report.pk}/")).content.decode()
    assert "Nobody is in charge yet." in text
    assert "Nothing yet. Write down what you did" in text
    assert "Lea Duarte is in charge." in page_of(do(cast, desk, report, "assign", lead=lead.pk))
    assert NOTE in page_of(do(cast, desk, report, "note", note=NOTE))
    day = (timezone.now() + dt.timedelta(days=30)).date()
    text = page_of(do(cast, desk, report, "due", day=day.isoformat(), time="09:30"))
    assert f"{day.day} {day:%b %Y}, 09:30" in text
    line = page_of(desk.get(cast.address("reports/")))
    assert "in the charge of Lea Duarte" in line
    assert "In hand" in line
    for secret in (NOTE, WORDS, "Mali", "Arif"):
        assert secret not in line


def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(cast, desk, report):
    for verb, fields, sentence in (
        ("note", {"note": " "}, "Please write something first."),
        ("word", {"word": ""}, "Please write something first."),
        ("due", {"day": "2026-13-01", "time": "9"}, "Enter a valid date."),
        ("due", {"day": "2020-01-01", "time": "09:00"}, "Choose a time to come, within a year."),
    ):
        answer = do(cast, desk, report, verb, **fields)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert do(cast, desk, report, "assign", lead="x").status_code == 400
    assert do(cast, desk, report, "assign", lead=cast.official.pk).status_code == 404
    assert not ReportEntry.objects.exists()


@pytest.mark.usefixtures("lead")
def test_what_is_overdue_is_said_in_words(cast, desk, report):
    assert "Overdue" not in page_of(desk.get(cast.address("reports/")))
    Report.objects.update(due_at=NOW)
    assert "Overdue since" in page_of(desk.get(cast.address("reports/")))
    assert "Overdue since" in page_of(desk.get(cast.address(f"reports/{report.pk}/")))


def test_the_reporter_reads_the_words_of_the_lead_and_nobody_else_finds_them(cast, desk, official, report):
    assert "No word yet." in page_of(official.get(cast.address("safety/news/")))
    assert "Sent." in page_of(do(cast, desk, report, "word", word=WORD))
    do(cast, desk, report, "close", outcome="Warned.", then="keep", final_word="He was warned.")
    page = page_of(official.get(cast.address("safety/news/")))
    for shown in (WORD, "He was warned.", "Unwanted attention"):
        assert shown in page
    for hidden in ("Warned.", "Arif", "Lea"):
        assert hidden not in page
    assert ("News from the safeguarding lead", cast.address("safety/news/")) in page_of(
        official.get(cast.address("safety/"))
    ).links()
    for other in (cast.engineer, cast.organiser, cast.lawyer):
        client = client_of(other.person)
        assert "No news" in page_of(client.get(cast.address("safety/news/")))
        assert cast.address("safety/news/") not in client.get(cast.address("safety/")).content.decode()


def test_who_did_not_ask_is_not_written_to_and_a_minor_is_not_asked(cast, lead, desk):
    minor = client_of(cast.minor.person)
    assert "I want to hear" not in page_of(minor.get(cast.address("safety/")))
    minor.post(cast.address("safety/"), {"words": "He follows me.", "wants_news": "on"})
    report = Report.objects.get()
    text = page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    assert "They are not known to be an adult" in text
    assert do(cast, desk, report, "word", word=WORD).status_code == 422
    assert "No news" in page_of(minor.get(cast.address("safety/news/")))


def test_the_desk_says_what_else_waits_and_where_nothing_does(cast, desk):
    page = page_of(desk.get(cast.address("reports/")))
    for said in ("No reports", "None runs out within two weeks.", "None waits for you.", "Nobody is suspended."):
        assert said in page
    GuardianConsent.objects.update(expires_at=timezone.now() + dt.timedelta(days=3))
    make_attendee(cast.event, age_class="minor")
    Suspension.objects.create(attendee=cast.engineer, reason="x", suspended_at=NOW)
    page = page_of(desk.get(cast.address("reports/")))
    for said in ("1 runs out within two weeks.", "1 young person has none in force.", "1 person is suspended."):
        assert said in page
    for page_name in ("consents/", "age-classes/", "suspensions/"):
        assert cast.address(page_name) in [target for _words, target in page.links("main")]
    assert "Arif" not in page
