"""Pictures that attendees uploaded of themselves."""

from __future__ import annotations

import pgtrigger
from django.db import models

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee

REFUSE_UNLESS_ADULT = """
    IF EXISTS (
        SELECT FROM events_attendee AS here JOIN events_attendee AS part USING (person_id)
        LEFT JOIN events_alias ON events_alias.attendee_id = part.id
        WHERE here.id = NEW.attendee_id AND (
            part.age_class = 'minor' OR events_alias.id IS NOT NULL
            OR (part.id = here.id AND part.age_class <> 'adult')
        )
    ) THEN
        RAISE EXCEPTION 'no picture of a minor, of unknown age or under an alias'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Picture(Numbered):
    """A picture of an attendee in two sizes, as WebP without anything but its pixels.

    None of a minor, of somebody of unknown age, and of whoever has an alias at any event: triggers refuse it,
    and delete it where either comes later.
    """

    attendee = models.OneToOneField(Attendee, on_delete=models.CASCADE, related_name="picture")
    small = models.BinaryField()
    large = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        triggers = [
            pgtrigger.Trigger(
                name="refuse_unless_adult",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_UNLESS_ADULT,
            )
        ]
