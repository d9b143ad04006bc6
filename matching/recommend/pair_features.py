"""Features of given pairs in both directions, and people without what they say in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import FIELDS, Priors, prepare_features
from matching.recommend.pagerank import resolvent_entries
from matching.recommend.scoring import FEATURES, WALK_TOLERANCE, fit_standardiser, standardised_features
from matching.text.sentences import split_sentences
from matching.types import Array, Participant, Tie, Vectors


def pair_features(
    participants: Sequence[Participant],
    ties: Sequence[Tie],
    vectors: Vectors,
    pairs: Array,
    *,
    policy: MatchingPolicy,
    priors: Priors | None = None,
) -> tuple[Array, Array]:
    """(features of a -> b, of b -> a), (m, K) each by FEATURES, of pairs (m, 2) of ids.

    Rows of `vectors` follow the participants sorted by id.

    >>> a, b = Participant(1, seeks_topics=frozenset("w")), Participant(2, offers_topics=frozenset("w"))
    >>> there, back = pair_features([a, b], [], Vectors.empty(2), np.array([[1, 2]]), policy=MatchingPolicy())
    >>> float(there[0, FEATURES.index("topic")]), float(back[0, FEATURES.index("topic")])
    (1.0, 0.0)
    """
    dataset = prepare_dataset(participants, ties, vectors, (), policy)
    unfitted = prepare_features(dataset.participants, vectors, dataset.incidence, policy, priors=priors)
    features = fit_standardiser(unfitted, policy)
    rows = np.searchsorted(dataset.ids, np.asarray(pairs, np.int64).reshape(-1, 2))
    entries = None
    if features.walk is not None:
        entries = resolvent_entries(features.walk, rows[:, 0], rows[:, 1], WALK_TOLERANCE)
    found = []
    for left, right in (rows.T, rows.T[::-1]):
        parts = standardised_features(features, policy, left, right, entries)
        found.append(np.stack([parts[name] for name in FEATURES], axis=1))
    return found[0], found[1]


def without_shared_sentences(participants: Sequence[Participant]) -> list[Participant]:
    """The people without the sentences that two or more of them have.

    People who met often describe one project in the same words. Left in, these would be learned as if texts
    foretold the meeting, and dropped from a pair's own texts alone, its words would still stand together in
    the latent space.

    >>> people = [Participant(1, about="We plant. We met."), Participant(2, about="We met.")]
    >>> [person.about for person in without_shared_sentences(people)]
    ['We plant.', '']
    """
    sentences = [{name: split_sentences(getattr(p, name)) for name in FIELDS} for p in participants]
    owners = Counter(one for own in sentences for one in set().union(*own.values()))
    kept = []
    for person, own in zip(participants, sentences, strict=True):
        changed: dict[str, Any] = {
            name: "\n".join(one for one in found if owners[one] == 1)
            for name, found in own.items()
            if any(owners[one] > 1 for one in found)
        }
        kept.append(replace(person, **changed))
    return kept
