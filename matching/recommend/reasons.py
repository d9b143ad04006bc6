"""Explanations of recommended pairs: score contributions as reason codes with evidence."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.features import (
    ENGLISH,
    FIELDS,
    Features,
    RawFeatures,
    raw_features,
    reversed_features,
)
from matching.recommend.graph import Incidence, Node, Shares, explain_overlap, neighbour_shares
from matching.recommend.scoring import (
    need,
    own_and_other_odds,
    pagerank_lean,
    standardised_features,
    text_scores,
)
from matching.text.tfidf import extract_terms, is_quotable
from matching.types import Array, Evidence, Lists, Participant, Reason, Suggested

MIN_WEIGHT = 0.005
"""A part that rounds to 0.00 is no reason."""
MAX_REASONS = 3
EXCERPT_LENGTH = 160
PAIRS = 10_000
"""How many pairs are explained at once: more would be held in Python objects for nothing."""
MIN_TERM_IDF = 1.5  # an idf reached by terms that at most about 60 % of people use
NEEDS = ("seeks_offers", "offers_seeks", "topic_offered", "topic_sought")
"""The parts that answer a need."""
MAX_WHOLE_QUOTE = 240
"""A text of at most so many characters is quoted whole."""
SentenceVectors = Mapping[tuple[int, str], "QuotedText"]


def excerpt(text: str, most: int = EXCERPT_LENGTH) -> str:
    """The beginning of a text, cut after a sentence or word; unspaced scripts before a combining mark.

    >>> excerpt("We train judges. We also publish handbooks.", 20), excerpt("one two three", 9)
    ('We train judges.', 'one two …')
    """
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[:most]
    stops = [m.end() for m in re.finditer(r"[.!?。។။]+(?=\s|$)|[。។။]", head) if m.end() >= most // 2]
    if stops:
        return head[: stops[-1]].strip()
    space = head.rfind(" ")
    if space >= most // 3:
        return head[:space] + " …"
    cut = most - 1
    while cut > 1 and not text[cut].isalnum():
        cut -= 1
    return text[:cut] + "…"


@dataclass(frozen=True, slots=True)
class ReasonBuilder:
    """Builds the reasons of pairs of rows; caches excerpts, terms and graph neighbours per person.

    `terms`: the hashes of the terms of what a person seeks, offers and is about. `quote`: `excerpt`, each
    text once.
    """

    features: Features
    participants: Sequence[Participant]
    incidence: Incidence
    policy: MatchingPolicy
    bonus: float
    quote: Callable[[str], str]
    terms: dict[int, tuple[array[int], ...]]
    term_weights: dict[str, float]
    shares: dict[int, Shares]
    nodes: list[Node]
    used: dict[Node, int]

    @classmethod
    def from_features(
        cls,
        features: Features,
        participants: Sequence[Participant],
        incidence: Incidence,
        policy: MatchingPolicy,
        bonus: float,
    ) -> ReasonBuilder:
        """For participants sorted by id; `bonus` is the balance's cross-constituency bonus."""
        nodes: list[Node] = [*incidence.nodes, *(("person", p.id) for p in participants)]
        degree = np.bincount(incidence.others.indices, minlength=len(incidence.nodes)).tolist()
        used = dict(zip(incidence.nodes, degree, strict=True))
        quote = cache(excerpt)
        return cls(features, participants, incidence, policy, bonus, quote, {}, {}, {}, nodes, used)

    def reasons(self, left: Array, right: Array) -> list[tuple[Reason, ...]]:
        """One to MAX_REASONS reasons of each pair, largest weight first, seen from left[k].

        A weight is the part's share of the log-odds of left[k]: what the part adds to a need, times the share
        of the odds that come from this need (`own_and_other_odds`).
        """
        found: list[tuple[Reason, ...]] = []
        for start in range(0, len(left), PAIRS):
            these = slice(start, start + PAIRS)
            found += self._reasons_of_some(left[these], right[these])
        return found

    def _reasons_of_some(self, left: Array, right: Array) -> list[tuple[Reason, ...]]:
        parts, by_about = self._parts(left, right)
        names, table = list(parts), np.column_stack(list(parts.values()))
        ranked = np.argsort(-table, axis=1, kind="stable")
        unanswered = (parts["seeks_offers"] < 0) & np.all([parts[name] <= 0 for name in NEEDS], axis=0)
        lines = (left, right, table, ranked, unanswered, np.column_stack(by_about))
        return [
            self._reasons_of(
                i, j, [(names[column], weights[column]) for column in order], bare, (about[0], about[1])
            )
            for i, j, weights, order, bare, about in zip(*(line.tolist() for line in lines), strict=True)
        ]

    def _reasons_of(
        self, i: int, j: int, parts: list[tuple[str, float]], unanswered: bool, by_about: tuple[bool, bool]
    ) -> tuple[Reason, ...]:
        """The reasons of one pair, given its parts, the largest first."""
        found: list[Reason] = []
        for name, weight in parts:
            if weight < MIN_WEIGHT or len(found) >= MAX_REASONS:
                break
            found += self._reasons_for(name, i, j, weight, found, by_about)
        found.sort(key=lambda reason: -reason.weight)
        if unanswered:
            a, b = self.participants[i], self.participants[j]
            found = found[: MAX_REASONS - 1] + nearest_reason(a, b, by_about=by_about[0], quote=self.quote)
        if len(found) < MAX_REASONS:
            found.append(self._fallback(i, j))
        return tuple(found[:MAX_REASONS])

    def _parts(self, left: Array, right: Array) -> tuple[dict[str, Array], tuple[Array, Array]]:
        """The weight of each part that can be told, (k,) each; and in each direction, bool (k,), whether the
        about, not the offers, answers best. PageRank is not told, and of it only the difference between both
        directions bears on the shares of the odds."""
        policy, features = self.policy, self.features
        raw = raw_features(features, left, right)
        back = reversed_features(features, raw, left, right)
        forward = standardised_features(features, policy, left, right, None, raw)
        backward = standardised_features(features, policy, right, left, None, back)
        lean = policy.pagerank * pagerank_lean(self.features, left, right)
        needs = need(forward, policy) + lean, need(backward, policy) - lean
        own, other = own_and_other_odds(*needs, policy)
        mine, theirs = (policy.slope * odds / (own + other) for odds in (own, other))
        weights = {
            "seeks_offers": mine * policy.text * forward["text"],
            "offers_seeks": theirs * policy.text * backward["text"],
            "topic_offered": mine * policy.topic * forward["topic"],
            "topic_sought": theirs * policy.topic * backward["topic"],
            "overlap": policy.slope * policy.graph * forward["graph"],
            "words": policy.slope * policy.lexical * forward["lexical"],
            "language": policy.slope * policy.language * forward["language"],
        }
        return weights, (self._answered_by_about(raw), self._answered_by_about(back))

    def _answered_by_about(self, raw: RawFeatures) -> Array:
        scores = text_scores(self.features.standardiser, raw, self.policy)
        offered, described = (np.nan_to_num(score, nan=-np.inf) for score in scores)
        return np.asarray(described > offered)

    def _reasons_for(
        self, name: str, i: int, j: int, weight: float, found: list[Reason], by_about: tuple[bool, bool]
    ) -> list[Reason]:
        a, b = self.participants[i], self.participants[j]
        if name in ("seeks_offers", "offers_seeks"):
            by_about_here = by_about[name == "offers_seeks"]
            reason = text_reason(name, a, b, weight, by_about=by_about_here, quote=self.quote)
            seen = {r.code for r in found}
            return [reason] if reason is not None and reason.code not in seen else []
        if name in ("topic_offered", "topic_sought"):
            shared = (
                a.seeks_topics & b.offers_topics
                if name == "topic_offered"
                else b.seeks_topics & a.offers_topics
            )
            return [Reason(name, weight, {"topic": self._rarest_topic(shared)})]
        if name == "overlap":
            return self._overlap(i, j, weight)
        if name == "words":
            terms = self._shared_terms(i, j)
            return [Reason("words", weight, {"terms": ", ".join(terms)})] if terms else []
        shared_language = sorted((a.languages & b.languages) - {ENGLISH})
        return [Reason("language", weight, {"language": shared_language[0]})]

    def _rarest_topic(self, topics: frozenset[str]) -> str:
        return min(topics, key=lambda topic: (self.used[("topic", topic)], topic))

    def _overlap(self, i: int, j: int, weight: float) -> list[Reason]:
        """A common contact and shared sessions, each with its share of the overlap."""
        if self.features.overlap is None:
            return []
        for row in (i, j):
            if row not in self.shares:
                self.shares[row] = neighbour_shares(self.features.overlap.rows, self.nodes, row)
        shared = explain_overlap(self.shares[i], self.shares[j])
        total = sum(term for _, term in shared) or 1.0
        sessions = [(name, term) for (kind, name), term in shared if kind == "session"]
        own, labels = self.participants[i].id, self.incidence.labels
        between = [(int(name), term) for (kind, name), term in shared if kind == "person"][:1]
        found = [
            Reason(
                "tie_through",
                weight * term / total,
                {"person": other, "label": labels[min(own, other), max(own, other)]},
            )
            for other, term in between
        ]
        if sessions:
            evidence: Evidence = {"session": str(sessions[0][0]), "count": len(sessions)}
            found.append(Reason("session", weight * sum(term for _, term in sessions) / total, evidence))
        return sorted(found, key=lambda r: -r.weight)

    def _shared_terms(self, i: int, j: int, most: int = 3) -> list[str]:
        """The rarest terms that one seeks and the other offers, or that both are about."""
        theirs = self._term_hashes(j)
        shared: set[str] = set()
        for mine, field in zip(self._texts(i), (1, 0, 2), strict=True):
            terms = _terms_by_hash(mine)
            shared.update(map(terms.__getitem__, terms.keys() & theirs[field]))
        known = self.term_weights
        weights = {term: known[term] if term in known else self._weight(term) for term in shared}
        return rarest_terms({term: idf for term, idf in weights.items() if idf >= MIN_TERM_IDF}, most)

    def _texts(self, row: int) -> tuple[str, ...]:
        """What a person seeks, offers and is about."""
        person = self.participants[row]
        return tuple(getattr(person, person.field_or_about(field)) for field in FIELDS)

    def _term_hashes(self, row: int) -> tuple[array[int], ...]:
        if row not in self.terms:
            self.terms[row] = tuple(
                array("q", {hash(term) for term in extract_terms(text)}) for text in self._texts(row)
            )
        return self.terms[row]

    def _weight(self, term: str) -> float:
        """The idf of a term that can be shown to a reader, 0 of another."""
        weight = self.term_weights.get(term)
        if weight is None:
            weight = self.features.standardiser.idf.weight_of(term) if is_quotable(term) else 0.0
            self.term_weights[term] = weight
        return weight

    def _fallback(self, i: int, j: int) -> Reason:
        """The reason that any pair has: different constituencies (bridge) or the same one (peer)."""
        a, b = self.participants[i].constituency, self.participants[j].constituency
        if a != b:
            return Reason("bridge", round(self.bonus, 6), {"from": a, "to": b})
        return Reason("peer", 0.0, {"constituency": a})


@lru_cache(maxsize=32)
def _terms_by_hash(text: str) -> dict[int, str]:
    return {hash(term): term for term in extract_terms(text)}


def rarest_terms(idf: Mapping[str, float], most: int) -> list[str]:
    """Up to `most` of these terms, of the highest idf, without a word in common.

    >>> rarest_terms({"chat": 2.0, "chat evidence": 2.0, "judges": 2.0}, 2)
    ['chat evidence', 'judges']
    """
    chosen: list[str] = []
    for term in sorted(idf, key=lambda t: (-idf[t] - 0.1 * (" " in t), t)):
        if len(chosen) == most:
            break
        if not any(set(term.split()) & set(other.split()) for other in chosen):
            chosen.append(term)
    return chosen


def text_reason(
    name: str,
    a: Participant,
    b: Participant,
    weight: float,
    *,
    by_about: bool = False,
    quote: Callable[[str], str] = excerpt,
) -> Reason | None:
    """A reason quoting the two texts that carried the match; None for an empty text.

    `by_about`: the about of the one who answers carried it, not the offers. about_about where either text is
    an about.

    >>> a, b = Participant(1, seeks="Training"), Participant(2, offers="Courses", about="A school")
    >>> text_reason("seeks_offers", a, b, 1.0).evidence
    {'seek': 'Training', 'offer': 'Courses'}
    >>> text_reason("seeks_offers", a, b, 1.0, by_about=True).evidence["other"]
    'A school'
    """
    seeker, giver = (a, b) if name == "seeks_offers" else (b, a)
    seek, offer = seeker.field_or_about("seeks"), "about" if by_about else giver.field_or_about("offers")
    mine, theirs = (seek, offer) if name == "seeks_offers" else (offer, seek)
    quotes = quote(getattr(a, mine)), quote(getattr(b, theirs))
    if not all(quotes):
        return None
    if "about" in (mine, theirs):
        return Reason(
            "about_about",
            weight,
            {"own": quotes[0], "other": quotes[1], "own_field": mine, "other_field": theirs},
        )
    keys = ("seek", "offer") if name == "seeks_offers" else ("offer", "seek")
    return Reason(name, weight, dict(zip(keys, quotes, strict=True)))


def nearest_reason(
    a: Participant, b: Participant, *, by_about: bool, quote: Callable[[str], str] = excerpt
) -> list[Reason]:
    """What b has that comes nearest to what a seeks, where neither answers the other; nothing unless a
    seeks something in words.

    >>> a, b = Participant(1, seeks="Training"), Participant(2, offers="Coffee")
    >>> [dict(reason.evidence) for reason in nearest_reason(a, b, by_about=False)]
    [{'seek': 'Training', 'other': 'Coffee', 'other_field': 'offers'}]
    """
    field = "about" if by_about else b.field_or_about("offers")
    seek, other = quote(a.seeks), quote(getattr(b, field))
    return (
        [Reason("nearest", 0.0, {"seek": seek, "other": other, "other_field": field})]
        if seek and other
        else []
    )


def closest_sentences(mine: Array, theirs: Array) -> tuple[int, int, float]:
    """The pair of unit rows with the highest cosine, (row of mine, row of theirs, cosine); the first if tied.

    >>> closest_sentences(np.eye(2), np.array([[0.6, 0.8]]))[:2]
    (1, 0)
    """
    cosines = mine @ theirs.T
    row, column = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
    return int(row), int(column), float(cosines[row, column])


def quoted_fields(reason: Reason) -> tuple[str, str] | None:
    """The fields a reason quotes, the owner's first; None for a reason without quotations.

    >>> quoted_fields(Reason("offers_seeks", 1.0)), quoted_fields(Reason("bridge", 0.0))
    (('offers', 'seeks'), None)
    """
    if reason.code == "about_about":
        return str(reason.evidence["own_field"]), str(reason.evidence["other_field"])
    return {"seeks_offers": ("seeks", "offers"), "offers_seeks": ("offers", "seeks")}.get(reason.code)


def quoted_texts(lists: Lists) -> list[tuple[int, str]]:
    """(person, field) of every text that a reason quotes, sorted.

    >>> entry = Suggested(2, 0.5, 1, (Reason("seeks_offers", 1.0),))
    >>> quoted_texts({1: (entry,)})
    [(1, 'seeks'), (2, 'offers')]
    """
    needed = set()
    for owner, entries in lists.items():
        for entry in entries:
            for reason in entry.reasons:
                fields = quoted_fields(reason)
                if fields:
                    needed |= {(owner, fields[0]), (entry.other, fields[1])}
    return sorted(needed)


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A text with its sentences and their unit vectors (sentences, d)."""

    text: str
    sentences: Sequence[str]
    vectors: Array

    def quotation(self, best: int) -> tuple[str, str]:
        """(quotation, sentence to highlight in it): a short text whole, else its sentence `best`.

        >>> QuotedText("We train. We publish.", ["We train.", "We publish."], np.eye(2)).quotation(1)
        ('We train. We publish.', 'We publish.')
        """
        whole, sentence = (" ".join(part.split()) for part in (self.text, self.sentences[best]))
        if len(whole) > MAX_WHOLE_QUOTE:
            return excerpt(sentence, 2 * EXCERPT_LENGTH), ""
        return whole, sentence if sentence != whole and sentence in whole else ""


def with_quotations(lists: Lists, texts: SentenceVectors) -> dict[int, tuple[Suggested, ...]]:
    """The lists with the closest sentences of both texts quoted or highlighted.

    texts: by (person, field); reasons without both texts stay. The highlighted sentence of evidence `x` is
    evidence `x_highlight`.
    """
    quotations: dict[tuple[tuple[int, str], tuple[int, str]], tuple[tuple[str, str], tuple[str, str]]] = {}

    def quote(owner: int, other: int, reason: Reason) -> Reason:
        fields = quoted_fields(reason)
        if fields is None:
            return reason
        keys = (owner, fields[0]), (other, fields[1])
        if not all(key in texts and len(texts[key].sentences) for key in keys):
            return reason
        if keys not in quotations:
            mine, theirs = texts[keys[0]], texts[keys[1]]
            i, j, _ = closest_sentences(mine.vectors, theirs.vectors)
            quotations[keys] = mine.quotation(i), theirs.quotation(j)
        evidence = dict(reason.evidence)
        for name, (quoted, highlight) in zip(list(reason.evidence)[:2], quotations[keys], strict=True):
            evidence[name] = quoted
            if highlight:
                evidence[f"{name}_highlight"] = highlight
        return replace(reason, evidence=evidence)

    return {
        owner: tuple(
            replace(entry, reasons=tuple(quote(owner, entry.other, reason) for reason in entry.reasons))
            for entry in entries
        )
        for owner, entries in lists.items()
    }
