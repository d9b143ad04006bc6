"""The pair stage against semantic_search, NearestNeighbors and the bare arithmetic, in one process.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_pairs [--people N ...]`. The peers answer one
direction from one vector a person; ours answers both from eight features. Exit 1 above five times the limit.
"""

import argparse
import resource
import sys
import time

import torch
from sentence_transformers.util import semantic_search
from sklearn.neighbors import NearestNeighbors

from backend.suggestions.management.commands.bench_matching import limit_seconds
from backend.suggestions.synthetic import synthetic_forum
from matching import Policy
from matching.candidates import find_candidates
from matching.features import prepare_features
from matching.forum import open_forum
from matching.scoring import Scorer, measure, score_all

MOST_TIMES = 5


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bench(people):
    """Seconds of ours, the two peers and the limit."""
    participants, ties, vectors = synthetic_forum(people)
    policy = Policy()
    forum = open_forum(participants, ties, vectors, (), policy)
    features, walked = measure(prepare_features(forum.participants, vectors, forum.incidence, policy), policy)

    def ours():
        chances = score_all(Scorer.of(features, policy), walked, forum.obstacles.forbidden)
        find_candidates(chances, forum.groups, policy)

    def semantic():
        semantic_search(torch.from_numpy(vectors.seeks), torch.from_numpy(vectors.offers), top_k=100)

    def neighbours():
        NearestNeighbors(n_neighbors=min(100, people), metric="cosine", algorithm="brute").fit(
            vectors.offers
        ).kneighbors(vectors.seeks)

    limit = min(limit_seconds(vectors.seeks, vectors.offers) for _ in range(2))
    return timed(ours), timed(semantic), timed(neighbours), limit


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[1_000, 10_000])
    options = parser.parse_args()
    head = ("ours", "semantic_search", "NearestNeighbors", "limit", "ours/limit", "peak MB")
    print(f"{'people':<8}" + "".join(f"{name:>18}" for name in head))
    ratio = 0.0
    for people in options.people:
        ours, semantic, neighbours, limit = bench(people)
        ratio = ours / limit
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        cells = [f"{s:.2f} s" for s in (ours, semantic, neighbours, limit)] + [f"{ratio:.1f}x", f"{peak:.0f}"]
        print(f"{people:<8}" + "".join(f"{cell:>18}" for cell in cells))
    sys.exit(int(max(options.people) >= 10_000 and ratio > MOST_TIMES))


if __name__ == "__main__":
    main()
