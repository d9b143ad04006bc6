"""For organisers: times at which the venue or a room is closed."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.selectors.closures import closures_for
from backend.core.api import CountSerializer, validated
from backend.core.period import Period
from backend.events.api.views import OrganiserView
from backend.setup.api.serializers import ClosureDataSerializer, ClosureSerializer
from backend.setup.services.closures import close_period, reopen_period, undo_closure

CLOSURES = ClosureSerializer(many=True)


class ClosureListView(OrganiserView):
    """What is closed, newest first."""

    @extend_schema(operation_id="closures_list", responses={200: CLOSURES})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(ClosureSerializer(closures_for(self.event, timezone.now()), many=True).data)

    @extend_schema(operation_id="closures_add", request=ClosureDataSerializer, responses={201: CLOSURES})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Close a time; a job moves its meetings, or cancels them."""
        values, now = validated(ClosureDataSerializer, request), timezone.now()
        close_period(
            event=self.event,
            period=Period(values["starts_at"], values["ends_at"]),
            room=values["room"],
            reason=values["reason"],
            by=self.person,
            now=now,
        )
        rows = ClosureSerializer(closures_for(self.event, now), many=True)
        return Response(rows.data, status=201)


class ClosureView(OrganiserView):
    @extend_schema(operation_id="closures_reopen", responses={204: None})
    def delete(self, request: Request, slug: str, closure_id: int) -> Response:  # noqa: ARG002
        """Open the time again; its meetings stay as they are."""
        reopen_period(event=self.event, closure_id=closure_id, by=self.person, now=timezone.now())
        return Response(status=204)


class ClosureUndoView(OrganiserView):
    @extend_schema(operation_id="closures_undo", request=None, responses={200: CountSerializer})
    def post(self, request: Request, slug: str, closure_id: int) -> Response:  # noqa: ARG002
        """Within ten minutes: open the time again and put its meetings back; the number that is back."""
        now = timezone.now()
        back = undo_closure(event=self.event, closure_id=closure_id, by=self.person, now=now)
        return Response({"count": back})
