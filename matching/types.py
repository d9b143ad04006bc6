"""The values that cross into and out of matching: frozen and plain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Evidence = Mapping[str, str | int | float]
Lists = Mapping[int, "tuple[Suggested, ...]"]


@dataclass(frozen=True, slots=True)
class Participant:
    """One person as matching reads them.

    `organisation`: people of one non-empty organisation are never proposed to each other.
    `languages`: stated language codes; `..._language`: the code of a text, empty when unknown.
    `translating_device`: without a language in common they meet whoever is glad of a device, too.
    `sessions`: groups of the person (sessions, committees). `capacity`: how many meetings they can take.

    >>> Participant(id=7, constituency="youth").capacity
    5
    """

    id: int
    constituency: str = ""
    organisation: str = ""
    languages: frozenset[str] = frozenset()
    translating_device: bool = False
    seeks: str = ""
    offers: str = ""
    about: str = ""
    seeks_language: str = ""
    offers_language: str = ""
    about_language: str = ""
    seeks_topics: frozenset[str] = frozenset()
    offers_topics: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    capacity: int = 5

    @property
    def declares_need(self) -> bool:
        """Whether the person seeks something, in words or by topics.

        >>> Participant(1, seeks=" ", offers="x").declares_need
        False
        """
        return bool(self.seeks.strip() or self.seeks_topics)

    @property
    def text(self) -> str:
        """All texts of the person, one per line."""
        return "\n".join(part for part in (self.seeks, self.offers, self.about) if part)

    def field_or_about(self, field: str) -> str:
        """The field to read for seeks or offers: itself, or about where it is blank.

        >>> Participant(1, about="x").field_or_about("seeks")
        'about'
        """
        return field if getattr(self, field).strip() else "about"


@dataclass(frozen=True, slots=True)
class Tie:
    """A past tie: two people who met `age_years` before the event starts. Either may be absent from it.

    `label` names the occasion (an edition, a year) and comes back in a reason's evidence.
    """

    a: int
    b: int
    age_years: float = 0.0
    weight: float = 1.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Text vectors, float32 (n, d), rows in the order of participants sorted by id; a zero row is no text."""

    seeks: Array
    offers: Array
    about: Array

    @classmethod
    def empty(cls, people: int, dimensions: int = 1) -> Vectors:
        """Vectors of people without any text.

        >>> Vectors.empty(3).seeks.shape
        (3, 1)
        """
        zero = np.zeros((people, dimensions), np.float32)
        return cls(zero, zero, zero)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a pair is recommended, as a code with evidence; pages put it into words.

    Codes and their evidence, seen from the owner of the list: seeks_offers {seek, offer}; offers_seeks
    {offer, seek}; about_about {own, other, own_field, other_field}, where an about stands in for either;
    topic_offered {topic} (the owner seeks it, the other offers it); topic_sought {topic}; session {session,
    count}; tie_through {person, label}; words {terms}; language {language}; no_named_need {same_field},
    where nothing more specific holds; last, without a share in the score, bridge {from, to} or peer
    {constituency}. `compute_run` leaves the texts of a reason open; `confirm_reasons` quotes them, and a
    quotation `x` may come with `x_highlight`, the sentence in it that matched. `weight`: the part's share of
    the log-odds of the list's owner.
    """

    code: str
    weight: float
    evidence: Evidence = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggested:
    """One entry of a list: `score` is how willing the list's owner is, in [0, 1] and no chance; `rank` counts
    from 1, by score but for exploratory entries.

    `propensity` is the probability with which the entry was selected: 1, or less for an exploratory one.
    """

    other: int
    score: float
    rank: int
    reasons: tuple[Reason, ...]
    propensity: float = 1.0
    exploratory: bool = False


@dataclass(frozen=True, slots=True)
class GroupReport:
    """Exposure of one group (a constituency, a language), with means per person and per entry."""

    people: int
    listed: int
    mean_listings: float
    mean_score: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """The measures of a run.

    `coverage`: share of people with capacity who are on some list. `exposure_gini`: Gini of times listed.
    `ei_index` of the balanced weights over constituencies; `ei_chance` under random mixing, `ei_floor` the
    required minimum, `floor_reached` whether it is met, `ei_lists` of the lists. `meetings`: expected ones
    per person; `meetings_cost`, `score_cost`: relative loss against the same run without a floor.
    `own_share`, `own_share_low`: the own score of a list over that of the best list under the same caps, the
    median over people and the 5th percentile.
    `unmet_needs`, `unsought_offers`: ids of people who seek what nobody answers, or offer what nobody seeks.
    """

    people: int
    listed_pairs: int
    coverage: float
    exposure_gini: float
    ei_index: float | None
    ei_chance: float | None
    ei_floor: float | None
    floor_reached: bool
    ei_lists: float | None
    bonus: float
    meetings: float
    mean_score: float
    meetings_cost: float
    score_cost: float
    own_share: float
    own_share_low: float
    by_constituency: Mapping[str, GroupReport]
    by_language: Mapping[str, GroupReport]
    unmet_needs: tuple[int, ...] = ()
    unsought_offers: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, fit for JSON."""
        from dataclasses import asdict

        return asdict(self)


@dataclass(frozen=True, slots=True)
class FeatureContribution:
    """One standardised feature of a directed pair, its logit weight, and their product."""

    feature: str
    value: float
    weight: float

    @property
    def contribution(self) -> float:
        """value x weight, in logits.

        >>> FeatureContribution("topic", 0.5, 0.5).contribution
        0.25
        """
        return self.weight * self.value


@dataclass(frozen=True, slots=True)
class Explanation:
    """The score of one pair in both directions, feature by feature.

    `proposable`: whether it may be recommended; `exclusion`: the rule that forbids it, else "".
    """

    a: int
    b: int
    proposable: bool
    exclusion: str
    a_to_b: tuple[FeatureContribution, ...]
    b_to_a: tuple[FeatureContribution, ...]
    p_ab: float
    p_ba: float
    score: float
    reasons: tuple[Reason, ...]

    def rows(self) -> Iterator[tuple[str, float, float, float, float]]:
        """(feature, value a to b, contribution, value b to a, contribution) of every feature."""
        for forward, backward in zip(self.a_to_b, self.b_to_a, strict=True):
            yield forward.feature, forward.value, forward.contribution, backward.value, backward.contribution
