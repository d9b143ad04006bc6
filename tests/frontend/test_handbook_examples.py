"""The examples of the handbook's part for integrators, in Python and curl, against a forum served here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as project

from tests.factories import token_of
from tests.frontend.conftest import Cast, lay_out
from tests.long_jobs import do_long_jobs

PART = project.BASE_DIR / "docs" / "handbook" / "integrator.md"
ORGANISER = "\n## As an organiser\n"
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def examples(text: str, kind: str) -> str:
    """The blocks of this kind as one script: they go on from each other."""
    blocks = [code for found, code in BLOCK.findall(text) if found == kind]
    return "\n".join(re.sub(r"^\$ ", "", code, flags=re.MULTILINE) for code in blocks)


def run(command: list[str], token: str, folder: Path) -> str:
    """What the script prints; long jobs are answered meanwhile, as a worker does."""
    script = subprocess.Popen(
        command, cwd=folder, env=os.environ | {"TOKEN": token}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    while True:
        try:
            said, _ = script.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            do_long_jobs()
        else:
            assert script.returncode == 0, said
            return said


@pytest.mark.django_db(transaction=True)
def test_every_example_runs_as_attendee_and_as_organiser(
    cast: Cast, live_server, settings, time_machine, tmp_path: Path
) -> None:
    settings.TITIAN_ADDRESS = live_server.url
    booking = lay_out(cast, cast.official, cast.engineer, cast.lawyer)
    time_machine.move_to(booking.now, tick=True)
    booking.ask(cast.engineer, cast.official, booking.slots[0])
    booking.ask(cast.lawyer, cast.official, booking.slots[1])
    text = PART.read_text().replace("http://127.0.0.1:8000", live_server.url)
    attendee, organiser = text.replace("demo-2026", cast.event.slug).split(ORGANISER)
    start = examples(attendee, "python").partition("status, forums")[0]  # what all others use
    for part, before, who, *scopes in (
        (attendee, "", cast.official, "read", "act"),
        (organiser, start, cast.organiser, "organise"),
    ):
        token = token_of(who.person, *scopes)
        run([sys.executable, "-c", before + examples(part, "python")], token, tmp_path)
        run(["bash", "-euo", "pipefail", "-c", examples(part, "console")], token, tmp_path)
    assert (tmp_path / "funnel.csv").read_text(encoding="utf-8-sig").startswith("step,")
