"""Features of pairs: values per person, raw values of any pairs, and their standardisation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from matching.network.mixing import ei_index
from matching.policy import MatchingPolicy
from matching.recommend.exclusions import NoCommonLanguage
from matching.recommend.gram import GramMatrix
from matching.recommend.graph import Incidence, columns_without_hubs, partner_damping, smooth_over_ties
from matching.recommend.pagerank import RandomWalk
from matching.text.centring import CentredTexts, centre_texts, language_means, normalise_rows
from matching.text.lsa import LatentSpace
from matching.text.tfidf import (
    IdfWeights,
    count_field_terms,
    fit_idf,
    merged_terms,
    swap_seeks_offers,
    text_terms,
    tfidf_vectors,
)
from matching.types import Array, Participant, Vectors

ENGLISH = "en"
FIELDS = ("seeks", "offers", "about")
SAMPLED_PAIRS = 20_000
ENOUGH_PARTNERS = 10
"""With so many partners, odd paths count half of what they do with any number."""
Priors = Mapping[str, Mapping[str, Array]]
"""Field (seeks, offers, about) -> language -> prior mean vector."""


@dataclass(frozen=True, slots=True)
class ScoreStatistics:
    """Mean and standard deviation of a raw feature over sampled pairs."""

    mean: float = 0.0
    sd: float = 1.0

    @classmethod
    def from_sample(cls, values: Array) -> ScoreStatistics:
        """Of a sample (k,); a standard deviation near zero becomes one.

        >>> ScoreStatistics.from_sample(np.array([1.0, 3.0]))
        ScoreStatistics(mean=2.0, sd=1.0)
        """
        if values.size == 0:
            return cls()
        sd = float(np.std(values, dtype=np.float64))
        return cls(float(np.mean(values, dtype=np.float64)), sd if sd > 1e-6 else 1.0)


@dataclass(frozen=True, slots=True)
class Standardiser:
    """Fitted statistics that make raw features comparable, stored with a run to score later changes alike.

    `means`: field -> language -> mean vector. `latent_space`: the projection of terms. `overlap_cap`: 95th
    percentile of the positive overlaps. `odd_paths`: of ln(1 + sum over odd paths); `odd_lift`:
    their factor for how far ties lead across constituencies. `pagerank_floor`: ln PageRank of a pair the walk
    never reaches.
    """

    means: Mapping[str, Mapping[str, Array]]
    idf: IdfWeights
    latent_space: LatentSpace
    seeks_offers: ScoreStatistics = ScoreStatistics()
    seeks_about: ScoreStatistics = ScoreStatistics()
    smooth: ScoreStatistics = ScoreStatistics()
    lexical: ScoreStatistics = ScoreStatistics()
    latent: ScoreStatistics = ScoreStatistics()
    odd_paths: ScoreStatistics = ScoreStatistics()
    pagerank: ScoreStatistics = ScoreStatistics()
    pagerank_floor: float = -20.0
    overlap_cap: float = 0.0
    odd_lift: float = 1.0


@dataclass(frozen=True, slots=True)
class Features:
    """What the need of a pair is computed from; row k is the k-th participant by id.

    `lexical_factor`, `network_factor` (n, 1): square roots of a person's factors on words and on the network;
    `odd_factor` (n, 1): the latter times how far a person's partners are enough for odd paths to tell;
    `no_common_language`: None without interpreters.
    """

    texts: CentredTexts
    smooth: Array | None
    term_counts: sp.csr_matrix
    lexical: GramMatrix
    latent: Array
    overlap: GramMatrix | None
    odd_paths: GramMatrix | None
    walk: RandomWalk | None
    seeks_topics: Array
    offers_topics: Array
    languages: Array
    no_common_language: NoCommonLanguage | None
    lexical_factor: Array
    network_factor: Array
    odd_factor: Array
    standardiser: Standardiser

    @property
    def people(self) -> int:
        """The number of people."""
        return int(self.languages.shape[0])

    @property
    def has_terms(self) -> Array:
        """Whether each has words to compare, bool (n,)."""
        return np.asarray(np.diff(self.lexical.rows.indptr) > 0)

    def for_tiles(self) -> Features:
        """The same, prepared for many tiles, without what they do not read: vectors, terms, means."""
        nothing = np.zeros((self.people, 0), np.float32)
        overlap, odd_paths = (
            None if gram is None else gram.for_all_tiles(0) for gram in (self.overlap, self.odd_paths)
        )
        return replace(
            self,
            texts=CentredTexts(*[nothing] * len(CentredTexts.__slots__)),
            smooth=None,
            term_counts=sp.csr_matrix(nothing),
            lexical=self.lexical.for_all_tiles(),
            latent=nothing,
            overlap=overlap,
            odd_paths=odd_paths,
            standardiser=replace(
                self.standardiser,
                means={},
                idf=IdfWeights(nothing[0:0]),
                latent_space=LatentSpace(nothing[0:0], nothing[0:0]),
            ),
        )


def text_languages(participants: Sequence[Participant], field: str) -> list[str]:
    """The language of everybody's text of this field."""
    return [getattr(person, f"{field}_language") for person in participants]


def fit_means(
    participants: Sequence[Participant], vectors: Vectors, policy: MatchingPolicy, priors: Priors | None = None
) -> dict[str, dict[str, Array]]:
    """The mean vector of each language, by field."""
    return {
        name: language_means(
            getattr(vectors, name), text_languages(participants, name), policy.shrink, (priors or {}).get(name)
        )
        for name in FIELDS
    }


def prepare_features(
    participants: Sequence[Participant],
    vectors: Vectors,
    incidence: Incidence,
    policy: MatchingPolicy,
    *,
    standardiser: Standardiser | None = None,
    term_counts: sp.csr_matrix | None = None,
    latent: Array | None = None,
    priors: Priors | None = None,
) -> Features:
    """The features of participants sorted by id.

    A given `standardiser` is kept; else language means (with `priors`, by field), idf and the latent space
    are fitted here and the statistics are left to `fit_standardiser`. Given `term_counts` (n, terms) and
    `latent` (n, k) save counting and projecting the texts again.
    """
    if term_counts is None:
        term_counts = count_field_terms(participants)
    texts_only = text_terms(term_counts)
    if standardiser is None:
        means = fit_means(participants, vectors, policy, priors)
        idf = fit_idf(texts_only)
        space = LatentSpace.fit(tfidf_vectors(merged_terms(term_counts), idf), seed=policy.seed)
        lift = _odd_lift(incidence.newest, [p.constituency for p in participants])
        standardiser = Standardiser(means=means, idf=idf, latent_space=space, odd_lift=lift)
    if latent is None:
        latent = project_terms(term_counts, standardiser)
    tfidf = tfidf_vectors(texts_only, standardiser.idf)
    languages = {name: text_languages(participants, name) for name in FIELDS}
    texts = centre_texts(vectors, languages, standardiser.means, policy.stand_in)
    columns, damping = columns_without_hubs(incidence, policy)
    root = sp.diags(np.sqrt(damping))
    linked = incidence.people.nnz + incidence.others.nnz > 0
    seeks, offers = _topic_matrices(participants)
    declares = np.array([_declares(p) for p in participants], bool)[:, None]
    network_factor = np.where(declares, np.sqrt(policy.network_declared), 1).astype(np.float32)
    partners = np.diff(incidence.newest.indptr).astype(np.float32)[:, None]
    return Features(
        texts=texts,
        smooth=normalise_rows(smooth_over_ties(texts.own, incidence.people)) if incidence.people.nnz else None,
        term_counts=term_counts,
        lexical=GramMatrix.from_rows(tfidf, swap_seeks_offers(tfidf)),
        latent=latent,
        overlap=GramMatrix.from_rows(columns @ root) if columns.nnz else None,
        odd_paths=_odd_paths(incidence.newest) if incidence.newest.nnz else None,
        walk=RandomWalk.from_adjacency(
            incidence.people, incidence.others, policy.restart, informative=incidence.without_organisations
        )
        if linked
        else None,
        seeks_topics=seeks,
        offers_topics=offers,
        languages=_one_hot([p.languages for p in participants]),
        no_common_language=NoCommonLanguage.from_participants(participants) if policy.interpreters else None,
        lexical_factor=np.where(declares, np.sqrt(policy.lexical_declared), 1).astype(np.float32),
        network_factor=network_factor,
        odd_factor=network_factor
        * np.sqrt(np.float32(standardiser.odd_lift) * partners / (partners + ENOUGH_PARTNERS)),
        standardiser=standardiser,
    )


def project_terms(term_counts: sp.csr_matrix, standardiser: Standardiser) -> Array:
    """The latent vectors, float32 (n, k), of people with these terms."""
    return standardiser.latent_space.project(tfidf_vectors(merged_terms(term_counts), standardiser.idf))


def _declares(person: Participant) -> bool:
    """Whether the person seeks or offers something, in words or by topics."""
    return bool(person.declares_need or person.offers.strip() or person.offers_topics)


def _odd_paths(ties: sp.csr_matrix) -> GramMatrix:
    """B D B D B of `adamic_adar_3path` as (B D B) (B D)ᵀ, which stays sparse where the product is not."""
    damped = sp.csr_matrix(ties @ partner_damping(ties))
    return GramMatrix.from_rows(damped @ ties, damped)


def _odd_lift(ties: sp.csr_matrix, constituencies: Sequence[str]) -> float:
    """1 + the E-I index of the ties over constituencies, at least 1: where all ties lead across, as between
    two sides, people have no partners in common with those they may meet, and odd paths are all there is.

    >>> tie = sp.csr_matrix(np.array([[0, 1], [1, 0]]))
    >>> _odd_lift(tie, ["a", "b"]), _odd_lift(tie, ["a", "a"])
    (2.0, 1.0)
    """
    ends, groups = ties.tocoo(), np.unique(constituencies, return_inverse=True)[1]
    index = ei_index(np.ones(ties.nnz), groups[ends.row] != groups[ends.col])
    return 1.0 + max(0.0, index or 0.0)


def _one_hot(sets: Sequence[frozenset[str]]) -> Array:
    """One-hot columns of all languages but English, float32 (n, l)."""
    names = sorted(set().union(*sets) - {ENGLISH})
    column = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(sets), len(names)), np.float32)
    for row, own in enumerate(sets):
        for name in own - {ENGLISH}:
            table[row, column[name]] = 1
    return table


def _topic_matrices(participants: Sequence[Participant]) -> tuple[Array, Array]:
    """(seeks, offers), float32 (n, topics): idf-weighted shares with rows summing to one, and 0/1.

    The idf of a topic is ln(1 + n / people offering it).
    """
    names = sorted(set().union(*(p.seeks_topics | p.offers_topics for p in participants)))
    column = {name: k for k, name in enumerate(names)}
    seeks = np.zeros((len(participants), len(names)), np.float32)
    offers = np.zeros_like(seeks)
    for row, p in enumerate(participants):
        seeks[row, [column[t] for t in p.seeks_topics]] = 1
        offers[row, [column[t] for t in p.offers_topics]] = 1
    seeks *= np.log1p(len(participants) / np.maximum(offers.sum(axis=0), 1))
    total = seeks.sum(axis=1, keepdims=True)
    return np.divide(seeks, total, out=np.zeros_like(seeks), where=total > 0), offers


@dataclass(frozen=True, slots=True)
class RawFeatures:
    """Raw features of pairs, (k,) each; NaN where one side has no value."""

    seeks_offers: Array
    seeks_about: Array
    smooth: Array
    lexical: Array
    latent: Array
    overlap: Array
    odd_paths: Array
    topic: Array
    language: Array
    no_common_language: Array


def raw_features(features: Features, left: Array, right: Array) -> RawFeatures:
    """Raw features of the directed pairs left[k] -> right[k]."""
    seeks_offers, seeks_about, topic = _answers(features, left, right)
    missing = np.full(len(left), np.nan, np.float32)
    lexical = features.lexical.pairs(left, right)
    has_terms = features.has_terms
    return RawFeatures(
        seeks_offers=seeks_offers,
        seeks_about=seeks_about,
        smooth=missing if features.smooth is None else _cosines(features.smooth, features.smooth, left, right),
        lexical=np.where(has_terms[left] & has_terms[right], lexical, np.nan),
        latent=_cosines(features.latent, features.latent, left, right),
        odd_paths=missing * 0 if features.odd_paths is None else features.odd_paths.pairs(left, right),
        overlap=missing * 0 if features.overlap is None else features.overlap.pairs(left, right),
        topic=topic,
        language=(np.einsum("ij,ij->i", features.languages[left], features.languages[right]) > 0).astype(np.float32),
        no_common_language=missing * 0
        if features.no_common_language is None
        else features.no_common_language.pairs(left, right).astype(np.float32),
    )


def reversed_features(features: Features, raw: RawFeatures, left: Array, right: Array) -> RawFeatures:
    """Raw features of right[k] -> left[k], given those of left[k] -> right[k]: all but what answers a need is
    the same in both directions."""
    seeks_offers, seeks_about, topic = _answers(features, right, left)
    return replace(raw, seeks_offers=seeks_offers, seeks_about=seeks_about, topic=topic)


def _answers(features: Features, left: Array, right: Array) -> tuple[Array, Array, Array]:
    """Seeks with offers, seeks with about, and topics, of left[k] -> right[k]."""
    texts = features.texts
    return (
        _cosines(texts.seeks, texts.offers, left, right),
        _cosines(texts.seeks, texts.about, left, right),
        np.einsum("ij,ij->i", features.seeks_topics[left], features.offers_topics[right]),
    )


def _cosines(a: Array, b: Array, left: Array, right: Array, chunk: int = 2_000) -> Array:
    """The inner products of row left[k] of a with row right[k] of b, (k,); NaN where one of them is zero.

    `chunk` pairs at a time stay in the processor's cache.
    """
    out = np.empty(len(left), np.float32)
    for start in range(0, len(left), chunk):
        these = slice(start, start + chunk)
        out[these] = np.einsum("ij,ij->i", a[left[these]], b[right[these]])
    nothing = np.flatnonzero(out == 0)  # of which a few may be at right angles
    out[nothing[~(a[left[nothing]].any(axis=1) & b[right[nothing]].any(axis=1))]] = np.nan
    return out


def log_pagerank(walk: RandomWalk, columns: Array, left: Array, right: Array, floor: float = -np.inf) -> Array:
    """ln PageRank of right[k] from left[k], (k,), given their entries of the resolvent; NaN where one of them
    is not linked.

    >>> tie = sp.csr_matrix(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> walk = RandomWalk.from_adjacency(tie, sp.csr_matrix((2, 0)), 0.15)
    >>> log_pagerank(walk, np.array([1.0]), np.array([0]), np.array([1])).tolist()
    [0.0]
    """
    degree = walk.degree
    linked = walk.linked[left] & walk.linked[right]
    with np.errstate(divide="ignore"):
        half = 0.5 * (np.log(np.maximum(degree[right], 1e-12)) - np.log(np.maximum(degree[left], 1e-12)))
        value = np.log(np.maximum(columns, 0)) + half
    return np.where(linked, np.maximum(value, floor), np.nan)


def sample_pairs(people: int, seed: int) -> tuple[Array, Array]:
    """All ordered pairs of different people, or SAMPLED_PAIRS random ones if there are more.

    >>> left, right = sample_pairs(2, seed=0)
    >>> list(zip(left.tolist(), right.tolist()))
    [(0, 1), (1, 0)]
    """
    if people * (people - 1) <= SAMPLED_PAIRS:
        grid = np.arange(people)
        left, right = np.repeat(grid, people), np.tile(grid, people)
        return left[left != right], right[left != right]
    rng = np.random.default_rng([seed, people])
    left = rng.integers(0, people, SAMPLED_PAIRS)
    return left, (left + rng.integers(1, people, SAMPLED_PAIRS)) % people
