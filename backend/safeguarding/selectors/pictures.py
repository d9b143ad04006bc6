"""Pictures of people: who may have one, and whose may be seen."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.pictures import Picture
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import has_alias_anywhere
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.selectors.public_profiles import visible_ids_for

SIZES = ("small", "large")


def can_have_picture(attendee: Attendee, now: dt.datetime) -> bool:
    """Whether the attendee may have a picture: a known adult who has and had no alias anywhere."""
    mine = Attendee.objects.filter(is_known_adult(now), pk=attendee.pk).exclude(has_alias_anywhere())
    had_one = AliasEntry.objects.filter(attendee__person=attendee.person_id)
    minor = Attendee.objects.filter(person=attendee.person_id, age_class=Attendee.AgeClass.MINOR)
    return mine.exists() and not had_one.exists() and not minor.exists()


def has_picture(attendee: Attendee) -> bool:
    return Picture.objects.filter(attendee=attendee.pk).exists()


def picture_for(*, viewer: Attendee, attendee_id: int, size: str, now: dt.datetime) -> bytes:
    """The picture of somebody whose profile the viewer may see, or their own; refuses NotFound."""
    seen = visible_ids_for(viewer=viewer, ids=[attendee_id], channel="page", now=now) | {viewer.pk}
    found = Picture.objects.filter(attendee=attendee_id, attendee__in=seen).first()
    if size not in SIZES or found is None:
        raise NotFound(_("There is no such picture at this forum, or you cannot see it."))
    return bytes(getattr(found, size))
