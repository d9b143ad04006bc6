"""A file cache of text vectors, one file per model and kind, keyed by the hash of the text."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backend.suggestions.engine.texts import text_hash

Rows = npt.NDArray[np.float32]
CHUNK = 512


def cached_vectors(
    texts: Iterable[str],
    *,
    folder: Path,
    name: str,
    encode: Callable[[Sequence[str]], Rows],
    on_progress: Callable[[float], None],
) -> dict[str, Rows]:
    """The vector of every distinct text; only texts never seen under this name are encoded.

    The file is replaced atomically after each chunk, so an interrupted run loses little. An unreadable file
    is rebuilt.
    """
    by_key = {text_hash(text): text for text in texts}
    path = folder / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.npz"
    known = _load(path)
    missing = sorted((text for key, text in by_key.items() if key not in known), key=lambda text: (-len(text), text))
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]
        known |= {text_hash(text): row for text, row in zip(chunk, encode(chunk), strict=True)}
        _save(path, known)
        on_progress(min(1.0, (start + CHUNK) / len(missing)))
    return {text: known[key] for key, text in by_key.items()}


def _load(path: Path) -> dict[str, Rows]:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["rows"], strict=True))
    except (OSError, ValueError, KeyError, EOFError):
        return {}


def _save(path: Path, known: dict[str, Rows]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez(part, keys=np.array(list(known)), rows=np.stack(list(known.values())))
    os.replace(part.name, path)
