"""bfloat16 against float32 in one run: texts a second, nearness of the vectors, and the places of lists.

Run by `make bench DATA=FOLDER`, or alone: `python -m tests.benchmarks.bench_precision [FOLDER ...]`, with
folders as `manage.py evaluate` reads them. Titian computes in float32 as long as fewer than 99 of 100 places
are equal: docs/decisions/0023-encoder-precision.md. Exit 1 where that is no longer so.
"""

import argparse
import os
import sys
from pathlib import Path

import django
import numpy as np

TEXTS = 364
ROUNDS = 3
LEAST_EQUAL = 0.99


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folders", type=Path, nargs="*")
    options.add_argument("--texts", type=int, default=TEXTS)
    arguments = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.conf import settings

    from matching.text.encoder import load_encoder
    from tests.benchmarks.bench_encoder import profile_texts, seconds

    encoders = {
        precision: load_encoder("", settings.MODEL_FOLDER, precision=precision) for precision in ("float32", "bfloat16")
    }
    texts = profile_texts(arguments.texts)
    best, vectors = dict.fromkeys(encoders, float("inf")), {}
    for encoder in encoders.values():
        encoder.encode(texts[:8], "query")
    for _round in range(ROUNDS):  # in turns, so that a busy machine slows both
        for precision, encoder in encoders.items():
            spent, vectors[precision] = seconds(lambda encoder=encoder: encoder.encode(texts, "query"))
            best[precision] = min(best[precision], spent)
    cosines = (vectors["float32"] * vectors["bfloat16"]).sum(axis=1)
    gain = best["float32"] / best["bfloat16"]
    for precision, spent in best.items():
        print(f"{precision}: {len(texts) / spent:.1f} texts/s")
    print(f"ratio: {gain:.2f}; cosine {cosines.mean():.6f} on average, {cosines.min():.6f} at least")
    shares = []
    for folder in arguments.folders:
        share, places, orderless = compare_lists(folder, encoders)
        print(f"{folder.name}: {share:.2%} of {places} places equal; {orderless:.2%} whatever their order")
        shares.append(share)
    return int(gain > 1 and bool(shares) and min(shares) >= LEAST_EQUAL)


def compare_lists(folder: Path, encoders: dict) -> tuple[float, int, float]:
    """The share of equal places of everybody's list, their number, and the share of people on both lists."""
    from backend.benchmarks.graded import listed_rows
    from backend.benchmarks.management.commands.evaluate import read_folder
    from backend.suggestions.engine.texts import FIELDS, KINDS
    from matching.policy import MatchingPolicy
    from matching.recommend.run import compute_run
    from matching.text.centring import normalise_rows
    from matching.text.priors import language_priors
    from matching.types import Vectors

    given = read_folder(folder)
    found = []
    for encoder in encoders.values():
        rows = {}
        for field in FIELDS:
            distinct = sorted({text for texts in given.texts[field] for text in texts})
            known = dict(zip(distinct, encoder.encode(distinct, KINDS[field]), strict=True))
            nothing = np.zeros(encoder.dimension, np.float32)
            rows[field] = normalise_rows(
                np.array([sum((known[text] for text in texts), nothing) for texts in given.texts[field]])
            )
        priors = language_priors(encoder.name, Path("unused"), None)
        by_field = {field: priors[KINDS[field]] for field in FIELDS}
        run = compute_run(
            given.people, given.ties, Vectors(**rows), policy=MatchingPolicy(exploratory_share=0.0), priors=by_field
        )
        found.append(listed_rows(run))
    first, second = found
    places = sum(max(len(first[one]), len(second.get(one, ()))) for one in first)
    equal = sum(a == b for one in first for a, b in zip(first[one], second.get(one, ()), strict=False))
    shared = sum(len(set(first[one]) & set(second.get(one, ()))) for one in first)
    return equal / places, places, shared / places


if __name__ == "__main__":
    sys.exit(main())
