"""Words in common: TF-IDF of what people wrote, in any script, without a stored vocabulary.

scikit-learn is loaded with the first text: it takes as long as the rest of a web process or a command,
and most of those read none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from matching.types import Array, Participant

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

BUCKETS = 2**18
SAID = ("seeks", "offers", "about")
# Thai, Lao, Burmese and Khmer write vowels and tones as marks, which \w leaves out of a word.
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u4e00-\u9fff]")
_PIECE = 4
SHORTEST_QUOTED = 4


def terms_of(text: str) -> list[str]:
    """Words and pairs of neighbouring words, lower case; runs of scripts without spaces as pieces of four
    signs.

    >>> terms_of("Sharing chat evidence")
    ['sharing', 'chat', 'evidence', 'sharing chat', 'chat evidence']
    """
    words: list[str] = []
    pieces: list[str] = []
    for word in _WORD.findall(text.lower()):
        if _UNSPACED.search(word):
            pieces += [word[k : k + _PIECE] for k in range(max(1, len(word) - _PIECE + 1))]
        elif len(word) > 1:
            words.append(word)
    return words + [f"{a} {b}" for a, b in pairwise(words)] + pieces


@lru_cache(maxsize=2**16)
def is_quotable(term: str) -> bool:
    """Whether a term tells something as it stands: a piece of an unspaced run or a filling word does not.

    >>> is_quotable("chat evidence"), is_quotable("under the"), is_quotable("หลักฐ")
    (True, False, False)
    """
    words = term.split()
    filling = any(word in _filling_words() or len(word) < SHORTEST_QUOTED for word in words)
    return not filling and not _UNSPACED.search(term)


@dataclass(frozen=True, slots=True)
class WordWeights:
    """How rare each bucket of terms is: smoothed inverse document frequency, float32 (BUCKETS,)."""

    idf: Array

    def of(self, term: str) -> float:
        """The weight of one term."""
        from sklearn.utils import murmurhash3_32

        return float(self.idf[abs(murmurhash3_32(term, seed=0)) % BUCKETS])


@cache
def _filling_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


def _vectorizer() -> HashingVectorizer:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer=terms_of, n_features=BUCKETS, norm=None, alternate_sign=False, dtype=np.float32
    )


def count_terms(texts: Sequence[str]) -> sp.csr_matrix:
    """Term counts with a logarithm (1 + ln count), float32 (n, BUCKETS)."""
    if not texts:
        return sp.csr_matrix(np.zeros((0, BUCKETS), np.float32))
    counts = sp.csr_matrix(_vectorizer().transform(texts))
    counts.data = (1 + np.log(counts.data)).astype(np.float32)
    counts.sort_indices()
    return counts


def count_said(participants: Sequence[Participant]) -> sp.csr_matrix:
    """Term counts of what each seeks, offers and is about, side by side, float32 (n, 3 BUCKETS).

    About stands in for what she does not say she seeks or offers, as it does for the vectors.
    """
    blocks = [count_terms([getattr(p, p.behind(field)) for p in participants]) for field in SAID]
    counts = sp.csr_matrix(sp.hstack(blocks, format="csr"))
    counts.sort_indices()
    return counts


def crosswise(said: sp.csr_matrix) -> sp.csr_matrix:
    """The same rows with what is sought and what is offered changing places: said @ crosswise(said).T
    compares what one seeks with what the other offers, and about with about. Two people who seek the same
    do not need each other.

    >>> a = count_said([Participant(1, seeks="evidence"), Participant(2, offers="evidence")])
    >>> (a @ crosswise(a).T).toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    block, rest = np.divmod(said.indices, BUCKETS)
    crossed = np.array([1, 0, 2])[block] * BUCKETS + rest
    turned = sp.csr_matrix((said.data, crossed, said.indptr), shape=said.shape, copy=True)
    turned.sort_indices()
    return turned


def weigh_terms(counts: sp.csr_matrix) -> WordWeights:
    """ln((1 + n) / (1 + people using it)) + 1 for every bucket, however many blocks of them there are."""
    people = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    once = np.unique(people * np.int64(BUCKETS) + counts.indices % BUCKETS)
    used = np.bincount(once % BUCKETS, minlength=BUCKETS)
    return WordWeights((np.log((1 + counts.shape[0]) / (1 + used)) + 1).astype(np.float32))


def word_vectors(counts: sp.csr_matrix, weights: WordWeights) -> sp.csr_matrix:
    """Unit TF-IDF rows; a person without text keeps a zero row. Inner products are cosines.

    >>> counts = count_terms(["child safety", "child safety", ""])
    >>> v = word_vectors(counts, weigh_terms(counts))
    >>> (v @ v.T).toarray().round(3).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    scaled = counts.copy()
    scaled.data = counts.data * weights.idf[counts.indices % BUCKETS]
    length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1))).ravel()
    scaled.data /= np.repeat(length, np.diff(scaled.indptr))
    return scaled
