"""What a safeguarding lead does with a report: read it, which is logged, and close it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models import Attendee
from backend.events.services import TextTooLong, clean_text
from backend.people.models import Person
from backend.safeguarding.models import Report, ReportView
from backend.safeguarding.rules import readable_for
from backend.safeguarding.services.marking import mark_changed

OUTCOME_LIMIT = 2_000


class OutcomeNeeded(BusinessError):
    code = "outcome_needed"
    status = 400


class AlreadyClosed(BusinessError):
    code = "already_closed"


@transaction.atomic
def read_report(*, lead: Attendee, report_id: int, by: Person, now: dt.datetime) -> Report:
    """Open a report to read it; who did and when is written down first. Refuses NotYours and NotFound."""
    report = _hold(lead, report_id, by)
    ReportView.objects.create(report=report, viewer=by, seen_at=now)
    if report.state == Report.State.OPEN:
        report.state = Report.State.LOOKED_AT
        report.save(update_fields=["state"])
    return report


@transaction.atomic
def close_report(
    *, lead: Attendee, report_id: int, outcome: str, lift: bool, by: Person, now: dt.datetime
) -> Report:
    """Close a report with its outcome in words; the two stay apart, unless `lift`.

    A block between them, or another report, keeps them apart all the same. Nobody is told. Refuses NotYours,
    NotFound, AlreadyClosed, OutcomeNeeded and TextTooLong.
    """
    report = _hold(lead, report_id, by)
    outcome = clean_text(outcome)
    if report.state == Report.State.CLOSED:
        raise AlreadyClosed("This report is closed already. Read what became of it, and who closed it.")
    if not outcome:
        raise OutcomeNeeded("Please say in a few words what was done.", field="outcome")
    if len(outcome) > OUTCOME_LIMIT:
        raise TextTooLong(f"Please keep the outcome under {OUTCOME_LIMIT:,} characters.", field="outcome")
    report.state, report.outcome, report.keeps_apart = Report.State.CLOSED, outcome, not lift
    report.closed_by, report.closed_at = lead, now
    report.save(update_fields=["state", "outcome", "keeps_apart", "closed_by", "closed_at"])
    both = Attendee.objects.filter(pk__in=[report.reporter_id, report.reported_id])
    if lift:
        mark_changed(*both.values_list("person_id", flat=True), now=now)
    return report


def _hold(lead: Attendee, report_id: int, by: Person) -> Report:
    """The report as it is now, held until the transaction ends; refuses NotYours and NotFound."""
    if lead.person_id != by.pk:
        raise NotYours("Only the safeguarding lead can do this.")
    report = (
        Report.objects.select_for_update(no_key=True).filter(pk__in=readable_for(lead), pk=report_id).first()
    )
    if report is None:
        raise NotFound("There is no such page.")
    return report
