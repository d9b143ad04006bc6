"""Template filters and tags; the words come from each feature's words module."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import _lru_cache_wrapper, cache, lru_cache
from secrets import token_hex
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.encoding import escape_uri_path, iri_to_uri
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backend.booking.engine import detected_language
from backend.booking.selectors.open_contacts import OpenContact
from backend.core.binding_texts import SOURCE
from backend.core.openid import identity_providers
from backend.core.zones import zone_place
from backend.demo.selectors import Preparation, preparation
from backend.directory.selectors.people import ContactOptions
from backend.events.models.events import Event
from backend.events.rules.languages import language_name
from backend.events.rules.states import Activity, is_allowed
from backend.events.selectors import shown_name
from backend.safeguarding.selectors.contact_rules import FEW
from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.selectors.lists import SuggestionCard
from frontend.directory.words import found_line
from frontend.events.words import times
from frontend.events.words.countries import country_words
from frontend.events.words.languages import language_of
from frontend.notifications.words import notice_words
from frontend.people.words import constituency_label, initials
from frontend.suggestions.words import (
    Line,
    amount_label,
    apart,
    feature_label,
    fitting_line,
    reason_blocks,
    reason_label,
    reason_texts,
    strength_label,
    topics_line,
)

KEPT = 2_000  # of a template, some kilobytes each
KEPT_ADDRESSES = 100  # of pages, which readers choose the length of
KEPT_OF_DESK = 32  # a megabyte each where a forum has a thousand people
TOKEN, ADDRESS, FROM, SLOT, HOUR = (token_hex() for _ in range(5))  # in what is kept, for the reader's own
LINE = Line(token_hex())

register = template.Library()
register.filter("country_words", country_words)
register.filter("language_name", language_name)
register.filter("language_of", language_of)
register.filter("event_day", times.event_day)
register.filter("event_hour", times.hour_of)
register.filter("event_time", times.event_time)
register.filter("zone_place", zone_place)
register.filter("shown_name", shown_name)
register.filter("notice_words", notice_words)
register.filter("constituency_label", constituency_label)
register.filter("amount_label", amount_label)
register.filter("feature_label", feature_label)
register.filter("apart", apart)
register.filter("reason_label", reason_label)
register.filter("reason_texts", reason_texts)
register.filter("initials", initials)
register.filter("reason_blocks", reason_blocks)
register.filter("strength_label", strength_label)
register.simple_tag(found_line)
register.simple_tag(times.hours, takes_context=True)
register.simple_tag(times.when)
register.simple_tag(times.zone_note, takes_context=True)


@register.filter
def percent(share: float | str | None) -> str:
    """A share of one as a whole percentage with a thin space that does not break; a dash where there is none.

    >>> percent(0.784), percent(None)
    ('78\\u202f%', '–')
    """
    return f"{round(share * 100)}\u202f%" if isinstance(share, (int, float)) else "–"


@register.filter
def share_across(ei_index: float | str | None) -> str:
    """The share of ties to other groups that an E-I index stands for, as a percentage.

    >>> share_across(0.5), share_across(None)
    ('75\u202f%', '–')
    """
    return percent((1 + ei_index) / 2 if isinstance(ei_index, (int, float)) else None)


@register.filter
def allows(event: Event, doing: str) -> bool:
    """Whether the event's state allows this, named as in `Activity`."""
    return is_allowed(event, Activity(doing))


@register.filter
def or_few(count: int | None) -> str:
    """A count; None stands for one too small to tell."""
    return str(count) if count is not None else _("fewer than %(count)d") % {"count": FEW}


@register.filter
def cost(share: float) -> str:
    """A small share of one as a percentage with one decimal; a gain shows as none.

    >>> cost(0.0024), cost(-0.001)
    ('0.2\\u202f%', '0.0\\u202f%')
    """
    return f"{max(0.0, share):.1%}".replace("%", "\u202f%")


@register.filter
def value(names: Mapping[str, str], key: str) -> str:
    """The name of this key, or the key itself."""
    return names.get(key, key)


@register.simple_tag
def demo_mode() -> bool:
    """Whether this is the demo forum, which every page says."""
    return bool(settings.TITIAN_DEMO)


register.simple_tag(identity_providers)


@register.simple_tag
def demo_preparation() -> Preparation | None:
    """How far the demo is loaded, while it is."""
    return preparation()


@register.simple_tag
def page_languages() -> dict[str, str]:
    """The languages pages are offered in, by code, each in its own words; none where there is no choice."""
    return dict(settings.LANGUAGES) if len(settings.LANGUAGES) > 1 else {}


@register.filter
def base_language(code: str) -> str:
    """The code of a language without its script or country, as profiles list it.

    >>> base_language("zh-hans")
    'zh'
    """
    return code.partition("-")[0]


@register.simple_tag(takes_context=True)
def return_address(context: Context) -> str:
    """The address to come back to: of this page, or of the page whose form this one answers."""
    request = context["request"]
    if request.method in ("GET", "HEAD"):
        return str(request.get_full_path())
    came = urlsplit(request.headers.get("Referer", ""))
    return came._replace(scheme="", netloc="").geturl() if came.netloc == request.get_host() else "/"


@register.simple_tag(takes_context=True)
def page_address(context: Context) -> str:
    """The address of the page a form is on, also in the fragment that answers the form."""
    if kept := context.get("form_address"):
        return str(kept)
    request: HttpRequest = context["request"]
    return _written_address(request.path, request.META.get("QUERY_STRING", ""))


@lru_cache(maxsize=KEPT_ADDRESSES)
def _written_address(path: str, query: str) -> str:
    """As `HttpRequest.get_full_path`, which writes it anew for each form of a page."""
    return escape_uri_path(path) + (f"?{iri_to_uri(query)}" if query else "")


@register.simple_tag(takes_context=True)
def came_from(context: Context) -> str:
    """The query of a link to a person's page, which leads back to this page (`directory.forms.BackToForm`).

    Empty on the page of suggestions, to which it leads without one.
    """
    if kept := context.get("came_from"):
        return str(kept)
    return _query_from(page_address(context))


@lru_cache(maxsize=KEPT_ADDRESSES)
def _query_from(address: str) -> str:
    return "" if address.endswith("/suggestions/") else f"?{urlencode({'from': address})}"


@register.simple_tag
def line(words: str, caption: str = "", quoted: str = "") -> Line | None:
    """The line of a row; none without words."""
    return Line(words, caption, quoted) if words else None


@register.filter
def undo_address(tags: str) -> str:
    """The address in a message's tags that undoes what the message reports."""
    return _after("undo", tags)


@register.filter
def next_address(tags: str) -> str:
    """The address in a message's tags to continue at."""
    return _after("go", tags)


def _after(word: str, tags: str) -> str:
    words = tags.split()
    return words[words.index(word) + 1] if word in words[:-1] else ""


@register.simple_tag
def joined(*parts: object, separator: str = ", ") -> str:
    """The parts that are not empty, with the separator between them."""
    return separator.join(str(part) for part in parts if part)


@register.simple_tag
def dotted(*parts: object) -> SafeString:
    """The parts that are not empty, with a point between those in one line."""
    words = format_html_join("", "<span>{}</span>", ((part,) for part in parts if part))
    return format_html('<span class="dots">{}</span>', words)


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """The names of the languages, with commas between them."""
    return ", ".join(str(language_name(code)) for code in codes)


@register.simple_tag
def include_cached(template_name: str, **values: Hashable) -> str:
    """The template with these values and nothing else, kept in this process for whoever is shown the same.

    For what is the same for every reader: texts, numbers, and rows of them. It is found again by the values
    themselves, so what changes is rendered anew; who may be shown what is decided before (decision 30).
    Refuses TypeError for a row of the database, which is equal to what it was before a change.
    """
    for value in values.values():
        if isinstance(value, Model):
            raise TypeError(f"{template_name}: give what it shows of {value._meta.label}, not the row.")
    render = _rendered_for_desk if template_name.startswith("stats/") else _kept(template_name)
    return render(template_name, get_language(), tuple(values.items()))


@register.simple_tag(takes_context=True)
def include_cached_form(context: Context, template_name: str, **values: Hashable) -> str:
    """As `include_cached`, with forms and links to people: the reader's token and the address of their page
    are put in last."""
    text = include_cached(template_name, csrf_token=TOKEN, form_address=ADDRESS, came_from=FROM, **values)
    if FROM in text:
        text = text.replace(FROM, conditional_escape(came_from(context)))
    if TOKEN in text:
        text = text.replace(TOKEN, str(context["csrf_token"]))
        text = text.replace(ADDRESS, conditional_escape(page_address(context)))
    return SafeString(text)


@dataclass(frozen=True, slots=True)
class PossibleActions:
    """What a reader can do about another person.

    `row`: what is open between the two. `is_wished`: whether they let somebody without an open time know that
    they would like to meet; None of people who have one. `slot`: the number of the first time both have,
    which `hour` says in words.
    """

    slug: str
    can_ask: bool
    takes_part: bool
    row: OpenContact | None
    is_wished: bool | None
    is_saved: bool = False
    slot: str = ""
    hour: str = ""


@register.simple_tag(takes_context=True)
def person_row(
    context: Context,
    at: str,
    other: PublicProfile,
    line: Line | None = None,
    card: SuggestionCard | None = None,
    acts: str = "suggestions/_acts.html",
    **shown: Hashable,
) -> str:
    """Somebody in the list `at` as a row that opens: what the reader can do and, of a suggestion, why.

    Kept for all who can do the same; each reader's own line and time are put in last.
    """
    actions = actions_for(context, context["request"].attendee.event, other)
    shown |= {"at": at, "slug": actions.slug, "other": other, "acts": acts, "opens": True}
    if card:
        shown |= {"strength": card.strength, "with_device": card.with_device}
        line = fitting_line(card, context["topic_names"])
    line = line or topics_line(other)
    kept = replace(actions, slot=SLOT, hour=HOUR) if actions.slot else actions
    text = include_cached_form(context, "_row.html", line=line and LINE, actions=kept, **shown)
    if line:
        text = text.replace(_stand_in_line(get_language()), include_cached("_line.html", line=line))
    return SafeString(text.replace(SLOT, actions.slot).replace(HOUR, conditional_escape(actions.hour)))


@cache
def _stand_in_line(_language: str | None) -> str:
    return include_cached("_line.html", line=LINE)


@register.simple_tag(takes_context=True)
def actions_for(context: Context, event: Event, other: PublicProfile) -> PossibleActions:
    """What the reader can do about them, by the page's `options`."""
    options: ContactOptions = context["options"]
    pk = other.attendee_id
    time = options.next_times.get(pk)
    return PossibleActions(
        event.slug,
        can_ask=is_allowed(event, Activity.ASK),
        takes_part=is_allowed(event, Activity.TAKE_PART),
        row=options.underway.get(pk),
        is_wished=options.without_time.get(pk),
        is_saved=pk in options.saved,
        slot=str(time.slot_id) if time else "",
        hour=times.hour_of(time.starts_at, event) if time else "",
    )


def _render(template_name: str, _language: str | None, values: tuple[tuple[str, Hashable], ...]) -> str:
    return render_to_string(template_name, dict(values))


@cache
def _kept(_template_name: str) -> _lru_cache_wrapper[str]:
    """What renders a template, or finds it rendered: those of one do not push out those of another."""
    return lru_cache(maxsize=KEPT)(_render)


_rendered_for_desk = lru_cache(maxsize=KEPT_OF_DESK)(_render)


@register.simple_tag
def text_attributes(text: str) -> SafeString:
    """The direction and, where it is known, the language of a text a person wrote.

    By its script; on a page in another language than English by its words, too, or as of no known one.
    """
    language = language_of(text)
    if not language and (get_language() or SOURCE) != SOURCE:
        return format_html('dir="auto" lang="{}"', detected_language(text))
    return format_html('dir="auto" lang="{}"', language) if language else SafeString('dir="auto"')
