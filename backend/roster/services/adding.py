"""Add one person by hand, by the rules of a list."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.aliases import name_of_list, telling_words, word_in
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.selectors import attendees_by_former_address, former_owner
from backend.events.services.attendees import NewAttendee
from backend.people.models import Person, address_hash
from backend.people.services import check_email, find_or_create_people
from backend.roster.services.csv_tables import CsvLine, CsvTable
from backend.roster.services.importing import import_attendees


def add_attendee(*, event: Event, new: NewAttendee, by: Person, now: dt.datetime) -> Attendee:
    """Add one person to the event, by the rules of a list with this one row; the attendee.

    Refuses OrganisersOnly, BadEmail, `bad_row` (what an import would refuse), `already_there` (whose
    `attendee_id` is their page), `rehearsal_only`, QuotaReached and Busy.
    """
    check_organiser(by, event, Activity.EDIT)
    email = check_email(new.email)
    here = Attendee.objects.filter(event=event, person__address_hash=address_hash(email))
    if there := list(here.knowing_aliases()):
        shown = [one for one in there if one.age_class == Attendee.AgeClass.ADULT and not one.is_under_alias]
        shown_id = {"attendee_id": shown[0].pk} if shown else {}
        raise Refused("already_there", _("Somebody with this address is on the list already."), **shown_id)
    owner = former_owner(attendees_by_former_address(event), email)
    if owner is not None:
        # Told in the same way of everybody: an answer must not tell who is under an alias.
        if word_in(new.name, telling_words([name_of_list(owner)], [])):
            raise Refused(
                "already_there", _("Somebody of this name who had this address before is on the list already.")
            )
        find_or_create_people(names={email: new.name})  # the address is somebody else's now
    names = [field.name for field in fields(new)]
    cells = tuple(email if name == "email" else getattr(new, name) for name in names)
    table = CsvTable(tuple(names), (CsvLine(1, cells),), (), "")
    report = import_attendees(event=event, table=table, by=by, now=now)
    if report.refused:
        reason = report.refused[0].reason
        raise Refused("bad_row", _("This cannot be added: %(reason)s.") % {"reason": reason}, status=400)
    return here.select_related("person").get()
