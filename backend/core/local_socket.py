"""Sockets between the processes of one Titian: files that only their user may open."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKLOG = 128  # requests that wait while the process is started
CONNECT_SECONDS = 1.0
LONGEST_ADDRESS = 100  # bytes; the system takes little more


def listen(address: Path) -> socket.socket:
    """The socket on which requests wait, whether a process takes them or not; its file has mode 0600.

    For the one process that starts the one that answers. Raises OSError.
    """
    address.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)
    try:
        with _short(address) as name:
            listening.bind(name)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(mask)
    listening.listen(BACKLOG)
    return listening


def stop_listening(listening: socket.socket, address: Path) -> None:
    """Close the socket of `listen` and remove its file."""
    listening.close()
    address.unlink(missing_ok=True)


def connect(address: Path) -> socket.socket:
    """A connection that waits until the process takes it; raises OSError where nobody listens."""
    connected = socket.socket(socket.AF_UNIX)
    try:
        connected.settimeout(CONNECT_SECONDS)
        with _short(address) as name:
            connected.connect(name)
        connected.setblocking(True)
    except OSError:
        connected.close()
        raise
    return connected


@contextmanager
def _short(address: Path) -> Iterator[str]:
    """A name of the address that is short enough for a socket, in a folder however deep."""
    if len(os.fsencode(address)) <= LONGEST_ADDRESS:
        yield str(address)
        return
    folder = os.open(address.parent, os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{address.name}"
    finally:
        os.close(folder)
