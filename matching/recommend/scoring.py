"""How far one person answers what another seeks, and what each is therefore willing to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from matching.policy import MatchingPolicy
from matching.recommend.blocks import Rows, strips_of
from matching.recommend.features import (
    Features,
    RawFeatures,
    ScoreStatistics,
    Standardiser,
    log_pagerank,
    raw_features,
    sample_pairs,
)
from matching.recommend.gram import GramMatrix
from matching.recommend.pagerank import resolvent_entries
from matching.types import Array

MAX_LEXICAL_Z = 3.0
"""Cap of the standardised lexical similarity: near-duplicate texts are no better than similar ones."""
MAX_LOGIT = 80.0
SOURCES = 1024
"""From how many people at most the walk is followed for its statistics."""
WALK_TOLERANCE = 1e-4
"""Of the norm of the error of each column of the walk's resolvent."""
FEATURES = (
    "text",
    "topic",
    "lexical",
    "language",
    "graph",
    "odd_paths",
    "smooth",
    "pagerank",
    "latent",
    "no_common_language",
)
OVERLAP_ROWS = 512
LEAST_REACHED = 0.01
NO_ANSWER = np.float32(1e3)
"""What a missing about loses against an offer, so that the larger of both is the offer."""


def fit_standardiser(features: Features, policy: MatchingPolicy) -> Features:
    """Fit all statistics over sampled pairs; those of the walk over pairs from at most SOURCES people, since
    a whole column is solved for each."""
    left, right = sample_pairs(features.people, policy.seed)
    raw = raw_features(features, left, right)

    def statistics_of(values: Array) -> ScoreStatistics:
        return ScoreStatistics.from_sample(values[np.isfinite(values)])

    standardiser = replace(
        features.standardiser,
        seeks_offers=statistics_of(raw.seeks_offers),
        seeks_about=statistics_of(raw.seeks_about),
        smooth=statistics_of(raw.smooth),
        lexical=statistics_of(raw.lexical),
        latent=statistics_of(raw.latent),
        overlap_cap=_positive_cap(features.overlap, policy.seed),
        odd_paths=_odd_statistics(features.odd_paths, policy.seed),
    )
    if features.walk is not None:
        left = left - left % max(1, -(-features.people // SOURCES))
        left, right = left[left != right], right[left != right]
        entries = resolvent_entries(features.walk, left, right, WALK_TOLERANCE)
        value = log_pagerank(features.walk, entries, left, right)
        reached = value[np.isfinite(value)]
        floor = float(reached.min()) if reached.size else 0.0
        statistics = ScoreStatistics.from_sample(np.maximum(value[~np.isnan(value)], floor))
        standardiser = replace(standardiser, pagerank=statistics, pagerank_floor=floor)
    return replace(features, standardiser=standardiser)


def _positive_products(gram: GramMatrix, seed: int) -> tuple[Array, int]:
    """The positive products of up to OVERLAP_ROWS sampled people with everybody else, and how many pairs
    these are."""
    people = gram.rows.shape[0]
    rows = np.sort(np.random.default_rng([seed, people, 1]).permutation(people)[:OVERLAP_ROWS])
    block = (gram.rows[rows] @ gram.other.T).tocoo()
    return block.data[(block.data > 0) & (block.col != rows[block.row])], len(rows) * (people - 1)


def _positive_cap(gram: GramMatrix | None, seed: int) -> float:
    """95th percentile of the positive products."""
    positive = _positive_products(gram, seed)[0] if gram is not None else np.zeros(0)
    return float(np.percentile(positive, 95)) if positive.size else 0.0


def _odd_statistics(gram: GramMatrix | None, seed: int) -> ScoreStatistics:
    """Of ln(1 + product), over all pairs; the deviation as if at least LEAST_REACHED of them had a product,
    so that one path in a large and sparse network does not outweigh everything else."""
    if gram is None:
        return ScoreStatistics()
    products, pairs = _positive_products(gram, seed)
    if not products.size:
        return ScoreStatistics()
    logs = np.log1p(products.astype(np.float64))
    mean, square = logs.sum() / pairs, (logs**2).mean() * max(LEAST_REACHED, len(logs) / pairs)
    sd = float(np.sqrt(max(0.0, square - mean**2)))
    return ScoreStatistics(float(mean), sd if sd > 1e-6 else 1.0)


def saturate(overlap: Array, cap: float) -> Array:
    """min(1, ln(1 + overlap) / ln(1 + cap)): diminishing returns of overlap (Lane et al., SMJ 2021).

    >>> saturate(np.array([0.0, 1.0, 3.0, 9.0]), 3.0).round(4).tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    if cap <= 0:
        return np.zeros_like(overlap)
    saturated: Array = np.log(overlap + 1)
    saturated /= np.log1p(cap, dtype=overlap.dtype)
    return np.minimum(saturated, 1, out=saturated)


def reciprocal_score(forward: Array, backward: Array) -> Array:
    """The harmonic mean of both probabilities (RECON; Pizzato et al., RecSys 2010), given their log odds; 0
    where either is -inf. As 1 / p = 1 + exp(-log odds), it is 2 / (2 + both exponentials).

    >>> reciprocal_score(np.array([2.2, 0.0, 0.0]), np.array([-2.2, 0.0, -np.inf])).round(2).tolist()
    [0.18, 0.5, 0.0]
    """
    with np.errstate(over="ignore"):
        score: Array = np.exp(-forward)
        score += np.exp(-backward)
    score *= 0.5
    score += 1
    return np.reciprocal(score, out=score)


def text_scores(y: Standardiser, raw: RawFeatures, policy: MatchingPolicy) -> tuple[Array, Array]:
    """How what the first of each pair seeks is answered by the offers of the second, and by their about less
    its discount: z-scores (k,), NaN where a text is missing."""
    offered = (raw.seeks_offers - y.seeks_offers.mean) / y.seeks_offers.sd
    described = (raw.seeks_about - y.seeks_about.mean) / y.seeks_about.sd - policy.about_discount
    return offered, described


def standardised_features(
    features: Features,
    policy: MatchingPolicy,
    left: Array,
    right: Array,
    resolvent_entries: Array | None,
    raw: RawFeatures | None = None,
) -> dict[str, Array]:
    """Standardised features by name, (k,) each, of directed pairs left[k] -> right[k]; 0 where missing.

    text is the better of `text_scores`; words and network carry the factors of both people.
    `resolvent_entries` (k,): the pairs' entries of the resolvent; None leaves PageRank out. `raw`: where the
    raw features are known already.
    """
    y, raw = features.standardiser, raw or raw_features(features, left, right)
    worth = (features.texts.seeks_weight[left] * features.texts.offers_weight[right]).ravel()
    offered, described = text_scores(y, raw, policy)
    lexical = (features.lexical_factor[left] * features.lexical_factor[right]).ravel()
    network = (features.network_factor[left] * features.network_factor[right]).ravel()
    parts = {
        "text": worth * np.fmax(offered, described),
        "topic": raw.topic,
        "lexical": lexical * np.minimum((raw.lexical - y.lexical.mean) / y.lexical.sd, MAX_LEXICAL_Z),
        "language": raw.language,
        "graph": network * saturate(raw.overlap, y.overlap_cap),
        "odd_paths": (features.odd_factor[left] * features.odd_factor[right]).ravel()
        * (np.log1p(raw.odd_paths) - y.odd_paths.mean)
        / y.odd_paths.sd,
        "smooth": network * (raw.smooth - y.smooth.mean) / y.smooth.sd,
        "pagerank": np.zeros(len(left)),
        "latent": network * (raw.latent - y.latent.mean) / y.latent.sd,
        "no_common_language": raw.no_common_language,
    }
    if features.walk is not None and resolvent_entries is not None:
        value = log_pagerank(features.walk, resolvent_entries, left, right, y.pagerank_floor)
        parts["pagerank"] = network * (value - y.pagerank.mean) / y.pagerank.sd
    return {name: np.nan_to_num(parts[name], nan=0.0) for name in FEATURES}


def pagerank_lean(features: Features, left: Array, right: Array) -> Array:
    """Half of what PageRank adds to the need of left[k] for right[k] more than in reverse, (k,), weight 1.

    The walk is reversible, so P_ij / P_ji = degree_j / degree_i, whatever P is; 0 where the walk does not
    reach.
    """
    walk, y = features.walk, features.standardiser
    if walk is None:
        return np.zeros(len(left))
    network = (features.network_factor[left] * features.network_factor[right]).ravel()
    linked = walk.linked[left] & walk.linked[right]
    degree = np.log(np.maximum(walk.degree, 1e-12))
    return np.where(linked, network * (degree[right] - degree[left]) / (2 * y.pagerank.sd), 0.0)


def feature_weight(policy: MatchingPolicy, feature: str) -> float:
    """The weight of a feature in the need.

    >>> feature_weight(MatchingPolicy(text=2.0), "text")
    2.0
    """
    return float(getattr(policy, feature))


def need(parts: Mapping[str, Array], policy: MatchingPolicy) -> Array:
    """w = sum of weight x feature, (k,): how far the second of each pair answers what the first seeks.

    >>> need({"topic": np.array([0.0, 2.0])}, MatchingPolicy(topic=1.5)).tolist()
    [0.0, 3.0]
    """
    return np.asarray(sum(feature_weight(policy, name) * values for name, values in parts.items()))


def own_and_other_odds(forward: Array, backward: Array, policy: MatchingPolicy) -> tuple[Array, Array]:
    """(exp(slope own_need) E_ij, E_ji) with E = exp(intercept + slope w), given w_ij and w_ji: the odds of i
    that come from what i gets, and those from what i can give.

    >>> policy = MatchingPolicy(intercept=0.0, slope=1.0, own_need=0.0)
    >>> [f"{odds[0]:.3g}" for odds in own_and_other_odds(np.array([0.0]), np.array([-np.inf]), policy)]
    ['1', '1.8e-35']
    """
    logits = (policy.intercept + policy.slope * w for w in (forward, backward))
    own, other = (np.exp(np.clip(logit, -MAX_LOGIT, MAX_LOGIT)) for logit in logits)
    return own * np.exp(policy.slope * policy.own_need).astype(own.dtype), other


def acceptance_log_odds(forward: Array, backward: Array, policy: MatchingPolicy) -> tuple[Array, Array]:
    """(ln odds_ij, ln odds_ji) from the needs w_ij and w_ji: odds_ij = exp(slope own_need) E_ij + E_ji, and
    so in reverse.

    An offer is a promise to accept: a person asked for what they offer is nearly as willing as one who gets
    what they seek. Unlike p, which float32 rounds to 1 from 17 on, they tell all pairs apart.

    >>> policy = MatchingPolicy(intercept=0.0, slope=1.0, own_need=np.log(2))
    >>> [round(float(odds[0]), 3) for odds in acceptance_log_odds(np.array([0.0]), np.array([3.0]), policy)]
    [3.095, 3.718]
    """
    mine = np.add(*own_and_other_odds(forward, backward, policy))
    theirs = np.add(*own_and_other_odds(backward, forward, policy))
    return np.log(mine), np.log(theirs)


def probability(log_odds: Array) -> Array:
    """1 / (1 + exp(-log odds)), 0 for -inf.

    >>> probability(np.array([0.0, -np.inf])).tolist()
    [0.5, 0.0]
    """
    with np.errstate(over="ignore"):
        odds_against: Array = np.exp(-log_odds)
    odds_against += 1
    return np.reciprocal(odds_against, out=odds_against)


def score_of_needs(forward: Array, backward: Array, policy: MatchingPolicy) -> Array:
    """`reciprocal_score` of `acceptance_log_odds`, without a logarithm.

    With a, b = exp(slope w), s = a + b and e = exp(slope own_need) the odds are e a + b and e b + a, times
    exp(intercept), and the score is d / (d + (1 + e) s / (2 e exp(intercept))), d = s s + (1 - e)^2 a b / e.

    >>> policy = MatchingPolicy(own_need=np.log(2))
    >>> needs = np.array([0.0]), np.array([3.0])
    >>> alike = score_of_needs(*needs, policy), reciprocal_score(*acceptance_log_odds(*needs, policy))
    >>> [round(float(score[0]), 6) for score in alike]
    [0.478569, 0.478569]
    """
    lift, most = float(np.exp(policy.slope * policy.own_need)), MAX_LOGIT / 2 / policy.slope
    a, b = np.clip(forward, -most, most), np.clip(backward, -most, most)
    for odds in (a, b):
        odds *= policy.slope
        np.exp(odds, out=odds)
    total: Array = a + b
    a *= b
    a *= (1 - lift) ** 2 / lift
    score: Array = total * total
    score += a
    total *= (1 + lift) / (2 * lift) * float(np.exp(-policy.intercept))
    total += score
    score /= total
    return score


def acceptance_probabilities(forward: Array, backward: Array, policy: MatchingPolicy) -> tuple[Array, Array]:
    """(p_ij, p_ji), the probabilities of `acceptance_log_odds`: a score, not a chance, until answers
    calibrate it.

    >>> policy = MatchingPolicy(intercept=0.0, slope=1.0, own_need=np.log(2))
    >>> [p.round(4).tolist() for p in acceptance_probabilities(np.array([0.0]), np.array([0.0]), policy)]
    [[0.75], [0.75]]
    """
    mine, theirs = acceptance_log_odds(forward, backward, policy)
    return probability(mine), probability(theirs)


@dataclass(frozen=True, slots=True)
class Scorer:
    """The needs of all pairs in tiles, equal to `need` of `standardised_features`.

    Weights, means and deviations are folded into a few columns of each person. `seeks`, `offers`, `about`
    (n, d + 1 + topics): seeks_i . offers_j is how the offers of j answer i, seeks_i . about_j how their about
    does. `alike` (n, k), `alike_scale` (k,): (alike_i scale) . alike_j is what is the same in both
    directions: smooth, latent, and the means of words, of PageRank and of odd paths. `words`, `network`
    (n, 1): a person's factors on words and on PageRank, 0 without; `half_degree` (n, 1): half of ln degree in
    the walk.
    """

    features: Features
    policy: MatchingPolicy
    seeks: Array
    offers: Array
    about: Array
    alike: Array
    alike_scale: Array
    words: Array
    network: Array
    half_degree: Array

    @classmethod
    def from_features(cls, features: Features, policy: MatchingPolicy) -> Scorer:
        """Fold weights, means and deviations into factors of each person; 0 for whoever has no text."""
        y, texts, walk = features.standardiser, features.texts, features.walk
        linked, degree = (0, np.ones(features.people)) if walk is None else (walk.linked, walk.degree)
        half_degree = 0.5 * np.log(np.maximum(degree, 1e-12))
        sought = _has_content(texts.seeks) * texts.seeks_weight
        offered = _has_content(texts.offers) * texts.offers_weight
        without_about = NO_ANSWER * (1 - _has_content(texts.about))
        discount = np.float32(policy.about_discount * y.seeks_about.sd)

        def answers(rows: Array, of: ScoreStatistics, weight: Array, shift: Array) -> Array:
            scale = weight * np.float32(policy.text / of.sd)
            return _columns((rows, scale), (np.float32(of.mean) + shift, scale), (features.offers_topics, 1))

        words = features.lexical_factor * features.has_terms[:, None]
        network = features.network_factor * np.reshape(linked, (-1, 1)).astype(np.float32)
        alike, alike_scale = _alike(features, policy, words, network)
        return cls(
            features,
            policy,
            seeks=_columns((texts.seeks, sought), (-sought, 1), (features.seeks_topics, np.float32(policy.topic))),
            offers=answers(texts.offers, y.seeks_offers, offered, offered * 0),
            about=answers(texts.about, y.seeks_about, texts.offers_weight, discount + without_about),
            alike=alike,
            alike_scale=alike_scale,
            words=words,
            network=network,
            half_degree=half_degree.astype(np.float32)[:, None],
        )

    def for_all_tiles(self) -> Scorer:
        """The same, prepared for many tiles."""
        features = self.features.for_tiles()
        if features.walk is not None and self.policy.pagerank:
            features = replace(features, walk=features.walk.for_many_sources(WALK_TOLERANCE))
        return replace(self, features=features)

    def answers(self, i: Rows, j: slice) -> tuple[Array, Array]:
        """Text and topics of i -> j and of j -> i alone, float32 (len i, len j)."""
        forward = self.seeks[i] @ self.offers[j].T
        np.maximum(forward, self.seeks[i] @ self.about[j].T, out=forward)
        if isinstance(i, slice) and i == j:
            return forward, np.ascontiguousarray(forward.T)
        backward = self.offers[i] @ self.seeks[j].T
        np.maximum(backward, self.about[i] @ self.seeks[j].T, out=backward)
        return forward, backward

    def needs(
        self, i: Rows, j: slice, answers: tuple[Array, Array], resolvent_tile: Array | None
    ) -> tuple[Array, Array]:
        """How far j answers what i seeks and i what j seeks, float32 (len i, len j), excluded or not; in
        place of the answers. `resolvent_tile` of the same shape."""
        f, p = self.features, self.policy
        forward, backward = answers
        same = (self.alike[i] * self.alike_scale) @ self.alike[j].T
        people = np.arange(f.people)[i]
        words, network, half_degree = (
            np.ascontiguousarray(factor[j].T) for factor in (self.words, self.network, self.half_degree)
        )
        lexical = f.lexical.tile(i, j) if p.lexical else None
        shared = f.languages[i] @ f.languages[j].T if f.languages.shape[1] and p.language else None
        if f.no_common_language is not None:
            same += np.float32(p.no_common_language) * f.no_common_language.mask(i, j)
        y = f.standardiser
        for gram, weight, factors, saturated in (
            # People without a network are not linked, and are in no walk.
            (f.overlap, p.graph, self.network, partial(saturate, cap=y.overlap_cap)),
            (f.odd_paths, p.odd_paths / y.odd_paths.sd, f.odd_factor, np.log1p),
        ):
            if gram is not None and weight:
                products = gram.sparse_tile(i, j)
                row = np.repeat(np.arange(len(people)), np.diff(products.indptr))
                both = factors[people[row], 0] * factors[j, 0][products.indices] * np.float32(weight)
                same[row, products.indices] += both * saturated(products.data)
        for strip in strips_of(len(people)):
            rows, part = people[strip], same[strip]
            if lexical is not None:
                part += self._lexical(lexical[strip], self.words[rows], words)
            if shared is not None:
                part += np.float32(p.language) * np.minimum(shared[strip], 1)
            forward[strip] += part
            backward[strip] += part
            if resolvent_tile is not None and p.pagerank:
                log_resolvent = np.maximum(resolvent_tile[strip], np.float32(1e-30))
                np.log(log_resolvent, out=log_resolvent)
                lean = half_degree - self.half_degree[rows]
                factors = self.network[rows] * np.float32(p.pagerank / f.standardiser.pagerank.sd) * network
                for needs, value in ((forward[strip], log_resolvent + lean), (backward[strip], log_resolvent - lean)):
                    np.maximum(value, np.float32(f.standardiser.pagerank_floor), out=value)
                    value *= factors
                    needs += value
        return forward, backward

    def _lexical(self, products: Array, left: Array, right: Array) -> Array:
        """What words add to a need, in place of the products (k, m), by factors (k, 1) and (1, m); but for
        the mean, which `alike` takes away."""
        y = self.features.standardiser.lexical
        np.minimum(products, np.float32(y.mean + MAX_LEXICAL_Z * y.sd), out=products)
        products *= np.float32(self.policy.lexical / y.sd) * left
        products *= right
        return products


def _alike(features: Features, policy: MatchingPolicy, words: Array, network: Array) -> tuple[Array, Array]:
    """`alike` and `alike_scale` of a Scorer: the vectors, and columns that take the means away, of words, of
    PageRank and of odd paths too."""
    y = features.standardiser
    columns: list[tuple[Array, Array | int]] = [(words, 1)]
    scales = [np.array([-y.lexical.mean * policy.lexical / y.lexical.sd])]
    if features.walk is not None:
        columns.append((network, 1))
        scales.append(np.array([-y.pagerank.mean * policy.pagerank / y.pagerank.sd]))
    if features.odd_paths is not None:
        columns.append((features.odd_factor, 1))
        scales.append(np.array([-y.odd_paths.mean * policy.odd_paths / y.odd_paths.sd]))
    for rows, weight, of in ((features.smooth, policy.smooth, y.smooth), (features.latent, policy.latent, y.latent)):
        if rows is not None and weight:
            known = _has_content(rows) * features.network_factor
            columns += [(rows, known), (known, 1)]
            scales += [np.full(rows.shape[1], weight / of.sd), np.array([-of.mean * weight / of.sd])]
    return _columns(*columns), np.concatenate(scales).astype(np.float32)


def _columns(*parts: tuple[Array, Array | np.float32 | int]) -> Array:
    """Rows (n, any) times factors (n, 1) or a number, side by side, float32: each copied once."""
    ends = np.cumsum([0, *(rows.shape[1] for rows, _ in parts)])
    columns = np.empty((len(parts[0][0]), ends[-1]), np.float32)
    for (rows, factors), start, end in zip(parts, ends[:-1], ends[1:], strict=True):
        np.multiply(rows, factors, out=columns[:, start:end])
    return columns


def _has_content(rows: Array) -> Array:
    has_content: Array = np.any(rows != 0, axis=1).astype(np.float32)[:, None]
    return has_content


def log_odds_of_rows(
    scorer: Scorer, rows: Array, exclusion_mask: Callable[[Array, slice], Array]
) -> tuple[Array, Array]:
    """ln odds of the people `rows` (k,) accepting everybody and of everybody accepting them, float64 (k, n);
    -inf for excluded pairs."""
    everybody, walk = slice(0, scorer.features.people), scorer.features.walk
    resolvent_rows = None if walk is None else walk.columns(rows, WALK_TOLERANCE).T
    needs = scorer.needs(rows, everybody, scorer.answers(rows, everybody), resolvent_rows)
    forward, backward = (odds.astype(np.float64) for odds in acceptance_log_odds(*needs, scorer.policy))
    excluded = exclusion_mask(rows, everybody)
    forward[excluded] = backward[excluded] = -np.inf
    return forward, backward


def log_odds_of_pairs(features: Features, policy: MatchingPolicy, left: Array, right: Array) -> tuple[Array, Array]:
    """ln odds of left[k] accepting right[k] and in reverse, (k,), excluded or not."""
    walk = features.walk
    entries = None if walk is None else resolvent_entries(walk, left, right, WALK_TOLERANCE)
    forward, backward = (
        need(standardised_features(features, policy, *ends, entries), policy) for ends in ((left, right), (right, left))
    )
    return acceptance_log_odds(forward, backward, policy)
