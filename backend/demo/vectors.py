"""What the bundled model reads in the demo's texts, shipped: loading the demo need not wait for the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backend.suggestions.engine.texts import TextVectors, text_reader
from backend.suggestions.models import Embedding

VECTORS_FILE = Path(__file__).parent / "data" / "vectors.npz"


def load_vectors() -> int:
    """Store the shipped vectors as if the texts had been read here; gives how many, 0 of another model."""
    shipped = shipped_vectors(text_reader().model)
    Embedding.objects.bulk_create(
        (
            Embedding(model=text_reader().model, kind=kind, text_hash=text_hash, vector=row)
            for (kind, text_hash), row in shipped.items()
        ),
        ignore_conflicts=True,
    )
    return len(shipped)


def shipped_vectors(model: str) -> dict[tuple[str, str], TextVectors]:
    """The vectors of this model by kind and hash of the text; none of another model, or without the file."""
    if not VECTORS_FILE.exists():
        return {}
    with np.load(VECTORS_FILE) as file:
        if str(file["model"]) != model:
            return {}
        keys = list(zip(file["kinds"].tolist(), file["hashes"], strict=True))
        rows = file["bytes"].T.copy().view(np.float32).reshape(len(file["hashes"]), -1)
    return {(kind, key.tobytes().hex()): row for (kind, key), row in zip(keys, rows, strict=True)}


def write_vectors() -> int:
    """Write the file anew from the vectors stored here, those of a demo just loaded; gives how many.

    With the file taken away, load a demo into a folder of its own (TITIAN_VAR); then in `manage.py shell`.
    """
    model = text_reader().model
    stored = list(Embedding.objects.filter(model=model).order_by("kind", "text_hash"))
    rows = np.array([one.vector for one in stored], np.float32)
    split = rows.view(np.uint8).reshape(-1, rows.itemsize)  # all first bytes together compress to less
    np.savez_compressed(
        VECTORS_FILE,
        model=np.array(model),
        kinds=np.array([one.kind for one in stored]),
        hashes=np.array([list(bytes.fromhex(one.text_hash)) for one in stored], np.uint8),
        bytes=np.ascontiguousarray(split.T),
    )
    return len(stored)
