"""The pair stage against semantic_search, NearestNeighbors and the bare arithmetic, in one process.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_pairs [--people N ...]`. The peers answer one
direction from one vector per person; ours answers both from ten features and solves everybody's walk. Ours
runs first, so that the peak of memory is ours alone, its preparation included. Exit 1 above five times the
limit.
"""

import argparse
import resource
import sys
import time
from itertools import pairwise

from backend.benchmarks.management.commands.bench_matching import limit_seconds
from backend.benchmarks.synthetic import synthetic_people
from matching.policy import MatchingPolicy
from matching.recommend.candidates import score_candidates
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import prepare_features
from matching.recommend.scoring import Scorer, fit_standardiser

MOST_TIMES, BEST, JUDGED_PEOPLE = 5, 100, 10_000


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ours(people):
    """(seconds of the pair stage, the process's peak of memory in MB so far)."""
    participants, ties, vectors = synthetic_people(people)
    policy = MatchingPolicy()
    dataset = prepare_dataset(participants, ties, vectors, (), policy)
    features = fit_standardiser(prepare_features(dataset.participants, vectors, dataset.incidence, policy), policy)

    def stage():
        score_candidates(Scorer.from_features(features, policy), dataset.groups, dataset.exclusions)

    return timed(stage), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peers(people):
    """Seconds of each peer and of the limit, by name."""
    import torch
    from sentence_transformers.util import semantic_search
    from sklearn.neighbors import NearestNeighbors

    vectors = synthetic_people(people)[2]

    def semantic():
        semantic_search(torch.from_numpy(vectors.seeks), torch.from_numpy(vectors.offers), top_k=BEST)

    def neighbours():
        nearest = NearestNeighbors(n_neighbors=min(BEST, people), metric="cosine", algorithm="brute")
        nearest.fit(vectors.offers).kneighbors(vectors.seeks)

    limit = min(limit_seconds(vectors.seeks, vectors.offers) for _ in range(2))
    return {"semantic_search": timed(semantic), "NearestNeighbors": timed(neighbours), "limit": limit}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[1_000, JUDGED_PEOPLE])
    sizes = sorted(parser.parse_args().people)
    found = {people: ours(people) for people in sizes}
    ratio = 0.0
    for people, (seconds, peak) in found.items():
        print(f"{people:,} people: ours {seconds:.2f} s, peak {peak:.0f} MB")
        for name, reference in peers(people).items():
            ratio = seconds / reference  # of the limit, which comes last
            print(f"  {name:<18}{reference:>8.2f} s{ratio:>8.1f} times as long for ours")
    for few, many in pairwise(sizes):
        more, longer = (many / few) ** 2, found[many][0] / found[few][0]
        print(f"from {few:,} to {many:,} people: {more:.0f} times the pairs, {longer:.0f} times as long")
    sys.exit(int(sizes[-1] >= JUDGED_PEOPLE and ratio > MOST_TIMES))


if __name__ == "__main__":
    main()
