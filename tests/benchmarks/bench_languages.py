"""The language pool: does a text find its English original among all texts, with and without centring?

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_languages [--each N]`. A query is a
sentence in one of eight languages; the pool holds all sentences of all languages and their English
originals, itself left out. Exit 1 below .55 for Thai, Vietnamese, Indonesian and Malay, or where centring
costs any language more than .05. Intervals are 95 % (Wilson 1927).
"""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

from matching.text.centring import centre, language_means

DEMO_TEXTS = Path("backend/demo/data/local_language_profiles.json")
REQUIRED = ("th", "vi", "id", "ms")
LEAST, MOST_LOST = 0.55, 0.05


def demo_texts(each: int = 40) -> list[tuple[str, str, str]]:
    """(language, text, its English original), at most `each` a language."""
    found = []
    for language, people in json.loads(DEMO_TEXTS.read_text(encoding="utf-8")).items():
        parts = [part for person in people for part in person.values() if isinstance(part, dict)]
        pairs = [(language, part["text"], part["english"]) for part in parts]
        found += pairs[:each]
    return found


def first_hits(pairs: list[tuple[str, str, str]], rows: np.ndarray) -> dict[str, float]:
    """Share of each language's texts whose English original is the nearest; rows are texts, then
    originals."""
    count = len(pairs)
    cosines = rows[:count] @ rows.T
    cosines[np.arange(count), np.arange(count)] = -np.inf
    right = np.argmax(cosines, axis=1) == np.arange(count) + count
    languages = np.array([language for language, _, _ in pairs])
    return {language: float(right[languages == language].mean()) for language in dict.fromkeys(languages.tolist())}


def pool_figures(
    pairs: list[tuple[str, str, str]], rows: np.ndarray, priors: Mapping[str, np.ndarray]
) -> tuple[dict[str, float], dict[str, float]]:
    """(without centring, with it), each by language; `priors`: the mean of each, as a run has them."""
    languages = [language for language, _, _ in pairs] + ["en"] * len(pairs)
    centred = centre(rows, languages, language_means(rows, languages, priors=priors))
    return first_hits(pairs, rows), first_hits(pairs, centred)


def failures(raw: dict[str, float], centred: dict[str, float]) -> Iterable[str]:
    """Languages that fall short."""
    for language, share in centred.items():
        if language in REQUIRED and share < LEAST:
            yield f"{language}: {share:.0%} is below {LEAST:.0%}"
        if share < raw[language] - MOST_LOST:
            yield f"{language}: centring loses {raw[language] - share:.0%}"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    import django
    from django.conf import settings

    django.setup()
    from backend.benchmarks.vector_cache import cached_vectors
    from matching.text.encoder import load_encoder
    from matching.text.priors import language_priors

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=40)
    pairs = demo_texts(parser.parse_args().each)
    encoder = load_encoder(settings.TITIAN_MODEL, settings.MODEL_FOLDER)
    texts = [text for _, text, _ in pairs] + [english for _, _, english in pairs]
    known = cached_vectors(
        texts,
        folder=settings.VAR / "vectors",
        name=f"{encoder.name} query",
        encode=lambda chunk: encoder.encode(chunk, "query"),
        on_progress=lambda share: print(f"encoding: {share:.0%}", file=sys.stderr),
    )
    priors = language_priors(encoder.name, settings.VAR / "priors", encoder.encode)["query"]
    raw, centred = pool_figures(pairs, np.stack([known[text] for text in texts]), priors)
    print(f"{'language':<10}{'as they are':>12}{'centred':>10}   of {len(pairs)} texts and their originals")
    for language, share in raw.items():
        count = sum(one == language for one, *_ in pairs)
        interval = binomtest(round(centred[language] * count), count).proportion_ci(method="wilson")
        ends = f"[{interval.low:.2f}, {interval.high:.2f}]"
        print(f"{language:<10}{share:>12.2f}{centred[language]:>10.2f} {ends}")
    short = list(failures(raw, centred))
    print("\n".join(short))
    sys.exit(int(bool(short)))


if __name__ == "__main__":
    main()
