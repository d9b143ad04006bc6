"""One changed profile, to the new list: time against a full rebuild, and how many places agree with one.

python -m tests.benchmarks.bench_update [--people 1000 10000]
"""

import argparse
import statistics
import sys
import time
from dataclasses import replace

from backend.benchmarks.synthetic import synthetic_people
from matching.recommend.run import compute_run
from matching.recommend.update import update_people

MOST_SECONDS, LEAST_AGREEING, TRIED = 1.0, 9.0, 5


def bench(people):
    """(seconds of a full build, median processor and wall seconds of an update, mean places that agree)."""
    participants, ties, vectors = synthetic_people(people)
    start = time.perf_counter()
    run = compute_run(participants, ties, vectors)
    built = time.perf_counter() - start
    state, walls, processors, agreeing = run.state, [], [], []
    for number in range(TRIED):
        row, other = number * 7, number * 7 + people // 2
        participants[row] = replace(
            participants[row], seeks=participants[other].seeks, seeks_topics=participants[other].seeks_topics
        )
        vectors.seeks[row] = vectors.seeks[other]
        wall, processor = time.perf_counter(), time.process_time()
        updated = update_people(state, participants, ties, vectors, changed=[row])
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
        state = updated.state
        if people <= 1_000:
            rebuilt = compute_run(participants, ties, vectors).lists[row]
            agreeing.append(len({p.other for p in rebuilt} & {p.other for p in updated.lists[row]}))
    agree = statistics.mean(agreeing) if agreeing else float("nan")
    return built, statistics.median(processors), statistics.median(walls), agree


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[1_000, 10_000])
    options = parser.parse_args()
    failed = False
    for people in options.people:
        built, processor, wall, agree = bench(people)
        print(
            f"{people} people: rebuild {built:.2f} s, one change {wall:.2f} s, {processor:.2f} s processor "
            f"({built / wall:.0f} times as fast), {agree:.1f} of ten places as a rebuild gives"
        )
        failed |= min(wall, processor) > MOST_SECONDS or agree < LEAST_AGREEING
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
