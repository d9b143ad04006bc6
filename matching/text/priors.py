"""The fixed mean vector of each language, from sentences shipped with the project.

Half of the sentences are outside the field of the forums, and none is a text of the demo or of a test set.
The means for the bundled model are shipped too; another model's are computed once and kept in a cache.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from matching.text.encoder import Kind, Vectors, float32_name
from matching.types import Array

DATA = Path(__file__).parent / "data"
SHIPPED = DATA / "priors.npz"
KINDS: tuple[Kind, ...] = ("query", "passage")
LanguagePriors = Mapping[Kind, Mapping[str, Array]]
"""Kind of text -> language -> mean vector."""
EncodePriors = Callable[[Sequence[str], Kind], Vectors]


@cache
def prior_sentences() -> Mapping[str, tuple[str, ...]]:
    """The shipped sentences by language.

    >>> len(prior_sentences()["km"]) >= 200
    True
    """
    files = sorted((DATA / "sentences").glob("*.txt"))
    return {path.stem: tuple(path.read_text("utf-8").splitlines()) for path in files}


def language_priors(model: str, cache_folder: Path, encode: EncodePriors | None) -> LanguagePriors:
    """The priors of a model, by the name under which its vectors are stored: as shipped, or from the cache,
    or computed by `encode` and put there; none where that would need an encoder and there is none."""
    key = _key(model)
    cached = cache_folder / f"{key[:16]}.npz"
    for path in (SHIPPED, cached):
        found = _read(path, key)
        if found is not None:
            return found
    if encode is None:
        return {kind: {} for kind in KINDS}
    found = compute_priors(encode)
    write_priors(cached, model, found)
    return found


def compute_priors(encode: EncodePriors) -> LanguagePriors:
    """The mean of the vectors of each language's sentences, float16 as they are stored."""
    return {
        kind: {
            language: encode(sentences, kind).mean(axis=0).astype(np.float16)
            for language, sentences in prior_sentences().items()
        }
        for kind in KINDS
    }


def write_priors(path: Path, model: str, priors: LanguagePriors) -> None:
    """Store priors for `language_priors`; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {f"{kind}/{language}": row for kind in KINDS for language, row in priors[kind].items()}
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        np.savez(part, key=np.array(_key(model)), **arrays)  # type: ignore[arg-type]
    os.chmod(part.name, 0o644)
    os.replace(part.name, path)


def _read(path: Path, key: str) -> LanguagePriors | None:
    """The priors in a file; None for none, another key, or a damaged file."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["key"]) != key:
                return None
            return {kind: {language: stored[f"{kind}/{language}"] for language in prior_sentences()} for kind in KINDS}
    except (OSError, ValueError, KeyError, EOFError):
        return None


def _key(model: str) -> str:
    """Names the model and the sentences: a change of either makes other priors, the precision does not."""
    digest = hashlib.sha256(float32_name(model).encode())
    for language, sentences in prior_sentences().items():
        digest.update("\n".join(("", language, *sentences)).encode())
    return digest.hexdigest()
