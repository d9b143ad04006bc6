"""One worker of one thread against two, on this machine, in turns.

`python -m tests.benchmarks.bench_cluster` tells the medians of the pair stage and of the whole run, and their
ratios. Exit 1 where lists differ, or where two workers take more than MOST of one's time for the pairs, which
they may with fewer people: docs/decisions/0033-cluster.md.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import django

MOST = 0.65


def timed_run(people, parallel_map):
    """(seconds of the pairs, seconds of all, lists)."""
    from matching.recommend.run import compute_run

    begun = {}
    start = time.perf_counter()
    run = compute_run(
        *people,
        on_progress=lambda stage, _share: begun.setdefault(stage, time.perf_counter()),
        parallel_map=parallel_map,
    )
    return begun["balance"] - begun["pairs"], time.perf_counter() - start, run.lists


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.conf import settings

    from backend.benchmarks.synthetic import synthetic_people
    from backend.core.cluster import cluster_map
    from matching.parallel import thread_map
    from tests.cluster import LocalCluster

    people = synthetic_people(arguments.people)
    pairs, whole = ({1: [], 2: []} for _ in range(2))
    in_pairs, in_all, expected = timed_run(people, thread_map)
    print(f"threads: pairs {in_pairs:.2f} s, all {in_all:.2f} s", flush=True)
    same = True
    with tempfile.TemporaryDirectory() as folder, LocalCluster(Path(folder)) as cluster:
        settings.TITIAN_CLUSTER, settings.TITIAN_CLUSTER_CERTIFICATES = cluster.address, cluster.folder
        cluster.start_worker()
        for turn in range(arguments.pairs):
            for workers in (1, 2) if turn % 2 == 0 else (2, 1):
                while len(cluster.workers) < workers:
                    cluster.start_worker()
                while len(cluster.workers) > workers:
                    cluster.stop_worker()
                with cluster_map() as parallel_map:
                    in_pairs, in_all, lists = timed_run(people, parallel_map)
                pairs[workers].append(in_pairs)
                whole[workers].append(in_all)
                same = same and lists == expected
                load = os.getloadavg()[0]
                print(f"{workers} at work: pairs {in_pairs:.2f} s, all {in_all:.2f} s, load {load:.1f}", flush=True)
    ratios = {}
    for name, seconds in (("pairs", pairs), ("all", whole)):
        ratios[name] = median(b / a for a, b in zip(seconds[1], seconds[2], strict=True))
        one, two = median(seconds[1]), median(seconds[2])
        print(f"{name}: one worker {one:.2f} s, two {two:.2f} s, median ratio {ratios[name]:.3f}")
    print("lists are equal" if same else "LISTS DIFFER")
    return 0 if same and ratios["pairs"] <= MOST else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=40_000)
    parser.add_argument("--pairs", type=int, default=5)
    sys.exit(main(parser.parse_args()))
