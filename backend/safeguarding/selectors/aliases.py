"""What only safeguarding leads read about aliases (S11); the real names are read by `services.read_alias`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.core.texts import folded
from backend.events.models.agenda import Session
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import is_under_alias, word_in, words_of_alias
from backend.events.selectors import names_of_people, shown_name
from backend.safeguarding.models import AliasEntry


@dataclass(frozen=True, slots=True)
class AliasRow:
    """Somebody under an alias as everybody reads them, and who set it."""

    attendee_id: int
    name: str
    organisation: str
    is_wish: bool
    set_by: str
    set_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AliasCandidate:
    """An adult who could appear under an alias, as everybody reads them."""

    attendee_id: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class AliasEntryRow:
    """A lead set, read or lifted the alias; without a name where the account is deleted."""

    lead: str
    kind: str
    kind_words: str
    made_at: dt.datetime


def aliases_for(lead: Attendee) -> tuple[AliasRow, ...]:
    """Who appears under an alias at the lead's event, by that name; three queries."""
    rows = list(
        Alias.objects.filter(attendee__event=lead.event_id)
        .select_related("attendee__organisation")
        .only("is_wish", "set_by_id", "set_at", "attendee__name", "attendee__organisation__name")
    )
    leads = names_of_people([row.set_by_id for row in rows if row.set_by_id], lead.event)
    found = [
        AliasRow(
            row.attendee_id,
            shown_name(row.attendee),
            row.attendee.organisation.name if row.attendee.organisation else "",
            row.is_wish,
            leads.get(row.set_by_id or 0, ""),
            row.set_at,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda row: (folded(row.name), row.attendee_id)))


def alias_candidates(lead: Attendee, name: str) -> tuple[AliasCandidate, ...]:
    """The first twenty adults without an alias, no organiser or lead, in whose name these letters occur."""
    wanted = folded(name).strip()
    people = Attendee.objects.filter(_could_have_alias(), event=lead.event_id)
    rows = people.select_related("organisation") if wanted else people.none()
    found = sorted((folded(shown_name(row)), row.pk, row) for row in rows if wanted in folded(shown_name(row)))
    return tuple(
        AliasCandidate(pk, shown_name(row), row.organisation.name if row.organisation else "")
        for _name, pk, row in found[:20]
    )


def can_appear_under_alias(attendee: Attendee) -> bool:
    """Whether the attendee may ask for an alias: an adult without one, no organiser or lead."""
    return Attendee.objects.filter(_could_have_alias(), pk=attendee.pk).exists()


def _could_have_alias() -> Q:
    """Condition on attendees: a known adult without an alias, no organiser or lead."""
    return is_known_adult() & Q(permission=Attendee.Permission.PARTICIPANT) & ~is_under_alias()


def alias_subject(event: Event, attendee_id: int) -> Attendee:
    """The attendee whose alias a lead sets or lifts, with `is_under_alias`; refuses NotFound.

    A known adult; somebody under an alias stays here, whatever is written or known of their age since.
    """
    rows = Attendee.objects.select_related("organisation").knowing_aliases().filter(event=event)
    found = rows.filter(is_known_adult() | is_under_alias(), pk=attendee_id).first()
    if found is None:
        raise NotFound(_("There is no such adult at this forum. Choose one of its list of people."))
    return found


def alias_entries_for(attendee: Attendee) -> tuple[AliasEntryRow, ...]:
    """Who set, read and lifted the alias of this attendee, the last first; for leads."""
    rows = list(AliasEntry.objects.filter(attendee=attendee.pk).order_by("-made_at", "-pk"))
    leads = names_of_people([row.lead_id for row in rows if row.lead_id], attendee.event)
    return tuple(
        AliasEntryRow(leads.get(row.lead_id or 0, ""), row.kind, row.get_kind_display(), row.made_at) for row in rows
    )


def sessions_naming(alias: Alias) -> tuple[Session, ...]:
    """The sessions whose title or text, which organisers write, still holds what the alias hides."""
    words = words_of_alias(alias)
    sessions = Session.objects.filter(event=alias.attendee.event_id).order_by("starts_at", "pk")
    return tuple(one for one in sessions if word_in(f"{one.title} {one.abstract}", words))
