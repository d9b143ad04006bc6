"""Reporting the other one of a meeting, and a report with the meeting it is about."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.selectors.meetings import ReportedMeeting, reported_meeting
from backend.core.api import RowSerializer, validated
from backend.events.api.views import ParticipantView
from backend.outcomes.services.reports import report_meeting, report_unsafe
from backend.safeguarding.api import (
    LeadView,
    OwnReportSerializer,
    ReportDataSerializer,
    ReportSerializer,
    UnsafeReportSerializer,
    own_report_response,
)
from backend.safeguarding.selectors.reports import holds_identity, report_page_for
from backend.safeguarding.services.reports import read_report


class ReportedMeetingSerializer(
    RowSerializer,
    row=ReportedMeeting,
    fields="meeting state asker message question answer asked_at starts_at ends_at place",
):
    """The meeting a report is about; `asker` wrote the message and the answer."""

    asker = serializers.IntegerField(source="asker_id")


class WholeReportSerializer(ReportSerializer, fields="meeting"):
    """A report with its meeting; null where it is about none, or that is gone."""

    meeting = ReportedMeetingSerializer(allow_null=True)


class MeetingReportView(ParticipantView):
    """Report the other one of a meeting of mine to the safeguarding lead."""

    @extend_schema(operation_id="meetings_report", request=ReportDataSerializer, responses={201: OwnReportSerializer})
    def post(self, request: Request, slug: str, meeting_id: int) -> Response:  # noqa: ARG002
        """From now on the two see and contact each other no longer; the other is not told."""
        report = report_meeting(
            attendee=self.attendee,
            meeting_id=meeting_id,
            by=self.person,
            now=timezone.now(),
            **validated(ReportDataSerializer, request),
        )
        return own_report_response(report, self.attendee)


class UnsafeReportView(ParticipantView):
    """Tell the safeguarding leads that I do not feel safe; for everybody at the event, minors too."""

    even_paused = True

    @extend_schema(operation_id="reports_unsafe", request=UnsafeReportSerializer, responses={201: OwnReportSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Nobody but the leads reads it, and not a lead whom it is about.

        The name of somebody with whom I share a meeting or a session keeps us apart at once.
        """
        data = validated(UnsafeReportSerializer, request)
        report = report_unsafe(
            attendee=self.attendee,
            words=data["words"],
            named=data["named"],
            lead_id=data["lead"],
            wants_news=data["wants_news"],
            by=self.person,
            now=timezone.now(),
        )
        return own_report_response(report, self.attendee)


class ReportDetailView(LeadView):
    """One report."""

    @extend_schema(operation_id="reports_read", responses={200: WholeReportSerializer})
    def get(self, request: Request, slug: str, report_id: int) -> Response:  # noqa: ARG002
        """Reading it is written down."""
        lead = self.lead
        report = read_report(lead=lead, report_id=report_id, by=self.person, now=timezone.now())
        if holds_identity(report):
            self.check_proof()
        page = report_page_for(report)
        meeting = reported_meeting(event_id=lead.event_id, meeting_id=page.meeting_id)
        body = {**asdict(page), "is_about_meeting": page.is_about_meeting, "meeting": meeting}
        return Response(WholeReportSerializer(body).data)
