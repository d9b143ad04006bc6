"""One process holds the model: started on need, urgent requests first, ended when idle, back after a kill."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
import pytest
from pytest_django import Settings

from backend.core import encoder
from backend.core.encoder import EncoderAway, encode, wake
from backend.suggestions.engine.texts import TextReader
from matching.text.encoder import load_encoder
from tests.encoder import RunningEncoder

TEXTS = ["A helpline for children.", "สายด่วนสำหรับเด็ก", ""]
WORK = [f"Training number {number} for prosecutors on evidence from chats. " * 20 for number in range(20)]


@pytest.fixture(scope="module")
def running(model_folder: Path) -> Iterator[RunningEncoder]:
    """One of these tests' own, that nobody else uses."""
    running = RunningEncoder()
    yield running
    running.end()


@pytest.fixture
def own(running: RunningEncoder, settings: Settings) -> RunningEncoder:
    settings.ENCODER_FOLDER = running.folder
    return running


def test_it_gives_the_vectors_of_the_model_itself(own: RunningEncoder, model_folder: Path) -> None:
    ours = load_encoder("", model_folder.parent).encode(TEXTS, "query")
    counted: list[tuple[int, int]] = []
    theirs = encode(TEXTS, "query", on_count=lambda done, total: counted.append((done, total)))
    assert np.allclose(theirs, ours, atol=1e-5)
    assert not theirs[2].any()
    assert counted == [(2, 2)]
    assert np.allclose(encode(TEXTS, "query", is_urgent=True), ours, atol=1e-5)


def test_who_reads_texts_loads_no_model_where_it_runs(own: RunningEncoder) -> None:
    reader = TextReader()
    assert reader.encoder().encode(["A helpline."], "passage").shape == (1, 384)
    assert type(reader.encoder()).__name__ == "SharedEncoder"


def test_its_socket_is_for_its_user_alone(own: RunningEncoder) -> None:
    (file,) = Path(own.folder).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_where_nobody_listens_it_is_away_at_once(settings: Settings, tmp_path: Path) -> None:
    settings.ENCODER_FOLDER = tmp_path
    assert not wake()
    with pytest.raises(EncoderAway, match="does not answer just now"):
        encode(["A helpline."], "query")


def test_one_that_is_silent_is_away_after_the_time_allowed(settings: Settings, tmp_path: Path) -> None:
    settings.ENCODER_FOLDER = tmp_path
    listening = encoder.listen()
    with pytest.raises(EncoderAway):
        encode(["A helpline."], "query", is_urgent=True, silent_seconds=0.05)
    encoder.stop_listening(listening)
    assert not list(tmp_path.iterdir())


def test_another_model_has_another_socket(own: RunningEncoder, settings: Settings) -> None:
    assert wake()
    settings.TITIAN_MODEL = "/another/model"
    assert not wake()


def test_a_folder_too_deep_for_a_socket_has_one_all_the_same(settings: Settings, tmp_path: Path) -> None:
    settings.ENCODER_FOLDER = tmp_path / ("deep" * 40)
    settings.ENCODER_FOLDER.mkdir()
    with encoder.listen():
        assert wake()


def test_a_killed_one_is_started_again_and_asked_again(own: RunningEncoder) -> None:
    before = encode(["A helpline."], "query")
    first = own.process
    assert first
    killed = threading.Event()

    def kill_at_the_first_batch(_done: int, _total: int) -> None:
        if not killed.is_set():
            killed.set()
            first.kill()

    rows = encode([*WORK, "A helpline."], "query", on_count=kill_at_the_first_batch)
    assert killed.is_set()
    assert np.allclose(rows[-1], before[0], atol=1e-5)
    assert own.process
    assert own.process.pid != first.pid


def test_an_idle_one_ends_and_the_next_request_starts_another(settings: Settings, model_folder: Path) -> None:
    running = RunningEncoder("--idle-seconds", "0.2")
    settings.ENCODER_FOLDER = running.folder
    try:
        assert len(encode(["A helpline."], "query")) == 1
        first = running.process
        if first:
            psutil.wait_procs([first], timeout=30)
        assert running.process is None or running.process.pid != getattr(first, "pid", 0)
        assert len(encode(["A helpline."], "query")) == 1
    finally:
        running.end()


def test_a_query_waits_for_one_batch_of_a_build_and_the_process_stays_under_a_gigabyte(own: RunningEncoder) -> None:
    encode(["A helpline."], "query")
    order: list[str] = []
    under_way = threading.Event()

    def build() -> None:
        encode(WORK, "passage", on_count=lambda _done, _total: under_way.set())
        order.append("build")

    building = threading.Thread(target=build)
    building.start()
    assert under_way.wait(60)
    began = time.monotonic()
    for _ in range(3):
        encode(["Somebody who trains prosecutors"], "query", is_urgent=True)
        order.append("query")
    waited = (time.monotonic() - began) / 3
    building.join()
    assert order == ["query"] * 3 + ["build"]
    assert waited < 5  # on an idle machine a third of a second: bench_encoder_process
    assert own.process
    assert own.process.memory_full_info().pss < 1 << 30


def test_what_is_not_a_request_is_dropped_and_others_are_answered(own: RunningEncoder) -> None:
    (file,) = Path(own.folder).iterdir()
    for sent in (b"no json", b"[]", json.dumps({"texts": 3, "kind": "query", "is_urgent": True}).encode()):
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(os.fspath(file))
            connection = Connection(other.detach())
        with connection:
            connection.send_bytes(sent)
            with pytest.raises((EOFError, ConnectionResetError)):
                connection.recv_bytes()
    assert len(encode(["A helpline."], "query", is_urgent=True, silent_seconds=60)) == 1
