"""Reads bytes of others in a process of its own, which ends when it takes too long or too much memory.

A module that reads them is run by itself: its input are the bytes, its output is JSON. Nothing of Django, of
settings or of the database is there: the bytes may be hostile.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1_500_000_000
PROCESSOR_TO_CLOCK = 6  # on a busy machine a process waits for the processor
FOLDER = Path(__file__).resolve().parents[2]
LARGE, UNREADABLE = "large", "unreadable"


class TooLarge(Exception):
    """The bytes are beyond one of the limits, the seconds among them."""


class Unreadable(Exception):
    """These are not the bytes of what is to be read."""


def read_apart(module: str, data: bytes, wanted: Mapping[str, Any], *, seconds: int) -> Any:
    """What `module` makes of the bytes, by its `answer_apart`; refuses TooLarge and Unreadable."""
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", module, json.dumps([seconds, wanted])],
            cwd=FOLDER,
            env={"OPENBLAS_NUM_THREADS": "1"},
            input=data,
            capture_output=True,
            timeout=seconds * PROCESSOR_TO_CLOCK,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TooLarge from None
    if done.returncode < 0:  # ended for its limits
        raise TooLarge
    found = json.loads(done.stdout) if done.returncode == 0 else UNREADABLE
    if found == LARGE:
        raise TooLarge
    if found == UNREADABLE:
        raise Unreadable
    return found


def answer_apart(read: Callable[[bytes, dict[str, Any]], object]) -> None:
    """The other side of `read_apart`, in the process of its own."""
    seconds, wanted = json.loads(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        warnings.simplefilter("ignore")  # about what is not read
        found = read(sys.stdin.buffer.read(), wanted)
    except (TooLarge, MemoryError):
        found = LARGE
    except Exception:
        found = UNREADABLE
    json.dump(found, sys.stdout)
