"""Runs of several threads at once: what holds for the whole process ends with the last of them."""

from __future__ import annotations

import gc

from threadpoolctl import threadpool_info, threadpool_limits

from matching.parallel import no_garbage_collection, one_blas_thread


def blas_threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_a_run_that_ends_first_gives_no_threads_to_one_that_goes_on_and_the_last_gives_them_back() -> None:
    with threadpool_limits(2, "blas"):
        first, second = one_blas_thread(), one_blas_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert blas_threads() == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == {2}


def test_cycles_are_looked_for_again_once_the_last_run_is_over() -> None:
    first, second = no_garbage_collection(), no_garbage_collection()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()
