"""The secret key: generated once, on the machine that uses it."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path


def secret_key_from(path: Path) -> str:
    """The key kept in `path`, made at the first call; processes that race for it all get the same one."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # 0600 from the start
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(draft, path)  # unlike a rename, fails when another process was first
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
    return path.read_text().strip()
