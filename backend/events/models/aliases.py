"""Who appears at an event under an alias."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee, Sector
from backend.people.models import Person

DELETE_PICTURES = """
    DELETE FROM events_picture USING events_attendee AS part, events_attendee AS named
    WHERE part.id = events_picture.attendee_id
        AND part.person_id = named.person_id AND named.id = NEW.attendee_id;
    RETURN NULL;
"""


class Alias(Numbered):
    """The real name and affiliation of an attendee who appears at an event under an alias (S11).

    What everybody reads, `Attendee.name` and the rest, is the alias. Only safeguarding leads read this row,
    through `safeguarding.services.aliases.read_alias`. `about`, `seeks` and `offers` are texts that held the
    real name or affiliation and were taken off the profile.
    """

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="alias")
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=255, blank=True)
    sector = models.ForeignKey(Sector, null=True, on_delete=models.SET_NULL, related_name="+")
    short_name = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=80, blank=True)
    about = models.TextField(blank=True)
    seeks = models.TextField(blank=True)
    offers = models.TextField(blank=True)
    is_wish = models.BooleanField()  # the attendee asked for it; else a lead judged so
    set_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="alias_has_a_real_name")]
        triggers = [
            pgtrigger.Trigger(
                name="delete_pictures", when=pgtrigger.After, operation=pgtrigger.Insert, func=DELETE_PICTURES
            )
        ]
