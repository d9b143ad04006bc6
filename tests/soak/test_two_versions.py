"""Two versions at once: the older one serves pages while the newer one migrates, and beside it after that.

The older version is the one before the newest migration that is no initial one (while there is none: what is
committed), or the commit that TITIAN_SOAK_OLDER names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings

from backend.benchmarks.load import clients
from backend.benchmarks.load.clients import Client, run_clients
from backend.benchmarks.load.consistency import check_load
from backend.benchmarks.load.event import LoadEvent, LoadUser
from backend.config.embedded import DATABASE, USER, EmbeddedPostgres
from backend.config.processes import bound_socket
from tests.database import own_server
from tests.servers import get
from tests.soak.waiting import MOST_SECONDS, seconds_until

PEOPLE, REQUESTS = 120, 1_500
LEAST = 900  # fewer would be over before the newer version is there
CREATE_EVENT = f"""
import json, django
django.setup()
from django.utils import timezone
from backend.benchmarks.load.event import create_event
event = create_event(people={PEOPLE}, seed=1, now=timezone.now())
print(json.dumps([[[user.attendee_id, user.token] for user in event.users], list(event.slot_ids)]))
"""


def _older_version() -> str:
    """The commit before the newest migration that changes tables."""
    found = os.environ.get("TITIAN_SOAK_OLDER", "")
    if not found:
        every = Path(settings.BASE_DIR).glob("backend/*/migrations/0*.py")
        later = [str(path) for path in every if not path.stem.endswith("_initial")]
        newest = ["log", "-1", "--format=%H^", "--diff-filter=A", "--", *later]
        found = _git(*newest).decode().strip() if later else "HEAD"
    _git("cat-file", "-e", found)
    return found


def _git(*command: str) -> bytes:
    """What git prints; this test needs the history: no shallow clone."""
    return subprocess.run(["git", *command], cwd=settings.BASE_DIR, check=True, capture_output=True).stdout


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """The sources of the older version."""
    folder = tmp_path / "older"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", folder], input=_git("archive", _older_version()), check=True)
    return folder


@pytest.fixture
def server(django_db_blocker: object) -> Iterator[EmbeddedPostgres]:
    """An empty database of its own, which this process reads, too."""
    with own_server("versions") as server, django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield server


@contextmanager
def served(sources: Path, environment: dict[str, str], var: Path) -> Iterator[int]:
    """`serve` of these sources; gives its port, before it answers."""
    with bound_socket("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    var.mkdir()
    own = {"TITIAN_VAR": str(var), "TITIAN_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "manage.py", "serve"], cwd=sources, env=os.environ | environment | own)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def is_ready(port: int) -> bool:
    return get(port, "/readyz").status == 200


def test_the_older_version_serves_while_the_newer_one_migrates_and_beside_it(
    older: Path, server: EmbeddedPostgres, tmp_path: Path, amount: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "DATABASE_URL": f"postgresql://{USER}:{server.password}@/{DATABASE}?host={server.socket_folder}",
        "SECRET_KEY": "the same on every machine",
        "TITIAN_MODEL": os.devnull,
        "TITIAN_DEMO": "0",
        "EMAIL_URL": "dummymail://",
    }
    requests = max(amount(REQUESTS), LEAST)
    with served(older, environment, tmp_path / "var-older") as older_port:
        assert seconds_until(lambda: is_ready(older_port)) < MOST_SECONDS
        event = _create_event(older, environment)
        ports, answers = [older_port], Counter[tuple[bool, int]]()

        class EitherVersion(Client):
            """Each call to one of the versions that are ready, in turns."""

            def _once(
                self, method: str, path: str, body: str, headers: dict[str, str]
            ) -> tuple[int, dict[str, object]]:
                both = len(ports) == 2
                self.close()
                self.port = ports[next(turns) % len(ports)]
                answer = super()._once(method, path, body, headers)
                answers[both, self.port] += 1
                return answer

        turns = count()
        monkeypatch.setattr(clients, "Client", EitherVersion)
        with ExitStack() as newer:

            def begin() -> None:
                port = newer.enter_context(served(settings.BASE_DIR, environment, tmp_path / "var-newer"))
                assert seconds_until(lambda: is_ready(port)) < MOST_SECONDS
                ports.append(port)

            log = run_clients(
                event, port=older_port, requests=requests, workers=8, seed=0,
                on_half_way=begin, progress=lambda _text, _share: None,
            )  # fmt: skip
            assert all(is_ready(port) for port in ports)
            result = check_load(log, requests=requests)
    print(f"\n{result}\nanswers (both versions there, port): {dict(answers)}")
    assert result.is_passed, result
    assert min(answers[True, port] for port in ports) > LEAST / 10


def _create_event(older: Path, environment: dict[str, str]) -> LoadEvent:
    """The forum under load, made by the older version."""
    made = subprocess.run(
        [sys.executable, "-c", CREATE_EVENT],
        cwd=older, check=True, capture_output=True,
        env=os.environ | environment | {"DJANGO_SETTINGS_MODULE": "backend.config.settings"},
    )  # fmt: skip
    users, slots = json.loads(made.stdout.splitlines()[-1])
    return LoadEvent(tuple(LoadUser(*user) for user in users), tuple(slots))
