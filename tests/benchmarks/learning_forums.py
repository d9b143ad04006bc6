"""Made forums whose true weights are known: features, lists by the prior, and answers by position and
reading.

The rules are those of the simulated forum in decision 35. i wishes to meet j with p_ij of the true
weights, mixed with how popular j is, which no feature tells. i asks j at rank r with p_ij / log2(r + 1); j
reads requests in order of p_ji, what stands behind e expected better ones with attention 1 / (1 + e / 5), and
answers what was read with yes by p_ji, else with no. What nobody read stays unanswered.

A forum of two sides has no lists: its answers are meetings of ten earlier editions, first meetings against
sampled pairs, and nobody meets their own side.
"""

from dataclasses import dataclass, replace

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.learning import PRIOR_SD, Answers, learn, log_losses, reading_probability
from matching.recommend.measures import ATTENTION_SPAN
from matching.recommend.past_ties import Edition, new_and_unmet_pairs
from matching.recommend.scoring import FEATURES, acceptance_probabilities, need
from matching.types import Tie

PEOPLE, LIST_SIZE, DAYS = 500, 10, 10
LEARNED = tuple(name for name in FEATURES if getattr(MatchingPolicy(), name) > 0)
ASKED, RECEIVED = 0, 1
CHANCES = 200
"""So many pairs of each past edition might have met."""


def made_features(rng, people=PEOPLE, sides=None):
    """Features of all directed pairs, name -> (n, n), of the ranges that real forums show; half declare
    needs. Between `sides` (n,) there are odd paths, within them common partners, and nobody declares."""
    declares = rng.random(people) < (0.5 if sides is None else 0)
    network = np.where(declares, np.sqrt(0.05), 1.0)
    network = np.outer(network, network)
    words = np.where(declares, np.sqrt(MatchingPolicy().lexical_declared), 1.0)
    words = np.outer(words, words)
    centre = rng.standard_normal((5, 16))[rng.integers(0, 5, people)] * 0.5
    seeks, offers = (rng.standard_normal((people, 16)) + centre for _ in range(2))

    def scores(values):
        return (values - values.mean()) / values.std()

    def symmetric(values):
        return scores(np.triu(values, 1) + np.triu(values, 1).T)

    def noise():
        return symmetric(rng.standard_normal((people, people)))

    text = scores(seeks @ offers.T)
    about = scores(seeks @ (seeks + offers).T)
    shared = symmetric(text + text.T)
    sought, offered = (rng.random((people, 20)) < 0.15 for _ in range(2))
    share = sought / np.maximum(sought.sum(axis=1, keepdims=True), 1)
    groups = rng.integers(0, 40, people)
    met = symmetric(0.3 * shared + noise()) > 1.3
    common = np.where(met, rng.beta(1, 2, (people, people)), 0)
    known = np.sqrt(rng.beta(2, 3, people))  # of partners enough for odd paths to tell
    found = {
        "text": np.maximum(text, about - 0.3),
        "topic": share @ offered.T,
        "lexical": words * np.minimum(scores(0.4 * shared + noise()), 3),
        "language": groups[:, None] == groups[None, :],
        "graph": network * np.maximum(common, common.T),
        "odd_paths": network * np.outer(known, known) * scores(np.exp(0.8 * met + 0.8 * noise())),
        "smooth": network * scores(0.5 * shared + noise()),
        "pagerank": network * scores(0.8 * met + noise()),
        "latent": network * scores(0.5 * shared + noise()),
    }
    if sides is not None:
        across = sides[:, None] != sides[None, :]
        found["odd_paths"] += np.where(across, 0.5, -0.5)
        found["graph"] = np.where(across, 0, found["graph"])
    empty = np.zeros((people, people))
    return {name: np.asarray(found.get(name, empty), float) for name in FEATURES}


def willingness(features, policy):
    """p of all pairs, (n, n)."""
    needs = need(features, policy)
    p = acceptance_probabilities(needs, needs.T, policy)[0]
    np.fill_diagonal(p, 0)
    return p


def made_lists(p, rng):
    """(n, 10) others in the order of p, the last of each drawn from ranks 11-60."""
    order = np.argsort(-p, axis=1, kind="stable")[:, :60]
    explored = order[np.arange(len(p)), rng.integers(LIST_SIZE, 60, len(p))]
    return np.hstack([order[:, : LIST_SIZE - 1], explored[:, None]])


@dataclass(frozen=True)
class Habits:
    """How people answer: the share of popularity in the wish, whether some ask far less than others (a factor
    of Beta(2, 2) each), and the power of 1 / log2(rank + 1) by which places are read."""

    popularity: float = 0.2
    are_uneven: bool = False
    steepness: float = 1.0


def wishes(p, popularity, rng):
    """p mixed with how popular each other is, Beta(1, 4) over its largest."""
    popular = rng.beta(1, 4, len(p))
    return np.clip((1 - popularity) * p + popularity * popular / popular.max(), 0.001, 0.999)


def made_answers(features, lists, p, rng, habits):
    """What was answered to these lists, by the rules above."""
    people, size = lists.shape
    owner, rank = np.repeat(np.arange(people), size), np.tile(np.arange(1, size + 1), people)
    other, day = lists.ravel(), rng.integers(0, DAYS, people * size)
    readiness = rng.beta(2, 2, people) if habits.are_uneven else np.ones(people)
    asks = rng.random(len(owner)) < readiness[owner] * p[owner, other] / np.log2(rank + 1) ** habits.steepness
    expected = p[owner, other] / np.log2(rank + 1)
    order = np.lexsort((owner, -p[other, owner], other))
    total = np.concatenate([[0.0], np.cumsum(expected[order])])[:-1]
    ahead = np.empty(len(owner))
    ahead[order] = total - total[np.searchsorted(other[order], other[order])]
    reads = asks & (rng.random(len(owner)) < 1 / (1 + np.maximum(0, ahead / ATTENTION_SPAN)))
    accepts = rng.random(len(owner)) < p[other, owner]
    who, whom = np.concatenate([owner, other[reads]]), np.concatenate([other, owner[reads]])
    return Answers.from_lists(
        np.stack([features[name][who, whom] for name in FEATURES], axis=1),
        np.stack([features[name][whom, who] for name in FEATURES], axis=1),
        np.concatenate([asks, accepts[reads]]),
        reading=np.concatenate([reading_probability(rank), np.ones(reads.sum())]),
        day=np.concatenate([day, day[reads] + 1]),
        owner=who,
        other=whom,
        source=np.concatenate([np.full(len(owner), ASKED), np.full(reads.sum(), RECEIVED)]),
    )


def past_answers(features, sides, p, rng):
    """First meetings of ten editions against sampled pairs: of random pairs of two sides those meet where
    both say yes."""
    met_on, wanted = {}, np.sqrt(p * p.T)
    for day in range(DAYS):
        a, b = (rng.choice(np.flatnonzero(sides == side), CHANCES) for side in (0, 1))
        meets = rng.random(CHANCES) < wanted[a, b]
        for pair in zip(a[meets].tolist(), b[meets].tolist(), strict=True):
            met_on.setdefault((min(pair), max(pair)), day)
    parts = []
    for day in range(DAYS):
        edition = Edition(
            day=day,
            earlier=tuple(Tie(*pair) for pair, met in met_on.items() if met < day),
            met=frozenset(pair for pair, met in met_on.items() if met == day),
            later=frozenset(pair for pair, met in met_on.items() if met > day),
        )
        met, unmet = new_and_unmet_pairs(edition, dict(enumerate(sides.astype(str))), seed=0)
        pairs = np.concatenate([met, unmet])
        (who, whom), yes = pairs.T, np.arange(len(pairs)) < len(met)
        there, back = (
            np.stack([features[name][ends] for name in FEATURES], axis=1) for ends in ((who, whom), (whom, who))
        )
        lines = 2 * len(pairs)
        parts.append(
            Answers.from_lists(
                np.concatenate([there, back]),
                np.concatenate([back, there]),
                np.tile(yes, 2),
                day=np.full(lines, day),
                owner=np.concatenate([who, whom]),
                other=np.concatenate([whom, who]),
                weight=np.full(lines, 0.5),
                sampled=~np.tile(yes, 2),
            )
        )
    return Answers.join(parts)


def worth_of_lists(features, policy, true_p):
    """What the ten best of each person by a policy are worth by the true wishes (n, n), 0 for who is not
    asked, discounted by rank, over the ten truly best: the mean over people."""
    by_policy = np.where(true_p > 0, willingness(features, policy), -1)
    discount = 1 / np.log2(np.arange(2, LIST_SIZE + 2))

    def worth(p):
        best = np.argsort(-p, axis=1, kind="stable")[:, :LIST_SIZE]
        return np.take_along_axis(true_p, best, axis=1) @ discount

    return float(np.mean(worth(by_policy) / worth(true_p)))


@dataclass(frozen=True)
class ForumResult:
    """One made forum: log-loss on later days, whether the weights are used, what the lists by the weights
    then used are worth more than those by the prior, and by weight whether its interval covers the truth."""

    answers: int
    gain: float
    gain_over_prior: float
    is_kept: bool
    worth: float
    covered: dict
    ratio: dict


DEFAULT_HABITS = Habits()


def made_forum(seed, people=PEOPLE, habits=DEFAULT_HABITS, two_sided=False):
    """(prior, true policy, answers, features, true wishes) of one forum."""
    rng = np.random.default_rng(seed)
    prior = MatchingPolicy()
    drawn = np.exp(PRIOR_SD * rng.standard_normal(len(LEARNED)))
    true = replace(prior, **{name: getattr(prior, name) * factor for name, factor in zip(LEARNED, drawn, strict=True)})
    sides = (rng.random(people) < 0.5).astype(int) if two_sided else None
    features = made_features(rng, people, sides)
    if sides is not None:
        p = wishes(willingness(features, true), habits.popularity, rng)
        p[sides[:, None] == sides[None, :]] = 0
        return prior, true, past_answers(features, sides, p, rng), features, p
    lists = made_lists(willingness(features, prior), rng)
    p = wishes(willingness(features, true), habits.popularity, rng)
    return prior, true, made_answers(features, lists, p, rng, habits), features, p


def forum_result(seed, people=PEOPLE, habits=DEFAULT_HABITS, two_sided=False):
    """Learn from the answers of one forum."""
    prior, true, answers, features, true_p = made_forum(seed, people, habits, two_sided)
    learned = learn(answers, prior)
    before, after = (
        worth_of_lists(features, policy, true_p)
        for policy in (prior, learned.policy(prior) if learned.is_kept else prior)
    )
    late = answers.take(np.argsort(answers.day, kind="stable")[-learned.held_out.answers :])
    return ForumResult(
        answers=len(answers),
        gain=learned.held_out.gain,
        gain_over_prior=float(log_losses(late, prior).mean()) - learned.held_out.learned,
        is_kept=learned.is_kept,
        worth=after - before,
        covered={name: w.low <= getattr(true, name) <= w.high for name, w in learned.weights.items()},
        ratio={name: w.high / w.low for name, w in learned.weights.items()},
    )
