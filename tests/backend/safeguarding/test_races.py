"""Two leads, or one reporter twice, at the same moment."""

from __future__ import annotations

import threading

import pytest

from backend.events.models.suspensions import Suspension
from backend.events.rules.roles import leads_of
from backend.safeguarding.models import Report, ReportView
from backend.safeguarding.rules import readable_for
from backend.safeguarding.services import reports
from backend.safeguarding.services.reports import close_report, read_report
from backend.safeguarding.services.suspensions import suspend_person
from tests.backend.booking.test_races import PATIENCE, at_once
from tests.factories import NOW, make_attendee

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def leads(cast):
    return [cast.lead, make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")]


def closers(leads, report):
    """One call for each lead: the first lifts, the second keeps contact blocked."""
    return [
        lambda lead=lead, lift=lift: close_report(
            lead=lead, report_id=report.pk, outcome=f"{lift}", lift=lift, by=lead.person, now=NOW
        )
        for lead, lift in zip(leads, (True, False), strict=True)
    ]


def test_two_leads_who_close_at_once_would_both_believe_it_without_the_lock(cast, leads, monkeypatch):
    both_read = threading.Barrier(2)

    def unheld(lead, report_id, by):
        report = Report.objects.get(pk__in=readable_for(lead), pk=report_id)
        both_read.wait(PATIENCE)
        return report

    monkeypatch.setattr(reports, "locked_report", unheld)
    assert at_once(*closers(leads, cast.report())) == ["ok", "ok"]


def test_of_two_leads_who_close_at_once_one_is_told_that_the_other_did(cast, leads):
    report = cast.report()
    answers = at_once(*closers(leads, report))
    assert sorted(answers) == ["already_closed", "ok"]
    report.refresh_from_db()
    by_first = answers[0] == "ok"
    assert (report.closed_by, report.outcome) == (leads[not by_first], f"{by_first}")
    assert report.keeps_apart is not by_first


def test_both_readings_of_two_leads_at_once_are_written_down(cast, leads):
    report = cast.report()

    def reads(lead):
        return lambda: read_report(lead=lead, report_id=report.pk, by=lead.person, now=NOW)

    assert at_once(*map(reads, leads)) == ["ok", "ok"]
    assert set(ReportView.objects.values_list("viewer", flat=True)) == {lead.person_id for lead in leads}


def test_a_report_sent_twice_at_once_is_one(cast):
    assert at_once(cast.report, cast.report) == ["ok", "ok"]
    assert Report.objects.count() == 1


def test_of_two_leads_who_suspend_each_other_at_once_one_is_left(cast, leads):
    def suspends(lead, other):
        given = {"lead": lead, "attendee_id": other.pk, "by": lead.person, "reason": "He lied."}
        return lambda: suspend_person(**given, now=NOW)

    assert sorted(at_once(suspends(*leads), suspends(*leads[::-1]))) == ["not_found", "ok"]
    assert leads_of(cast.event).count() == Suspension.objects.in_force().count() == 1
