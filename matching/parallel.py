"""The `map` that runs and plans are given, and the one of two threads; numpy and BLAS release the GIL."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from threading import Lock
from typing import Any, Protocol, TypeVar

from threadpoolctl import threadpool_limits

THREADS = 2
Item = TypeVar("Item")
Result = TypeVar("Result")


class ParallelMap(Protocol):
    """Gives function(item, *shared) in the order of the items, from several threads, processes or machines.

    The function is one of a module, `shared` is what all items need, and is not changed: both, items and
    results can be pickled. Closing the iterator cancels what was not begun.
    """

    def __call__(self, function: Callable[..., Result], items: Iterable[Any], *shared: Any) -> Generator[Result]: ...


class _ProcessWide:
    """A setting of the whole process: made by the first thread within, taken back by the last."""

    def __init__(self, make: Callable[[], AbstractContextManager[object]]) -> None:
        self._make, self._lock, self._threads, self._made = make, Lock(), 0, ExitStack()

    @contextmanager
    def held(self) -> Iterator[None]:
        with self._lock:
            if not self._threads:
                self._made.enter_context(self._make())
            self._threads += 1
        try:
            yield
        finally:
            with self._lock:
                self._threads -= 1
                if not self._threads:
                    self._made.close()


@contextmanager
def _without_collector() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_ONE_BLAS_THREAD = _ProcessWide(partial(threadpool_limits, 1, "blas"))
_NO_COLLECTOR = _ProcessWide(_without_collector)


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within, BLAS has one thread: those of `thread_map` have all processors, and results are the same on
    any number of them. Also a decorator."""
    with _ONE_BLAS_THREAD.held():
        yield


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Within, nothing looks for cycles: a run makes millions of small objects, none of them in one. Also a
    decorator."""
    with _NO_COLLECTOR.held():
        yield


def thread_map(function: Callable[..., Result], items: Iterable[Item], *shared: Any) -> Generator[Result]:
    """The `ParallelMap` of THREADS threads.

    >>> list(thread_map(pow, [-2, 3], 2))
    [4, 9]
    """
    begun: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        try:
            for item in items:
                begun.append(pool.submit(function, item, *shared))
                if len(begun) > THREADS:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
