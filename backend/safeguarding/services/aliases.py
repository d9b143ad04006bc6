"""Aliases: set, read (which is logged) and lifted by a safeguarding lead (S11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields

from django.utils.translation import gettext as _

from backend.core.advisory_lock import advisory_lock
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import MOVED, TEXTS, put_back, word_in, words_of_alias
from backend.events.rules.attendees import clean_text
from backend.events.rules.countries import country_name
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.roles import check_lead
from backend.events.services.changes import announce_changes
from backend.events.services.locks import import_lock, lock_attendees
from backend.events.services.organisations import find_or_create_organisations
from backend.events.services.sectors import load_sectors
from backend.people.models import Person
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.services.pictures import delete_barred_pictures

LIMITS = {
    "name": 200, "organisation": 255, "title": 200, "country": 80, "real_name": 200, "real_organisation": 255,
}  # fmt: skip
KIND = AliasEntry.Kind


class BadAlias(BusinessError):
    """What a lead entered of an alias cannot be; `field` says which."""

    code = "bad_alias"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasData:
    """What the event shows of somebody, and what only leads read; blank where nothing is said."""

    name: str
    organisation: str = ""
    title: str = ""
    country: str = ""
    real_name: str
    real_organisation: str = ""


def set_alias(
    *, event: Event, attendee_id: int, data: AliasData, is_wish: bool, by: Person, now: dt.datetime
) -> Attendee:
    """Show an attendee under an alias everywhere at the event; what was shown is kept for leads alone.

    Texts of the profile that hold the real name, organisation or address are taken off it. Set again, it
    changes the alias and the real values. Waits for an import of the event. Refuses NotFound (to everybody
    but a lead, too), `cannot_have_alias`, `rehearsal_only` and BadAlias.
    """
    check_lead(by, event)
    check_takes_people(event)
    with advisory_lock(import_lock(event.pk)):
        return set_alias_of(event, attendee_id, _cleaned(data), is_wish=is_wish, by=by, now=now)


@in_transaction
def set_alias_of(
    event: Event, attendee_id: int, data: AliasData, *, is_wish: bool, by: Person | None, now: dt.datetime
) -> Attendee:
    """The same, whoever asks. Refuses NotFound, `cannot_have_alias` and BadAlias."""
    after = _organisation(event, data.organisation, like=_attendee(event, attendee_id).organisation)
    lock_attendees([attendee_id])
    attendee = _attendee(event, attendee_id)
    before = attendee.organisation
    is_proposed = Appointment.objects.filter(attendee=attendee, state=Appointment.State.PROPOSED).exists()
    is_adult = Attendee.objects.filter(is_known_adult(now), pk=attendee.pk).exists()
    if not is_adult or attendee.permission != Attendee.Permission.PARTICIPANT or is_proposed:
        raise Refused(
            "cannot_have_alias",
            _("Only an adult appears under an alias, and no organiser or lead, nor who is proposed as one."),
        )
    alias = Alias.objects.filter(attendee=attendee).first()
    if alias is None:
        alias = Alias(attendee=attendee, sector=before.sector if before else None)
        for field in ("short_name", "title", "country"):
            setattr(alias, field, getattr(attendee, field))
    alias.attendee, alias.name, alias.organisation = attendee, data.real_name, data.real_organisation
    alias.is_wish, alias.set_by, alias.set_at = is_wish, by, now
    words = words_of_alias(alias)
    for field in ("name", "organisation", "title", "country"):
        if word := word_in(getattr(data, field), words):
            raise BadAlias(_("This would tell who it is: it holds “%(word)s”.") % {"word": word}, field=field)
    for field in TEXTS:
        if word_in(getattr(attendee, field), words):
            setattr(alias, field, getattr(attendee, field))
            setattr(attendee, field, "")
    alias.save()
    attendee.name, attendee.title, attendee.country = data.name, data.title, data.country
    if word_in(attendee.short_name, words):
        attendee.short_name = ""
    attendee.organisation = after
    _save(attendee, now)
    _remove_if_empty(before)
    AliasEntry.objects.create(attendee=attendee, lead=by, kind=KIND.SET, made_at=now)
    delete_barred_pictures(now)
    return attendee


@in_transaction
def read_alias(*, event: Event, attendee_id: int, by: Person, now: dt.datetime) -> Alias:
    """Open the real name and affiliation behind an alias; who did and when is written down first.

    Nothing else reads them to anybody. Refuses NotFound.
    """
    check_lead(by, event)
    alias = _alias(event, attendee_id)
    AliasEntry.objects.create(attendee=alias.attendee, lead=by, kind=KIND.READ, made_at=now)
    return alias


def lift_alias(*, event: Event, attendee_id: int, by: Person, now: dt.datetime) -> Attendee:
    """Show the real name and affiliation again, with the texts that were taken off. Refuses NotFound."""
    check_lead(by, event)
    with advisory_lock(import_lock(event.pk)):
        return _lift_alias(event, attendee_id, by, now)


@in_transaction
def _lift_alias(event: Event, attendee_id: int, by: Person, now: dt.datetime) -> Attendee:
    alias = _alias(event, attendee_id)
    organisation = _organisation(event, alias.organisation, sector=alias.sector)
    lock_attendees([attendee_id])
    alias, attendee = _alias(event, attendee_id), _attendee(event, attendee_id)
    put_back(attendee, alias)
    before, attendee.organisation = attendee.organisation, organisation
    alias.delete()
    _save(attendee, now)
    _remove_if_empty(before)
    AliasEntry.objects.create(attendee=attendee, lead=by, kind=KIND.LIFTED, made_at=now)
    return attendee


def _cleaned(data: AliasData) -> AliasData:
    """The values on one line each; refuses BadAlias."""
    values = {field.name: one_line(clean_text(getattr(data, field.name))) for field in fields(data)}
    values["country"] = country_name(values["country"]) or values["country"]
    for field, sentence in (
        ("name", _("Write the name under which they appear.")),
        ("real_name", _("Write the real name: leads alone read it.")),
    ):
        if not values[field]:
            raise BadAlias(sentence, field=field)
    for field, limit in LIMITS.items():
        if len(values[field]) > limit:
            message = _("Write it in at most %(limit)s characters.") % {"limit": limit}
            raise BadAlias(message, field=field)
    return AliasData(**values)


def _attendee(event: Event, attendee_id: int) -> Attendee:
    rows = Attendee.objects.select_related("person", "organisation__sector").filter(event=event)
    found = rows.filter(pk=attendee_id).first()
    if found is None:
        raise NotFound(_("There is no such person at this forum. Choose one of its list of people."))
    return found


def _alias(event: Event, attendee_id: int) -> Alias:
    rows = Alias.objects.select_related("attendee", "sector").filter(attendee__event=event)
    found = rows.filter(attendee=attendee_id).first()
    if found is None:
        raise NotFound(_("Nobody with this number appears under an alias here."))
    return found


def _organisation(
    event: Event, name: str, *, like: Organisation | None = None, sector: Sector | None = None
) -> Organisation | None:
    """The event's organisation of this name; a new one counts for this sector, or for that of `like`."""
    if not name:
        return None
    load_sectors(event=event)
    counted = sector or (like.sector if like else event.sectors.get(key=Sector.OTHER))
    return find_or_create_organisations(event=event, sectors={name: counted})[name]


def _save(attendee: Attendee, now: dt.datetime) -> None:
    attendee.changed_at = now
    attendee.save(update_fields=[*MOVED, *TEXTS, "organisation", "changed_at"])
    announce_changes(attendee.event_id)


def _remove_if_empty(organisation: Organisation | None) -> None:
    """Its name stays in no list once nobody is there under it."""
    if organisation is None or Attendee.objects.filter(organisation=organisation).exists():
        return
    organisation.delete()
