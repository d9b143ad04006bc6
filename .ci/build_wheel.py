"""Build the wheel of this folder into the folder named; the same sources give the same bytes.

`make docs` has built the handbook, or the wheel has none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("backend", "frontend", "matching")
FILES = ("pyproject.toml", "requirements.lock", "README.md", "LICENSE")
HANDBOOK = ROOT / "var" / "handbook"
SHOWN = shutil.ignore_patterns(".*", "*.pickle", "objects.inv")  # what nobody opens in a browser stays out
BACKEND = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"


def build_wheel(target: Path) -> Path:
    """The wheel, built in a folder of its own: what an earlier build left is in none."""
    os.umask(0o022)  # a wheel records who may read its files
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder, "titian")
        for name in PACKAGES:
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in FILES:
            shutil.copy(ROOT / name, sources / name)
        if HANDBOOK.is_dir():
            shutil.copytree(HANDBOOK, sources / "frontend" / "handbook", ignore=SHOWN)
        built = subprocess.run(
            [sys.executable, "-c", BACKEND, str(target.resolve())],
            cwd=sources, env=os.environ | {"SOURCE_DATE_EPOCH": committed_at()},
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    return target / built.stdout.splitlines()[-1]


def committed_at() -> str:
    """When the sources were committed, in seconds since 1970."""
    shown = ["git", "log", "-1", "--format=%ct"]
    return subprocess.run(shown, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


if __name__ == "__main__":
    print(build_wheel(Path(sys.argv[1])))
