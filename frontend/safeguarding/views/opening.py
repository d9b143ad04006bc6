"""Opening a report, for every page that shows who is in it."""

from __future__ import annotations

from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.events.services.second_factors import check_fresh_proof
from backend.safeguarding.models import Report
from backend.safeguarding.selectors.reports import holds_identity
from backend.safeguarding.services.reports import read_report
from frontend.access import Request


def opened_report(request: Request, lead: Attendee, report_id: int) -> Report:
    """The report, its reading recorded; refuses ProofRequired where it holds a name kept for leads alone."""
    now = timezone.now()
    report = read_report(lead=lead, report_id=report_id, by=request.user, now=now)
    if holds_identity(report):
        check_fresh_proof(person=request.user, request=request, now=now)
    return report
