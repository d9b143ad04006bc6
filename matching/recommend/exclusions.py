"""Pairs that are never recommended, whatever their score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from matching.recommend.blocks import Rows
from matching.types import Array, Participant, Tie

SELF, ORGANISATION, MET, EXCLUDED, LANGUAGE = "self", "organisation", "met", "excluded", "language"
DEVICE = "translating device"
"""Stands among the languages of whoever is glad to meet with one."""


@dataclass(frozen=True, slots=True)
class NoCommonLanguage:
    """Which pairs state languages without one in common; languages: (n, l) 0/1."""

    languages: Array

    @classmethod
    def from_participants(cls, participants: Sequence[Participant], *, devices: bool = False) -> NoCommonLanguage:
        """For participants sorted by id. `devices`: one that both are glad of is as a language."""
        spoken = [
            p.languages | {DEVICE} if devices and p.translating_device and p.languages else p.languages
            for p in participants
        ]
        names = sorted(set().union(*spoken))
        column = {name: k for k, name in enumerate(names)}
        languages = np.zeros((len(participants), len(names)), np.float32)
        for row, own in enumerate(spoken):
            languages[row, [column[name] for name in own]] = 1
        return cls(languages)

    def mask(self, i: Rows, j: slice) -> Array:
        """Rows i with rows j, bool (len i, len j)."""
        if not self.languages.shape[1]:
            return np.zeros((len(self.languages[i]), len(self.languages[j])), bool)
        # Who states none shares two more with everybody.
        left, right = self.languages[i], self.languages[j]
        silent, other_silent = (~rows.any(axis=1, keepdims=True) for rows in (left, right))
        left = np.hstack([left, silent, np.ones_like(silent)])
        right = np.hstack([right, np.ones_like(other_silent), other_silent])
        return np.asarray(left @ right.T == 0)

    def pairs(self, left: Array, right: Array) -> Array:
        """Row left[k] with row right[k], bool (k,)."""
        mine, theirs = self.languages[left], self.languages[right]
        return np.asarray(mine.any(axis=1) & theirs.any(axis=1) & ~(mine * theirs).any(axis=1))


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Symmetric rules: oneself, the same organisation, a past tie, a pair the contact policy excludes, and,
    without interpreters, stated languages without one in common, unless both are glad of a translating
    device. organisation: (n,) codes.
    """

    organisation: Array
    languages: NoCommonLanguage | None
    excluded_pairs: sp.csr_matrix
    met: sp.csr_matrix

    @classmethod
    def from_participants(
        cls,
        participants: Sequence[Participant],
        ties: Sequence[Tie],
        excluded: Iterable[tuple[int, int]] = (),
        *,
        interpreters: bool = False,
    ) -> Exclusions:
        """For participants sorted by id; pairs that name an absent person are ignored."""
        ids = np.array([p.id for p in participants], np.int64)
        names = {name: k for k, name in enumerate(sorted({p.organisation for p in participants} - {""}))}
        return cls(
            organisation=np.array([names.get(p.organisation, -1 - k) for k, p in enumerate(participants)], np.int32),
            languages=None if interpreters else NoCommonLanguage.from_participants(participants, devices=True),
            excluded_pairs=_pair_matrix(excluded, ids),
            met=_pair_matrix(((t.a, t.b) for t in ties), ids),
        )

    def mask(self, i: Rows, j: slice) -> Array:
        """The excluded pairs of rows i with rows j, bool (len i, len j)."""
        mask: Array = self.organisation[i][:, None] == self.organisation[j][None, :]
        if self.languages is not None:
            mask |= self.languages.mask(i, j)
        first, stop, step = j.indices(len(self.organisation))
        for matrix in (self.excluded_pairs, self.met):
            rows = matrix[i]
            column, beyond = np.divmod(rows.indices - first, step)
            row = np.repeat(np.arange(len(mask)), np.diff(rows.indptr))
            inside = (beyond == 0) & (column >= 0) & (rows.indices < stop)
            mask[row[inside], column[inside]] = True
        return mask

    def reason(self, a: int, b: int) -> str:
        """The rule that excludes rows a and b, "" if none does."""
        if a == b:
            return SELF
        if self.organisation[a] == self.organisation[b]:
            return ORGANISATION
        if self.met[a, b]:
            return MET
        if self.excluded_pairs[a, b]:
            return EXCLUDED
        if self.languages is not None and self.languages.pairs(np.array([a]), np.array([b]))[0]:
            return LANGUAGE
        return ""


def _pair_matrix(pairs: Iterable[tuple[int, int]], ids: Array) -> sp.csr_matrix:
    """Symmetric boolean matrix (n, n) of the pairs whose two people are among the sorted ids (n,)."""
    ends = np.array([*pairs], np.int64).reshape(-1, 2)
    ends = np.searchsorted(ids, ends[np.isin(ends, ids).all(axis=1)])
    rows, columns = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    size = len(ids)
    matrix = sp.csr_matrix((np.ones(len(rows), bool), (rows, columns)), shape=(size, size))
    matrix.sum_duplicates()
    return matrix
