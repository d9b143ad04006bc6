"""The language pool on planted vectors; with the real model and all 320 texts it is in tests/benchmarks."""

import numpy as np

from matching.text.centring import normalise_rows
from tests.benchmarks.bench_languages import demo_texts, failures, pool_figures


def planted_rows(spoken, strength, seed=0):
    """A meaning shared by a text and its original, and a direction of each language that drowns it."""
    draw = np.random.default_rng(seed)
    meaning = draw.standard_normal((len(spoken), 64))
    names = sorted({language for language, _, _ in spoken})
    accents = {name: strength * draw.standard_normal(64) for name in [*names, "en"]}
    texts = [row + accents[language] for row, (language, _, _) in zip(meaning, spoken, strict=True)]
    return normalise_rows(np.array(texts + [row + accents["en"] for row in meaning]))


def test_centring_finds_originals_despite_language_offsets():
    spoken = demo_texts()
    assert len(spoken) == 320
    raw, centred = pool_figures(spoken, planted_rows(spoken, strength=1.0))
    assert np.mean(list(raw.values())) < 0.3
    assert min(centred.values()) >= 0.9
    assert list(failures(raw, centred)) == []


def test_the_benchmark_fails_where_centring_does_not_help():
    raw = dict.fromkeys(("th", "km"), 0.6)
    assert list(failures(raw, {"th": 0.5, "km": 0.6})) == [
        "th: 50% is below 55%",
        "th: centring loses 10%",
    ]
