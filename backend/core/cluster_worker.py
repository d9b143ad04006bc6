"""What runs on the cluster's own machines: it knows neither Django nor the database."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask.config
import numpy as np
import scipy as sp

import matching.recommend  # loaded when a worker is asked how it was started, not with the first data
from matching.parallel import one_blas_thread

if TYPE_CHECKING:
    from distributed import Scheduler, Worker

FILES = Path(matching.__file__).parent


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of a function, given back as a value: Dask would log it with what it was given."""

    error: Exception


@dataclass(frozen=True, slots=True)
class ProcessState:
    """How a scheduler or a worker was started."""

    code: str
    is_encrypted: bool
    has_pages: bool
    keeps_files: bool


def run_item(function: Callable[..., Any], item: Any, *shared: Any) -> bytes:
    """function(item, *shared), or its Failure, pickled: sent whole, not array by array."""
    try:
        with one_blas_thread():
            return pickle.dumps(function(item, *shared), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps(Failure(error.with_traceback(None)))


def state_of_worker(dask_worker: Worker) -> ProcessState:
    """How this worker was started; the argument's name makes Dask fill it in."""
    spills = [dask.config.get(f"distributed.worker.memory.{name}") for name in ("target", "spill")]
    return _state("worker", dask_worker, keeps_files=any(spills) or type(dask_worker.data) is not dict)


def state_of_scheduler(dask_scheduler: Scheduler) -> ProcessState:
    """How this scheduler was started."""
    return _state("scheduler", dask_scheduler, keeps_files=False)


def _state(part: str, process: Scheduler | Worker, *, keeps_files: bool) -> ProcessState:
    return ProcessState(
        code=code_mark(),
        is_encrypted=process.address.startswith("tls://")
        and bool(dask.config.get("distributed.comm.require-encryption")),
        has_pages=bool(dask.config.get(f"distributed.{part}.http.routes") or process.http_application.applications),
        keeps_files=keeps_files,
    )


@cache
def code_mark() -> str:
    """A hash of the code that scores, and of the numerical libraries' versions: equal for equal results."""
    sources = (path.read_bytes() for path in sorted(FILES.rglob("*.py")))
    versions = f"{np.__version__} {sp.__version__}".encode()
    return hashlib.sha256(b"\0".join([versions, *sources])).hexdigest()
