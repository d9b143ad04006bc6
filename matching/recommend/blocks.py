"""People in blocks: what no tile holds at once need not be held at all."""

from __future__ import annotations

from matching.types import Array

TILE, PART, STRIP = 1024, 128, 32
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


def parts_of(block: slice) -> list[slice]:
    """A block in parts of PART people, the last of fewer: what is searched as one.

    >>> parts_of(slice(1, 1000, 3))
    [slice(1, 385, 3), slice(385, 769, 3), slice(769, 1000, 3)]
    """
    width = PART * block.step
    starts = range(block.start, block.stop, width)
    return [slice(start, min(start + width, block.stop), block.step) for start in starts]


def length_of(rows: slice) -> int:
    """The number of people of a block or part.

    >>> length_of(slice(1, 1000, 3))
    333
    """
    return len(range(rows.start, rows.stop, rows.step))
