"""Pictures of people: who may have one, and whose may be seen."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.pictures import Picture
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import has_alias_anywhere
from backend.people.models import AddressHash
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.selectors.public_profiles import visible_ids_for

SIZES = ("small", "large")


def may_have_picture(now: dt.datetime) -> Q:
    """Condition on attendees: a known adult, a minor nowhere, who has and had no alias anywhere (S1, S11).

    Nor any account that has or had an address of theirs.
    """
    mine = AddressHash.objects.filter(person=OuterRef(OuterRef(OuterRef("person"))))
    accounts = AddressHash.objects.filter(address_hash__in=mine.values("address_hash"))
    had_alias = AliasEntry.objects.filter(attendee__person__in=accounts.values("person"))
    minor = Attendee.objects.filter(person=OuterRef("person"), age_class=Attendee.AgeClass.MINOR)
    return is_known_adult(now) & ~has_alias_anywhere() & ~Q(Exists(had_alias)) & ~Q(Exists(minor))


def can_have_picture(attendee: Attendee, now: dt.datetime) -> bool:
    """The same of one attendee."""
    return Attendee.objects.filter(may_have_picture(now), pk=attendee.pk).exists()


def has_picture(attendee: Attendee) -> bool:
    return Picture.objects.filter(attendee=attendee.pk).exists()


def picture_for(*, viewer: Attendee, attendee_id: int, size: str, now: dt.datetime) -> bytes:
    """The picture of somebody whose profile the viewer may see, or their own; refuses NotFound."""
    seen = visible_ids_for(viewer=viewer, ids=[attendee_id], channel="page", now=now) | {viewer.pk}
    found = Picture.objects.filter(attendee=attendee_id, attendee__in=seen).first()
    if size not in SIZES or found is None:
        raise NotFound(_("There is no such picture at this forum, or you cannot see it."))
    return bytes(getattr(found, size))
