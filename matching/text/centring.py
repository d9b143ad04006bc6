"""Mean-centring of text vectors per language, which makes cosines comparable across languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.errors import BadVectors
from matching.types import Array, Vectors


def check_vectors(vectors: Vectors, people: int) -> None:
    """Raise BadVectors unless all three arrays are finite and of one shape (people, d).

    >>> check_vectors(Vectors.empty(2), people=3)
    Traceback (most recent call last):
    matching.errors.BadVectors: vectors.seeks: 3 rows expected, shape (2, 1) given
    """
    for name in ("seeks", "offers", "about"):
        array = getattr(vectors, name)
        if array.ndim != 2 or array.shape[0] != people:
            raise BadVectors(f"vectors.{name}: {people} rows expected, shape {array.shape} given")
        if array.shape[1] != vectors.seeks.shape[1]:
            raise BadVectors(f"vectors.{name}: {array.shape[1]} dimensions, but seeks has {vectors.seeks.shape[1]}")
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise BadVectors(f"vectors.{name}: row {row} holds a value that is not a finite number")


def normalise_rows(rows: Array) -> Array:
    """The rows (n, d) divided by their Euclidean norm, float32; a zero row stays zero.

    >>> normalise_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).astype(float).round(4).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    rows = np.asarray(rows, np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-6), np.float32)


def language_means(
    vectors: Array, languages: Sequence[str], shrink: float = 5.0, priors: Mapping[str, Array] | None = None
) -> dict[str, Array]:
    """The mean vector of each language, with `shrink` texts of its prior mean added: (n_l mean_l + k prior_l)
    / (n_l + k).

    vectors: (n, d), zero rows are ignored; languages: n codes. "" stands for unknown languages: the mean of
    all texts, with the mean of all priors added. A language without a prior takes that of "". Multilingual
    encoders separate languages; removing each mean aligns them (Libovicky et al., Findings of EMNLP 2020). A
    fixed prior lets one text of a language be compared as well as two hundred.

    >>> means = language_means(np.array([[1.0, 0.0], [0.0, 1.0]]), ["th", "en"], shrink=1)
    >>> means["th"].tolist(), means[""].tolist()
    ([0.75, 0.25], [0.5, 0.5])
    >>> priors = {"th": np.array([0.0, 1.0]), "km": np.array([0.0, 0.5])}
    >>> means = language_means(np.array([[1.0, 0.0]]), ["th"], shrink=1, priors=priors)
    >>> means["th"].tolist(), means["km"].tolist(), means[""].tolist()
    ([0.5, 0.5], [0.0, 0.5], [0.5, 0.375])
    """
    priors = priors or {}
    written = np.flatnonzero(np.any(vectors != 0, axis=1))
    other_length = any(len(prior) != vectors.shape[1] for prior in priors.values())
    if other_length and written.size:
        raise BadVectors(f"the priors of languages have another length than vectors of {vectors.shape[1]}")
    if written.size == 0 and (other_length or not priors):
        return {"": np.zeros(vectors.shape[1], np.float32)}
    rows = vectors[written].astype(np.float64)
    overall: Array = np.stack([*priors.values()]).astype(np.float64) if priors else rows
    overall = _with_prior(rows, overall.mean(axis=0), shrink)
    means = {"": overall.astype(np.float32)}
    written_in = np.array([languages[int(row)] for row in written], object)
    for language in sorted(set(written_in.tolist()) | priors.keys() - {""}):
        prior = priors.get(language, overall)
        if language:
            means[language] = _with_prior(rows[written_in == language], prior, shrink).astype(np.float32)
    return means


def _with_prior(rows: Array, prior: Array, weight: float) -> Array:
    """The mean of rows (n, d) and of `weight` copies of the prior; the prior of nothing."""
    total = len(rows) + weight
    return np.asarray((rows.sum(axis=0) + weight * prior) / total if total else prior, np.float64)


def centre(vectors: Array, languages: Sequence[str], means: Mapping[str, Array]) -> Array:
    """normalise(x - mean of its language), float32; zero rows stay zero, unseen languages use means[""].

    >>> m = {"": np.array([0.0, 0.0], np.float32), "th": np.array([1.0, 0.0], np.float32)}
    >>> centre(np.array([[1.0, 1.0], [0.0, 0.0]], np.float32), ["th", "th"], m).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    written = np.any(vectors != 0, axis=1)
    keys = sorted(means)
    index = {key: k for k, key in enumerate(keys)}
    table = np.stack([means[key] for key in keys])
    centred = vectors - table[[index.get(language, index[""]) for language in languages]]
    centred[~written] = 0
    return normalise_rows(centred)


def similarities(
    text: Array,
    language: str,
    others: Array,
    languages: Sequence[str],
    text_priors: Mapping[str, Array] | None = None,
    other_priors: Mapping[str, Array] | None = None,
) -> Array:
    """Cosines of one text (d,) with others (n, d), each centred by its language: float32 (n,) in [-1, 1].

    `languages`: those of the others. The one text has no mean of its own: its language's prior is taken away,
    or the mean of all priors.

    >>> priors = {"en": np.array([1.0, 0.0])}
    >>> both = np.array([[1.0, 1.0], [1.0, -1.0]], np.float32)
    >>> similarities(both[0], "en", both, ["en", "en"], priors, priors).round(4).tolist()
    [1.0, -1.0]
    """
    own = language_means(np.zeros_like(text)[None], [language], priors=text_priors)
    theirs = language_means(others, languages, priors=other_priors)
    return np.asarray(centre(others, languages, theirs) @ centre(text[None], [language], own)[0], np.float32)


@dataclass(frozen=True, slots=True)
class CentredTexts:
    """Centred unit vectors, float32 (n, d), with fallbacks, and their weights (n, 1).

    An empty seeks or offers is replaced by about and weighs sqrt(stand_in), else 1.
    """

    seeks: Array
    offers: Array
    about: Array
    seeks_weight: Array
    offers_weight: Array

    @property
    def own(self) -> Array:
        """About, or where it is empty the mean of seeks and offers, (n, d)."""
        mean = normalise_rows(self.seeks + self.offers)
        return np.where(np.any(self.about != 0, axis=1)[:, None], self.about, mean)


def centre_texts(
    vectors: Vectors,
    languages: Mapping[str, Sequence[str]],
    means: Mapping[str, Mapping[str, Array]],
    stand_in: float = 0.5,
) -> CentredTexts:
    """Centre each field by itself and apply the fallbacks. `languages`, `means`: by field name.

    >>> about = np.array([[0.0, 2.0]], np.float32)
    >>> vectors = Vectors(seeks=about * 0, offers=about, about=about)
    >>> languages = dict.fromkeys(("seeks", "offers", "about"), [""])
    >>> means = dict.fromkeys(languages, {"": about[0] * 0})
    >>> texts = centre_texts(vectors, languages, means, stand_in=0.25)
    >>> texts.seeks.tolist(), texts.seeks_weight.tolist(), texts.offers_weight.tolist()
    ([[0.0, 1.0]], [[0.5]], [[1.0]])
    """
    fields = {
        name: centre(getattr(vectors, name), languages[name], means[name]) for name in ("seeks", "offers", "about")
    }
    given = {name: np.any(rows != 0, axis=1)[:, None] for name, rows in fields.items()}
    return CentredTexts(
        seeks=np.where(given["seeks"], fields["seeks"], fields["about"]),
        offers=np.where(given["offers"], fields["offers"], fields["about"]),
        about=fields["about"],
        seeks_weight=np.where(given["seeks"], 1, np.sqrt(stand_in)).astype(np.float32),
        offers_weight=np.where(given["offers"], 1, np.sqrt(stand_in)).astype(np.float32),
    )
