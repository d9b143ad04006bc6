"""Published markets: matches by the naive ranking, the product and ours; a forum of five constituencies.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_markets [--runs N]`. Exit 1 where ours
falls short. Intervals are 95 % bootstraps over runs or seeds.
"""

import argparse
import sys

import numpy as np

from matching.recommend.measures import bootstrap_interval
from tests.benchmarks.markets import forum_row, market_runs

PUBLISHED = {0.25: 173.5, 0.5: 152.7, 0.75: 134.2}
FORUMS = {(0.5, 0.2): 0.15, (0.5, 0.4): 0.35, (0.9, 0.2): 0.15}


def print_markets(runs):
    """Su et al. 2022: 150 candidates, 100 employers; the last column is the published optimiser."""
    print(f"{'crowding':<10}{'naive':>8}{'product':>9}{'ours':>8}{'published':>27}{'ours/published':>16}")
    short = False
    for crowding, published in PUBLISHED.items():
        found = market_runs(crowding, runs)
        naive, product, ours = found.mean(axis=0)
        low, high = bootstrap_interval(found[:, 2])
        cells = f"{naive:>8.1f}{product:>9.1f}{ours:>8.1f}{f'[{low:.1f}, {high:.1f}]':>17}"
        print(f"{crowding:<10}{cells}{published:>10}{ours / published:>16.3f}")
        short |= crowding == 0.5 and ours < 152
    return short


def print_forums(seeds):
    """Means over seeds; gain is ours over the product in meetings."""
    heads = ("product", "ours", "gain", "Gini", "coverage", "E-I", "cost", "3 kinds")
    widths = (9, 9, 26, 14, 10, 7, 7, 9)
    print(f"{'h, w':<10}" + "".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    short = False
    for (h, w), least in FORUMS.items():
        rows = [forum_row(h, w, seed) for seed in range(seeds)]

        def mean(k, name, rows=rows):
            return sum(getattr(row[k], name) for row in rows) / len(rows)

        product, titian = (np.array([row[k].meetings for row in rows]) for k in (0, 1))
        gain = mean(1, "meetings") / mean(0, "meetings") - 1
        low, high = (end - 1 for end in bootstrap_interval(titian, counts=product))
        cost = 1 - mean(1, "meetings") / mean(2, "meetings")
        cells = [f"{mean(k, 'meetings'):.2f}" for k in (0, 1)] + [f"{gain:+.1%} [{low:+.1%}, {high:+.1%}]"]
        cells += [f"{mean(0, 'gini'):.2f} / {mean(1, 'gini'):.2f}", f"{mean(1, 'coverage'):.3f}"]
        cells += [f"{mean(1, 'ei'):.2f}", f"{cost:.1%}", f"{mean(1, 'three_constituencies'):.0%}"]
        row = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
        print(f"{f'{h}, {w}':<10}{row}")
        uneven = h < 0.9 and (mean(1, "gini") > 0.25 or cost > 0.03)
        short |= gain < least or mean(1, "coverage") < 0.99 or uneven
    return short


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    short = print_markets(options.runs)
    print()
    sys.exit(int(print_forums(options.seeds) or short))


if __name__ == "__main__":
    main()
