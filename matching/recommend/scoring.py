"""Features x weights -> the chance that each would say yes to each, and the mutual score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from matching.policy import Policy
from matching.recommend.features import Features, Spread, Yardstick, log_pagerank, random_pairs, raw_pairs
from matching.recommend.pagerank import resolvent
from matching.recommend.threads import each
from matching.types import Array

TILE = 1024
MOST_ALIKE = 3.0
"""Words in common count up to so many deviations: beyond, a text is a copy, and no reason to meet."""
FEATURES = ("text", "about", "graph", "topic", "language", "smooth", "pagerank", "lexical")
OVERLAP_ROWS = 512


def measure(features: Features, policy: Policy) -> tuple[Features, Array | None]:
    """Take the spreads of all features over random pairs; also gives the walk's resolvent (n, n), which is
    costly.

    z-scores follow matching design step 1: t = .8 seeks-offers + .2 min(about, its 90th percentile).
    """
    left, right = random_pairs(features.people, policy.seed)
    raw = raw_pairs(features, left, right)
    about = raw.about[np.isfinite(raw.about)]
    cap = float(np.percentile(about, 90)) if about.size else 1.0
    about = np.minimum(raw.about, cap)
    share = policy.text_share
    both = share * _known(raw.seeks_offers, raw.seeks_offers) + (1 - share) * _known(about, about)
    walked = None if features.walk is None else resolvent(features.walk, tolerance=1e-4)
    yardstick = replace(
        features.yardstick,
        seeks_offers=Spread.of(raw.seeks_offers[np.isfinite(raw.seeks_offers)]),
        about=Spread.of(about[np.isfinite(about)]),
        about_cap=cap,
        text_sd=Spread.of(both[np.isfinite(raw.seeks_offers)]).sd,
        smooth=Spread.of(raw.smooth[np.isfinite(raw.smooth)]),
        lexical=Spread.of(raw.lexical[np.isfinite(raw.lexical)]),
        overlap_cap=_overlap_cap(features, policy.seed),
    )
    if walked is not None and features.walk is not None:
        value = log_pagerank(features.walk, walked[left, right], left, right)
        reached = value[np.isfinite(value)]
        floor = float(reached.min()) if reached.size else 0.0
        spread = Spread.of(np.maximum(value[~np.isnan(value)], floor))
        yardstick = replace(yardstick, pagerank=spread, pagerank_floor=floor)
    return replace(features, yardstick=yardstick), walked


def _known(values: Array, of: Array) -> Array:
    """Values where known, their own mean where not."""
    known = np.isfinite(of)
    return np.where(known, values, values[known].mean() if known.any() else 0.0)


def _overlap_cap(features: Features, seed: int) -> float:
    """q95 of the positive overlaps, over all pairs of a small crowd or of OVERLAP_ROWS of its people with
    everybody."""
    if features.overlap is None:
        return 0.0
    gram, people = features.overlap, features.people
    rows = np.sort(np.random.default_rng([seed, people, 1]).permutation(people)[:OVERLAP_ROWS])
    block = gram.rows[rows] @ gram.rows.T
    block = block.tocoo()
    positive = block.data[(block.data > 0) & (block.col != rows[block.row])]
    return float(np.percentile(positive, 95)) if positive.size else 0.0


def saturate(overlap: Array, cap: float) -> Array:
    """min(1, ln(1 + a) / ln(1 + cap)): some overlap is best, sameness adds nothing (Lane et al., SMJ 2021).

    >>> saturate(np.array([0.0, 1.0, 3.0, 9.0]), 3.0).tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    if cap <= 0:
        return np.zeros_like(overlap)
    part: Array = np.minimum(1.0, np.log1p(overlap) / np.log1p(cap, dtype=overlap.dtype))
    return part


def mutual(forth: Array, back: Array) -> Array:
    """The harmonic mean of both chances: a one-sided wish is worth little (RECON, RecSys 2010).

    >>> mutual(np.array([0.9, 0.5, 0.0]), np.array([0.1, 0.5, 0.0])).round(2).tolist()
    [0.18, 0.5, 0.0]
    """
    score: Array = forth * back
    score *= 2
    score /= np.maximum(forth + back, np.finfo(score.dtype).tiny)
    return score


def pair_parts(
    features: Features, policy: Policy, left: Array, right: Array, walked: Array | None
) -> dict[str, Array]:
    """x of every feature for the directed pairs left[k] -> right[k]; 0 where a side cannot answer.

    `walked` holds the pairs' entries of the resolvent, or None where PageRank is not asked for.
    """
    y, raw = features.yardstick, raw_pairs(features, left, right)
    share = policy.text_share
    worth = (features.texts.seeks_weight[left] * features.texts.offers_weight[right]).ravel()
    aside = (features.texts.own_weight[left] * features.texts.own_weight[right]).ravel()
    about = (np.minimum(raw.about, y.about_cap) - y.about.mean) / y.text_sd
    parts = {
        "text": share * worth * (raw.seeks_offers - y.seeks_offers.mean) / y.text_sd,
        "about": (1 - share) * about,
        "graph": saturate(raw.overlap, y.overlap_cap),
        "topic": raw.topic,
        "language": raw.language,
        "smooth": aside * (raw.smooth - y.smooth.mean) / y.smooth.sd,
        "pagerank": np.zeros(len(left)),
        "lexical": np.minimum((raw.lexical - y.lexical.mean) / y.lexical.sd, MOST_ALIKE),
    }
    if features.walk is not None and walked is not None:
        value = log_pagerank(features.walk, walked, left, right, y.pagerank_floor)
        parts["pagerank"] = (value - y.pagerank.mean) / y.pagerank.sd
    return {name: np.nan_to_num(parts[name], nan=0.0) for name in FEATURES}


def weight_of(policy: Policy, feature: str) -> float:
    """b of a feature; the two halves of the text share one weight."""
    return float(getattr(policy, "text" if feature == "about" else feature))


def chance(parts: dict[str, Array], policy: Policy) -> Array:
    """sigmoid(b0 + sum b_k x_k)."""
    total = policy.intercept + sum(weight_of(policy, name) * values for name, values in parts.items())
    return np.asarray(1 / (1 + np.exp(-total)))


@dataclass(frozen=True, slots=True)
class Scorer:
    """All linear features folded into three pairs of matrices, so that a tile of pairs costs few products."""

    features: Features
    policy: Policy
    directed: tuple[Array, Array]
    level: tuple[Array, Array]
    about_said: Array

    @classmethod
    def of(cls, features: Features, policy: Policy) -> Scorer:
        """Fold weights, means and spreads in: an extra column subtracts a mean only where both sides
        answer."""
        y, texts = features.yardstick, features.texts
        scale = policy.text * policy.text_share / y.text_sd
        seeks, offers = _said(texts.seeks) * texts.seeks_weight, _said(texts.offers) * texts.offers_weight
        left = [
            texts.seeks * texts.seeks_weight * scale,
            -scale * y.seeks_offers.mean * seeks,
            features.seeks_topics * policy.topic,
        ]
        right = [texts.offers * texts.offers_weight, offers, features.offers_topics]
        written = (np.diff(features.words.indptr) > 0).astype(np.float32)[:, None]
        words = policy.lexical / y.lexical.sd
        level_left, level_right = [-words * y.lexical.mean * written], [written]
        if features.smooth is not None:
            smooth = policy.smooth / y.smooth.sd
            weighed = features.smooth * texts.own_weight
            known = _said(features.smooth) * texts.own_weight
            level_left += [weighed * smooth, -smooth * y.smooth.mean * known]
            level_right += [weighed, known]
        return cls(
            features,
            policy,
            (_side(left), _side(right)),
            (_side(level_left), _side(level_right)),
            _said(texts.about),
        )

    def tile(self, i: slice, j: slice, walked: Array | None) -> tuple[Array, Array]:
        """Logits of i -> j, and of j -> i laid out the same way, float32 (len i, len j)."""
        f, p, y = self.features, self.policy, self.features.yardstick
        same = self.level[0][i] @ self.level[1][j].T
        same += np.float32(p.intercept)
        if p.lexical:
            words = np.minimum(f.lexical.tile(i, j), np.float32(y.lexical.mean + MOST_ALIKE * y.lexical.sd))
            same += np.float32(p.lexical / y.lexical.sd) * words
        about = f.texts.about[i] @ f.texts.about[j].T
        np.minimum(about, np.float32(y.about_cap), out=about)
        about -= np.float32(y.about.mean)
        about *= np.float32(p.text * (1 - p.text_share) / y.text_sd)
        said = self.about_said
        if not (said[i].all() and said[j].all()):
            about *= said[i] @ said[j].T
        same += about
        if f.overlap is not None and y.overlap_cap > 0:
            same += np.float32(p.graph) * saturate(f.overlap.tile(i, j), y.overlap_cap)
        if f.languages.shape[1]:
            same += np.float32(p.language) * (f.languages[i] @ f.languages[j].T > 0)
        forth = self.directed[0][i] @ self.directed[1][j].T
        back = self.directed[1][i] @ self.directed[0][j].T
        forth += same
        back += same
        if walked is not None and f.walk is not None:
            self._add_pagerank(forth, back, i, j, walked)
        return forth, back

    def _add_pagerank(self, forth: Array, back: Array, i: slice, j: slice, walked: Array) -> None:
        f, y = self.features, self.features.yardstick
        assert f.walk is not None
        linked = f.walk.linked.astype(np.float32)[:, None]
        half = (0.5 * np.log(np.maximum(f.walk.degree, 1e-12))).astype(np.float32)[:, None]
        scale = np.float32(self.policy.pagerank / y.pagerank.sd)
        known = None if linked[i].all() and linked[j].all() else linked[i] @ linked[j].T
        value = np.log(np.maximum(walked, np.float32(1e-30)))
        for logits, lean in ((forth, half[j].T - half[i]), (back, half[i] - half[j].T)):
            part = value + lean
            np.maximum(part, np.float32(y.pagerank_floor), out=part)
            part -= np.float32(y.pagerank.mean)
            part *= scale
            if known is not None:
                part *= known
            logits += part


def _said(rows: Array) -> Array:
    said: Array = np.any(rows != 0, axis=1).astype(np.float32)[:, None]
    return said


def _side(blocks: list[Array]) -> Array:
    return np.ascontiguousarray(np.hstack(blocks), dtype=np.float32)


def score_all(
    scorer: Scorer,
    walked: Array | None,
    forbidden: Callable[[slice, slice], Array] | None = None,
    tick: Callable[[float], None] = lambda _: None,
) -> Array:
    """p, float32 (n, n): the chance that the row's person says yes to the column's. Each unordered pair of
    tiles is computed once; `walked` is used up and becomes the answer. `forbidden` marks what may not be
    proposed: its chance is 0."""
    people = scorer.features.people
    answer = np.empty((people, people), np.float32) if walked is None else walked
    runs = [slice(start, min(start + TILE, people)) for start in range(0, people, TILE)]
    tiles = [(i, j) for a, i in enumerate(runs) for j in runs[a:]]

    def fill(tile: tuple[slice, slice]) -> None:
        i, j = tile
        barred = None if forbidden is None else forbidden(i, j)
        forth, back = scorer.tile(i, j, None if walked is None else walked[i, j])
        for logits in (forth, back):
            np.negative(logits, out=logits)
            np.exp(logits, out=logits)
            logits += 1
            np.reciprocal(logits, out=logits)
            if barred is not None:
                logits[barred] = 0
        answer[i, j] = forth
        answer[j, i] = back.T

    for done, _ in enumerate(each(fill, tiles), start=1):
        tick(done / len(tiles))
    return answer


def fresh_yardstick(features: Features, yardstick: Yardstick) -> Features:
    """The same people measured by another yardstick."""
    return replace(features, yardstick=yardstick)
