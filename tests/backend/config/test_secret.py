"""The secret key is made once, kept from others, and the same for everyone who races for it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from backend.config.secret import secret_key_from


def test_processes_that_race_for_the_key_all_get_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    start = Barrier(16)

    def read(_: int) -> str:
        start.wait()
        return secret_key_from(path)

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(read, range(16)))

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_only_its_owner_may_read_the_key(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    first = secret_key_from(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret_key_from(path) == first
