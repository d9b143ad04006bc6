"""Independent blocks of work on two threads: array arithmetic lets other threads run meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 2
Item = TypeVar("Item")
Result = TypeVar("Result")


def each(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The results of work on every item, in the order of the items, whatever thread was first.

    >>> list(each(abs, [-2, 1]))
    [2, 1]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(work, items)
