"""Latent semantic analysis: dense vectors of texts from their weighted terms.

scikit-learn is imported on first use, as in `tfidf`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.text.centring import normalise_rows
from matching.types import Array

DIMENSIONS = 128
MAX_TERMS = 2**14
"""A projection keeps so many terms, the most used ones: 4 MB."""
MAX_TEXTS = 2**12
"""A projection is fitted on so many rows, drawn at random where there are more."""


def latent_vectors(rows: sp.csr_matrix, dimensions: int = DIMENSIONS, seed: int = 0) -> Array:
    """Unit vectors, float32 (n, k), of weighted term rows (n, terms) by truncated SVD; zero rows stay zero.

    Inner products are cosines in the space of the k = min(dimensions, n, terms in use) largest singular
    values (Deerwester et al., JASIS 1990). A repeated call with the same seed gives the same vectors.

    >>> rows = sp.csr_matrix(np.array([[1.0, 1, 0], [0, 1, 1], [0, 0, 0]]))
    >>> vectors = latent_vectors(rows, dimensions=1)
    >>> (vectors @ vectors.T).round(3).tolist()  # the term they share is the one dimension kept
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    """
    from sklearn.decomposition import TruncatedSVD

    used = rows[:, np.flatnonzero(np.bincount(rows.indices, minlength=rows.shape[1]))]
    if min(used.shape) < 2:  # one text or one term: nothing to reduce
        return normalise_rows(used.toarray()) if used.nnz else np.zeros((rows.shape[0], 1), np.float32)
    with np.errstate(invalid="ignore"):  # equal rows have no variance whose share could be told
        fitted = TruncatedSVD(min(dimensions, *used.shape), random_state=seed).fit_transform(used)
    return normalise_rows(fitted)


@dataclass(frozen=True, slots=True)
class LatentSpace:
    """A fitted projection, so that new rows get vectors in the space of the old: `columns` (t,) are the terms
    it reads, `components` (t, k) float16 their right singular vectors."""

    columns: Array
    components: Array

    @classmethod
    def fit(cls, rows: sp.csr_matrix, dimensions: int = DIMENSIONS, seed: int = 0) -> LatentSpace:
        """Of the MAX_TERMS most used terms that two rows or more hold, on up to MAX_TEXTS rows; nothing where
        fewer than two terms are.

        >>> rows = sp.csr_matrix(np.array([[1.0, 1, 0], [1, 1, 1], [0, 0, 0]]))
        >>> LatentSpace.fit(rows).columns.tolist()
        [0, 1]
        """
        from sklearn.decomposition import TruncatedSVD

        used = np.bincount(rows.indices, minlength=rows.shape[1])
        columns = np.argsort(-used, kind="stable")[:MAX_TERMS]
        columns = np.sort(columns[used[columns] > 1])
        if len(columns) < 2:
            return cls(np.zeros(0, np.int32), np.zeros((0, 1), np.float16))
        if rows.shape[0] > MAX_TEXTS:
            rows = rows[np.sort(np.random.default_rng([seed, rows.shape[0]]).permutation(rows.shape[0])[:MAX_TEXTS])]
        fitted = TruncatedSVD(min(dimensions, rows.shape[0], len(columns)), random_state=seed)
        with np.errstate(invalid="ignore"):  # the share of explained variance, which equal rows do not have
            fitted.fit(rows[:, columns])
        return cls(columns.astype(np.int32), np.ascontiguousarray(fitted.components_.T, np.float16))

    def project(self, rows: sp.csr_matrix) -> Array:
        """Unit vectors, float32 (n, k), of term rows; a row without a known term stays zero."""
        return normalise_rows(rows[:, self.columns] @ self.components.astype(np.float32))
