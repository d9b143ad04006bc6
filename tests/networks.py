"""A network of a test's own, in which it may be whatever machine it asks."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CLONE_NEWNET = 0x40000000


@contextmanager
def own_network(*addresses: str) -> Iterator[None]:
    """This thread is in a network where these addresses are its own, and no other can be reached; needs root."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before:
        if libc.unshare(CLONE_NEWNET):
            pytest.skip(f"a network of its own needs root: error {ctypes.get_errno()} of unshare")
        try:
            for command in ("link set lo up", *(f"address add {one}/32 dev lo" for one in addresses)):
                subprocess.run(["ip", *command.split()], check=True)
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0
