"""The validated input of a run, laid out as arrays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.errors import BadParticipant, BadTie, DuplicatePerson
from matching.policy import MatchingPolicy
from matching.recommend.exclusions import Exclusions
from matching.recommend.graph import Incidence, build_incidence
from matching.text.centring import check_vectors
from matching.types import Array, Participant, Tie, Vectors


@dataclass(frozen=True, slots=True)
class Dataset:
    """Participants sorted by id, with all arrays that do not depend on scores; row k is the k-th participant.

    groups: (n,) indices into `constituencies`; capacity: (n,) meetings.
    """

    participants: tuple[Participant, ...]
    vectors: Vectors
    incidence: Incidence
    exclusions: Exclusions
    ids: Array
    groups: Array
    constituencies: tuple[str, ...]
    capacity: Array

    @property
    def row_of(self) -> dict[int, int]:
        """Row by participant id."""
        return {int(p): k for k, p in enumerate(self.ids)}


def prepare_dataset(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    excluded: Iterable[tuple[int, int]],
    policy: MatchingPolicy,
) -> Dataset:
    """Validate and sort the input; rows of `vectors` must already follow the ids.

    Raises DuplicatePerson, BadParticipant, BadTie, BadVectors.

    >>> people = [Participant(7, "youth"), Participant(3, "industry")]
    >>> dataset = prepare_dataset(people, [], Vectors.empty(2), [], MatchingPolicy())
    >>> dataset.ids.tolist(), dataset.groups.tolist(), dataset.constituencies
    ([3, 7], [0, 1], ('industry', 'youth'))
    """
    people = tuple(sorted(participants, key=lambda p: p.id))
    for before, after in pairwise(people):
        if before.id == after.id:
            raise DuplicatePerson(f"two participants have the id {after.id}")
    for p in people:
        if p.capacity < 0:
            raise BadParticipant(f"participant {p.id}: capacity {p.capacity} is below zero")
    for tie in ties:
        if tie.a == tie.b:
            raise BadTie(f"person {tie.a} is tied to themself")
        if not (math.isfinite(tie.age_years) and math.isfinite(tie.weight)) or tie.weight <= 0 or tie.age_years < 0:
            raise BadTie(f"tie of {tie.a} and {tie.b}: age {tie.age_years} or weight {tie.weight} is impossible")
    check_vectors(vectors, len(people))
    # Float sums depend on order: sort ties for reproducible scores.
    ties = sorted(
        (tie if tie.a < tie.b else Tie(tie.b, tie.a, tie.age_years, tie.weight, tie.label) for tie in ties),
        key=lambda tie: (tie.a, tie.b, tie.age_years, tie.weight, tie.label),
    )
    names = tuple(sorted({p.constituency for p in people}))
    group_of = {name: k for k, name in enumerate(names)}
    return Dataset(
        participants=people,
        vectors=vectors,
        incidence=build_incidence(people, ties, policy),
        exclusions=Exclusions.from_participants(people, ties, excluded, interpreters=policy.interpreters),
        ids=np.array([p.id for p in people], np.int64),
        groups=np.array([group_of[p.constituency] for p in people], np.int64),
        constituencies=names,
        capacity=np.array([p.capacity for p in people], float),
    )
