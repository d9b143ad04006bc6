"""The browser of the journeys: the system's where there is one, else one that is installed for them.

`python -m tests.chromium` makes sure of it before the suite starts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE_FOUND = (
    "The journeys need Chromium and it could not be installed here: install the system package chromium, "
    "or run .venv/bin/playwright install --with-deps chromium."
)


def chromium() -> str | None:
    """The path of a Chromium to start, or None where there is none."""
    system = next((path for name in NAMES if (path := shutil.which(name))), None)
    return system or _of_playwright()


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _install() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the journeys with apt ...", flush=True)
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update"], **quiet, check=False)
        if subprocess.run(["apt-get", "install", "-y", "chromium"], **quiet, check=False).returncode == 0:
            return
    print("Installing Chromium for the journeys with Playwright ...", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if chromium() is None:
        _install()
    if chromium() is None:
        sys.exit(NONE_FOUND)
