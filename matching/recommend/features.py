"""The features of a pair, prepared once for all people: raw values for any pairs, and the yardsticks to
compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.policy import Policy
from matching.recommend.gram import Gram
from matching.recommend.graph import Incidence, shared_columns, smooth_over_ties
from matching.recommend.pagerank import Walk
from matching.text.centring import CentredTexts, centre_texts, language_means
from matching.text.tfidf import IdfWeights, count_field_terms, fit_idf, swap_seeks_offers, tfidf_vectors
from matching.types import Array, Participant, Vectors

ENGLISH = "en"
FIELDS = ("seeks", "offers", "about")
SAMPLED_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation of a raw feature over random pairs."""

    mean: float = 0.0
    sd: float = 1.0

    @classmethod
    def of(cls, values: Array) -> Spread:
        """Of a sample; a sample without spread is measured in units of one.

        >>> Spread.of(np.array([1.0, 3.0]))
        Spread(mean=2.0, sd=1.0)
        """
        if values.size == 0:
            return cls()
        sd = float(np.std(values, dtype=np.float64))
        return cls(float(np.mean(values, dtype=np.float64)), sd if sd > 1e-6 else 1.0)


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What makes raw values comparable, kept with a run so that one changed person is measured by the same
    rule.

    `means`: field -> language -> mean vector. `about_cap`: 90th percentile of about cosines.
    `overlap_cap`: q95 of the positive common-neighbour sums. `pagerank_floor`: stands in for a walk that
    never arrives.
    """

    means: Mapping[str, Mapping[str, Array]]
    words: IdfWeights
    seeks_offers: Spread = Spread()
    about: Spread = Spread()
    about_cap: float = 1.0
    text_sd: float = 1.0
    smooth: Spread = Spread()
    lexical: Spread = Spread()
    pagerank: Spread = Spread()
    pagerank_floor: float = -20.0
    overlap_cap: float = 0.0


@dataclass(frozen=True, slots=True)
class Features:
    """Everything about the people that a pair's score reads; row k is the k-th participant by id."""

    texts: CentredTexts
    smooth: Array | None
    words: sp.csr_matrix
    lexical: Gram
    overlap: Gram | None
    walk: Walk | None
    seeks_topics: Array
    offers_topics: Array
    languages: Array
    english: Array
    yardstick: Yardstick

    @property
    def people(self) -> int:
        """How many people there are."""
        return int(self.languages.shape[0])


def prepare_features(
    participants: Sequence[Participant],
    vectors: Vectors,
    incidence: Incidence,
    policy: Policy,
    *,
    yardstick: Yardstick | None = None,
    words: sp.csr_matrix | None = None,
) -> Features:
    """Arrays for people sorted by id. A given `yardstick` is kept, else means and word weights are taken
    afresh and the spreads left to `measure`. Given `words` (counts, n rows) are used instead of reading
    the texts again."""
    languages = {name: [getattr(p, f"{name}_language") for p in participants] for name in FIELDS}
    counts = count_field_terms(participants) if words is None else words
    if yardstick is None:
        means = {
            name: language_means(getattr(vectors, name), languages[name], policy.shrink) for name in FIELDS
        }
        yardstick = Yardstick(means=means, words=fit_idf(counts))
    said = tfidf_vectors(counts, yardstick.words)
    texts = centre_texts(vectors, languages, yardstick.means, policy.stand_in, policy.smooth_aside)
    columns, damping = shared_columns(incidence, policy)
    root = sp.diags(np.sqrt(damping))
    joined = incidence.people.nnz + incidence.others.nnz > 0
    seeks, offers = _topic_matrices(participants)
    stated = _one_hot([p.languages for p in participants])
    return Features(
        texts=texts,
        smooth=_cosine_ready(smooth_over_ties(texts.own, incidence.people)) if incidence.people.nnz else None,
        words=counts,
        lexical=Gram.of(said, swap_seeks_offers(said)),
        overlap=Gram.of(columns @ root) if columns.nnz else None,
        walk=Walk.of(incidence.people, incidence.others, policy.restart, telling=incidence.telling)
        if joined
        else None,
        seeks_topics=seeks,
        offers_topics=offers,
        languages=stated,
        english=np.array([ENGLISH in p.languages for p in participants], bool),
        yardstick=yardstick,
    )


def _cosine_ready(rows: Array) -> Array:
    from matching.text.centring import normalise_rows

    return normalise_rows(rows)


def _one_hot(sets: Sequence[frozenset[str]]) -> Array:
    """0/1 columns for every language but English, float32."""
    names = sorted(set().union(*sets) - {ENGLISH})
    place = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(sets), len(names)), np.float32)
    for row, names_here in enumerate(sets):
        for name in names_here - {ENGLISH}:
            table[row, place[name]] = 1
    return table


def _topic_matrices(participants: Sequence[Participant]) -> tuple[Array, Array]:
    """IDF-weighted shares of what each seeks (rows sum to one) and 0/1 of what each offers, float32 (n,
    topics).

    A topic's weight is ln(1 + n / people offering it)."""
    names = sorted(set().union(*(p.seeks_topics | p.offers_topics for p in participants)))
    place = {name: k for k, name in enumerate(names)}
    seeks = np.zeros((len(participants), len(names)), np.float32)
    offers = np.zeros_like(seeks)
    for row, p in enumerate(participants):
        seeks[row, [place[t] for t in p.seeks_topics]] = 1
        offers[row, [place[t] for t in p.offers_topics]] = 1
    seeks *= np.log1p(len(participants) / np.maximum(offers.sum(axis=0), 1))
    total = seeks.sum(axis=1, keepdims=True)
    return np.divide(seeks, total, out=np.zeros_like(seeks), where=total > 0), offers


@dataclass(frozen=True, slots=True)
class RawPairs:
    """Raw values of pairs (i_k, j_k). Where one side cannot answer a feature, its value is NaN."""

    seeks_offers: Array
    about: Array
    smooth: Array
    lexical: Array
    overlap: Array
    topic: Array
    language: Array


def raw_pairs(features: Features, left: Array, right: Array) -> RawPairs:
    """Raw features of the directed pairs left[k] -> right[k]."""
    texts = features.texts
    silence = np.full(len(left), np.nan, np.float32)
    words = features.lexical.pairs(left, right)
    written = np.diff(features.words.indptr) > 0
    return RawPairs(
        seeks_offers=_cosines(texts.seeks, texts.offers, left, right),
        about=_cosines(texts.about, texts.about, left, right),
        smooth=silence
        if features.smooth is None
        else _cosines(features.smooth, features.smooth, left, right),
        lexical=np.where(written[left] & written[right], words, np.nan),
        overlap=silence * 0 if features.overlap is None else features.overlap.pairs(left, right),
        topic=np.einsum("ij,ij->i", features.seeks_topics[left], features.offers_topics[right]),
        language=(np.einsum("ij,ij->i", features.languages[left], features.languages[right]) > 0).astype(
            np.float32
        ),
    )


def _cosines(a: Array, b: Array, left: Array, right: Array, chunk: int = 50_000) -> Array:
    out = np.empty(len(left), np.float32)
    a_said, b_said = np.any(a != 0, axis=1), np.any(b != 0, axis=1)
    for start in range(0, len(left), chunk):
        i, j = left[start : start + chunk], right[start : start + chunk]
        out[start : start + chunk] = np.einsum("ij,ij->i", a[i], b[j])
    return np.where(a_said[left] & b_said[right], out, np.float32(np.nan))


def log_pagerank(walk: Walk, columns: Array, left: Array, right: Array, floor: float = -np.inf) -> Array:
    """ln of PageRank of right from left, given their entries of the resolvent; NaN where one of them has
    no tie, topic or session."""
    degree = walk.degree
    joined = walk.linked[left] & walk.linked[right]
    with np.errstate(divide="ignore"):
        half = 0.5 * (np.log(np.maximum(degree[right], 1e-12)) - np.log(np.maximum(degree[left], 1e-12)))
        value = np.log(np.maximum(columns, 0)) + half
    return np.where(joined, np.maximum(value, floor), np.nan)


def random_pairs(people: int, seed: int) -> tuple[Array, Array]:
    """All ordered pairs of a small crowd, else SAMPLED_PAIRS of them; never a person with herself."""
    if people * (people - 1) <= SAMPLED_PAIRS:
        grid = np.arange(people)
        left, right = np.repeat(grid, people), np.tile(grid, people)
        return left[left != right], right[left != right]
    draw = np.random.default_rng([seed, people])
    left = draw.integers(0, people, SAMPLED_PAIRS)
    return left, (left + draw.integers(1, people, SAMPLED_PAIRS)) % people
