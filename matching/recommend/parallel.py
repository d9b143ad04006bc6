"""Ordered parallel map on two threads; numpy and BLAS release the GIL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import threadpool_limits

THREADS = 2
Item = TypeVar("Item")
Result = TypeVar("Result")
Given = ParamSpec("Given")


def one_blas_thread(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Decorator: within the function BLAS has one thread, because the threads of `parallel_map` have all
    processors, and results are the same on any number of them."""

    @wraps(function)
    def limited(*args: Given.args, **named: Given.kwargs) -> Result:
        with threadpool_limits(1, "blas"):
            return function(*args, **named)

    return limited


def parallel_map(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield function(item) in the order of the items.

    >>> list(parallel_map(abs, [-2, 1]))
    [2, 1]
    """
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(function, items)
