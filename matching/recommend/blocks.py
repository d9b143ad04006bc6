"""People in blocks: what no tile holds at once need not be held at all."""

from __future__ import annotations

from matching.types import Array

TILE, STRIP = 1024, 32
Rows = slice | Array
"""Rows of people: a block, or their numbers (k,)."""


def strips_of(rows: int) -> list[slice]:
    """The rows of a tile in strips, so that what is computed of each element stays in the cache.

    >>> strips_of(80)
    [slice(0, 32, None), slice(32, 64, None), slice(64, 80, None)]
    """
    return [slice(start, min(start + STRIP, rows)) for start in range(0, rows, STRIP)]


def blocks_of(people: int) -> list[slice]:
    """As few slices of equal size, at most TILE people each, as hold everybody; each takes every k-th person,
    so that every block is a sample of all, however ids were given.

    >>> blocks_of(3000)
    [slice(0, 3000, 3), slice(1, 3000, 3), slice(2, 3000, 3)]
    """
    number = -(-people // TILE)
    return [slice(first, people, number) for first in range(number)]
