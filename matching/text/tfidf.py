"""TF-IDF by feature hashing: word, bigram and character n-gram terms of any script, no vocabulary.

scikit-learn is imported on first use: its import doubles the start of a process that reads no text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from matching.text.language import UNSPACED_LANGUAGES, UNSPACED_SCRIPTS
from matching.types import Array, Participant

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import HashingVectorizer

BUCKETS = 2**18
FIELDS = ("seeks", "offers", "about")
TERM_BLOCKS = 4
"""Blocks of counted terms: the three fields, and the organisation's name."""
# Thai, Lao, Burmese and Khmer write vowels and tones as marks, which \w leaves out of a word.
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])+")
_ASCII_WORD = re.compile(r"[a-z0-9]{2,}")
_NGRAM = 4


def extract_terms(text: str) -> list[str]:
    """The terms of a text: lower-case words and bigrams; character 4-grams for scripts without spaces.

    >>> extract_terms("Sharing chat evidence")
    ['sharing', 'chat', 'evidence', 'sharing chat', 'chat evidence']
    """
    text = text.lower()
    if text.isascii():
        words = _ASCII_WORD.findall(text)
        return words + [f"{a} {b}" for a, b in pairwise(words)]
    words = []
    ngrams: list[str] = []
    for word in _WORD.findall(text):
        if UNSPACED_SCRIPTS.search(word):
            ngrams += [word[k : k + _NGRAM] for k in range(max(1, len(word) - _NGRAM + 1))]
        elif len(word) > 1:
            words.append(word)
    return words + [f"{a} {b}" for a, b in pairwise(words)] + ngrams


@dataclass(frozen=True, slots=True)
class IdfWeights:
    """Smoothed inverse document frequency of each hash bucket, float32 (BUCKETS,)."""

    idf: Array

    def weight_of(self, term: str) -> float:
        """The inverse document frequency of one term."""
        from sklearn.utils import murmurhash3_32

        return float(self.idf[abs(murmurhash3_32(term, seed=0)) % BUCKETS])


def _vectorizer() -> HashingVectorizer:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer=extract_terms, n_features=BUCKETS, norm=None, alternate_sign=False, dtype=np.float32
    )


def term_frequencies(texts: Sequence[str]) -> sp.csr_matrix:
    """Sublinear term frequencies (1 + ln count), float32 (n, BUCKETS).

    >>> sorted(term_frequencies(["reef reef mangrove"]).data.tolist())[:3]  # reef has 1 + ln 2
    [1.0, 1.0, 1.0]
    """
    if not texts:
        return sp.csr_matrix(np.zeros((0, BUCKETS), np.float32))
    counts = sp.csr_matrix(_vectorizer().transform(texts))
    counts.data = (1 + np.log(counts.data)).astype(np.float32)
    counts.sort_indices()
    return counts


def count_field_terms(participants: Sequence[Participant]) -> sp.csr_matrix:
    """Term frequencies of seeks, offers, about and the organisation's name, side by side, float32 (n, 4
    BUCKETS).

    An empty seeks or offers is replaced by about, as for the vectors. A text in a language written without
    spaces has no terms.

    >>> counts = count_field_terms([Participant(1, seeks="evidence", about="judges")])
    >>> (counts.indices // BUCKETS).tolist()  # offers is empty: about replaces it
    [0, 1, 2]
    """
    texts = [[_spaced_text(p, p.field_or_about(field)) for p in participants] for field in FIELDS]
    blocks = [term_frequencies(rows) for rows in (*texts, [p.organisation for p in participants])]
    counts = sp.csr_matrix(sp.hstack(blocks, format="csr"))
    counts.sort_indices()
    return counts


def _spaced_text(person: Participant, field: str) -> str:
    """A text to count words of; "" in a language written without spaces."""
    language = getattr(person, f"{field}_language")
    return "" if language in UNSPACED_LANGUAGES else getattr(person, field)


def text_terms(counts: sp.csr_matrix) -> sp.csr_matrix:
    """The blocks of seeks, offers and about, (n, 3 BUCKETS), of the counts of all four."""
    return sp.csr_matrix(counts[:, : len(FIELDS) * BUCKETS])


def merged_terms(counts: sp.csr_matrix) -> sp.csr_matrix:
    """The blocks added up, (n, BUCKETS): all texts of a person with the organisation's name.

    >>> counts = count_field_terms([Participant(1, seeks="reef", offers="reef", organisation="Reef Trust")])
    >>> sorted(merged_terms(counts).data.tolist())
    [1.0, 1.0, 3.0]
    """
    merged = sp.csr_matrix(
        (counts.data, counts.indices % BUCKETS, counts.indptr), shape=(counts.shape[0], BUCKETS), copy=True
    )
    merged.sum_duplicates()
    return merged


def swap_seeks_offers(rows: sp.csr_matrix) -> sp.csr_matrix:
    """The rows (n, 3 BUCKETS) with the seeks and offers blocks exchanged.

    rows @ swap_seeks_offers(rows).T compares seeks with offers and about with about.

    >>> a = count_field_terms([Participant(1, seeks="evidence"), Participant(2, offers="evidence")])
    >>> a = text_terms(a)
    >>> (a @ swap_seeks_offers(a).T).toarray().tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    block, rest = np.divmod(rows.indices, BUCKETS)
    swapped = np.array([1, 0, 2])[block] * BUCKETS + rest
    result = sp.csr_matrix((rows.data, swapped, rows.indptr), shape=rows.shape, copy=True)
    result.sort_indices()
    return result


def fit_idf(counts: sp.csr_matrix) -> IdfWeights:
    """Smoothed idf over people: ln((1 + n) / (1 + df)) + 1, whichever of the blocks a bucket is in.

    >>> counts = count_field_terms([Participant(1, about="reef"), Participant(2)])
    >>> round(fit_idf(counts).weight_of("reef"), 4)  # ln(3 / 2) + 1
    1.4055
    """
    used = np.bincount(merged_terms(counts).indices, minlength=BUCKETS)
    return IdfWeights((np.log((1 + counts.shape[0]) / (1 + used)) + 1).astype(np.float32))


def tfidf_vectors(counts: sp.csr_matrix, weights: IdfWeights) -> sp.csr_matrix:
    """TF-IDF rows of unit length, so inner products are cosines; a row without terms stays zero.

    >>> counts = term_frequencies(["child safety", "child safety", ""])
    >>> v = tfidf_vectors(counts, fit_idf(counts))
    >>> (v @ v.T).toarray().round(3).tolist()
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    scaled = counts.copy()
    scaled.data = counts.data * weights.idf[counts.indices % BUCKETS]
    length = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1))).ravel()
    scaled.data /= np.repeat(length, np.diff(scaled.indptr))
    return scaled
