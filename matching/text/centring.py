"""What one seeks against what the other offers: vectors made comparable across languages and people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.errors import BadVectors
from matching.types import Array, Vectors


def check_vectors(vectors: Vectors, people: int) -> None:
    """Refuse (BadVectors) what is not three finite float arrays of one shape (people, d)."""
    for name in ("seeks", "offers", "about"):
        array = getattr(vectors, name)
        if array.ndim != 2 or array.shape[0] != people:
            raise BadVectors(f"vectors.{name}: {people} rows expected, shape {array.shape} given")
        if array.shape[1] != vectors.seeks.shape[1]:
            raise BadVectors(
                f"vectors.{name}: {array.shape[1]} dimensions, but seeks has {vectors.seeks.shape[1]}"
            )
        if not np.isfinite(array).all():
            row = int(np.flatnonzero(~np.isfinite(array).all(axis=1))[0])
            raise BadVectors(f"vectors.{name}: row {row} holds a value that is not a finite number")


def unit(rows: Array) -> Array:
    """Rows of length one; a zero row stays zero.

    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    rows = np.asarray(rows, np.float32)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-6), np.float32)


def language_means(vectors: Array, languages: Sequence[str], shrink: float = 50.0) -> dict[str, Array]:
    """The mean vector of each language, drawn towards the mean of all: (n_l mean_l + k mean)/(n_l + k).

    Texts of unknown language ("") get the mean of all. Zero rows are no texts and do not count. Raw
    cosines of a multilingual model cannot be compared across languages; without its own language's mean a
    text can.

    >>> means = language_means(np.array([[1.0, 0.0], [0.0, 1.0]]), ["th", "en"], shrink=1)
    >>> means["th"].tolist(), means[""].tolist()
    ([0.75, 0.25], [0.5, 0.5])
    """
    written = np.flatnonzero(np.any(vectors != 0, axis=1))
    if written.size == 0:
        return {"": np.zeros(vectors.shape[1], np.float32)}
    overall = vectors[written].mean(axis=0, dtype=np.float64)
    means = {"": overall.astype(np.float32)}
    spoken = np.array([languages[int(row)] for row in written])
    for language in sorted(set(spoken) - {""}):
        own = vectors[written[spoken == language]]
        weight = len(own) + shrink
        means[language] = ((own.sum(axis=0, dtype=np.float64) + shrink * overall) / weight).astype(np.float32)
    return means


def centre(vectors: Array, languages: Sequence[str], means: Mapping[str, Array]) -> Array:
    """normalise(x - m_l), float32; zero rows stay zero, a language without a mean takes the mean of all.

    >>> m = {"": np.array([0.0, 0.0], np.float32), "th": np.array([1.0, 0.0], np.float32)}
    >>> centre(np.array([[1.0, 1.0], [0.0, 0.0]], np.float32), ["th", "th"], m).tolist()
    [[0.0, 1.0], [0.0, 0.0]]
    """
    written = np.any(vectors != 0, axis=1)
    keys = sorted(means)
    place = {key: k for k, key in enumerate(keys)}
    table = np.stack([means[key] for key in keys])
    moved = vectors - table[[place.get(language, place[""]) for language in languages]]
    moved[~written] = 0
    return unit(moved)


@dataclass(frozen=True, slots=True)
class Texts:
    """Centred unit vectors, float32 (n, d), after the fallbacks: who does not say what she seeks or offers is
    read by what she is about; the worths (n, 1) are 1, or the root of `stand_in` where that happened, and for
    `own` the root of `smooth_aside` where it did not happen.
    `own` is what she is about, or the mean of what she seeks and offers: sharing work is common ground,
    seeking the same is not."""

    seeks: Array
    offers: Array
    about: Array
    own: Array
    seeks_worth: Array
    offers_worth: Array
    own_worth: Array


def read_texts(
    vectors: Vectors,
    languages: Mapping[str, Sequence[str]],
    means: Mapping[str, Mapping[str, Array]],
    stand_in: float = 0.5,
    smooth_aside: float = 1.0,
) -> Texts:
    """Centre each field apart and fill what is missing. `languages` and `means` are keyed by field name."""
    fields = {
        name: centre(getattr(vectors, name), languages[name], means[name])
        for name in ("seeks", "offers", "about")
    }
    said = {name: np.any(rows != 0, axis=1)[:, None] for name, rows in fields.items()}
    return Texts(
        seeks=np.where(said["seeks"], fields["seeks"], fields["about"]),
        offers=np.where(said["offers"], fields["offers"], fields["about"]),
        about=fields["about"],
        own=np.where(said["about"], fields["about"], unit(fields["seeks"] + fields["offers"])),
        seeks_worth=np.where(said["seeks"], 1, np.sqrt(stand_in)).astype(np.float32),
        offers_worth=np.where(said["offers"], 1, np.sqrt(stand_in)).astype(np.float32),
        own_worth=np.where(said["seeks"] | said["offers"], np.sqrt(smooth_aside), 1).astype(np.float32),
    )
