"""Times in words: in the event's zone, with the reader's own zone beside it where the two differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest
from django.template.context import Context
from django.template.defaultfilters import date as in_words
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from backend.core.texts import folded
from backend.core.zones import todays_zone, zone_cities, zone_place, zone_words, zones_from
from backend.events.models.events import Event
from backend.events.rules.countries import country_name
from frontend.events.words.countries import country_words

NEAREST = 12
REGIONS = {
    "Asia": gettext_lazy("Asia"),
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Atlantic": gettext_lazy("Atlantic"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": pgettext_lazy("an ocean", "Indian"),
    "Pacific": gettext_lazy("Pacific"),
}
KEPT = 2_000  # times in words, for the next who reads of the same
COOKIE = "zone"  # the browser's own zone, written by js/zone.js


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def reader_zone(request: HttpRequest | None) -> ZoneInfo | None:
    """The reader's own zone: as they chose, else their browser's; None where neither names a zone."""
    if request is None:
        return None
    chosen = getattr(getattr(request, "user", None), "own_timezone", "")
    name = next((name for name in (chosen, browser_zone(request)) if name in _zones()), "")
    return ZoneInfo(name) if name else None


def browser_zone(request: HttpRequest) -> str:
    """The name of the zone the reader's browser is set to; empty where it names none we know."""
    name = request.COOKIES.get(COOKIE, "")
    return name if name in _zones() else ""


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone one can choose, by its city and country."""

    zone: str
    words: str


def zones_offered(*near: str) -> tuple[tuple[str, tuple[ZoneChoice, ...]], ...]:
    """The zones one can choose from, by region; before them the nearest to the first of `near` with a city.

    Each under its city as it is called today, once; of `near` all are there, whatever they are called.
    """
    found = (zones_from(zone)[:NEAREST] for zone in near)
    kept = dict.fromkeys(zone for zone in near if zone in _zones() and zone not in zone_cities())
    under_kept = {todays_zone(zone) for zone in kept}
    nearest = (*kept, *(zone for zone in next(filter(None, found), ()) if zone not in under_kept))
    rest = sorted(set(zone_cities()) - under_kept - set(nearest), key=lambda zone: folded(zone_place(zone)))
    groups = [(str(_("Nearest")), nearest)] if nearest else []
    groups += [
        (str(label), tuple(zone for zone in rest if zone.startswith(f"{region}/"))) for region, label in REGIONS.items()
    ]
    language = get_language()
    return tuple((label, tuple(_zone_choice(zone, language) for zone in zones)) for label, zones in groups if zones)


@cache
def _zone_choice(zone: str, _language: str | None) -> ZoneChoice:
    city = zone_cities().get(todays_zone(zone))
    country = country_words(country_name(city.country)) if city else ""
    place = zone_place(zone)
    return ZoneChoice(zone, f"{place}, {country}" if country and country != place else place)


def event_time(moment: dt.datetime, event: Event) -> SafeString:
    """The moment in the event's zone, which is named beside it."""
    return _event_time(moment, event.timezone, get_language())


@lru_cache(maxsize=KEPT)
def _event_time(moment: dt.datetime, zone: str, _language: str | None) -> SafeString:
    local = localtime(moment, ZoneInfo(zone))
    return format_html(
        '<time datetime="{}">{}</time> <span class="zone">({})</span>',
        moment.isoformat(),
        in_words(local, "j M Y, H:i"),
        zone_words(zone, local),
    )


def event_zone_words(event: Event, moment: dt.datetime) -> str:
    """The event's zone by its place and its offset from UTC at that moment."""
    return zone_words(event.timezone, localtime(moment, event.zone))


def event_day(moment: dt.datetime, event: Event) -> str:
    """The day of a moment in the event's zone, such as Wed 9 Dec."""
    return in_words(localtime(moment, event.zone), "D j M")


def when(starts_at: dt.datetime, ends_at: dt.datetime, event: Event) -> str:
    """A period of the event's day in plain words, such as Wed 9 Dec, 10:00–10:30."""
    first, last = localtime(starts_at, event.zone), localtime(ends_at, event.zone)
    return f"{in_words(first, 'D j M, H:i')}–{in_words(last, 'H:i')}"


def hour_of(moment: dt.datetime, event: Event) -> str:
    """Weekday and hour of a moment in the event's zone, such as Wed 10:00."""
    return _hour_of(moment, event.timezone, get_language())


@lru_cache(maxsize=KEPT)
def _hour_of(moment: dt.datetime, zone: str, _language: str | None) -> str:
    return in_words(localtime(moment, ZoneInfo(zone)), "D H:i")


def hours(
    context: Context, starts_at: dt.datetime, ends_at: dt.datetime, event: Event, day: bool = False
) -> SafeString:
    """The period in the event's zone, followed by the reader's own where the two differ then."""
    own = reader_zone(context.get("request"))
    return _hours(starts_at, ends_at, event.timezone, own.key if own else "", day, get_language())


@lru_cache(maxsize=KEPT)
def _hours(
    starts_at: dt.datetime, ends_at: dt.datetime, zone: str, own_zone: str, day: bool, _language: str | None
) -> SafeString:
    in_zone = ZoneInfo(zone)
    first, last = localtime(starts_at, in_zone), localtime(ends_at, in_zone)
    event_hours = format_html(
        '<span class="hours"><time datetime="{}">{}</time>–<time datetime="{}">{}</time></span>',
        starts_at.isoformat(),
        in_words(first, "D j M, H:i" if day else "H:i"),
        ends_at.isoformat(),
        in_words(last, "H:i"),
    )
    own = ZoneInfo(own_zone) if own_zone else None
    if own is None or (mine := localtime(starts_at, own)).utcoffset() == first.utcoffset():
        return event_hours
    form = "H:i" if mine.date() == first.date() else "D H:i"
    words = _("%(hours)s your time") % {"hours": f"{in_words(mine, form)}–{in_words(localtime(ends_at, own), 'H:i')}"}
    return format_html('{} <span class="yours">{}</span>', event_hours, words)


def zone_note(context: Context, event: Event, with_own: bool = True) -> str:
    """Which zone the page's times are in, and the reader's own, where the page shows that, too."""
    noon = dt.datetime.combine(event.starts_on, dt.time(12), event.zone)
    note = _("Times are %(zone)s.") % {"zone": event_zone_words(event, noon)}
    own = reader_zone(context.get("request")) if with_own else None
    if own is None or (mine := localtime(noon, own)).utcoffset() == noon.utcoffset():
        return note
    beside = _("Your time: %(zone)s.") % {"zone": zone_words(own.key, mine)}
    return f"{note} {beside}"
