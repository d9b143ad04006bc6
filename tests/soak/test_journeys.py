"""The journeys pass three times in a row beside two busy loops, and those of languages in two more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from tests.conftest import ENCODER_OF_THIS_RUN
from tests.database import SERVER_OF_THIS_RUN

LOOPS = "import os\nos.fork()\nowner = os.getppid()\nwhile os.getppid() == owner: pass"
JOURNEYS = ("-m", "pytest", "tests/journeys", "--benchmark-disable", "-q", "-n", "logical", "--dist", "loadfile")


@pytest.fixture
def busy() -> Iterator[None]:
    """Two busy loops, in a session of their own as of another user; they end with the test, however it ends."""
    loops = subprocess.Popen([sys.executable, "-c", LOOPS], start_new_session=True)
    yield
    loops.kill()
    loops.wait()


def run_journeys(*command: str, **environment: str) -> None:
    own = {ENCODER_OF_THIS_RUN, SERVER_OF_THIS_RUN}  # each run has its own, as slow as itself
    run = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in own} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    print(run.stdout.splitlines()[-1])
    assert run.returncode == 0, run.stdout[-20_000:]


def test_the_journeys_pass_in_a_row_on_a_busy_machine(amount: Callable[[int], int], busy: None) -> None:
    for _ in range(amount(3)):
        run_journeys("nice", "-n", "19", sys.executable, *JOURNEYS)


def test_the_journeys_of_languages_pass_in_khmer_and_vietnamese() -> None:
    run_journeys(sys.executable, *JOURNEYS, "-k", "test_other_languages", JOURNEY_LANGUAGES="km vi")
