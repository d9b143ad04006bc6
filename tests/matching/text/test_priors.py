"""The shipped sentences of each language, and the mean vectors made of them."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matching.text.encoder import Encoder
from matching.text.language import detect_language
from matching.text.priors import SHIPPED, compute_priors, language_priors, prior_sentences, write_priors
from tests.benchmarks.bench_evaluation import prior_sentences_in
from tests.benchmarks.bench_languages import demo_texts
from tests.matching.sample_texts import SAMPLE_TEXTS

DEMO = Path("backend/demo/data")
LANGUAGES = ("en", "fil", "id", "km", "lo", "ms", "my", "th", "vi", "zh")


def digest(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).casefold().encode()).hexdigest()


def texts_in(value: Any) -> Iterator[str]:
    """Every string in a value read from JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)


def planted(sentences: Any, kind: str) -> np.ndarray:
    """Vectors that tell texts and kinds apart."""
    rows = [np.random.default_rng([len(s), kind == "query"]).standard_normal(4) for s in sentences]
    return np.array(rows, np.float32)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_two_hundred_sentences_of_its_own(language: str) -> None:
    sentences = prior_sentences()[language]
    assert len({digest(sentence) for sentence in sentences}) == len(sentences) >= 200
    if language not in ("id", "ms"):  # they share most words: a single sentence may pass for either
        found = [detect_language(sentence) for sentence in sentences]
        assert np.mean([code == language for code in found]) > 0.9


def test_no_sentence_is_a_text_of_the_demo_or_of_a_test() -> None:
    files = [json.loads(path.read_text("utf-8")) for path in DEMO.glob("*.json")]
    others = {digest(text) for text in texts_in(files)}
    others |= {digest(part) for _, text, original in demo_texts() for part in (text, original)}
    others |= {digest(text) for texts in SAMPLE_TEXTS.values() for text in texts}
    shipped = {digest(sentence) for sentences in prior_sentences().values() for sentence in sentences}
    assert not shipped & others


@pytest.mark.slow
def test_the_shipped_means_are_those_of_the_bundled_model(encoder: Encoder, tmp_path: Path) -> None:
    shipped = language_priors(encoder.name, tmp_path, None)
    sentences = prior_sentences()["en"]
    for kind in ("query", "passage"):
        assert set(shipped[kind]) == set(LANGUAGES)
        assert shipped[kind]["en"] == pytest.approx(encoder.encode(sentences, kind).mean(axis=0), abs=1e-3)


def test_another_model_gets_its_own_means_once(tmp_path: Path) -> None:
    asked = []

    def encode(sentences: Any, kind: str) -> np.ndarray:
        asked.append(kind)
        return planted(sentences, kind)

    assert language_priors("other", tmp_path, None) == {"query": {}, "passage": {}}
    made = language_priors("other", tmp_path, encode)
    assert len(asked) == 2 * len(LANGUAGES)
    kept = language_priors("other", tmp_path, None)
    for kind in ("query", "passage"):
        for language in LANGUAGES:
            assert kept[kind][language].tolist() == made[kind][language].tolist()
    assert np.any(made["query"]["th"] != made["passage"]["th"])
    assert language_priors("third", tmp_path, None) == {"query": {}, "passage": {}}


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    language_priors("other", tmp_path, planted)
    (path,) = tmp_path.glob("*.npz")
    path.write_bytes(b"cut short")
    assert language_priors("other", tmp_path, planted)["query"]["th"].shape == (4,)
    assert language_priors("other", tmp_path, None)["query"]["th"].shape == (4,)


def test_shipped_means_are_replaced_when_the_sentences_change(tmp_path: Path) -> None:
    write_priors(tmp_path / "x.npz", "other", compute_priors(planted))
    assert (tmp_path / "x.npz").stat().st_mode & 0o777 == 0o644
    assert SHIPPED.stat().st_size < 30_000


def test_a_set_of_people_whose_text_is_a_prior_sentence_is_reported(tmp_path: Path) -> None:
    texts = {"p1": "Something of her own.", "p2": prior_sentences()["en"][0].upper()}
    lines = [json.dumps({"id": name, "offers": [text]}) for name, text in texts.items()]
    (tmp_path / "people.jsonl").write_text("\n".join(lines), "utf-8")
    (found,) = prior_sentences_in(tmp_path)
    assert found.startswith("p2: ")
