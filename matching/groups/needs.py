"""How well people fit around what they declare to seek and to offer."""

from __future__ import annotations

import numpy as np

from matching.scheduling.columns import Flags, Floats

LEAST = 0.1  # of two whose declarations do not answer each other


def need_scores(seeks: Flags, offers: Flags) -> Floats:
    """(n, n), the same both ways: the mean of what each offers of what the other seeks, from LEAST to 1.

    seeks, offers: (n, K), topics.

    >>> topics = np.array([[True, False], [False, True], [False, False]])
    >>> need_scores(topics, topics[[1, 0, 0]])[0].round(3).tolist()
    [0.1, 1.0, 0.55]
    """
    sought = np.maximum(seeks.sum(axis=1), 1)[:, None]
    answered = (seeks.astype(float) @ offers.T.astype(float)) / sought
    score: Floats = LEAST + (1 - LEAST) * (answered + answered.T) / 2
    return score
