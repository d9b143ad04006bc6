"""The browser of the journeys is one that shows text, and comes with the libraries it needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import chromium


def _program(path: Path, does: str) -> str:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone holds the system's programs."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_a_chromium_that_only_says_what_to_install_is_passed_over(programs: Path) -> None:
    _program(programs / "chromium-browser", "echo 'Command requires the chromium snap to be installed.'; exit 1")
    shows = _program(programs / "google-chrome", "echo '<title>true</title>'")
    assert chromium.chromium() == shows


@pytest.mark.slow
def test_a_chromium_that_starts_and_shows_no_text_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = chromium.chromium()
    assert path is not None, chromium.NONE_FOUND
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    assert subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    assert not chromium.shows_text(path)


def test_playwright_brings_the_libraries_where_apt_has_no_chromium(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = programs / "log"
    _program(programs / "apt-get", f'echo "$1" >> {log}; [ "$1" = update ]')
    monkeypatch.setattr(sys, "executable", _program(programs / "python", f'echo "$@" >> {log}'))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    chromium._install()
    assert log.read_text().splitlines() == ["update", "install", "-m playwright install --with-deps chromium"]


def test_the_fastest_is_installed_beside_another_where_apt_may_be_used(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = "echo '<title>true</title>'"
    other = _program(programs / "google-chrome", shows)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    chromium.make_sure()
    assert chromium.chromium() == other
    fastest = programs / "chromium-headless-shell"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    _program(programs / "apt-get", f'printf "#!/bin/sh\\n{shows}\\n" > {fastest}; /bin/chmod +x {fastest}')
    chromium.make_sure()
    assert chromium.chromium() == str(fastest)
