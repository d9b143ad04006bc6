"""An event's share of the installation: people, mails of a day, pictures. Administrators set it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.core.models import MailDay
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.pictures import Picture

MB = 1_000_000
MOST = 1_000_000  # of any of the limits


class QuotaReached(BusinessError):
    """The event has as many people or pictures as administrators of the installation allow."""

    code = "quota_reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The most people, mails of a day, pictures, and MB of pictures; as the fields of an event."""

    max_people: int
    max_mails_a_day: int
    max_pictures: int
    max_picture_mb: int


def reached_quotas(event: Event, now: dt.datetime) -> tuple[str, ...]:
    """Of what the event has as much as it may: people, mails of today, pictures; in three queries."""
    size = _pictures_of(event)
    reached = {
        "people": Attendee.objects.filter(event=event).count() >= event.max_people,
        "mails": mails_wait_until(event, now) is not None,
        "pictures": size["pictures"] >= event.max_pictures or size["bytes"] >= event.max_picture_mb * MB,
    }
    return tuple(name for name, is_reached in reached.items() if is_reached)


def _pictures_of(event: Event, *, but_of: int | None = None) -> dict[str, int]:
    rows = Picture.objects.filter(attendee__event=event).exclude(attendee=but_of)
    return rows.aggregate(pictures=Count("pk"), bytes=Coalesce(Sum(Length("small") + Length("large")), 0))


def check_room_for_people(event: Event, new: int) -> None:
    """Refuse QuotaReached where so many new people are more than the event has room for.

    Whoever is added to organise or to lead is not asked about: nobody is without a lead for want of room.
    """
    people = Attendee.objects.filter(event=event).count() if new else 0
    if people + new > event.max_people:
        raise QuotaReached(
            _(
                "This forum has %(people)s of at most %(limit)s people, so %(new)s more do not fit, and nobody "
                "was added: ask an administrator of this installation for more room."
            )
            % {"people": f"{people:,}", "limit": f"{event.max_people:,}", "new": f"{new:,}"}
        )


def has_room_for_picture(attendee: Attendee, size: int) -> bool:
    """Whether the event has room for a picture of so many bytes, in place of the attendee's own."""
    event = attendee.event
    others = _pictures_of(event, but_of=attendee.pk)
    return others["pictures"] < event.max_pictures and others["bytes"] + size <= event.max_picture_mb * MB


def mails_wait_until(event: Event, now: dt.datetime) -> dt.datetime | None:
    """The event's next midnight where it has sent the mails of its day; else None.

    Asked before a mail about invitations, meetings or sessions is sent. Codes to sign in, mails about
    safeguarding and about roles are neither counted nor held: a count of all would tell that there was a report.
    """
    day = now.astimezone(event.zone).date()
    if MailDay.objects.filter(event=event, day=day, sent__gte=event.max_mails_a_day).exists():
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), event.zone)
    return None
