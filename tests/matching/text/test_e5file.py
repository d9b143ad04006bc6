"""The packed weights of a model of two words, read; and what is refused of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from matching.text.e5file import BLOCK, MAGIC, PackedModelError, bert_names, bert_tensors, read_packed_model

HIDDEN, WORDS = 32, 2


def packed(version: int = 1, block: int = BLOCK, without: str = "") -> bytes:
    """A file of one layer, whose word vectors are packed in 4 bits and whose other weights are plain ones."""
    texts = [b"<s>", "ក".encode()]
    head = struct.pack("<I7i", version, HIDDEN, 1, 2, HIDDEN, WORDS, 1, 1) + struct.pack("<fi", 1e-6, block)
    head += struct.pack("<5iQ", WORDS, 0, 1, 0, 0, sum(map(len, texts)))
    head += struct.pack(f"<{WORDS + 1}I", 0, len(texts[0]), sum(map(len, texts)))
    head += struct.pack(f"<{WORDS}f", 0.0, -1.5) + b"".join(texts)
    head += struct.pack("<iI", 1, 2) + struct.pack("<IB2I", ord("ﬁ"), 2, ord("f"), ord("i"))
    directory, body = b"", b""
    names = [name for name in bert_names(1) if name != without]
    length = len(MAGIC) + len(head) + 4 + sum(2 + len(name) + 21 for name in names)
    for name in names:
        is_square = name.endswith(".w") and "ln" not in name
        count = HIDDEN * (WORDS if name == "emb.word" else HIDDEN if is_square else 1)
        if name == "emb.word":
            part = (np.float16(0.5).tobytes() + bytes([0x9A] * 16)) * WORDS
        else:
            part = np.ones(count, "<f4").tobytes()
        row = struct.pack("<BIQQ", name == "emb.word", count, length + len(body), len(part))
        directory += struct.pack("<H", len(name)) + name.encode() + row
        body += part
    return MAGIC + head + struct.pack("<i", len(names)) + directory + body


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        (tmp_path / "model.bin").write_bytes(data)
        return tmp_path / "model.bin"

    return write


def test_a_packed_model_is_read_with_its_words_and_weights(written: Callable[[bytes], Path]) -> None:
    model = read_packed_model(written(packed()))
    assert (model.hidden, model.layers, model.vocabulary) == (HIDDEN, 1, WORDS)
    assert model.pieces == [("<s>", 0.0), ("ក", -1.5)]
    assert model.normalisation == {"ﬁ": "fi"}
    told: list[tuple[int, int]] = []
    weights = bert_tensors(model, lambda done, total: told.append((done, total)))
    assert set(weights) == set(bert_names(1).values())
    words = weights["embeddings.word_embeddings.weight"]
    assert words.shape == (WORDS, HIDDEN)
    assert words[0, [0, 15, 16, 31]].tolist() == [1.0, 1.0, 0.5, 0.5]
    assert weights["encoder.layer.0.output.dense.weight"].shape == (HIDDEN, HIDDEN)
    assert told[-1] == (len(weights), len(weights))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"ZIP4" + packed()[4:], "is not a packed e5 model"),
        (packed(version=2), "version 2 is unknown"),
        (packed(block=16), "its blocks are not of 32 weights"),
        (packed()[:60], "cannot be read"),
        (packed()[:-1], "is cut short at tensor"),
    ],
    ids=["another file", "version", "blocks", "directory", "weights"],
)
def test_what_is_no_packed_model_is_refused(written: Callable[[bytes], Path], data: bytes, said: str) -> None:
    with pytest.raises(PackedModelError, match=said):
        read_packed_model(written(data))


def test_a_weight_that_is_not_there_is_named(written: Callable[[bytes], Path]) -> None:
    model = read_packed_model(written(packed(without="l0.q.w")))
    with pytest.raises(PackedModelError, match=r"has no tensor 'l0\.q\.w'"):
        bert_tensors(model)
