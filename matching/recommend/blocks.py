"""People in blocks: what no tile holds at once need not be held at all."""

from __future__ import annotations

from matching.types import Array

TILE, PART, STRIP, MANY = 1024, 256, 32, 2**15
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
    """A block in parts of PART people, the last of fewer: what is searched as one. With more than MANY people
    parts are half as large, since all their tiles are held at once.

    >>> parts_of(slice(1, 1000, 3))
    [slice(1, 769, 3), slice(769, 1000, 3)]
    """
    width = (PART if block.stop <= MANY else PART // 2) * block.step
    starts = range(block.start, block.stop, width)
    return [slice(start, min(start + width, block.stop), block.step) for start in starts]


def length_of(rows: slice) -> int:
    """The number of people of a block or part.

    >>> length_of(slice(1, 1000, 3))
    333
    """
    return len(range(rows.start, rows.stop, rows.step))
