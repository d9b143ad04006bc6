"""The policy of a run: every weight, cap and seed in one frozen value, stored with the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from matching.errors import BadMatchingPolicy


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """The hyperparameters of a run; the defaults are those of docs/matching.md. Raises BadMatchingPolicy.

    >>> MatchingPolicy.from_dict(MatchingPolicy(list_size=5).as_dict()).list_size
    5
    """

    # Need w_ij, how far j answers what i seeks: the weights of its features.
    text: float = 1.0
    topic: float = 1.0
    lexical: float = 0.5
    language: float = 0.1
    graph: float = 0.5
    odd_paths: float = 1.0
    smooth: float = 1.25
    pagerank: float = 0.9
    latent: float = 0.15
    # A pair's factor on words and on the network where both declare what they seek or offer; the square root
    # of it where one does.
    lexical_declared: float = 0.2
    network_declared: float = 0.05
    # Text: what an answer in `about` loses against one in `offers`; its factor where about replaces both
    # sides; how many texts the prior mean of a language counts for.
    about_discount: float = 0.45
    stand_in: float = 0.5
    shrink: float = 5.0
    # With interpreters, no language in common costs `no_common_language` and excludes nobody.
    interpreters: bool = False
    no_common_language: float = -1.0
    # Willingness: odds of i = exp(slope own_need) E_ij + E_ji, where E = exp(intercept + slope w).
    intercept: float = -5.0
    slope: float = 1.5
    own_need: float = 0.6
    # Graph: a tie's yearly decay; the walk's restart; from how many people a node is a hub.
    decay: float = 0.85
    restart: float = 0.15
    crowd_people: int = 200
    crowd_share: float = 0.3
    # Candidates: how many overall, and of each other constituency.
    pool: int = 100
    pool_each_other: int = 10
    # Balance: temperature, iterations, and the E-I floor (None: random mixing plus `floor_margin`).
    beta: float = 0.03
    sweeps: int = 10
    ei_floor: float | None = None
    floor_margin: float = 0.1
    # By which power of the owner's own score, at most, mu is multiplied for who is in the ten.
    own_exponent: float = 20.0
    # Lists: size, entries of other constituencies, diversity, exposure and exploration.
    list_size: int = 10
    # How many more entries each list keeps after these, in the order of its owner's own score.
    further: int = 0
    least_other: int = 4
    shortlist: int = 40
    variety: float = 0.3
    exposure_cap: float = 2.5
    exploratory_share: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        positive = ("slope", "beta", "shortlist", "list_size", "exposure_cap", "pool")
        shares = (
            "decay",
            "restart",
            "crowd_share",
            "stand_in",
            "lexical_declared",
            "network_declared",
            "variety",
            "exploratory_share",
        )
        for name in positive:
            if not getattr(self, name) > 0:
                raise BadMatchingPolicy(f"policy: {name} must be above zero, not {getattr(self, name)}")
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise BadMatchingPolicy(f"policy: {name} must lie between 0 and 1, not {getattr(self, name)}")
        if not 0 < self.restart < 1:
            raise BadMatchingPolicy(f"policy: restart must lie inside 0 and 1, not {self.restart}")
        if self.least_other > self.list_size:
            raise BadMatchingPolicy("policy: least_other cannot exceed list_size")
        if self.ei_floor is not None and not -1 <= self.ei_floor <= 1:
            raise BadMatchingPolicy(f"policy: ei_floor must lie between -1 and 1, not {self.ei_floor}")
        counts = (
            self.least_other,
            self.sweeps,
            self.pool_each_other,
            self.crowd_people,
            self.further,
            self.own_exponent,
        )
        if min(counts) < 0 or self.shrink < 0:
            raise BadMatchingPolicy("policy: counts cannot be negative")

    def as_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MatchingPolicy:
        """The policy of `as_dict`; what is missing takes its default. Raises BadMatchingPolicy."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise BadMatchingPolicy(f"policy: no such setting: {', '.join(unknown)}")
        return cls(**values)
