"""Stored vectors: a text is encoded once per model, found again by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from backend.suggestions.models import Embedding

Vectors = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
Progress = Callable[[str, float], None]

CHUNK = 256


def text_hash(text: str) -> str:
    """SHA-256 of the text, the name its vector is kept under."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def vectors_for(
    texts: Iterable[str], *, model: str, kind: str, encode: Encode, progress: Progress | None = None
) -> dict[str, Vectors]:
    """The vector of every distinct text that is not blank, by text; only texts never seen are encoded.

    `encode` maps a list of texts to rows. New vectors are kept chunk by chunk, so that a stopped run does
    not start over.
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
        rows = encode(chunk)
        Embedding.objects.bulk_create(
            (
                Embedding(model=model, kind=kind, text_hash=text_hash(text), vector=row)
                for text, row in zip(chunk, rows, strict=True)
            ),
            ignore_conflicts=True,
        )
        found.update(zip(chunk, rows, strict=True))
        if progress:
            progress(
                f"Reading what people {'offer' if kind == 'passage' else 'seek'}",
                (start + len(chunk)) / len(missing),
            )
    return found
