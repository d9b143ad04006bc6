"""Who may not be proposed to whom, whatever the score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.types import Array, Participant, Tie

SELF, ORGANISATION, MET, EXCLUDED, LANGUAGE = "self", "organisation", "met", "excluded", "language"


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Symmetric rules: oneself, one's own organisation, who has already met, whom the contact policy keeps
    apart, and two people whose stated languages have none in common (nothing stated shuts nobody out)."""

    organisation: Array
    languages: Array
    barred: sp.csr_matrix
    met: sp.csr_matrix

    @classmethod
    def of(
        cls,
        participants: Sequence[Participant],
        ties: Sequence[Tie],
        excluded: Iterable[tuple[int, int]] = (),
    ) -> Obstacles:
        """For people sorted by id; pairs that name somebody absent are passed over."""
        place = {p.id: k for k, p in enumerate(participants)}
        names = {name: k for k, name in enumerate(sorted({p.organisation for p in participants} - {""}))}
        spoken = sorted(set().union(*(p.languages for p in participants))) if participants else []
        column = {name: k for k, name in enumerate(spoken)}
        languages = np.zeros((len(participants), len(spoken)), np.float32)
        for row, p in enumerate(participants):
            languages[row, [column[name] for name in p.languages]] = 1
        return cls(
            organisation=np.array(
                [names.get(p.organisation, -1 - k) for k, p in enumerate(participants)], np.int64
            ),
            languages=languages,
            barred=_pairs(((a, b) for a, b in excluded), place),
            met=_pairs(((t.a, t.b) for t in ties), place),
        )

    def forbidden(self, i: slice, j: slice) -> Array:
        """Which pairs of rows i and columns j may not be proposed, bool (len i, len j)."""
        stop: Array = self.organisation[i][:, None] == self.organisation[j][None, :]
        if self.languages.shape[1]:
            stated: Array = np.any(self.languages != 0, axis=1)
            alone = self.languages[i] @ self.languages[j].T == 0
            stop |= alone & stated[i][:, None] & stated[j][None, :]
        for table in (self.barred, self.met):
            block = table[i, j].tocoo()
            stop[block.row, block.col] = True
        return stop

    def between(self, a: int, b: int) -> str:
        """The name of what keeps rows a and b apart, or nothing."""
        if a == b:
            return SELF
        if self.organisation[a] == self.organisation[b]:
            return ORGANISATION
        if self.met[a, b]:
            return MET
        if self.barred[a, b]:
            return EXCLUDED
        left, right = self.languages[a], self.languages[b]
        return LANGUAGE if left.any() and right.any() and not (left * right).any() else ""


def _pairs(pairs: Iterable[tuple[int, int]], place: dict[int, int]) -> sp.csr_matrix:
    """Symmetric 0/1 table of the pairs whose two people are here."""
    here = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
    ends = np.array(here, np.int64).reshape(-1, 2)
    rows, columns = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    size = len(place)
    table = sp.csr_matrix((np.ones(len(rows), bool), (rows, columns)), shape=(size, size))
    table.sum_duplicates()
    return table
