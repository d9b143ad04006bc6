"""Texts a second: our encoder against plain sentence-transformers, same model, same float32, same texts.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_encoder [--texts N] [--cache FOLDER]`.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from matching.text.encoder import Encoder
from matching.text.model import bundled_model, load_model, model_name
from tests.matching.sample_texts import SAMPLE_TEXTS


def profile_texts(count: int, seed: int = 0) -> list[str]:
    """Texts in nine languages with the lengths of profiles: a short sentence to a page, all different."""
    rng = random.Random(seed)
    texts = []
    for number in range(count):
        samples = SAMPLE_TEXTS[rng.choice(sorted(SAMPLE_TEXTS))]
        sentences = max(1, min(15, round(rng.lognormvariate(1.0, 0.8))))
        texts.append(f"{number}. " + " ".join(rng.choice(samples) for _ in range(sentences)))
    return texts


def seconds(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    """How long the work took, and what it gave."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def main() -> int:
    """Print both rates and their ratio; exit 1 where ours is slower or the vectors differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=300)
    options.add_argument("--cache", type=Path, default=Path("var/models"))
    arguments = options.parse_args()
    started = time.perf_counter()
    folder = bundled_model(arguments.cache)
    model = load_model(folder)
    print(f"cold load, imports included: {time.perf_counter() - started:.1f} s")
    encoder, texts = Encoder(model, model_name(folder)), profile_texts(arguments.texts)
    encoder.encode(texts[:8], "query")
    reference = ours = float("inf")
    # Alternate, so that a busy machine slows both.
    for _ in range(3):
        spent, expected = seconds(lambda: model.encode(texts, prompt_name="query", show_progress_bar=False))
        reference = min(reference, spent)
        spent, vectors = seconds(lambda: encoder.encode(texts, "query"))
        ours = min(ours, spent)
    difference = float(np.abs(vectors - expected).max())
    print(f"ours: {len(texts) / ours:.1f} texts/s")
    print(f"sentence-transformers as it comes: {len(texts) / reference:.1f} texts/s")
    print(f"ratio: {reference / ours:.2f}; largest difference of a component {difference:.1e}")
    return int(ours > reference or difference > 1e-5)


if __name__ == "__main__":
    sys.exit(main())
