"""An event with two people, the lead who reads reports, and an organiser who does not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.models import Report
from backend.safeguarding.services.reports import close_report, read_report, report_person
from tests.factories import NOW, make_attendee, make_event


@dataclass(frozen=True)
class Cast:
    """`reporter` reports `reported` by one word; `lead` reads and closes."""

    event: Event
    reporter: Attendee
    reported: Attendee
    lead: Attendee
    organiser: Attendee

    def report(self, words: str = "He waits at my hotel.", **fields: object) -> Report:
        return report_person(
            **{
                "reporter": self.reporter,
                "reported_id": self.reported.pk,
                "category": "harassment",
                "words": words,
                "by": self.reporter.person,
                "now": NOW,
                **fields,
            }
        )

    def read(self, report: Report, lead: Attendee | None = None) -> Report:
        lead = lead or self.lead
        return read_report(lead=lead, report_id=report.pk, by=lead.person, now=NOW)

    def close(self, report: Report, *, lift: bool, outcome: str = "Spoke to both.") -> Report:
        return close_report(
            lead=self.lead, report_id=report.pk, outcome=outcome, lift=lift, by=self.lead.person, now=NOW
        )


@pytest.fixture
def cast(db: None) -> Cast:
    event = make_event()
    return Cast(
        event,
        make_attendee(event, name="Mali Wongsa"),
        make_attendee(event, name="Arif Rahman"),
        make_attendee(event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden"),
        make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden"),
    )
