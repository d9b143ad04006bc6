"""The sessions of a forum: listed, bookmarked, and who speaks in them."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.agenda.api.serializers import SessionDaySerializer
from backend.agenda.selectors.sessions import sessions_for
from backend.agenda.services.bookmarks import assign_speaker, bookmark_session, remove_bookmark, remove_speaker
from backend.events.api.views import OrganiserView, ParticipantView

THEME = OpenApiParameter("theme", str, description="A theme's key: only its sessions.")


class SessionListView(ParticipantView):
    """All sessions by day of the forum's zone, with what each means for my time."""

    @extend_schema(operation_id="sessions_list", parameters=[THEME], responses={200: SessionDaySerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        theme = request.query_params.get("theme", "")
        found = sessions_for(self.attendee, timezone.now(), theme=theme)
        return Response(SessionDaySerializer(found.days, many=True).data)


class BookmarkView(ParticipantView):
    """A session in my agenda: I am busy then."""

    @extend_schema(operation_id="sessions_bookmark", request=None, responses={204: None})
    def put(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        bookmark_session(attendee=self.attendee, session_id=session_id, by=self.attendee.person, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="sessions_forget", responses={204: None})
    def delete(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        remove_bookmark(attendee=self.attendee, session_id=session_id, by=self.attendee.person)
        return Response(status=204)


class SpeakerView(OrganiserView):
    """An attendee who speaks at a session, and is busy then."""

    @extend_schema(operation_id="speakers_name", request=None, responses={204: None})
    def put(self, request: Request, slug: str, session_id: int, attendee_id: int) -> Response:  # noqa: ARG002
        """Have them speak; their open requests lose its time."""
        named = {"session_id": session_id, "attendee_id": attendee_id}
        assign_speaker(event=self.event, **named, by=self.attendee.person, now=timezone.now())
        return Response(status=204)

    @extend_schema(operation_id="speakers_drop", responses={204: None})
    def delete(self, request: Request, slug: str, session_id: int, attendee_id: int) -> Response:  # noqa: ARG002
        """Have them speak no longer."""
        named = {"session_id": session_id, "attendee_id": attendee_id}
        remove_speaker(event=self.event, **named, by=self.attendee.person)
        return Response(status=204)
