"""What one person is shown of another's name: for refusals and messages, which can be about anybody."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.events.models.attendees import Attendee
from backend.events.rules.roles import is_administrator
from backend.events.selectors import name_in_lists, shown_name
from backend.people.models import Person
from backend.safeguarding.rules import may_contact


def name_shown_to(reader: Person, attendee: Attendee, now: dt.datetime) -> str:
    """What this reader is shown of an attendee's name; “This person” where they are shown nobody.

    Organisers, leads and administrators read what lists say (S7); other people of the event the whole name
    of those the contact policy lets through, and everybody their own. It is the name at the event, an alias
    where there is one, and never the account's.
    """
    if attendee.person_id == reader.pk:
        return shown_name(attendee)
    mine = Attendee.objects.filter(event=attendee.event_id, person=reader.pk).first()
    runs_it = mine is not None and mine.permission != Attendee.Permission.PARTICIPANT
    if runs_it or is_administrator(reader):
        return name_in_lists(attendee)
    is_shown = mine is not None and may_contact(mine, attendee, "page", now)
    return shown_name(attendee) if is_shown else _("This person")
