"""A socket of this machine: its owner's alone, in a folder however deep, and gone when it is closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.core.local_socket import connect, listen, stop_listening


@pytest.mark.parametrize("folder", ["near", "/".join(["deep" * 12] * 4)], ids=["near", "deep"])
def test_a_socket_is_its_owner_s_alone_and_is_reached_until_it_is_closed(tmp_path: Path, folder: str) -> None:
    address = tmp_path / folder / "socket"
    address.parent.mkdir(parents=True)
    listening = listen(address)
    assert address.stat().st_mode & 0o077 == 0
    with connect(address) as asking:
        answering, _from = listening.accept()
        with answering:
            asking.sendall(b"hello")
            assert answering.recv(5) == b"hello"
    stop_listening(listening, address)
    assert not address.exists()
    with pytest.raises(OSError, match="No such file"):
        connect(address)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        listen(tmp_path / "nowhere" / "socket")
