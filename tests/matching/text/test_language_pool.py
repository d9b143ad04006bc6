"""The language pool on planted vectors; with the real model and all 320 texts it is in tests/benchmarks."""

import numpy as np

from matching.text.centring import normalise_rows
from tests.benchmarks.bench_languages import demo_texts, failures, pool_figures


def planted_rows(spoken, strength, seed=0):
    """A meaning shared by a text and its original, and a direction of each language that drowns it; the mean
    of two hundred other texts of each language, as the shipped priors are."""
    draw = np.random.default_rng(seed)
    meaning = draw.standard_normal((len(spoken), 64))
    names = sorted({language for language, _, _ in spoken})
    accents = {name: strength * draw.standard_normal(64) for name in [*names, "en"]}
    texts = [row + accents[language] for row, (language, _, _) in zip(meaning, spoken, strict=True)]
    priors = {
        name: normalise_rows(draw.standard_normal((200, 64)) + accent).mean(axis=0) for name, accent in accents.items()
    }
    return normalise_rows(np.array(texts + [row + accents["en"] for row in meaning])), priors


def test_centring_finds_originals_despite_language_offsets():
    spoken = demo_texts()
    assert len(spoken) == 320
    raw, centred = pool_figures(spoken, *planted_rows(spoken, strength=1.0))
    assert np.mean(list(raw.values())) < 0.3
    assert min(centred.values()) >= 0.9
    assert list(failures(raw, centred)) == []


def test_priors_find_the_originals_of_a_language_of_one_text():
    spoken = demo_texts(each=1)
    rows, priors = planted_rows(spoken, strength=3.0)
    assert min(pool_figures(spoken, rows, priors)[1].values()) == 1
    assert min(pool_figures(spoken, rows, {})[1].values()) == 0


def test_the_benchmark_fails_where_centring_does_not_help():
    raw = dict.fromkeys(("th", "km"), 0.6)
    assert list(failures(raw, {"th": 0.5, "km": 0.6})) == ["th: 50% is below 55%", "th: centring loses 10%"]
