"""Texts to vectors, stored by hash: a text is encoded once per model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Sequence
from functools import lru_cache, partial
from typing import Protocol

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db.models import BinaryField, F, Func
from django.utils.translation import gettext as _

from backend.core import encoder
from backend.core.advisory_lock import advisory_lock, advisory_lock_if_free
from backend.core.errors import Refused
from backend.suggestions.models import Embedding
from matching.recommend.features import Priors
from matching.text.encoder import Kind, encoder_name, load_encoder
from matching.text.priors import EncodePriors, language_priors
from matching.types import Participant, Vectors

TextVectors = npt.NDArray[np.float32]
OnCount = Callable[[int, int], None]
Encode = Callable[[Sequence[str], OnCount], TextVectors]
OnProgress = Callable[[str, float], None]

FIELDS = ("seeks", "offers", "about")
KINDS: dict[str, Kind] = {"seeks": "query", "offers": "passage", "about": "query"}
CHUNK = 256
SENT_VECTOR = Func(F("vector"), function="vector_send", output_field=BinaryField())  # text takes long to read
LOADING, UNPACKING = "Loading the language model", "Unpacking the language model"
READING_SAMPLES = "Reading sample sentences of each language"
READING = {
    "seeks": "Reading what people seek",
    "offers": "Reading what people offer",
    "about": "Reading what people say of themselves",
}


def text_hash(text: str) -> str:
    """SHA-256 of the text, the key of its vector."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def topic_text(name: str, description: str) -> str:
    """What is read of a topic.

    >>> topic_text("Helplines", ""), topic_text("Helplines", "For children")
    ('Helplines', 'Helplines. For children')
    """
    return ". ".join(filter(None, (name, description)))


def stored_vectors(texts: Iterable[str], *, model: str, kind: str) -> dict[str, TextVectors]:
    """The vectors of those texts that were read before, by text; one query."""
    wanted = {text_hash(text): text for text in texts}
    stored = Embedding.objects.filter(model=model, kind=kind, text_hash__in=list(wanted))
    found = list(stored.values_list("text_hash", SENT_VECTOR))
    rows = vectors_sent([vector for _key, vector in found])
    return {wanted[key]: row for (key, _vector), row in zip(found, rows, strict=True)}


def vectors_sent(sent: Sequence[bytes]) -> TextVectors:
    """The rows of vectors read as `SENT_VECTOR`: each two numbers of two bytes, then its values.

    >>> vectors_sent([bytes.fromhex("0002 0000 3f800000 40000000")]).tolist()
    [[1.0, 2.0]]
    """
    if not sent:
        return np.zeros((0, 0), np.float32)
    rows = np.frombuffer(b"".join(sent), np.uint8).reshape(len(sent), -1)
    return np.ascontiguousarray(rows[:, 4:]).view(">f4").astype(np.float32)


def vectors_for(
    texts: Iterable[str],
    *,
    model: str,
    kind: str,
    encode: Encode,
    on_progress: Callable[[float], None] | None = None,
    is_helper: bool = False,
) -> dict[str, TextVectors]:
    """The vector of every distinct non-blank text, by text; only texts without a stored vector are encoded.

    `encode(texts, on_count)` gives rows and calls on_count(done, total); `on_progress` gets the share done.
    Vectors are stored chunk by chunk, so that an interrupted run continues, and several processes that are
    given the same texts share the chunks. A helper leaves out what another process is encoding.
    """
    wanted = {text_hash(text): text for text in texts if text.strip()}
    found = stored_vectors(wanted.values(), model=model, kind=kind)
    chunks = _chunks_with_missing(list(wanted.values()), found.keys())
    number = sum(text not in found for chunk in chunks for text in chunk)

    def read(chunk: list[str]) -> None:
        found.update(stored_vectors(chunk, model=model, kind=kind))  # what others stored meanwhile
        missing = [text for text in chunk if text not in found]
        done = sum(text in found for one in chunks for text in one)

        def on_count(count: int, total: int) -> None:
            if on_progress:
                on_progress(min(1.0, (done + len(missing) * count / total) / number))

        if missing:
            rows = encode(missing, on_count)
            _store(missing, rows, model, kind)
            found.update(zip(missing, rows, strict=True))
        on_count(1, 1)

    held_elsewhere = []
    for chunk in chunks:
        with advisory_lock_if_free(_chunk_lock(chunk, model, kind)) as is_held:
            if is_held:
                read(chunk)
            else:
                held_elsewhere.append(chunk)
    for chunk in [] if is_helper else held_elsewhere:
        with advisory_lock(_chunk_lock(chunk, model, kind)):
            read(chunk)
    return found


def _chunks_with_missing(texts: list[str], known: Container[str]) -> list[list[str]]:
    """Chunks of texts some of which are missing: the same in every process that is given the same texts."""
    # Longest first: chunks of similar length need little padding.
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    missing = [text for text in ordered if text not in known]
    if len(missing) <= CHUNK:
        return [missing] if missing else []
    chunks = [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]
    return [chunk for chunk in chunks if any(text not in known for text in chunk)]


def _chunk_lock(chunk: list[str], model: str, kind: str) -> str:
    return f"texts:{model}:{kind}:{text_hash(chunk[0])}"


def _store(texts: list[str], rows: TextVectors, model: str, kind: str) -> None:
    Embedding.objects.bulk_create(
        (
            Embedding(model=model, kind=kind, text_hash=text_hash(text), vector=row)
            for text, row in zip(texts, rows, strict=True)
        ),
        ignore_conflicts=True,
    )


class Encodes(Protocol):
    def encode(self, texts: Sequence[str], kind: Kind, progress: OnCount | None = None) -> TextVectors: ...


class SharedEncoder:
    """The model in the encoder process; refuses EncoderAway."""

    def encode(self, texts: Sequence[str], kind: Kind, progress: OnCount | None = None) -> TextVectors:
        return encoder.encode(texts, kind, on_count=progress)


class TextReader:
    """Texts to stored vectors; the model is asked for when a text without one is first seen."""

    def __init__(self) -> None:
        self.model = encoder_name(settings.TITIAN_MODEL)
        self._encoder: Encodes | None = None

    def encoder(self, on_progress: OnProgress | None = None) -> Encodes:
        """The encoder process where Titian runs; else the model, loaded once into this process in seconds."""
        if self._encoder is None:
            report_stage = on_progress or (lambda _stage, _share: None)
            report_stage(LOADING, 0.0)
            self._encoder = SharedEncoder() if encoder.wake() else self._load(report_stage)
            report_stage(LOADING, 1.0)
        return self._encoder

    def _load(self, report_stage: OnProgress) -> Encodes:
        def on_count(done: int, total: int) -> None:
            report_stage(UNPACKING, done / total)

        return load_encoder(settings.TITIAN_MODEL, settings.MODEL_FOLDER, on_count)

    def vectors(
        self, texts: Sequence[str], field: str, on_progress: OnProgress | None = None, *, is_helper: bool = False
    ) -> dict[str, TextVectors]:
        """Vectors by text, for texts of this field (seeks, offers, about); is_helper: as there."""
        kind = KINDS[field]
        return vectors_for(
            texts,
            model=self.model,
            kind=kind,
            encode=lambda chunk, on_count: self.encoder(on_progress).encode(chunk, kind, on_count),
            on_progress=partial(on_progress, READING[field]) if on_progress else None,
            is_helper=is_helper,
        )

    def missing_chunks(self, participants: Sequence[Participant]) -> int:
        """How many whole chunks of the participants' texts have no stored vector yet."""
        missing = 0
        for field in FIELDS:
            hashes = {text_hash(text) for person in participants if (text := getattr(person, field)).strip()}
            stored = Embedding.objects.filter(model=self.model, kind=KINDS[field], text_hash__in=hashes)
            missing += len(hashes) - stored.count()
        return missing // CHUNK

    def help_to_read(self, participants: Sequence[Participant]) -> None:
        """Encode what no other process is encoding of the participants' texts."""
        for field in FIELDS:
            self.vectors([getattr(person, field) for person in participants], field, is_helper=True)

    def read(self, participants: Sequence[Participant], on_progress: OnProgress | None = None) -> Vectors:
        """The three text vectors of every participant, rows in their order; no text is a zero row."""
        rows = {}
        for field in FIELDS:
            texts = [getattr(person, field) for person in participants]
            found = self.vectors(texts, field, on_progress)
            width = len(next(iter(found.values()))) if found else 0
            rows[field] = [found.get(text, np.zeros(width, np.float32)) for text in texts]
        width = max((len(row) for field in FIELDS for row in rows[field]), default=1) or 1
        return Vectors(
            *(
                np.array([row if len(row) else np.zeros(width) for row in rows[field]], np.float32).reshape(
                    len(participants), width
                )
                for field in FIELDS
            )
        )

    def priors(self, vectors: Vectors, on_progress: OnProgress | None = None) -> Priors:
        """The fixed mean of each language by field, for people of these vectors; none where nobody wrote.

        Those of a model other than the bundled one are computed once, and kept under var/.
        """
        if not any(getattr(vectors, field).any() for field in FIELDS):
            return {}
        found = language_priors(self.model, settings.VAR / "priors", self._prior_encoder(on_progress))
        return {field: found[KINDS[field]] for field in FIELDS}

    def _prior_encoder(self, on_progress: OnProgress | None) -> EncodePriors | None:
        def encode(sentences: Sequence[str], kind: Kind) -> TextVectors:
            count = partial(on_progress, READING_SAMPLES) if on_progress else None
            return self.encoder(on_progress).encode(
                sentences, kind, (lambda done, total: count(done / total)) if count else None
            )

        return encode


class StoredTextReader(TextReader):
    """Reads stored vectors only and never loads the model, for web processes."""

    def encoder(self, on_progress: OnProgress | None = None) -> Encodes:  # noqa: ARG002
        """Refuses `not_yet_read`: a text has no stored vector."""
        raise Refused("not_yet_read", _("A profile changed and is still being read. Look again in a minute."))

    def _prior_encoder(self, on_progress: OnProgress | None) -> None:
        """None: priors that are not computed yet are left out."""


def text_reader() -> TextReader:
    """The process's one TextReader, of the model that is set."""
    return _reader_of(settings.TITIAN_MODEL)


@lru_cache(maxsize=1)
def _reader_of(_model: str) -> TextReader:
    return TextReader()
