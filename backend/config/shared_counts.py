"""Counts of several web processes behind one port, kept in files so that each of them tells the sum."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

FOLDER_ENV = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus_client when a process first imports it


def share_counts(folder: Path) -> None:
    """Have the processes started from now on count in this folder, which is emptied."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FOLDER_ENV] = str(folder)


def are_counts_shared() -> bool:
    """Whether this process counts in a folder with others."""
    return FOLDER_ENV in os.environ
