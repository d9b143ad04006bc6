"""Write the .mo files that gettext reads, beside each catalogue that changed since.

`make install` runs it: `python -m backend.config.compiled_catalogues`. It needs no settings.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from backend.config.languages import LOCALE


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Compile what is stale; gives the files written. Several processes may do so at once."""
    stale = [path for path in sorted(locale.glob("*/LC_MESSAGES/django.po")) if _is_stale(path)]
    return [_compile(path) for path in stale]


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns


def _compile(path: Path) -> Path:
    import polib  # reading it takes longer than finding that nothing is stale

    content = polib.pofile(str(path)).to_binary()
    target = path.with_suffix(".mo")
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(target)
    return target


if __name__ == "__main__":
    for written in compile_catalogues():
        print(f"Compiled {written.relative_to(LOCALE)}", file=sys.stderr)
