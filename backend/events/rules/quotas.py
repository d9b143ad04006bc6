"""Of its share of the installation, what an event has taken: people and pictures."""

from __future__ import annotations

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce, Length
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.pictures import Picture

MB = 1_000_000


class QuotaReached(BusinessError):
    """The event has as many people or pictures as administrators of the installation allow."""

    code = "quota_reached"


def pictures_of(event: Event, *, but_of: int | None = None) -> dict[str, int]:
    """How many `pictures` the event has, and their `bytes`, but for those of one attendee (id)."""
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
