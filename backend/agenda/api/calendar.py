"""Calendar files and the feed: its secret address, and what is served there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.agenda.api.serializers import FeedSerializer
from backend.agenda.models import CalendarFeed
from backend.agenda.selectors.calendar import entry_for
from backend.agenda.services.calendar_feeds import (
    feed_address,
    make_feed,
    read_feed,
    revoke_feed,
    rotate_feed,
    subscription_address,
)
from backend.core.api import IgnoreAcceptHeader
from backend.core.errors import NotFound
from backend.events.api.views import ParticipantView


class CalendarFeedView(ParticipantView):
    """The secret address at which a calendar program reads my agenda."""

    @extend_schema(operation_id="calendar_feed_make", request=None, responses={200: FeedSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The address, made where there is none yet."""
        feed = make_feed(attendee=self.attendee, by=self.person, now=timezone.now())
        return _address_of(feed)

    @extend_schema(operation_id="calendar_feed_rotate", request=None, responses={200: FeedSerializer})
    def put(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """A new address; the old one is revoked (404)."""
        feed = rotate_feed(attendee=self.attendee, by=self.person, now=timezone.now())
        return _address_of(feed)

    @extend_schema(operation_id="calendar_feed_revoke", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Close the address."""
        revoke_feed(attendee=self.attendee, by=self.person, now=timezone.now())
        return Response(status=204)


def _address_of(feed: CalendarFeed) -> Response:
    address = feed_address(feed)
    body = {"address": address, "subscription": subscription_address(address)}
    return Response(FeedSerializer(body).data)


class MeetingFileView(ParticipantView):
    """One of my agreed meetings as an .ics file, with METHOD:CANCEL if cancelled."""

    content_negotiation_class = IgnoreAcceptHeader

    @extend_schema(operation_id="meetings_file", responses={(200, "text/calendar"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, meeting_id: int) -> HttpResponse:  # noqa: ARG002
        body = entry_for(self.attendee, meeting_id, timezone.now())
        response = HttpResponse(body, "text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="meeting.ics"'
        return response


@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """The feed behind the secret `token`: 304 while it reads as before, 404 once it is closed."""
    try:
        read = read_feed(token=token, now=timezone.now())
    except NotFound as refusal:
        return _private(HttpResponse(refusal.message, "text/plain; charset=utf-8", refusal.status))
    etag, seconds = f'"{read.etag}"', int(read.changed_at.timestamp())
    response = HttpResponse(read.body, "text/calendar; charset=utf-8")
    response["ETag"], response["Last-Modified"] = etag, http_date(seconds)
    response["Content-Disposition"] = 'inline; filename="titian.ics"'
    answer = get_conditional_response(request, etag=etag, last_modified=seconds, response=response)
    return _private(answer or response)


def _private(response: HttpResponse) -> HttpResponse:
    """Not cached by proxies, and revalidated each time."""
    patch_cache_control(response, private=True, no_cache=True)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


calendar_file.access_policy = "public: the address is the secret"  # type: ignore[attr-defined]
