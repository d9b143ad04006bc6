"""Ordered parallel map on two threads; numpy and BLAS release the GIL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

THREADS = 2
Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield function(item) in the order of the items.

    >>> list(parallel_map(abs, [-2, 1]))
    [2, 1]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(function, items)
