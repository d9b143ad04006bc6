"""An attendee's agenda: all of it, and what comes next."""

from __future__ import annotations

from hashlib import sha256

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.agenda.api.serializers import AgendaDaySerializer, AgendaNowSerializer
from backend.agenda.selectors.agenda import agenda_for
from backend.events.api.views import ParticipantView


class AgendaView(ParticipantView):
    """My sessions and meetings, day by day."""

    @extend_schema(operation_id="agenda_read", responses={200: AgendaDaySerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        agenda = agenda_for(self.attendee, timezone.now())
        return Response(AgendaDaySerializer(agenda.days, many=True).data)


class AgendaNowView(ParticipantView):
    @extend_schema(operation_id="agenda_now", responses={200: AgendaNowSerializer, 304: None})
    def get(self, request: Request, slug: str) -> HttpResponseBase:  # noqa: ARG002
        """What of my agenda is going on at this moment, and what starts next; 304 while it is as before.

        Ask again with the ETag of the last answer as If-None-Match.
        """
        agenda = agenda_for(self.attendee, timezone.now())
        data = AgendaNowSerializer(agenda).data
        etag = quote_etag(sha256(JSONRenderer().render(data)).hexdigest())
        response = Response(data, headers={"ETag": etag})
        return get_conditional_response(request._request, etag=etag, response=response) or response
