"""Sources of an event: added, changed and deleted by its organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import NotFound, Refused
from backend.core.outgoing import checked_url
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.integrations.models import ProgrammeEntry, Source
from backend.integrations.services.indico import event_in_indico
from backend.integrations.services.pretix import api_address
from backend.integrations.services.programmes import programme_address
from backend.integrations.services.rows import CHOICES
from backend.integrations.services.tokens import sealed
from backend.people.models import Person
from backend.roster.models import Registration

MOST_SOURCES = 10  # of one event
MAX_TOKEN, MAX_PRODUCTS = 300, 100
MAX_COLUMNS_CHOSEN, MAX_HEADING = 200, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceData:
    """What organisers say of a source; an empty `token` leaves the one there is."""

    kind: str
    name: str
    address: str
    token: str = ""
    schedule: str = Source.Schedule.OFF
    products: tuple[int, ...] = field(default=())
    minor_products: tuple[int, ...] = field(default=())
    takes_unpaid: bool = False


@in_transaction
def add_source(*, event: Event, data: SourceData, by: Person, now: dt.datetime) -> Source:
    """A new source, which is not read yet. Refuses OrganisersOnly, AddressRefused, `bad_source`."""
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    if Source.objects.filter(event=event).count() >= MOST_SOURCES:
        sentence = _("A forum has at most %(count)d sources.") % {"count": MOST_SOURCES}
        raise Refused("too_many_sources", sentence)
    source = Source(event=event, **_values(event, data, now, before=None))
    source.save()
    return source


@in_transaction
def change_source(*, event: Event, source_id: int, data: SourceData, by: Person, now: dt.datetime) -> Source:
    """Change a source; with another address or kind its rows are no known ones, and people read it first.

    Another host never gets the token of the one before. Refuses as `add_source` does, and NotFound.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    source = source_of(event, source_id)
    values = _values(event, data, now, before=source)
    if (source.kind, source.address) != (values["kind"], values["address"]):
        Registration.objects.filter(source=source).delete()
        ProgrammeEntry.objects.filter(source=source).delete()
        values["ran_at"] = None
    for name, value in values.items():
        setattr(source, name, value)
    source.save(update_fields=list(values))
    return source


@in_transaction
def choose_columns(*, event: Event, source_id: int, columns: Mapping[str, str], by: Person) -> Source:
    """Keep how headings of the source are read: by their key, empty where one is left out."""
    check_organiser(by, event, Activity.EDIT)
    source = source_of(event, source_id)
    chosen = {key: column for key, column in columns.items() if 0 < len(key) <= MAX_HEADING}
    if len(chosen) > MAX_COLUMNS_CHOSEN or not set(chosen.values()) <= {"", *CHOICES}:
        raise _bad_source(_("Choose one of the columns of the list."))
    source.columns = chosen
    source.save(update_fields=["columns"])
    return source


@in_transaction
def delete_source(*, event: Event, source_id: int, by: Person) -> None:
    """Forget a source and which row named whom; people and sessions stay. OrganisersOnly and NotFound."""
    check_organiser(by, event, Activity.EDIT)
    source_of(event, source_id).delete()


def source_of(event: Event, source_id: int) -> Source:
    """The event's source of this number; refuses NotFound."""
    found = Source.objects.select_related("event").filter(event=event, pk=source_id).first()
    if found is None:
        raise NotFound(_("There is no such source at this forum."))
    return found


def reading_words(source: Source) -> str:
    """What a job is called that reads the source."""
    return _("Reading a programme") if source.is_programme else _("Reading a source of people")


def _values(event: Event, data: SourceData, now: dt.datetime, *, before: Source | None) -> dict[str, Any]:
    name, address = one_line(data.name), data.address.strip()
    if not name or len(name) > 80:
        raise _bad_source(_("Write a name of at most 80 characters."))
    if data.kind not in Source.Kind.values or data.schedule not in Source.Schedule.values:
        raise _bad_source(_("Choose a kind, and when the source is read."))
    url = checked_url(address)
    if data.kind == Source.Kind.PRETIX:
        api_address(address)
    if data.kind == Source.Kind.INDICO:
        event_in_indico(address)
    programme_address(data.kind, address)
    if Source.objects.filter(event=event, name=name).exclude(pk=before.pk if before else 0).exists():
        raise _bad_source(_("Another source has this name."))
    token = data.token.strip()
    if len(token) > MAX_TOKEN or not token.isascii() or any(letter.isspace() for letter in token):
        raise _bad_source(_("This cannot be a token: copy it as the other server shows it."))
    products = (sorted(set(data.products)), sorted(set(data.minor_products)))
    if max(map(len, products)) > MAX_PRODUCTS:
        raise _bad_source(_("Name at most %(count)d products.") % {"count": MAX_PRODUCTS})
    is_same_host = before is not None and checked_url(before.address).netloc == url.netloc
    kept = before.token if before and is_same_host else None
    return {
        "kind": data.kind,
        "name": name,
        "address": address,
        "token": sealed(token, now) if token else kept,
        "schedule": data.schedule,
        "products": products[0],
        "minor_products": products[1],
        "takes_unpaid": data.takes_unpaid,
    }


def _bad_source(sentence: str) -> Refused:
    return Refused("bad_source", sentence, status=400)
