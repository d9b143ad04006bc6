"""The browser of the journeys: the system's where there is one, else one that is installed for them.

`python -m tests.chromium` makes sure of it before the suite starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE_FOUND = (
    "The journeys need Chromium and it could not be installed here: install the system package chromium, "
    "or run .venv/bin/playwright install --with-deps chromium."
)


def chromium() -> str | None:
    """The path of a Chromium that starts, or None where there is none."""
    system = (path for name in NAMES if (path := shutil.which(name)))
    return next(filter(_starts, system), None) or _of_playwright()


def _starts(path: str) -> bool:
    """Some only say what else to install: Ubuntu's, where snap is not there."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if _starts(path) else None


def _install() -> None:
    """By apt where one may, else by Playwright, which then brings the libraries it needs as well."""
    with_libraries = []
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the journeys with apt ...", flush=True)
        unasked = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, **quiet}
        subprocess.run(["apt-get", "update"], **unasked)
        installed = subprocess.run(["apt-get", "install", "-y", "chromium"], **unasked).returncode == 0
        if installed and chromium():
            return
        with_libraries = ["--with-deps"]
    print("Installing Chromium for the journeys with Playwright ...", flush=True)
    command = [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]
    subprocess.run(command, stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    if chromium() is None:
        _install()
    if chromium() is None:
        sys.exit(NONE_FOUND)
