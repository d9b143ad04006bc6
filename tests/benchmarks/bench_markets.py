"""Published markets: matches by the naive ranking, the product and ours; a forum of five constituencies.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_markets [--runs N]`. Exit 1 where ours
falls short.
"""

import argparse
import sys

from tests.benchmarks.markets import forum_row, market_row

PUBLISHED = {0.25: 173.5, 0.5: 152.7, 0.75: 134.2}
FORUMS = {(0.5, 0.2): 0.15, (0.5, 0.4): 0.35, (0.9, 0.2): 0.15}


def print_markets(runs):
    """Su et al. 2022: 150 candidates, 100 employers; the last column is the published optimiser."""
    print(f"{'crowding':<10}{'naive':>8}{'product':>9}{'ours':>8}{'published':>11}{'ours/published':>16}")
    short = False
    for crowding, published in PUBLISHED.items():
        naive, product, ours = market_row(crowding, runs)
        print(f"{crowding:<10}{naive:>8}{product:>9}{ours:>8}{published:>11}{ours / published:>16.3f}")
        short |= crowding == 0.5 and ours < 152
    return short


def print_forums(seeds):
    """Means over seeds; gain is ours over the product in meetings."""
    heads = ("product", "ours", "gain", "Gini", "coverage", "E-I", "cost", "3 kinds")
    print(f"{'h, w':<10}" + "".join(f"{head:>14}" for head in heads))
    short = False
    for (h, w), least in FORUMS.items():
        rows = [forum_row(h, w, seed) for seed in range(seeds)]

        def mean(k, name, rows=rows):
            return sum(getattr(row[k], name) for row in rows) / len(rows)

        gain = mean(1, "meetings") / mean(0, "meetings") - 1
        cost = 1 - mean(1, "meetings") / mean(2, "meetings")
        cells = [f"{mean(k, 'meetings'):.2f}" for k in (0, 1)] + [f"{gain:+.1%}"]
        cells += [f"{mean(0, 'gini'):.2f} / {mean(1, 'gini'):.2f}", f"{mean(1, 'coverage'):.3f}"]
        cells += [f"{mean(1, 'ei'):.2f}", f"{cost:.1%}", f"{mean(1, 'three_constituencies'):.0%}"]
        print(f"{f'{h}, {w}':<10}" + "".join(f"{cell:>14}" for cell in cells))
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
