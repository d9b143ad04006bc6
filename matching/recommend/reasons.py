"""Explanations of recommended pairs: score contributions as reason codes with evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.features import ENGLISH, FIELDS, Features, raw_features, reversed_features
from matching.recommend.graph import Incidence, Node, Shares, explain_overlap, neighbour_shares
from matching.recommend.scoring import need, own_and_other_odds, pagerank_lean, standardised_features
from matching.text.terms import shown_terms
from matching.types import Array, Evidence, Participant, Reason

MIN_WEIGHT = 0.005
"""A part that rounds to 0.00 is no reason."""
MAX_PARTS = 4
"""Parts told of a pair: `confirm_reasons` leaves out those that no text bears out."""
MAX_USERS, MAX_USERS_SHARE = 3, 0.03
"""A shared term is told where at most so many people use it."""
PAIRS = 10_000
"""How many pairs are explained at once: more would be held in Python objects for nothing."""


@dataclass(frozen=True, slots=True)
class ReasonBuilder:
    """Builds the reasons of pairs of rows; caches graph neighbours per person."""

    features: Features
    participants: Sequence[Participant]
    incidence: Incidence
    policy: MatchingPolicy
    bonus: float
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
        return cls(features, participants, incidence, policy, bonus, {}, nodes, used)

    def reasons(self, left: Array, right: Array) -> list[tuple[Reason, ...]]:
        """Up to MAX_PARTS reasons of each pair, largest weight first, and the fallback; seen from left[k].

        A weight is the part's share of the log-odds of left[k]: what the part adds to a need, times the share
        of the odds that come from this need (`own_and_other_odds`).
        """
        found: list[tuple[Reason, ...]] = []
        for start in range(0, len(left), PAIRS):
            these = slice(start, start + PAIRS)
            found += self._reasons_of_some(left[these], right[these])
        return found

    def _reasons_of_some(self, left: Array, right: Array) -> list[tuple[Reason, ...]]:
        parts = self._parts(left, right)
        names, table = list(parts), np.column_stack(list(parts.values()))
        ranked = np.argsort(-table, axis=1, kind="stable")
        lines = (left, right, table, ranked)
        return [
            self._reasons_of(i, j, [(names[column], weights[column]) for column in order])
            for i, j, weights, order in zip(*(line.tolist() for line in lines), strict=True)
        ]

    def _reasons_of(self, i: int, j: int, parts: list[tuple[str, float]]) -> tuple[Reason, ...]:
        """The reasons of one pair, given its parts, the largest first."""
        found: list[Reason] = []
        for name, weight in parts:
            if weight < MIN_WEIGHT or len(found) >= MAX_PARTS:
                break
            found += self._reasons_for(name, i, j, weight)
        found.sort(key=lambda reason: -reason.weight)
        return (*found[:MAX_PARTS], self._fallback(i, j))

    def _parts(self, left: Array, right: Array) -> dict[str, Array]:
        """The weight of each part that can be told, (k,) each. PageRank is not told, and of it only the
        difference between both directions bears on the shares of the odds."""
        policy, features = self.policy, self.features
        raw = raw_features(features, left, right)
        back = reversed_features(features, raw, left, right)
        forward = standardised_features(features, policy, left, right, None, raw)
        backward = standardised_features(features, policy, right, left, None, back)
        lean = policy.pagerank * pagerank_lean(self.features, left, right)
        needs = need(forward, policy) + lean, need(backward, policy) - lean
        own, other = own_and_other_odds(*needs, policy)
        mine, theirs = (policy.slope * odds / (own + other) for odds in (own, other))
        return {
            "seeks_offers": mine * policy.text * forward["text"],
            "offers_seeks": theirs * policy.text * backward["text"],
            "topic_offered": mine * policy.topic * forward["topic"],
            "topic_sought": theirs * policy.topic * backward["topic"],
            "overlap": policy.slope * policy.graph * forward["graph"],
            "words": policy.slope * policy.lexical * forward["lexical"],
            "language": policy.slope * policy.language * forward["language"],
        }

    def _reasons_for(self, name: str, i: int, j: int, weight: float) -> list[Reason]:
        a, b = self.participants[i], self.participants[j]
        if name in ("seeks_offers", "offers_seeks"):
            return [Reason(name, weight)]
        if name in ("topic_offered", "topic_sought"):
            shared = a.seeks_topics & b.offers_topics if name == "topic_offered" else b.seeks_topics & a.offers_topics
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
        """The rarest terms that one seeks and the other offers, or that both are about, as i writes them."""
        weight_of = self.features.standardiser.idf.weight_of
        people = len(self.participants)
        least = math.log((1 + people) / (1 + max(MAX_USERS, MAX_USERS_SHARE * people))) + 1
        mine, theirs = (self._texts(row) for row in (i, j))
        shared: dict[str, str] = {}
        for own, other in zip(mine, (theirs[1], theirs[0], theirs[2]), strict=True):
            terms = shown_terms(own)
            shared |= {term: terms[term] for term in terms.keys() & shown_terms(other).keys()}
        weights = {shared[term]: weight for term in shared if (weight := weight_of(term)) >= least}
        return rarest_terms(weights, most)

    def _texts(self, row: int) -> tuple[str, ...]:
        """What a person seeks, offers and is about."""
        person = self.participants[row]
        return tuple(getattr(person, person.field_or_about(field)) for field in FIELDS)

    def _fallback(self, i: int, j: int) -> Reason:
        """The reason that any pair has: different constituencies (bridge) or the same one (peer)."""
        a, b = self.participants[i].constituency, self.participants[j].constituency
        if a != b:
            return Reason("bridge", round(self.bonus, 6), {"from": a, "to": b})
        return Reason("peer", 0.0, {"constituency": a})


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
