"""What organisers change of one attendee, and the organisation corrected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.rules.aliases import appears_under_alias
from backend.events.rules.attendees import LANGUAGE_LIMIT, check_organiser, normalise_text
from backend.events.rules.countries import country_name
from backend.events.rules.states import Activity
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_event, lock_rows
from backend.events.services.organisations import find_or_create_organisations
from backend.events.services.sectors import load_sectors
from backend.people.models import Person

OWN_FIELDS = ("short_name", "title", "country", "languages", "translating_device")
"""What attendees change on their own profile; once they have, nobody else does."""
SHOWN_OF_ALIAS = frozenset({"name", "short_name", "title", "organisation", "country"})
LENGTHS = {"name": 200, "short_name": 60, "organisation": 255, "country": 80, "title": 200}


class BadAttendee(BusinessError):
    code = "bad_attendee"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeChange:
    """What an organiser may set of an attendee; None leaves what is there.

    Texts and topics are the attendee's own; age class, visibility and permission are set by `change_roles`.
    """

    name: str | None = None
    short_name: str | None = None
    title: str | None = None
    organisation: str | None = None
    role: str | None = None
    country: str | None = None
    languages: tuple[str, ...] | None = None
    translating_device: bool | None = None


@in_transaction
def change_attendee(
    *, event: Event, attendee_id: int, change: AttendeeChange, by: Person, now: dt.datetime
) -> Attendee:
    """Change what organisers may set of one attendee; saving the same again marks no change.

    The full name of a minor is on no page (S7), so it is set by an import alone. Refuses OrganisersOnly,
    NotFound, BadAttendee, `own_words` where it would change what the person wrote on their own profile, and
    `set_by_lead` where it would change an alias.
    """
    check_organiser(by, event, Activity.EDIT)
    rows = Attendee.objects.select_related("organisation").filter(event=event, pk=attendee_id)
    if not rows.exists():
        raise NotFound(_("There is no such person at this forum. Choose one of its list of people."))
    wanted = _values(change)
    if "organisation" in wanted:
        wanted["organisation"] = organisation_named(event, str(wanted["organisation"]))
    attendee = rows.select_for_update(no_key=True, of=("self",)).get()
    if attendee.age_class == Attendee.AgeClass.MINOR and wanted.get("name", attendee.name) != attendee.name:
        raise BadAttendee(_("A minor's full name is shown nowhere: correct it by an import."))
    differing = {name for name in OWN_FIELDS if name in wanted and getattr(attendee, name) != wanted[name]}
    if attendee.edited_at is not None and differing:
        raise Refused(
            "own_words",
            _("The person wrote these things on their own profile, and changes them there: %(fields)s.")
            % {"fields": ", ".join(sorted(differing))},
        )
    changed = [name for name, value in wanted.items() if getattr(attendee, name) != value]
    if SHOWN_OF_ALIAS.intersection(changed) and appears_under_alias(attendee):
        raise Refused(
            "set_by_lead", _("A safeguarding lead set this person's name and affiliation, and leads alone change them.")
        )
    if changed:
        for name in changed:
            setattr(attendee, name, wanted[name])
        attendee.changed_at = now
        attendee.save(update_fields=[*changed, "changed_at"])
        announce_changes(event.pk)
    return attendee


def _values(change: AttendeeChange) -> dict[str, object]:
    """The values that are set, cleaned; refuses BadAttendee."""
    wanted: dict[str, object] = {}
    for name, limit in LENGTHS.items():
        given = getattr(change, name)
        if given is None:
            continue
        text = normalise_text(given)
        if len(text) > limit:
            raise BadAttendee(
                _("%(field)s has %(count)s characters; at most %(limit)s fit.")
                % {"field": name, "count": f"{len(text):,}", "limit": limit}
            )
        wanted[name] = country_name(text) or text if name == "country" else text
    if wanted.get("name") == "":
        raise BadAttendee(_("Write a name."))
    if change.role is not None:
        if change.role not in Attendee.Role.values:
            raise BadAttendee(_("Choose a role: delegate, speaker or chaperone."))
        wanted["role"] = change.role
    if change.languages is not None:
        wanted["languages"] = list(dict.fromkeys(change.languages))[:LANGUAGE_LIMIT]
    if change.translating_device is not None:
        wanted["translating_device"] = change.translating_device
    return wanted


def organisation_named(event: Event, name: str) -> Organisation | None:
    """The event's organisation of this name, made where there is none; None for no name."""
    if not name:
        return None
    load_sectors(event=event)
    other = event.sectors.get(key=Sector.OTHER)
    return find_or_create_organisations(event=event, sectors={name: other})[name]


@in_transaction
def change_organisation(
    *, event: Event, organisation_id: int, name: str, sector: str, by: Person, now: dt.datetime
) -> Organisation:
    """Rename an organisation of the event and set the sector (a key) it counts for, for all its people.

    Refuses OrganisersOnly, NotFound, BadAttendee, `name_taken` and `unknown_sector`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    rows = Organisation.objects.select_related("sector").filter(event=event)
    organisation = rows.filter(pk=organisation_id).first()
    if organisation is None:
        raise NotFound(_("There is no such organisation at this forum."))
    found = event.sectors.filter(key=sector).first()
    if found is None:
        raise Refused("unknown_sector", _("There is no such sector: choose one of the list."), status=400)
    name = normalise_text(name)
    if not name or len(name) > LENGTHS["organisation"]:
        raise BadAttendee(_("Write a name of at most 255 characters for the organisation."))
    if rows.filter(name__iexact=name).exclude(pk=organisation.pk).exists():
        raise Refused(
            "name_taken",
            _("Another organisation is called “%(name)s”: choose it on each person's page instead.") % {"name": name},
        )
    if (organisation.name, organisation.sector) == (name, found):
        return organisation
    is_moved = organisation.sector != found
    organisation.name, organisation.sector = name, found
    organisation.save(update_fields=["name", "sector"])
    if is_moved:  # their constituency may differ now, which matching reads
        people = lock_rows(Attendee.objects.filter(organisation=organisation))
        Attendee.objects.filter(pk__in=people).update(changed_at=now)
        announce_changes(event.pk)
    return organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttendee:
    """What is known of somebody who is added by hand, as a row of a list would say it."""

    email: str
    name: str
    short_name: str = ""
    organisation: str = ""
    sector: str = ""
    role: str = ""
    age_class: str = ""
    country: str = ""
