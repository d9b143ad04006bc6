"""`make install` goes on after whatever ended it before."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

# Stand in for `python -m venv FOLDER`: one ends half-way, the other makes an environment like this one.
MAKES = """#!/bin/sh
mkdir "$3/bin" && printf '#!/bin/sh\\n%s "$@"\\n' '{does}' > "$3/bin/python" && chmod +x "$3/bin/python"
"""
ENDS_HALF_WAY = MAKES.format(does="exit 1") + "kill -9 $$\n"
MAKES_IT = MAKES.format(does=f"exec {sys.executable}")


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
    script.LOCK.write_text("pytest\n")
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
    assert install.missing() == []
    made = install.PYTHON.stat().st_mtime_ns
    python.write_text(ENDS_HALF_WAY)
    install.main()  # whole and up to date: nothing is made
    assert install.PYTHON.stat().st_mtime_ns == made
