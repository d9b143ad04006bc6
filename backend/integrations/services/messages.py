"""What a webhook is sent: numbers and states, signed by Standard Webhooks (standardwebhooks.com)."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.attendees import Attendee
from backend.integrations.models import Webhook, WebhookDelivery
from backend.safeguarding.rules import is_listed_adult


def body_of(delivery: WebhookDelivery, now: dt.datetime) -> bytes | None:
    """The message; None where it is no longer to be told, as somebody in it is hidden or not known as adult.

    A cancellation is told of any meeting: to be silent about some would tell why they were cancelled.
    """
    event = delivery.webhook.event
    data: dict[str, Any] = {"event": event.slug}
    if delivery.attendee_id:
        if not _are_shown([delivery.attendee_id], now):
            return None
        data["attendee_id"] = delivery.attendee_id
    if delivery.meeting_id:
        seats = Seat.objects.filter(Q(kind="one_to_one") | Q(is_active=True), meeting=delivery.meeting_id)
        is_over = delivery.type == Webhook.Type.MEETING_CANCELLED
        if not is_over and not _are_shown(seats.values_list("attendee_id", flat=True), now):
            return None
        data |= {"meeting_id": delivery.meeting_id, "state": _STATES[delivery.type]}
    said = {"type": delivery.type, "timestamp": delivery.created_at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":")).encode()


_STATES: Mapping[str, str] = {
    Webhook.Type.MEETING_ACCEPTED: Meeting.State.ACCEPTED,
    Webhook.Type.MEETING_MOVED: Meeting.State.ACCEPTED,
    Webhook.Type.MEETING_CANCELLED: Meeting.State.CANCELLED,
    Webhook.Type.MEETING_HELD: Meeting.State.HELD,
}


def signed_headers(delivery: WebhookDelivery, body: bytes, secrets: list[str], now: dt.datetime) -> dict[str, str]:
    """The headers of one try, with one signature for each secret."""
    name, at = delivery.header_id, int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signature(secret, name, at, body) for secret in secrets),
    }


def signature(secret: str, name: str, at: int, body: bytes) -> str:
    """`v1,` and HMAC-SHA-256 of id, timestamp and body, by the bytes that the secret is base64 of.

    The example is the specification's own.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...     b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, b"%s.%d.%s" % (name.encode(), at, body), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _are_shown(attendee_ids: Iterable[int], now: dt.datetime) -> bool:
    """Whether all of these attendees, and at least one, are listed and known adults.

    No suspension counts (S8): to be silent about whoever has one would tell organisers of it.
    """
    ids = set(attendee_ids)
    return 0 < len(ids) == Attendee.objects.filter(is_listed_adult(now), pk__in=ids).count()
