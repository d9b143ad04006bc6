"""Answers from past editions: who met whom for the first time, against sampled pairs who did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.features import Priors
from matching.recommend.learning import Answers
from matching.recommend.pair_features import pair_features
from matching.types import Array, Participant, Tie, Vectors

NON_TIES = 20
"""At most so many sampled pairs that did not meet, for each that did."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One past edition: its day (ordinal), the ties of the editions before it, and the pairs of ids that met
    there, and later."""

    day: int
    earlier: tuple[Tie, ...]
    met: frozenset[tuple[int, int]]
    later: frozenset[tuple[int, int]] = frozenset()


def edition_answers(
    participants: Sequence[Participant],
    edition: Edition,
    vectors: Vectors,
    *,
    policy: MatchingPolicy,
    priors: Priors | None = None,
    source: int = 0,
) -> Answers:
    """Both people of a first meeting said yes, those of a sampled pair who never met said no.

    Features are those before the edition: its own ties are no part of the graph, and `participants` and
    `vectors` should be `without_shared_sentences`. A pair's two answers count half each.
    """
    constituencies = {person.id: person.constituency for person in participants}
    met, unmet = new_and_unmet_pairs(edition, constituencies, policy.seed)
    pairs = np.concatenate([met, unmet])
    there, back = pair_features(participants, edition.earlier, vectors, pairs, policy=policy, priors=priors)
    lines, yes = 2 * len(pairs), np.tile(np.arange(len(pairs)) < len(met), 2)
    return Answers.from_lists(
        np.concatenate([there, back]),
        np.concatenate([back, there]),
        yes,
        day=np.full(lines, edition.day),
        owner=pairs.T.ravel(),
        other=pairs[:, ::-1].T.ravel(),
        source=np.full(lines, source),
        weight=np.full(lines, 0.5),
        sampled=~yes,
    )


def new_and_unmet_pairs(edition: Edition, constituencies: Mapping[int, str], seed: int) -> tuple[Array, Array]:
    """(pairs who met there for the first time, sampled pairs of its people who never met), (k, 2) ids each.

    The people of a sampled pair are of the constituencies of a met pair, and had earlier ties or none as
    those: whoever was new came with somebody, and where two sides meet nobody meets their own, so that the
    sheer number of ties, or the side, would tell the two kinds apart.

    >>> edition = Edition(1, (Tie(1, 2),), frozenset({(1, 2), (2, 3), (1, 4)}))
    >>> [pairs.tolist() for pairs in new_and_unmet_pairs(edition, {}, seed=0)]
    [[[1, 4], [2, 3]], [[1, 3], [2, 4]]]
    """
    there, before = _sorted_pairs(edition.met), _sorted_pairs((tie.a, tie.b) for tie in edition.earlier)
    new, ever = sorted(there - before), there | before | _sorted_pairs(edition.later)
    linked = {person for pair in before for person in pair}
    kinds = {
        person: (constituencies.get(person, ""), person in linked)
        for person in sorted({person for pair in there for person in pair})
    }
    alike: dict[tuple[str, bool], list[int]] = {}
    for person, kind in kinds.items():
        alike.setdefault(kind, []).append(person)
    rng = np.random.default_rng([seed, edition.day])
    unmet: set[tuple[int, int]] = set()
    for pair in new:
        for _ in range(NON_TIES):
            a, b = sorted(int(rng.choice(alike[kinds[person]])) for person in pair)
            if a != b and (a, b) not in ever:
                unmet.add((a, b))
    return np.array(new, np.int64).reshape(-1, 2), np.array(sorted(unmet), np.int64).reshape(-1, 2)


def _sorted_pairs(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    return {(min(pair), max(pair)) for pair in pairs}
