"""A claim on a file: who owns what runs, known to the kernel and gone with its owner.

A process id in a file outlives a killed process and may come to name another one. A lock the kernel holds
for the owner cannot: it is free the moment the owner is dead, however it died.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path


class Claim:
    """An exclusive, advisory claim; children made by fork or exec do not inherit it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        _claims.add(self)

    @property
    def held(self) -> bool:
        return self._handle is not None

    def take(self) -> bool:
        """True when this process now owns the claim, False when another living process does."""
        return self.held or self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait(self) -> None:
        """Return when no other process owns the claim any more; it belongs to this process then."""
        if not self.held:
            self._lock(fcntl.LOCK_EX)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _lock(self, how: int) -> bool:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True


_claims: weakref.WeakSet[Claim] = weakref.WeakSet()


def _drop_in_child() -> None:
    # Closing the copy in a forked child leaves the parent's claim as it is.
    for claim in list(_claims):
        claim.release()


os.register_at_fork(after_in_child=_drop_in_child)
