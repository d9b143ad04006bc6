"""A logistic model of acceptance over pair features, and the reciprocal score of a pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from matching.policy import Policy
from matching.recommend.features import Features, ScoreStatistics, log_pagerank, raw_features, sample_pairs
from matching.recommend.pagerank import resolvent
from matching.recommend.parallel import parallel_map
from matching.types import Array

TILE = 1024
MAX_LEXICAL_Z = 3.0
"""Cap of the standardised lexical similarity: near-duplicate texts are no better than similar ones."""
FEATURES = ("text", "about", "graph", "topic", "language", "smooth", "pagerank", "lexical")
OVERLAP_ROWS = 512


def fit_standardiser(features: Features, policy: Policy) -> tuple[Features, Array | None]:
    """Fit all statistics over sampled pairs; also returns the resolvent (n, n) of the walk, which is costly.

    text = text_share x seeks-offers + (1 - text_share) x min(about, its 90th percentile) (docs/matching.md).
    """
    left, right = sample_pairs(features.people, policy.seed)
    raw = raw_features(features, left, right)
    about = raw.about[np.isfinite(raw.about)]
    cap = float(np.percentile(about, 90)) if about.size else 1.0
    about = np.minimum(raw.about, cap)
    share = policy.text_share
    both = share * _impute_mean(raw.seeks_offers, raw.seeks_offers) + (1 - share) * _impute_mean(about, about)
    walk_resolvent = None if features.walk is None else resolvent(features.walk, tolerance=1e-4)
    standardiser = replace(
        features.standardiser,
        seeks_offers=ScoreStatistics.from_sample(raw.seeks_offers[np.isfinite(raw.seeks_offers)]),
        about=ScoreStatistics.from_sample(about[np.isfinite(about)]),
        about_cap=cap,
        text_sd=ScoreStatistics.from_sample(both[np.isfinite(raw.seeks_offers)]).sd,
        smooth=ScoreStatistics.from_sample(raw.smooth[np.isfinite(raw.smooth)]),
        lexical=ScoreStatistics.from_sample(raw.lexical[np.isfinite(raw.lexical)]),
        overlap_cap=_overlap_cap(features, policy.seed),
    )
    if walk_resolvent is not None and features.walk is not None:
        value = log_pagerank(features.walk, walk_resolvent[left, right], left, right)
        reached = value[np.isfinite(value)]
        floor = float(reached.min()) if reached.size else 0.0
        statistics = ScoreStatistics.from_sample(np.maximum(value[~np.isnan(value)], floor))
        standardiser = replace(standardiser, pagerank=statistics, pagerank_floor=floor)
    return replace(features, standardiser=standardiser), walk_resolvent


def _impute_mean(values: Array, of: Array) -> Array:
    """NaN in `of` replaced by the mean of the others."""
    known = np.isfinite(of)
    return np.where(known, values, values[known].mean() if known.any() else 0.0)


def _overlap_cap(features: Features, seed: int) -> float:
    """95th percentile of the positive overlaps of up to OVERLAP_ROWS sampled people with everybody."""
    if features.overlap is None:
        return 0.0
    gram, people = features.overlap, features.people
    rows = np.sort(np.random.default_rng([seed, people, 1]).permutation(people)[:OVERLAP_ROWS])
    block = gram.rows[rows] @ gram.rows.T
    block = block.tocoo()
    positive = block.data[(block.data > 0) & (block.col != rows[block.row])]
    return float(np.percentile(positive, 95)) if positive.size else 0.0


def saturate(overlap: Array, cap: float) -> Array:
    """min(1, ln(1 + overlap) / ln(1 + cap)): diminishing returns of overlap (Lane et al., SMJ 2021).

    >>> saturate(np.array([0.0, 1.0, 3.0, 9.0]), 3.0).tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    if cap <= 0:
        return np.zeros_like(overlap)
    saturated: Array = np.minimum(1.0, np.log1p(overlap) / np.log1p(cap, dtype=overlap.dtype))
    return saturated


def reciprocal_score(forward: Array, backward: Array) -> Array:
    """The harmonic mean of both probabilities (RECON; Pizzato et al., RecSys 2010); 0 where either is 0.

    >>> reciprocal_score(np.array([0.9, 0.5, 0.0]), np.array([0.1, 0.5, 0.0])).round(2).tolist()
    [0.18, 0.5, 0.0]
    """
    score: Array = forward * backward
    score *= 2
    score /= np.maximum(forward + backward, np.finfo(score.dtype).tiny)
    return score


def standardised_features(
    features: Features, policy: Policy, left: Array, right: Array, resolvent_entries: Array | None
) -> dict[str, Array]:
    """Standardised features by name, (k,) each, of directed pairs left[k] -> right[k]; 0 where missing.

    `resolvent_entries` (k,): the pairs' entries of the resolvent; None leaves PageRank out.
    """
    y, raw = features.standardiser, raw_features(features, left, right)
    share = policy.text_share
    weight = (features.texts.seeks_weight[left] * features.texts.offers_weight[right]).ravel()
    own_weight = (features.texts.own_weight[left] * features.texts.own_weight[right]).ravel()
    about = (np.minimum(raw.about, y.about_cap) - y.about.mean) / y.text_sd
    parts = {
        "text": share * weight * (raw.seeks_offers - y.seeks_offers.mean) / y.text_sd,
        "about": (1 - share) * about,
        "graph": saturate(raw.overlap, y.overlap_cap),
        "topic": raw.topic,
        "language": raw.language,
        "smooth": own_weight * (raw.smooth - y.smooth.mean) / y.smooth.sd,
        "pagerank": np.zeros(len(left)),
        "lexical": np.minimum((raw.lexical - y.lexical.mean) / y.lexical.sd, MAX_LEXICAL_Z),
    }
    if features.walk is not None and resolvent_entries is not None:
        value = log_pagerank(features.walk, resolvent_entries, left, right, y.pagerank_floor)
        parts["pagerank"] = (value - y.pagerank.mean) / y.pagerank.sd
    return {name: np.nan_to_num(parts[name], nan=0.0) for name in FEATURES}


def feature_weight(policy: Policy, feature: str) -> float:
    """The logit weight of a feature; "about" shares that of "text".

    >>> feature_weight(Policy(text=2.0), "about")
    2.0
    """
    return float(getattr(policy, "text" if feature == "about" else feature))


def acceptance_probability(parts: dict[str, Array], policy: Policy) -> Array:
    """sigmoid(intercept + sum of weight x feature), (k,).

    >>> policy = Policy(intercept=0.0, topic=1.0)
    >>> acceptance_probability({"topic": np.array([0.0, 2.0])}, policy).round(4).tolist()
    [0.5, 0.8808]
    """
    total = policy.intercept + sum(feature_weight(policy, name) * values for name, values in parts.items())
    return np.asarray(1 / (1 + np.exp(-total)))


@dataclass(frozen=True, slots=True)
class Scorer:
    """Logits of all pairs in tiles: the linear features are folded into two pairs of matrices."""

    features: Features
    policy: Policy
    directed: tuple[Array, Array]
    symmetric: tuple[Array, Array]
    has_about: Array

    @classmethod
    def from_features(cls, features: Features, policy: Policy) -> Scorer:
        """Fold in weights, means and deviations; extra columns subtract means where both sides have text."""
        y, texts = features.standardiser, features.texts
        scale = policy.text * policy.text_share / y.text_sd
        seeks, offers = (
            _has_content(texts.seeks) * texts.seeks_weight,
            _has_content(texts.offers) * texts.offers_weight,
        )
        left = [
            texts.seeks * texts.seeks_weight * scale,
            -scale * y.seeks_offers.mean * seeks,
            features.seeks_topics * policy.topic,
        ]
        right = [texts.offers * texts.offers_weight, offers, features.offers_topics]
        has_terms = (np.diff(features.term_counts.indptr) > 0).astype(np.float32)[:, None]
        lexical = policy.lexical / y.lexical.sd
        symmetric_left, symmetric_right = [-lexical * y.lexical.mean * has_terms], [has_terms]
        if features.smooth is not None:
            smooth = policy.smooth / y.smooth.sd
            weighted = features.smooth * texts.own_weight
            known = _has_content(features.smooth) * texts.own_weight
            symmetric_left += [weighted * smooth, -smooth * y.smooth.mean * known]
            symmetric_right += [weighted, known]
        return cls(
            features,
            policy,
            (_side(left), _side(right)),
            (_side(symmetric_left), _side(symmetric_right)),
            _has_content(texts.about),
        )

    def tile(self, i: slice, j: slice, resolvent_tile: Array | None) -> tuple[Array, Array]:
        """Logits of i -> j and of j -> i, both float32 (len i, len j); `resolvent_tile` of the same shape."""
        f, p, y = self.features, self.policy, self.features.standardiser
        same = self.symmetric[0][i] @ self.symmetric[1][j].T
        same += np.float32(p.intercept)
        if p.lexical:
            lexical = np.minimum(
                f.lexical.tile(i, j), np.float32(y.lexical.mean + MAX_LEXICAL_Z * y.lexical.sd)
            )
            same += np.float32(p.lexical / y.lexical.sd) * lexical
        about = f.texts.about[i] @ f.texts.about[j].T
        np.minimum(about, np.float32(y.about_cap), out=about)
        about -= np.float32(y.about.mean)
        about *= np.float32(p.text * (1 - p.text_share) / y.text_sd)
        given = self.has_about
        if not (given[i].all() and given[j].all()):
            about *= given[i] @ given[j].T
        same += about
        if f.overlap is not None and y.overlap_cap > 0:
            same += np.float32(p.graph) * saturate(f.overlap.tile(i, j), y.overlap_cap)
        if f.languages.shape[1]:
            same += np.float32(p.language) * (f.languages[i] @ f.languages[j].T > 0)
        forward = self.directed[0][i] @ self.directed[1][j].T
        backward = self.directed[1][i] @ self.directed[0][j].T
        forward += same
        backward += same
        if resolvent_tile is not None and f.walk is not None:
            self._add_pagerank(forward, backward, i, j, resolvent_tile)
        return forward, backward

    def _add_pagerank(
        self, forward: Array, backward: Array, i: slice, j: slice, resolvent_tile: Array
    ) -> None:
        f, y = self.features, self.features.standardiser
        assert f.walk is not None
        linked = f.walk.linked.astype(np.float32)[:, None]
        half = (0.5 * np.log(np.maximum(f.walk.degree, 1e-12))).astype(np.float32)[:, None]
        scale = np.float32(self.policy.pagerank / y.pagerank.sd)
        known = None if linked[i].all() and linked[j].all() else linked[i] @ linked[j].T
        value = np.log(np.maximum(resolvent_tile, np.float32(1e-30)))
        for logits, lean in ((forward, half[j].T - half[i]), (backward, half[i] - half[j].T)):
            part = value + lean
            np.maximum(part, np.float32(y.pagerank_floor), out=part)
            part -= np.float32(y.pagerank.mean)
            part *= scale
            if known is not None:
                part *= known
            logits += part


def _has_content(rows: Array) -> Array:
    has_content: Array = np.any(rows != 0, axis=1).astype(np.float32)[:, None]
    return has_content


def _side(blocks: list[Array]) -> Array:
    return np.ascontiguousarray(np.hstack(blocks), dtype=np.float32)


def predict_all(
    scorer: Scorer,
    walk_resolvent: Array | None,
    exclusion_mask: Callable[[slice, slice], Array] | None = None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> Array:
    """p, float32 (n, n): the probability that the row's person accepts the column's; 0 for excluded pairs.

    The resolvent (n, n) is overwritten with the result. `exclusion_mask(i, j)` is that of Exclusions.
    """
    people = scorer.features.people
    probabilities = walk_resolvent
    if probabilities is None:
        probabilities = np.empty((people, people), np.float32)
    blocks = [slice(start, min(start + TILE, people)) for start in range(0, people, TILE)]
    tiles = [(i, j) for a, i in enumerate(blocks) for j in blocks[a:]]

    def fill(tile: tuple[slice, slice]) -> None:
        i, j = tile
        excluded = None if exclusion_mask is None else exclusion_mask(i, j)
        resolvent_tile = None if walk_resolvent is None else walk_resolvent[i, j]
        forward, backward = scorer.tile(i, j, resolvent_tile)
        for logits in (forward, backward):
            np.negative(logits, out=logits)
            np.exp(logits, out=logits)
            logits += 1
            np.reciprocal(logits, out=logits)
            if excluded is not None:
                logits[excluded] = 0
        probabilities[i, j] = forward
        probabilities[j, i] = backward.T

    for done, _ in enumerate(parallel_map(fill, tiles), start=1):
        on_progress(done / len(tiles))
    return probabilities
