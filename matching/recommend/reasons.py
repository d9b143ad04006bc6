"""Why a pair is proposed: the parts of its score turned into codes with evidence one can check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import networkx as nx
import numpy as np

from matching.policy import Policy
from matching.recommend.features import ENGLISH, Features
from matching.recommend.graph import Node, Shares, explain_overlap, shares_of
from matching.recommend.scoring import pair_parts
from matching.text.tfidf import IdfWeights, extract_terms, is_quotable
from matching.types import Array, Evidence, Lists, Participant, Reason, Suggested

SHOWN = 3
EXCERPT = 160
FEWEST_RARE = 1.5  # a word in common counts as a reason when at most about 60 % of people use it
TEXT_CODES = ("seeks_offers", "offers_seeks", "about_about")
QUOTED_WHOLE = 240
"""A text of at most so many characters is quoted whole: a sentence by itself would tell less."""
SentenceVectors = Mapping[tuple[int, str], "QuotedText"]


@lru_cache(maxsize=2**16)
def shorten(text: str, most: int = EXCERPT) -> str:
    """The beginning of a text, cut after a sentence or between words; unspaced scripts are cut before a mark.

    >>> shorten("We train judges. We also publish handbooks.", 20), shorten("one two three", 9)
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
class Reasoner:
    """Makes reasons for pairs of row numbers; holds what all pairs share."""

    features: Features
    participants: Sequence[Participant]
    graph: nx.Graph[Node]
    policy: Policy
    bonus: float
    terms: dict[tuple[int, str], frozenset[str]]
    near: dict[int, Shares]
    nodes: list[Node]

    @classmethod
    def of(
        cls,
        features: Features,
        participants: Sequence[Participant],
        graph: nx.Graph[Node],
        policy: Policy,
        bonus: float,
    ) -> Reasoner:
        """For people sorted by id; `bonus` is what the balance adds for another constituency."""
        nodes, people = list(graph), len(participants)
        return cls(features, participants, graph, policy, bonus, {}, {}, nodes[people:] + nodes[:people])

    def reasons(self, left: Array, right: Array) -> list[tuple[Reason, ...]]:
        """At least one and at most SHOWN reasons for each pair, the weightiest first, seen from left[k]."""
        forth = pair_parts(self.features, self.policy, left, right, None)
        back = pair_parts(self.features, self.policy, right, left, None)
        weights = {
            "seeks_offers": self.policy.text * forth["text"],
            "offers_seeks": self.policy.text * back["text"],
            "about_about": self.policy.text * forth["about"],
            "topic_offered": self.policy.topic * forth["topic"],
            "topic_sought": self.policy.topic * back["topic"],
            "overlap": self.policy.graph * forth["graph"],
            "words": self.policy.lexical * forth["lexical"],
            "language": self.policy.language * forth["language"],
        }
        table = np.column_stack([weights[name] for name in weights])
        names = list(weights)
        # Words in common say least to a reader: they come after whatever else there is to say.
        order = np.where(np.array(names) == "words", table * 1e-3, table)
        ranked = np.argsort(-order, axis=1, kind="stable")
        out = []
        for k, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            found: list[Reason] = []
            for column in ranked[k]:
                weight = float(table[k, column])
                if weight <= 0 or len(found) >= SHOWN:
                    break
                found += self._reasons_for(names[column], i, j, weight, found)
            found = found[:SHOWN] + self._last(i, j)
            out.append(tuple(found[:SHOWN]))
        return out

    def _reasons_for(self, name: str, i: int, j: int, weight: float, found: list[Reason]) -> list[Reason]:
        a, b = self.participants[i], self.participants[j]
        if name in TEXT_CODES:
            reason = text_reason(name, a, b, weight)
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
        return min(topics, key=lambda topic: (self.graph.degree[("topic", topic)], topic))

    def _overlap(self, i: int, j: int, weight: float) -> list[Reason]:
        """A tie in between and shared sessions, each with its share of the overlap."""
        if self.features.overlap is None:
            return []
        for row in (i, j):
            if row not in self.near:
                self.near[row] = shares_of(self.features.overlap.rows, self.nodes, row)
        shared = explain_overlap(self.near[i], self.near[j])
        total = sum(worth for _, worth in shared) or 1.0
        sessions = [(name, worth) for (kind, name), worth in shared if kind == "session"]
        ties = self.graph[("person", self.participants[i].id)]
        found = [
            Reason(
                "tie_through", weight * worth / total, {"person": int(node[1]), "label": ties[node]["label"]}
            )
            for node, worth in shared
            if node[0] == "person"
        ][:1]
        if sessions:
            evidence: Evidence = {"session": str(sessions[0][0]), "count": len(sessions)}
            found.append(Reason("session", weight * sum(worth for _, worth in sessions) / total, evidence))
        return sorted(found, key=lambda r: -r.weight)

    def _shared_terms(self, i: int, j: int, most: int = 3) -> list[str]:
        """The rarest words that one seeks and the other offers, or that both are about."""
        shared: set[str] = set()
        for mine, theirs in (("seeks", "offers"), ("offers", "seeks"), ("about", "about")):
            shared |= self._terms(i, mine) & self._terms(j, theirs)
        return rarest_terms(frozenset(shared), self.features.yardstick.words, most)

    def _terms(self, row: int, field: str) -> frozenset[str]:
        person = self.participants[row]
        key = row, person.field_or_about(field)
        if key not in self.terms:
            terms = extract_terms(getattr(person, key[1]))
            self.terms[key] = frozenset(term for term in terms if is_quotable(term))
        return self.terms[key]

    def _last(self, i: int, j: int) -> list[Reason]:
        """What holds for any pair: a bridge between constituencies, or being peers."""
        a, b = self.participants[i].constituency, self.participants[j].constituency
        if a != b:
            return [Reason("bridge", round(self.bonus, 6), {"from": a, "to": b})]
        return [Reason("peer", 0.0, {"constituency": a})]


def rarest_terms(shared: frozenset[str], weights: IdfWeights, most: int) -> list[str]:
    """The rarest terms, not overlapping one another; none that most people use."""
    weight = {term: weights.weight_of(term) for term in shared}
    chosen: list[str] = []
    for term in sorted(shared, key=lambda t: (-weight[t] - 0.1 * (" " in t), t)):
        if len(chosen) == most or weight[term] < FEWEST_RARE:
            break
        if not any(set(term.split()) & set(other.split()) for other in chosen):
            chosen.append(term)
    return chosen


def text_reason(name: str, a: Participant, b: Participant, weight: float) -> Reason | None:
    """A reason quoting both texts; where either side lets `about` speak for her, both are quoted as about."""
    sides = {
        "seeks_offers": ("seeks", "offers"),
        "offers_seeks": ("offers", "seeks"),
        "about_about": ("about", "about"),
    }
    mine, theirs = (p.field_or_about(f) for p, f in zip((a, b), sides[name], strict=True))
    quotes = shorten(getattr(a, mine)), shorten(getattr(b, theirs))
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


def best_sentences(mine: Array, theirs: Array) -> tuple[int, int, float]:
    """The closest pair of sentence vectors: (row of mine, row of theirs, cosine); the first on a tie.

    >>> best_sentences(np.eye(2), np.array([[0.6, 0.8]]))
    (1, 0, 0.8)
    """
    cosines = mine @ theirs.T
    row, column = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
    return int(row), int(column), float(cosines[row, column])


def quoted_fields(reason: Reason) -> tuple[str, str] | None:
    """Which texts a reason quotes, the owner's first; None for a reason without quotes."""
    if reason.code == "about_about":
        return str(reason.evidence["own_field"]), str(reason.evidence["other_field"])
    return {"seeks_offers": ("seeks", "offers"), "offers_seeks": ("offers", "seeks")}.get(reason.code)


def quoted_texts(lists: Lists) -> list[tuple[int, str]]:
    """(person, field) of every text some reason quotes, sorted: what is worth encoding by sentence."""
    needed = set()
    for owner, places in lists.items():
        for place in places:
            for reason in place.reasons:
                fields = quoted_fields(reason)
                if fields:
                    needed |= {(owner, fields[0]), (place.other, fields[1])}
    return sorted(needed)


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A text with its sentences and their vectors, unit rows in the order of the sentences."""

    text: str
    sentences: Sequence[str]
    vectors: Array

    def around(self, best: int) -> tuple[str, str]:
        """(what to quote, what to highlight in it): a short text whole, of a longer one its best sentence.

        >>> QuotedText("We train. We publish.", ["We train.", "We publish."], np.eye(2)).around(1)
        ('We train. We publish.', 'We publish.')
        """
        whole, sentence = (" ".join(part.split()) for part in (self.text, self.sentences[best]))
        if len(whole) > QUOTED_WHOLE:
            return shorten(sentence, 2 * EXCERPT), ""
        return whole, sentence if sentence != whole and sentence in whole else ""


def with_evidence(lists: Lists, texts: SentenceVectors) -> dict[int, tuple[Suggested, ...]]:
    """The same lists, the closest sentences of both sides quoted or highlighted where `texts` has both.

    `texts` maps (person, field) to that text. A highlighted sentence stands in the evidence under the name
    of its quotation and "_highlight".
    """
    memory: dict[tuple[tuple[int, str], tuple[int, str]], tuple[tuple[str, str], tuple[str, str]]] = {}

    def quote(owner: int, other: int, reason: Reason) -> Reason:
        fields = quoted_fields(reason)
        if fields is None:
            return reason
        keys = (owner, fields[0]), (other, fields[1])
        if not all(key in texts and len(texts[key].sentences) for key in keys):
            return reason
        if keys not in memory:
            mine, theirs = texts[keys[0]], texts[keys[1]]
            i, j, _ = best_sentences(mine.vectors, theirs.vectors)
            memory[keys] = mine.around(i), theirs.around(j)
        evidence = dict(reason.evidence)
        for name, (quoted, highlight) in zip(list(reason.evidence)[:2], memory[keys], strict=True):
            evidence[name] = quoted
            if highlight:
                evidence[f"{name}_highlight"] = highlight
        return replace(reason, evidence=evidence)

    return {
        owner: tuple(
            replace(place, reasons=tuple(quote(owner, place.other, reason) for reason in place.reasons))
            for place in places
        )
        for owner, places in lists.items()
    }
