"""Ordered parallel map on two threads; numpy and BLAS release the GIL."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import threadpool_limits

THREADS = 2
Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within, BLAS has one thread: those of `parallel_map` have all processors, and results are the same on
    any number of them. Also a decorator."""
    with threadpool_limits(1, "blas"):
        yield


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Within, nothing looks for cycles: a run makes millions of small objects, none of them in one. Also a
    decorator."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def parallel_map(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield function(item) in the order of the items.

    >>> list(parallel_map(abs, [-2, 1]))
    [2, 1]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(function, items)
