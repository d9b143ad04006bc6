"""Stored vectors: a text is encoded once per model, found again by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from backend.suggestions.models import Embedding

Vectors = npt.NDArray[np.float32]
Counter = Callable[[int, int], None]
Encode = Callable[[Sequence[str], Counter], Vectors]
Progress = Callable[[str, float], None]

CHUNK = 256
LOADING, UNPACKING = "Loading the language model", "Unpacking the language model"
READING = {
    "seeks": "Reading what people seek",
    "offers": "Reading what people offer",
    "about": "Reading what people say of themselves",
}


def text_hash(text: str) -> str:
    """SHA-256 of the text, the name its vector is kept under."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def vectors_for(
    texts: Iterable[str],
    *,
    model: str,
    kind: str,
    encode: Encode,
    progress: Callable[[float], None] | None = None,
) -> dict[str, Vectors]:
    """The vector of every distinct text that is not blank, by text; only texts never seen are encoded.

    `encode` maps a list of texts to rows and counts (done, total) on the way, so that `progress` is told the
    share done of all texts again and again. New vectors are kept chunk by chunk: a stopped run does not start
    over.
    """
    wanted = {text_hash(text): text for text in texts if text.strip()}
    kept = Embedding.objects.filter(model=model, kind=kind, text_hash__in=list(wanted))
    found: dict[str, Vectors] = {
        wanted[key]: np.asarray(vector, dtype=np.float32)
        for key, vector in kept.values_list("text_hash", "vector")
    }
    # Longest first: chunks of like length pad little.
    missing = sorted(
        (text for text in wanted.values() if text not in found), key=lambda text: (-len(text), text)
    )
    for start in range(0, len(missing), CHUNK):
        chunk = missing[start : start + CHUNK]

        def tell(done: int, total: int, before: int = start, here: int = len(chunk)) -> None:
            if progress:
                progress((before + here * done / total) / len(missing))

        rows = encode(chunk, tell)
        Embedding.objects.bulk_create(
            (
                Embedding(model=model, kind=kind, text_hash=text_hash(text), vector=row)
                for text, row in zip(chunk, rows, strict=True)
            ),
            ignore_conflicts=True,
        )
        found.update(zip(chunk, rows, strict=True))
        tell(1, 1)
    return found
