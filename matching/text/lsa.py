"""Latent semantic analysis: dense vectors of texts from their weighted terms.

scikit-learn is imported on first use, as in `tfidf`.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from matching.text.centring import normalise_rows
from matching.types import Array

DIMENSIONS = 128


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

    used = rows[:, np.unique(rows.indices)]
    if min(used.shape) < 2:  # one text or one term: nothing to reduce
        return normalise_rows(used.toarray()) if used.nnz else np.zeros((rows.shape[0], 1), np.float32)
    with np.errstate(invalid="ignore"):  # equal rows have no variance whose share could be told
        fitted = TruncatedSVD(min(dimensions, *used.shape), random_state=seed).fit_transform(used)
    return normalise_rows(fitted)
