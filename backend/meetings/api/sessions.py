"""The forum's sessions, and those I keep."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import RefusalSerializer
from backend.events.api import ParticipantView
from backend.meetings import selectors, services
from backend.meetings.api import serializers as shapes
from backend.meetings.api.participant import REFUSALS

THEME = OpenApiParameter("theme", str, description="A theme's key: only its sessions.")


class SessionListView(ParticipantView):
    """All sessions by day of the forum's zone, with what each means for my time."""

    @extend_schema(
        operation_id="sessions_list",
        parameters=[THEME],
        responses={200: shapes.SessionDaySerializer(many=True), 404: RefusalSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        theme = request.query_params.get("theme", "")
        found = selectors.sessions_for(self.attendee, timezone.now(), theme=theme)
        return Response(shapes.SessionDaySerializer(found.days, many=True).data)


class BookmarkView(ParticipantView):
    """A session in my diary: I am busy then."""

    @extend_schema(operation_id="sessions_bookmark", request=None, responses={204: None, **REFUSALS})
    def put(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        services.bookmark_session(
            attendee=self.attendee, session_id=session_id, by=self.attendee.person, now=timezone.now()
        )
        return Response(status=204)

    @extend_schema(operation_id="sessions_forget", responses={204: None, **REFUSALS})
    def delete(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        services.forget_session(attendee=self.attendee, session_id=session_id, by=self.attendee.person)
        return Response(status=204)
