"""Reasons in the words of the reader, and features and reasons in those of an organiser."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.events.rules.languages import language_name
from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.models import Feedback
from backend.suggestions.selectors.inspection import LEAST_TOLD
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.people.words import constituency_label

STRENGTHS: dict[str, Promise] = {
    "strong": gettext_lazy("Strong fit"),
    "good": gettext_lazy("Good fit"),
    "worth_a_look": gettext_lazy("Worth a look"),
}
FEATURES: dict[str, Promise] = {
    "text": gettext_lazy("What one seeks, and the other offers"),
    "topic": gettext_lazy("Topics sought that the other offers"),
    "lexical": gettext_lazy("Words in common"),
    "language": gettext_lazy("A language besides English"),
    "graph": gettext_lazy("Topics, sessions and people in common"),
    "odd_paths": gettext_lazy("Meets people like those the other met"),
    "smooth": gettext_lazy("Texts, with those of people met before"),
    "pagerank": gettext_lazy("Nearness in the web of ties"),
    "latent": gettext_lazy("Subjects and organisations in common"),
    "no_common_language": gettext_lazy("No language in common: needs an interpreter"),
}
AMOUNTS: tuple[tuple[float, Promise], ...] = (
    (1.0, gettext_lazy("speaks strongly for it")),
    (0.3, gettext_lazy("speaks for it")),
    (LEAST_TOLD, gettext_lazy("speaks a little for it")),
    (-LEAST_TOLD, gettext_lazy("makes no difference")),
    (-0.3, gettext_lazy("speaks a little against it")),
)
"""The words for what a feature adds, each with the least it adds."""
REASONS: dict[str, Promise] = {
    "seeks_offers": gettext_lazy("Seeks what the other offers"),
    "offers_seeks": gettext_lazy("Offers what the other seeks"),
    "about_about": gettext_lazy("Similar work"),
    "topic_offered": gettext_lazy("Seeks a topic the other offers"),
    "topic_sought": gettext_lazy("Offers a topic the other seeks"),
    "session": gettext_lazy("Sessions in common"),
    "tie_through": gettext_lazy("Somebody both have met"),
    "words": gettext_lazy("Words in common"),
    "language": gettext_lazy("A language in common"),
    "no_named_need": gettext_lazy("No need is named"),
    "bridge": gettext_lazy("A bridge across sectors"),
    "peer": gettext_lazy("Peers"),
}


APART = ("bridge", "peer")
"""Reasons without a share in the score."""


def cause_choices() -> tuple[tuple[str, str], ...]:
    """Why somebody is not relevant: each value with its words."""
    return tuple((value, str(words)) for value, words in Feedback.Cause.choices)


def feature_label(feature: str) -> str:
    """What a feature measures; an unknown one is shown as it is."""
    return str(FEATURES.get(feature, feature))


def strength_label(strength: str) -> str:
    """The word shown in place of a score; an unknown one is shown as it is."""
    return str(STRENGTHS.get(strength, strength))


def amount_label(adds: float) -> str:
    """How much a feature counts, in words.

    >>> amount_label(1.2), amount_label(0.0), amount_label(-2.0)
    ('speaks strongly for it', 'makes no difference', 'speaks against it')
    """
    return str(next((words for least, words in AMOUNTS if adds >= least), _("speaks against it")))


def reason_label(reason: ReasonRow) -> str:
    """What kind of reason it is; an unknown code is shown as it is."""
    return str(REASONS.get(reason.code, reason.code))


@dataclass(frozen=True, slots=True)
class Quotation:
    """One side of a reason: whose words, the words quoted, and the sentence in them that matched."""

    caption: str
    quote: str
    highlight: str = ""

    @classmethod
    def of(cls, caption: str, evidence: Mapping[str, Any], name: str) -> Quotation:
        return cls(caption, evidence[name], evidence.get(f"{name}_highlight", ""))

    @property
    def marked(self) -> SafeString:
        """The quotation, its highlight marked."""
        before, found, after = self._parts
        return format_html("{}<mark>{}</mark>{}", before, found, after) if found else format_html("{}", before)

    @property
    def fitting(self) -> SafeString:
        """The quotation from the sentence that matched, which is in bold; bold as a whole without one."""
        before, found, after = self._parts
        if not found:
            return format_html("<b>{}</b>", before)
        return format_html("{}<b>{}</b>{}", "… " if before.strip() else "", found, after)

    @property
    def _parts(self) -> tuple[str, str, str]:
        """What is before the highlight, the highlight, and what is after it."""
        return self.quote.partition(self.highlight) if self.highlight else (self.quote, "", "")


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason to show: two quotations beside each other, or one sentence.

    `share`: of what the reasons shown add to the score, in percent; None for what adds nothing and stands
    apart.
    """

    label: str
    sentence: str = ""
    share: int | None = None
    mine: Quotation | None = None
    theirs: Quotation | None = None


def reason_text(reason: ReasonRow, topic_names: Mapping[str, str], name: str) -> ReasonText:
    """The reason in words, of somebody of this name; a neutral sentence for an unknown or a broken one."""
    text_for = _TEXTS.get(reason.code)
    try:
        found = text_for(reason.evidence | {"called": name}, topic_names) if text_for else None
    except (KeyError, TypeError, ValueError, AttributeError):
        found = None
    label, text = found or (_("Profile"), _("Your profiles have something in common."))
    if isinstance(text, str):
        return ReasonText(label, text)
    return ReasonText(label, mine=text[0], theirs=text[1])


@dataclass(frozen=True, slots=True)
class ReasonBlock:
    """What stands together on a card: one pair of quotations, or sentences."""

    quotations: ReasonText | None
    sentences: tuple[str, ...] = ()


def reason_texts(card: SuggestionCard, topic_names: Mapping[str, str]) -> tuple[ReasonText, ...]:
    """The reasons of a suggestion in words, in their order, each with its share."""
    total = sum(row.weight for row in card.reasons if row.code not in APART) or 1.0
    return tuple(
        replace(
            reason_text(row, topic_names, called(card.other)),
            share=None if row.code in APART else round(100 * row.weight / total),
        )
        for row in card.reasons
    )


def reason_blocks(texts: Iterable[ReasonText]) -> tuple[ReasonBlock, ...]:
    """The reasons with a share in their order, sentences that follow each other in one block."""
    blocks: list[ReasonBlock] = []
    for text in texts:
        if text.share is None:
            continue
        if text.mine:
            blocks.append(ReasonBlock(text))
        elif blocks and blocks[-1].quotations is None:
            blocks[-1] = ReasonBlock(None, (*blocks[-1].sentences, text.sentence))
        else:
            blocks.append(ReasonBlock(None, (text.sentence,)))
    return tuple(blocks)


def apart(texts: Iterable[ReasonText]) -> tuple[str, ...]:
    """What is true of the two and adds nothing to the score."""
    return tuple(text.sentence for text in texts if text.share is None)


@dataclass(frozen=True, slots=True)
class Line:
    """The one line of a row, and the caption before it; `quoted`: the text whose language it has."""

    words: str
    caption: str = ""
    quoted: str = ""


def fitting_line(card: SuggestionCard, topic_names: Mapping[str, str]) -> Line | None:
    """What fits best in one line: the first quotation of the other, else the first sentence."""
    sentences = []
    for row in card.reasons:
        if row.code not in APART:
            text = reason_text(row, topic_names, called(card.other))
            if text.theirs:
                return Line(text.theirs.fitting, text.theirs.caption, text.theirs.quote)
            sentences.append(text.sentence)
    return Line(sentences[0]) if sentences else None


def topics_line(other: PublicProfile) -> Line | None:
    """The topics somebody offers, else those they seek, in one line."""
    if offered := [topic.name for topic in other.topics if topic.offers]:
        return Line(", ".join(offered), _("They offer"))
    if sought := [topic.name for topic in other.topics if topic.seeks]:
        return Line(", ".join(sought), _("They seek"))
    return None


def called(other: PublicProfile) -> str:
    """What somebody is called in a sentence or a greeting: as they want to be, else by their name."""
    return other.short_name or other.name


Evidence = Mapping[str, Any]
TopicNames = Mapping[str, str]
LabelledText = tuple[str, str | tuple[Quotation, Quotation]]


def _seeks_offers(evidence: Evidence, _names: TopicNames) -> LabelledText:
    sides = (Quotation.of(_("You seek"), evidence, "seek"), Quotation.of(_("They offer"), evidence, "offer"))
    return _("What you seek"), sides


def _offers_seeks(evidence: Evidence, _names: TopicNames) -> LabelledText:
    sides = (Quotation.of(_("You offer"), evidence, "offer"), Quotation.of(_("They seek"), evidence, "seek"))
    return _("What you offer"), sides


def _about_about(evidence: Evidence, _names: TopicNames) -> LabelledText:
    mine = {"seeks": _("You seek"), "offers": _("You offer")}.get(evidence["own_field"], _("You write"))
    theirs = {"seeks": _("They seek"), "offers": _("They offer")}.get(evidence["other_field"], _("They write"))
    return _("Similar work"), (Quotation.of(mine, evidence, "own"), Quotation.of(theirs, evidence, "other"))


def _about_topic(sentence: str, evidence: Evidence, names: TopicNames) -> SafeString:
    """A sentence with the topic, in bold, and the other's name."""
    topic = names.get(evidence["topic"], evidence["topic"])
    values = {"topic": format_html("<b>{}</b>", topic), "name": escape(evidence["called"])}
    return SafeString(escape(sentence) % values)


def _topic_offered(evidence: Evidence, names: TopicNames) -> LabelledText:
    return _("Topic"), _about_topic(_("You seek %(topic)s; %(name)s offers it."), evidence, names)


def _topic_sought(evidence: Evidence, names: TopicNames) -> LabelledText:
    return _("Topic"), _about_topic(_("You offer %(topic)s; %(name)s seeks it."), evidence, names)


def _session(evidence: Evidence, _names: TopicNames) -> LabelledText:
    count = int(evidence["count"])
    text = ngettext(
        "You both follow the session “%(session)s”.",
        "You both follow %(count)d sessions, among them “%(session)s”.",
        count,
    )
    return _("Sessions"), text % {"count": count, "session": evidence["session"]}


def _tie_through(evidence: Evidence, _names: TopicNames) -> LabelledText:
    return _("In between"), _("You both met %(name)s at an earlier forum.") % {"name": evidence["name"]}


def _words(evidence: Evidence, _names: TopicNames) -> LabelledText:
    terms = ", ".join(f"“{term}”" for term in evidence["terms"].split(", "))
    return _("Words"), _("Both profiles speak of %(terms)s.") % {"terms": terms}


def _language(evidence: Evidence, _names: TopicNames) -> LabelledText:
    text = _("You both speak %(language)s.") % {"language": language_name(evidence["language"])}
    return _("Language"), text


def _no_named_need(evidence: Evidence, _names: TopicNames) -> LabelledText:
    if evidence["same_field"]:
        return _("Same field"), _("Same field; no need of yours is named in their profile.")
    return _("No need named"), _("No need of yours is named in their profile.")


def _bridge(evidence: Evidence, _names: TopicNames) -> LabelledText:
    ends = {"from": constituency_label(evidence["from"]), "to": constituency_label(evidence["to"])}
    return _("Bridge"), _("A bridge across sectors: %(from)s and %(to)s.") % ends


def _peer(evidence: Evidence, _names: TopicNames) -> LabelledText:
    ends = {"constituency": constituency_label(evidence["constituency"])}
    return _("Peers"), _("Peers: you both work in %(constituency)s.") % ends


_TEXTS: dict[str, Callable[[Evidence, TopicNames], LabelledText]] = {
    "seeks_offers": _seeks_offers,
    "offers_seeks": _offers_seeks,
    "about_about": _about_about,
    "topic_offered": _topic_offered,
    "topic_sought": _topic_sought,
    "session": _session,
    "tie_through": _tie_through,
    "words": _words,
    "language": _language,
    "no_named_need": _no_named_need,
    "bridge": _bridge,
    "peer": _peer,
}
