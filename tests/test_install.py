"""`make install` goes on after whatever ended it before, and `make test` is the same wherever it runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

# Stand in for `python -m venv FOLDER`: one ends half-way, the other makes an environment like this one.
MAKES = """#!/bin/sh
mkdir "$3/bin" && printf '#!/bin/sh\\n%s "$@"\\n' '{does}' > "$3/bin/python" && chmod +x "$3/bin/python"
"""
ENDS_HALF_WAY = MAKES.format(does="exit 1") + "kill -9 $$\n"
MAKES_IT = MAKES.format(does=f'exec "{sys.executable}"')


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, at work in a folder of its own; it needs what is installed here, and so no network."""
    spec = importlib.util.spec_from_file_location("install", settings.BASE_DIR / ".ci" / "install.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    for name in ("VENV", "PYTHON", "STAMP", "UNFINISHED", "LOG"):
        monkeypatch.setattr(script, name, tmp_path / getattr(script, name).relative_to(script.ROOT))
    monkeypatch.setattr(script, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(script, "DEVELOPING_LOCK", tmp_path / "requirements-dev.lock")
    script.LOCK.write_text("Django\n")
    script.DEVELOPING_LOCK.write_text("pytest\n")
    return script


def test_an_environment_that_was_left_half_made_is_made_again(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    monkeypatch.setattr(sys, "executable", str(python))
    python.write_text(ENDS_HALF_WAY)
    python.chmod(0o755)
    with pytest.raises(SystemExit, match="could not be made"):
        install.main()
    assert install.PYTHON.exists()
    python.write_text(MAKES_IT)
    install.main()
    assert install.missing([install.LOCK, install.DEVELOPING_LOCK]) == []
    made = install.PYTHON.stat().st_mtime_ns
    python.write_text(ENDS_HALF_WAY)
    install.main()  # whole and up to date: nothing is made
    assert install.PYTHON.stat().st_mtime_ns == made


def test_what_developing_needs_is_left_out_to_run_and_stays_once_it_is_there(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python3"
    python.write_text(MAKES_IT)
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    install.DEVELOPING_LOCK.write_text("no-such-package\n")
    install.main("--running")
    assert install.missing([install.LOCK, install.DEVELOPING_LOCK]) == ["no-such-package"]
    install.DEVELOPING_LOCK.write_text("pytest\n")
    install.main()
    both = install.STAMP.read_text()
    assert len(both.split()) == 2
    install.main("--running")
    assert install.STAMP.read_text() == both


def test_the_suite_does_not_read_the_settings_that_titian_runs_with() -> None:
    given = os.environ | {"TITIAN_HTTPS": "1", "ALLOWED_HOSTS": "a.example", "TITIAN_VAR": "/var/titian"}
    shown = subprocess.run(
        ["make", "-n", "test"], cwd=settings.BASE_DIR, env=given, capture_output=True, text=True, check=True
    ).stdout
    tests = next(line for line in shown.splitlines() if "-m pytest" in line)
    assert "-u TITIAN_HTTPS" in tests
    assert "-u ALLOWED_HOSTS" in tests
    assert "-u TITIAN_VAR" not in tests


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_every_python_that_the_project_names_may_install(install: ModuleType, version: tuple[int, int]) -> None:
    install.check_version(version)


@pytest.mark.parametrize(("version", "name"), [((3, 10), "3.10"), ((3, 15), "3.15"), ((4, 0), "4.0")])
def test_a_python_too_old_or_too_new_is_refused_in_one_sentence_before_anything_is_made(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], name: str
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    with pytest.raises(SystemExit, match=rf"^Titian needs Python 3\.11 to 3\.14 and this is {name}: [^\n]+$"):
        install.main()
    assert not install.VENV.exists()


def test_an_environment_made_by_a_python_too_new_is_refused(install: ModuleType) -> None:
    install.VENV.mkdir()
    (install.VENV / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.15.1\n")
    with pytest.raises(SystemExit, match=r"this is 3\.15: remove \.venv"):
        install.main()


def test_the_pythons_are_those_that_the_project_names(install: ModuleType) -> None:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    oldest, newest = install.OLDEST, install.NEWEST
    assert project["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"
    named = [line for line in project["classifiers"] if line.startswith("Programming Language :: Python :: 3.")]
    assert named == [f"Programming Language :: Python :: 3.{minor}" for minor in range(oldest[1], newest[1] + 1)]


# What pip writes where it fails, and the sentence that is to come of it.
RETRYING = "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by "
NOT_FOUND = "ERROR: No matching distribution found for "
PIPS_WORDS = {
    "a refused download": (
        "  ERROR: HTTP error 403 while getting https://packages.example.org/a-1.0-py3-none-any.whl\n",
        "A download was refused (HTTP 403): check which registry pip is set to use, then run make install",
    ),
    "a refused index": (
        "pip._vendor.requests.exceptions.HTTPError: 407 Client Error: Proxy Authentication Required\n",
        "A download was refused (HTTP 407)",
    ),
    "no wheel for this Python": (
        f"ERROR: Could not find a version of it (from versions: 1.0, 1.1)\n{NOT_FOUND}torch==2.9\n",
        "No package torch==2.9 was found: none is ready-made for Python",
    ),
    "no such package there": (
        f"ERROR: Could not find a version of it (from versions: none)\n{NOT_FOUND}torch==2.9\n",
        "No package torch==2.9 was found: the registry cannot be reached, or none is ready-made for Python",
    ),
    "a full disk while unpacking": (
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
        "The disk is full: free 3 GB, then run make install again",
    ),
    "a full disk while downloading": (
        "exceptions.ChunkedEncodingError: (\"Connection broken: OSError(28, 'No space left on device')\")\n",
        "The disk is full",
    ),
    "nobody listens": (
        f"{RETRYING}'NewConnectionError('[Errno 111] Connection refused')': /simple/a/\n{NOT_FOUND}a\n",
        "The packages could not be downloaded (the registry refused the connection): check network and proxy",
    ),
    "no name": (
        f"{RETRYING}'NewConnectionError('[Errno -3] Temporary failure in name resolution')'\n{NOT_FOUND}a\n",
        "The packages could not be downloaded (the registry's name cannot be resolved)",
    ),
    "a refused download after a mended connection": (
        f"{RETRYING}'ReadTimeoutError('Read timed out. (read timeout=15)')'\n"
        "  ERROR: HTTP error 404 while getting https://packages.example.org/a-1.0-py3-none-any.whl\n",
        "A download was refused (HTTP 404)",
    ),
    "anything else": (
        "Traceback\n\nERROR: Invalid requirement: 'a=1'\n",
        "The packages could not be installed: ERROR: Invalid requirement: 'a=1'",
    ),
    "nothing": ("\n", "The packages could not be installed: no reason was given"),
}


@pytest.mark.parametrize(("words", "sentence"), PIPS_WORDS.values(), ids=PIPS_WORDS)
def test_what_pip_says_becomes_a_sentence(install: ModuleType, words: str, sentence: str) -> None:
    told = install.sentence_for(words)
    assert told.startswith(sentence)
    assert "\n" not in told
