"""Texts to unit vectors, through any sentence-transformers model."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from matching.text.model import Precision, Progress, bundled_model, bundled_model_name, load_model, model_name

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Kind = Literal["query", "passage"]
Vectors = npt.NDArray[np.float32]

ENCODING_VERSION = 1
"""Raise it when the same text would get another vector: it is part of an encoder's name."""
PROMPT_NAMES: dict[Kind, tuple[str, ...]] = {"query": ("query",), "passage": ("passage", "document")}

MAX_CHARACTERS = 15_000
MAX_WINDOWS = 4
WINDOW_TOKENS = 512
SPARE_TOKENS = 8
"""Tokenising a window again may give a few more tokens than the span it was cut from."""
BATCH_TOKENS = 512
"""Small batches stay in the processor's cache: twice the texts a second of batches of 32."""

UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True)
class _Window:
    """A piece of one text that fits the model: `text` is the index of the text, `tokens` its length."""

    text: int
    content: str
    tokens: int


def encoder_name(source: str | Path, precision: Precision = "float32") -> str:
    """The name under which an encoder's vectors are stored, without loading the model; `source` as in
    `load_encoder`. Raises ModelError.

    >>> encoder_name("BAAI/bge-m3@5617a9f"), encoder_name("BAAI/bge-m3@5617a9f", "bfloat16")
    ('BAAI/bge-m3@5617a9f+1', 'BAAI/bge-m3@5617a9f-bfloat16+1')
    """
    return _stored_name(model_name(source) if source else bundled_model_name(), precision)


def float32_name(name: str) -> str:
    """The name of the same encoder in float32.

    >>> float32_name("BAAI/bge-m3@5617a9f-bfloat16+1")
    'BAAI/bge-m3@5617a9f+1'
    """
    return name.replace("-bfloat16+", "+")


def _stored_name(model: str, precision: Precision) -> str:
    mark = "" if precision == "float32" else f"-{precision}"
    return f"{model}{mark}+{ENCODING_VERSION}"


def load_encoder(
    source: str | Path, cache: Path, progress: Progress | None = None, precision: Precision = "float32"
) -> "Encoder":
    """The encoder of a model folder or of a hub's model; of the bundled model when `source` is empty.

    The bundled model is unpacked under `cache` the first time, counted by `progress(done, total)`. Raises
    matching.text.model.ModelError.
    """
    folder = source or bundled_model(cache, progress)
    return Encoder(load_model(folder, precision=precision), model_name(folder), precision)


class Encoder:
    """Turns texts into unit vectors; `name` is stored with each, `dimension` is their length."""

    def __init__(self, model: "SentenceTransformer", name: str, precision: Precision = "float32") -> None:
        self.name = _stored_name(name, precision)
        self.dimension = int(model.get_embedding_dimension() or 0)
        self._model = model

    def encode(self, texts: Sequence[str], kind: Kind | Sequence[Kind], progress: Progress | None = None) -> Vectors:
        """One unit row of float32 for each text, (n, dimension); a row of zeros for a text without content.

        kind: "query" for seeks and about, "passage" for offers; of all texts, or one for each. A long text is
        cut into up to four windows of at most 512 tokens, whose vectors are averaged by length; characters
        beyond 15,000 are ignored.
        Control characters and lone surrogates are removed. A vector depends on its batch by at most
        1e-5, in bfloat16 by its rounding.
        torch's thread limit applies. `progress(done, total)` counts windows. Raises TypeError for a str.
        """
        if isinstance(texts, str):
            raise TypeError("encode takes a sequence of texts, not one text.")
        kinds = [kind] * len(texts) if isinstance(kind, str) else kind
        prompts = {one: self._prompt(one) for one in sorted(set(kinds))}
        contents = list(zip((prompts[one] for one in kinds), map(readable_text, texts), strict=True))
        unique = {one: index for index, one in enumerate(dict.fromkeys(one for one in contents if one[1]))}
        prompt_of = [prompt for prompt, _content in unique]
        shared = prompt_of[0] if len(set(prompt_of)) == 1 else ""
        windows = self._windows([content for _prompt, content in unique], max(prompt_of, key=len, default=""))
        vectors = np.zeros((len(unique) + 1, self.dimension), np.float32)
        done = 0
        for batch in batches(windows, BATCH_TOKENS):
            rows = self._model.encode(
                [prompt_of[window.text].removeprefix(shared) + window.content for window in batch],
                prompt=shared,
                batch_size=len(batch),
                show_progress_bar=False,
                normalize_embeddings=True,
            )
            for window, row in zip(batch, rows, strict=True):
                vectors[window.text] += row * window.tokens
            done += len(batch)
            if progress is not None:
                progress(done, len(windows))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors[[unique.get(content, len(unique)) for content in contents]]

    def _prompt(self, kind: Kind) -> str:
        prompts = self._model.prompts
        return next((prompt for name in PROMPT_NAMES[kind] if (prompt := prompts.get(name))), "")

    def _windows(self, contents: list[str], prompt: str) -> list[_Window]:
        if not contents:
            return []
        tokenizer = self._model.tokenizer
        limit = min(self._model.max_seq_length or WINDOW_TOKENS, WINDOW_TOKENS)
        window_tokens = limit - len(tokenizer(prompt)["input_ids"]) - SPARE_TOKENS
        spans = tokenizer(
            contents, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )["offset_mapping"]
        windows = []
        for index, (content, offsets) in enumerate(zip(contents, spans, strict=True)):
            if len(offsets) <= window_tokens + SPARE_TOKENS:
                windows.append(_Window(index, content, len(offsets)))
                continue
            for start in range(0, min(len(offsets), MAX_WINDOWS * window_tokens), window_tokens):
                part = offsets[start : start + window_tokens]
                windows.append(_Window(index, content[part[0][0] : part[-1][1]], len(part)))
        return windows


def batches(windows: Sequence[_Window], limit: int) -> list[list[_Window]]:
    """The windows in batches of like length, longest first, each of at most `limit` tokens with its padding.

    >>> shape = lambda found: [[window.tokens for window in batch] for batch in found]
    >>> shape(batches([_Window(i, "", n) for i, n in enumerate([2, 9, 3, 4])], limit=8))
    [[9], [4, 3], [2]]
    """
    found: list[list[_Window]] = []
    for window in sorted(windows, key=lambda window: (-window.tokens, window.text)):
        if not found or found[-1][0].tokens * (len(found[-1]) + 1) > limit:
            found.append([])
        found[-1].append(window)
    return found


def readable_text(text: str) -> str:
    """A text as the model may read it: at most 15,000 characters, composed (NFC), nothing unreadable, or "".

    >>> readable_text("  mangroves\\x00 and \\ud800 reefs "), readable_text("\\u200b \\n")
    ('mangroves  and   reefs', '')
    """
    content = unicodedata.normalize("NFC", UNREADABLE.sub(" ", text[:MAX_CHARACTERS])).strip()
    return content if any(c.isprintable() and not c.isspace() for c in content) else ""
