"""Public profiles, and reports: attendees create them; only safeguarding leads can list them."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import CountSerializer, RowSerializer, TextField, id_field, validated
from backend.core.errors import NotFound
from backend.events.api.views import ParticipantView
from backend.events.models.attendees import Attendee
from backend.events.rules.roles import leads_of
from backend.events.selectors import outside_contact_of
from backend.people.api.me import ORGANISE
from backend.safeguarding.models import Report
from backend.safeguarding.selectors import reports
from backend.safeguarding.selectors.public_profiles import PublicProfile, TopicInterest
from backend.safeguarding.selectors.reports import (
    EntryRow,
    HandOverRow,
    LinkRow,
    PartyRow,
    ReportLine,
    ReportPage,
    ViewRow,
    reports_for,
)
from backend.safeguarding.services.report_entries import ENTRY_LIMIT
from backend.safeguarding.services.reports import (
    NAMED_LIMIT,
    OUTCOME_LIMIT,
    WORDS_LIMIT,
    close_report,
    hand_over_report,
    hand_over_reports,
    link_report,
    report_person,
)

WANTS_NEWS = "Whether the reporter, an adult, asks to hear what becomes of it."


class TopicInterestSerializer(RowSerializer, row=TopicInterest, fields="key name theme seeks offers"): ...


class PublicProfileSerializer(
    RowSerializer,
    row=PublicProfile,
    fields="attendee_id name short_name title organisation sector constituency country languages topics has_joined",
):
    """What a card shows of a person; `short_name` is what they want to be called, where they said so."""

    help_texts = {"has_joined": "Whether they can ask, and be asked, to meet."}
    topics = TopicInterestSerializer(many=True)


class ReportDataSerializer(serializers.Serializer[Any]):
    """What a report says."""

    category = serializers.ChoiceField(choices=Report.Category.choices)
    words = TextField(max_length=WORDS_LIMIT)
    wants_news = serializers.BooleanField(default=False, help_text=WANTS_NEWS)


class UnsafeReportSerializer(serializers.Serializer[Any]):
    """That one does not feel safe: in words, or whom it is about, or both."""

    words = TextField(
        max_length=WORDS_LIMIT, allow_blank=True, default="", help_text="Needed where nobody is named or chosen."
    )
    named = TextField(max_length=NAMED_LIMIT, allow_blank=True, default="")
    lead = id_field(allow_null=True, default=None, help_text="A safeguarding lead whom it is about.")
    wants_news = serializers.BooleanField(default=False, help_text=WANTS_NEWS)


class ReportContactSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()
    email = serializers.CharField()


class OwnReportSerializer(serializers.Serializer[Any]):
    """Whoever made a report reads since when it is in force, and whether anybody can read it."""

    created_at = serializers.DateTimeField()
    has_reader = serializers.BooleanField()
    outside_contact = ReportContactSerializer(
        allow_null=True, help_text="Whom to turn to outside the event, where no lead may read the report."
    )


class ReportLineSerializer(
    RowSerializer,
    row=ReportLine,
    fields="report category state created_at is_about_meeting keeps_apart due_at assigned_to",
):
    help_texts = {
        "due_at": "By when a lead has to act.",
        "assigned_to": "The lead in charge; empty where there is none.",
    }


class PartySerializer(
    RowSerializer, row=PartyRow, fields="attendee_id name title organisation country constituency is_adult email"
):
    help_texts = {
        "is_adult": "Known to be one; else of a minor the first name alone.",
        "email": "Of the one who reports, if known to be an adult; else empty.",
    }


class ReportViewSerializer(RowSerializer, row=ViewRow, fields="name seen_at"): ...


class ReportHandOverSerializer(RowSerializer, row=HandOverRow, fields="by to handed_at"): ...


class ReportLinkSerializer(RowSerializer, row=LinkRow, fields="to by is_by_lead linked_at"):
    help_texts = {"is_by_lead": "Else found by the name in the report."}


class ReportEntrySerializer(RowSerializer, row=EntryRow, fields="kind by about text due_at written_at"):
    """What a lead wrote or did in a report."""


class ReportSerializer(
    ReportLineSerializer,
    row=ReportPage,
    fields="words named reporter reported is_apart is_suspended others_about can_link links hears_news "
    "entries views hand_overs outcome closed_at closed_by",
):
    """All of a report; reading it is written down in `views`. Who has left the event is null."""

    help_texts = {
        "named": "Whom it is about, as the reporter wrote it.",
        "is_suspended": "Whether the one whom it is about is suspended.",
        "others_about": "Other reports about the same person at this event.",
        "can_link": "Whether a lead may say which attendee it is about.",
        "hears_news": "Whether the reporter asked to hear and can be written to.",
    }
    reporter = PartySerializer(allow_null=True)
    reported = PartySerializer(allow_null=True)
    is_apart = serializers.BooleanField(
        source="is_contact_blocked", help_text="Whether contact between the two is blocked now, for whatever cause."
    )
    links = ReportLinkSerializer(many=True)
    entries = ReportEntrySerializer(many=True)
    views = ReportViewSerializer(many=True)
    hand_overs = ReportHandOverSerializer(many=True)


class CloseReportSerializer(serializers.Serializer[Any]):
    """What was done; `lift` lets the two see and contact each other again."""

    outcome = TextField(max_length=OUTCOME_LIMIT)
    lift = serializers.BooleanField()
    final_word = TextField(
        max_length=ENTRY_LIMIT, allow_blank=True, default="", help_text="To the reporter, who asked to hear of it."
    )


class HandOverSerializer(serializers.Serializer[Any]):
    """The lead, as an attendee, who may read from now on."""

    lead = id_field()


class LinkReportSerializer(serializers.Serializer[Any]):
    """The attendee whom a report in free words is about."""

    attendee = id_field()


def own_report_response(report: Report, reporter: Attendee) -> Response:
    """The response to the reporter; the report cannot be read through it."""
    can_be_read = reports.has_reader(reporter, report.reported_id or 0)
    body = {
        "created_at": report.created_at,
        "has_reader": can_be_read,
        "outside_contact": None if can_be_read else outside_contact_of(reporter.event_id),
    }
    return Response(OwnReportSerializer(body).data, status=201)


class LeadView(ParticipantView):
    """A view for the event's safeguarding leads; to everybody else it does not exist (404)."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request):
            self.lead  # noqa: B018 - refuses before the body is looked at

    @cached_property
    def lead(self) -> Attendee:
        if not leads_of(self.attendee.event_id).filter(pk=self.attendee.pk).exists():
            raise NotFound(_("There is no such page."))
        self.check_second_factor()
        return self.attendee


class PersonReportView(ParticipantView):
    """Report a person to the safeguarding leads."""

    @extend_schema(operation_id="people_report", request=ReportDataSerializer, responses={201: OwnReportSerializer})
    def post(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        """From now on the two neither see nor contact each other; the other is not notified."""
        data = validated(ReportDataSerializer, request)
        report = report_person(
            reporter=self.attendee, reported_id=attendee_id, by=self.person, now=timezone.now(), **data
        )
        return own_report_response(report, self.attendee)


class ReportListView(LeadView):
    """The event's reports, open ones first; without names."""

    @extend_schema(operation_id="reports_list", responses={200: ReportLineSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(ReportLineSerializer(reports_for(self.lead), many=True).data)


class HandOverView(LeadView):
    """Let another safeguarding lead read a report made before they were confirmed."""

    fresh_proof_for = ("POST",)

    @extend_schema(operation_id="reports_hand_over", request=HandOverSerializer, responses={204: None})
    def post(self, request: Request, slug: str, report_id: int) -> Response:  # noqa: ARG002
        """It is written down in the report; again changes nothing."""
        lead = self.lead
        to_id = validated(HandOverSerializer, request)["lead"]
        hand_over_report(lead=lead, report_id=report_id, to_id=to_id, by=self.person, now=timezone.now())
        return Response(status=204)


class HandOverAllView(LeadView):
    """Let another safeguarding lead read all the reports that I may read."""

    fresh_proof_for = ("POST",)

    @extend_schema(operation_id="reports_hand_over_all", request=HandOverSerializer, responses={200: CountSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many they could not read before."""
        lead = self.lead
        to_id = validated(HandOverSerializer, request)["lead"]
        count = hand_over_reports(lead=lead, to_id=to_id, by=self.person, now=timezone.now())
        return Response({"count": count})


class LinkReportView(LeadView):
    """Say whom a report in free words is about."""

    @extend_schema(operation_id="reports_link", request=LinkReportSerializer, responses={204: None})
    def post(self, request: Request, slug: str, report_id: int) -> Response:  # noqa: ARG002
        """From now on the two neither see nor contact each other; it is written down in the report."""
        lead = self.lead
        attendee_id = validated(LinkReportSerializer, request)["attendee"]
        link_report(lead=lead, report_id=report_id, attendee_id=attendee_id, by=self.person, now=timezone.now())
        return Response(status=204)


class CloseReportView(LeadView):
    """Close a report."""

    @extend_schema(operation_id="reports_close", request=CloseReportSerializer, responses={200: ReportLineSerializer})
    def post(self, request: Request, slug: str, report_id: int) -> Response:  # noqa: ARG002
        """Contact between the two stays blocked unless lifted; neither is notified."""
        lead = self.lead
        data = validated(CloseReportSerializer, request)
        close_report(lead=lead, report_id=report_id, by=self.person, now=timezone.now(), **data)
        line = next(line for line in reports_for(lead) if line.report_id == report_id)
        return Response(ReportLineSerializer(line).data)
