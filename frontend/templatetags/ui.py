"""Codes into words and shapes: reasons, constituencies, languages, times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.template.defaultfilters import date as in_words
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.events.models import Event
from backend.people.models import Constituency
from backend.suggestions.selectors import ReasonRow
from frontend.events.words import times
from frontend.events.words.languages import language_name, language_of
from frontend.meetings.words import notice_words
from frontend.suggestions.words import feature_label, reason_label

register = template.Library()
register.filter("language_name", language_name)
register.filter("language_of", language_of)
register.filter("event_day", times.event_day)
register.filter("zone_place", times.zone_place)
register.filter("notice_words", notice_words)
register.filter("feature_label", feature_label)
register.filter("reason_label", reason_label)
register.simple_tag(times.hours, takes_context=True)
register.simple_tag(times.when)
register.simple_tag(times.zone_note, takes_context=True)


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a reason: who says it, what they declared, and the sentence of it that matched."""

    says: str
    quote: str
    highlight: str = ""

    @classmethod
    def of(cls, says: str, evidence: Mapping[str, Any], name: str) -> Side:
        return cls(says, evidence[name], evidence.get(f"{name}_highlight", ""))

    @property
    def marked(self) -> SafeString:
        """The quotation, its highlight marked."""
        before, found, after = (
            self.quote.partition(self.highlight) if self.highlight else (self.quote, "", "")
        )
        return (
            format_html("{}<mark>{}</mark>{}", before, found, after) if found else format_html("{}", before)
        )


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """A reason as people read it: a bridge between two declarations, or one sentence."""

    label: str
    weight: float
    sentence: str = ""
    mine: Side | None = None
    theirs: Side | None = None


@register.filter
def reason_words(reason: ReasonRow, topic_names: Mapping[str, str]) -> ReasonWords:
    """The reason in words; a code nobody has put into words yet reads neutrally and breaks nothing."""
    words = _WORDS.get(reason.code)
    try:
        found = words(reason.evidence, topic_names) if words else None
    except (KeyError, TypeError, ValueError, AttributeError):
        found = None
    label, said = found or (_("Profile"), _("Your profiles have something in common."))
    if isinstance(said, str):
        return ReasonWords(label, reason.weight, sentence=said)
    return ReasonWords(label, reason.weight, mine=said[0], theirs=said[1])


@register.filter
def bridges(reasons: Iterable[ReasonRow], topic_names: Mapping[str, str]) -> list[ReasonWords]:
    """Those of the reasons that quote both sides."""
    return [words for reason in reasons if (words := reason_words(reason, topic_names)).mine]


@register.filter
def sentences(reasons: Iterable[ReasonRow], topic_names: Mapping[str, str]) -> list[ReasonWords]:
    """Those of the reasons that are one sentence."""
    return [words for reason in reasons if (words := reason_words(reason, topic_names)).sentence]


Evidence = Mapping[str, Any]
Names = Mapping[str, str]
Said = tuple[str, str | tuple[Side, Side]]


def _seeks_offers(evidence: Evidence, _names: Names) -> Said:
    sides = (Side.of(_("You seek"), evidence, "seek"), Side.of(_("They offer"), evidence, "offer"))
    return _("What you seek"), sides


def _offers_seeks(evidence: Evidence, _names: Names) -> Said:
    sides = (Side.of(_("You offer"), evidence, "offer"), Side.of(_("They seek"), evidence, "seek"))
    return _("What you offer"), sides


def _about_about(evidence: Evidence, _names: Names) -> Said:
    mine = {"seeks": _("You seek"), "offers": _("You offer")}.get(evidence["own_field"], _("You write"))
    theirs = {"seeks": _("They seek"), "offers": _("They offer")}.get(
        evidence["other_field"], _("They write")
    )
    return _("Similar work"), (Side.of(mine, evidence, "own"), Side.of(theirs, evidence, "other"))


def _topic_offered(evidence: Evidence, names: Names) -> Said:
    topic = names.get(evidence["topic"], evidence["topic"])
    return _("Topic"), _("You seek “%(topic)s”, and they offer it.") % {"topic": topic}


def _topic_sought(evidence: Evidence, names: Names) -> Said:
    topic = names.get(evidence["topic"], evidence["topic"])
    return _("Topic"), _("You offer “%(topic)s”, and they seek it.") % {"topic": topic}


def _session(evidence: Evidence, _names: Names) -> Said:
    count = int(evidence["count"])
    text = ngettext(
        "You both follow the session “%(session)s”.",
        "You both follow %(count)d sessions, among them “%(session)s”.",
        count,
    )
    return _("Sessions"), text % {"count": count, "session": evidence["session"]}


def _tie_through(evidence: Evidence, _names: Names) -> Said:
    return _("In between"), _("You both met %(name)s at an earlier forum.") % {"name": evidence["name"]}


def _words(evidence: Evidence, _names: Names) -> Said:
    terms = ", ".join(f"“{term}”" for term in evidence["terms"].split(", "))
    return _("Words"), _("Both profiles speak of %(terms)s.") % {"terms": terms}


def _language(evidence: Evidence, _names: Names) -> Said:
    text = _("You both speak %(language)s.") % {"language": language_name(evidence["language"])}
    return _("Language"), text


def _bridge(evidence: Evidence, _names: Names) -> Said:
    ends = {"from": constituency_label(evidence["from"]), "to": constituency_label(evidence["to"])}
    return _("Bridge"), _("A bridge across sectors: %(from)s and %(to)s.") % ends


def _peer(evidence: Evidence, _names: Names) -> Said:
    ends = {"constituency": constituency_label(evidence["constituency"])}
    return _("Peers"), _("Peers: you both work in %(constituency)s.") % ends


_WORDS: dict[str, Callable[[Evidence, Names], Said]] = {
    "seeks_offers": _seeks_offers,
    "offers_seeks": _offers_seeks,
    "about_about": _about_about,
    "topic_offered": _topic_offered,
    "topic_sought": _topic_sought,
    "session": _session,
    "tie_through": _tie_through,
    "words": _words,
    "language": _language,
    "bridge": _bridge,
    "peer": _peer,
}


@register.filter
def constituency_label(key: str) -> str:
    """The constituency's name; an unknown key counts as other."""
    return str(Constituency(key).label if key in Constituency.values else Constituency.OTHER.label)


@register.filter
def percent(share: float) -> str:
    """A share of one as a whole percentage with a thin space that does not break.

    >>> percent(0.784)
    '78\\u202f%'
    """
    return f"{round(share * 100)}\u202f%"


@register.filter
def cost(share: float) -> str:
    """A small share of one as a percentage with one decimal; a gain shows as none.

    >>> cost(0.0024), cost(-0.001)
    ('0.2\\u202f%', '0.0\\u202f%')
    """
    return f"{max(0.0, share):.1%}".replace("%", "\u202f%")


@register.filter
def event_time(moment: dt.datetime, event: Event) -> SafeString:
    """The moment in the event's zone, which is named beside it."""
    return format_html(
        '<time datetime="{}">{}</time> <span class="zone">({})</span>',
        moment.isoformat(),
        in_words(localtime(moment, event.zone), "j M Y, H:i"),
        times.zone_words(event, moment),
    )


@register.filter
def value(names: Mapping[str, str], key: str) -> str:
    """The name kept under this key, or the key itself."""
    return names.get(key, key)


@register.filter
def found(rows: Mapping[int, Any], number: int) -> Any:
    """The row kept under this number, or None."""
    return rows.get(number)


@register.simple_tag
def demo_mode() -> bool:
    """Whether this is the fictional forum, which every page says."""
    return bool(settings.TITIAN_DEMO)


@register.simple_tag(takes_context=True)
def page_address(context: Context) -> str:
    """The address of the page a form stands on; the answer to a form stands where the form stood."""
    return str(context.get("standing_on") or context["request"].get_full_path())


@register.filter
def undo_address(tags: str) -> str:
    """The address in a message's tags that takes back what the message reports."""
    return _after("undo", tags)


@register.filter
def next_address(tags: str) -> str:
    """The address in a message's tags where to go on."""
    return _after("go", tags)


def _after(word: str, tags: str) -> str:
    words = tags.split()
    return words[words.index(word) + 1] if word in words[:-1] else ""
