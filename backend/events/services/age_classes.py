"""The age class of attendees: who may set it, and what has to happen before somebody counts as an adult."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.errors import BusinessError
from backend.events.models import Attendee
from backend.people.models import Person


class OwnAgeClass(BusinessError):
    code = "own_age_class"
    status = 403


class MinorsInSelection(BusinessError):
    code = "minors_in_selection"


def check_age_change(attendees: Sequence[Attendee], age_class: str, by: Person) -> None:
    """Refuse OwnAgeClass and MinorsInSelection."""
    if any(one.person_id == by.pk and age_class not in ("", one.age_class) for one in attendees):
        raise OwnAgeClass(_("Your own age class is for another organiser to set."))
    minors = sum(one.age_class == Attendee.AgeClass.MINOR for one in attendees)
    if age_class == Attendee.AgeClass.ADULT and minors and len(attendees) > 1:
        raise MinorsInSelection(
            ngettext(
                "%(minors)s of these %(people)s people is set as a minor: nobody was changed. "
                "To say that one of them is an adult, tick that person alone.",
                "%(minors)s of these %(people)s people are set as minors: nobody was changed. "
                "To say that one of them is an adult, tick that person alone.",
                minors,
            )
            % {"minors": f"{minors:,}", "people": f"{len(attendees):,}"}
        )
