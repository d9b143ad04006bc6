"""For organisers: the sessions of an event, by hand or from the file of a programme."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.agenda.api.serializers import (
    ProgrammeChangesSerializer,
    ProgrammeFileSerializer,
    ProgrammeSessionSerializer,
)
from backend.agenda.services.agenda import change_session, import_agenda
from backend.agenda.services.files import read_agenda
from backend.agenda.services.imports import plan_agenda
from backend.agenda.services.sessions import SessionData, add_session, remove_session
from backend.core.api import validated
from backend.events.api.views import LongJobSerializer, OrganiserView
from backend.events.models.agenda import Session
from backend.events.selectors import agenda_for, session_for

SESSION = ProgrammeSessionSerializer


def _session_data(request: Request) -> SessionData:
    values = validated(SESSION, request)
    return SessionData(theme=values.pop("theme_key"), **values)


def _body(session: Session) -> dict[str, object]:
    names = ("pk", "title", "starts_at", "ends_at", "room", "abstract", "stream_url")
    values = {name: getattr(session, name) for name in names}
    return dict(SESSION(values | {"theme_key": session.theme.key if session.theme else ""}).data)


class ProgrammeSessionListView(OrganiserView):
    """The sessions of the event, earliest first."""

    @extend_schema(operation_id="programme_sessions_list", responses={200: SESSION(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response([_body(session) for _day, rows in agenda_for(self.event) for session in rows])

    @extend_schema(operation_id="programme_sessions_add", request=SESSION, responses={201: SESSION})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add a session."""
        session = add_session(event=self.event, data=_session_data(request), by=self.person)
        return Response(_body(session), status=201)


class ProgrammeSessionView(OrganiserView):
    """One session of the event."""

    @extend_schema(operation_id="programme_sessions_read", responses={200: SESSION})
    def get(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        return Response(_body(session_for(self.event, session_id)))

    @extend_schema(operation_id="programme_sessions_change", request=SESSION, responses={200: SESSION})
    def put(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        """Change a session; requests of those who have it in their agenda lose the time it moves to."""
        session = change_session(
            event=self.event, session_id=session_id, data=_session_data(request), by=self.person, now=timezone.now()
        )
        return Response(_body(session))

    @extend_schema(operation_id="programme_sessions_remove", responses={204: None})
    def delete(self, request: Request, slug: str, session_id: int) -> Response:  # noqa: ARG002
        """Remove a session, from everybody's agenda too."""
        remove_session(event=self.event, session_id=session_id, by=self.person)
        return Response(status=204)


class ProgrammeImportView(OrganiserView):
    """A programme from the text of its file."""

    @extend_schema(
        operation_id="programme_sessions_import", request=ProgrammeFileSerializer, responses={202: LongJobSerializer}
    )
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Carry out what the file changes, all or nothing; with `dry_run` only tell.

        The answer names the sessions `added`, `moved`, `changed` and `missing`, counts those `unchanged`, and
        holds the entries `refused`.
        """
        event, values = self.event, validated(ProgrammeFileSerializer, request)
        self.answer_later(_("Importing a programme"))
        file = read_agenda(values["content"].encode(), event=event)
        if values["dry_run"]:
            changes = plan_agenda(event=event, file=file)
        else:
            changes = import_agenda(
                event=event, file=file, remove_missing=values["remove_missing"], by=self.person, now=timezone.now()
            )
        body = {
            **{
                name: [change.data.title for change in getattr(changes, name)] for name in ("added", "moved", "changed")
            },
            "unchanged": changes.unchanged,
            "missing": [session.title for session in changes.missing],
            "refused": changes.refused,
        }
        return Response(ProgrammeChangesSerializer(body).data)
