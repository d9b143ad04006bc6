"""Erasures are remembered in a file of the test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def erasures(settings: object, tmp_path: Path) -> Path:
    settings.ERASURES = tmp_path / "erasures.jsonl"  # type: ignore[attr-defined]
    return tmp_path / "erasures.jsonl"
