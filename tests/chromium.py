"""The browser of the journeys: the system's where there is one, else one that is installed for them.

`python -m tests.chromium` makes sure of it before the suite starts; where one may use apt, of the fastest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile

# The first has no windows to draw: it takes two fifths of the processor time of the others.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")
NONE_FOUND = (
    "The journeys need a Chromium that shows text, and it could not be installed here: install the system "
    f"packages {' and '.join(PACKAGES)}, or run .venv/bin/python -m playwright install --with-deps chromium."
)
# A browser without fonts says its version all the same.
TEXT = "data:text/html,<b>Titian</b><script>document.title = document.body.firstChild.offsetWidth>9</script>"
ALONE = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
SECONDS_TO_START = 120  # on a machine that may be busy


def chromium() -> str | None:
    """The path of a Chromium that shows text, or None where there is none."""
    system = (path for name in NAMES if (path := shutil.which(name)))
    return next(filter(shows_text, system), None) or _of_playwright()


def shows_text(path: str) -> bool:
    """Some only say what else to install: Ubuntu's, where snap is not there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [path, *ALONE, f"--user-data-dir={profile}", "--dump-dom", TEXT]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS_TO_START, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return b"<title>true</title>" in done.stdout


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if shows_text(path) else None


def _can_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> None:
    """By apt where one may, else by Playwright, which then brings the libraries it needs as well."""
    if _can_use_apt():
        print("Installing Chromium for the journeys with apt ...", flush=True)
        for act in (["update"], ["install", "-y", *PACKAGES]):
            _run(["apt-get", *act, "-o", "Acquire::http::Timeout=20"], stdout=subprocess.DEVNULL)
        if any(map(shutil.which, NAMES)) and chromium():
            return
    print("Installing Chromium for the journeys with Playwright ...", flush=True)
    with_libraries = ["--with-deps"] if _can_use_apt() else []
    _run([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


def _run(command: list[str], stdout: int | None = None) -> None:
    unasked = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, env=unasked, stdout=stdout, stderr=subprocess.DEVNULL, check=False)


def make_sure() -> None:
    """Have a browser here, and the fastest where apt may be used."""
    if (_can_use_apt() and shutil.which(NAMES[0]) is None) or chromium() is None:
        _install()
    if chromium() is None:
        sys.exit(NONE_FOUND)


if __name__ == "__main__":
    make_sure()
