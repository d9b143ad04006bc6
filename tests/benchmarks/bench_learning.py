"""Learning from the answers of made forums with known weights: gain on later days, coverage of the intervals.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_learning [--forums N] [--popularity SHARE]
[--uneven] [--steepness POWER] [--two-sided]`. Exit 1 where the learned weights beat the prior's log-loss in
under 95 of 100 forums, a weight's interval covers it in under 85, or the weights then used make worse lists
than the prior in over 6. Of a forum with two sides, whose answers are earlier meetings, the last alone holds.
"""

import argparse
import sys

import numpy as np

from tests.benchmarks.learning_forums import DEFAULT_HABITS, LEARNED, Habits, forum_result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forums", type=int, default=100)
    parser.add_argument("--popularity", type=float, default=DEFAULT_HABITS.popularity, metavar="SHARE")
    parser.add_argument("--uneven", action="store_true", help="some people ask far less than others")
    parser.add_argument("--steepness", type=float, default=DEFAULT_HABITS.steepness, metavar="POWER")
    parser.add_argument("--two-sided", action="store_true", help="learn from earlier meetings of two sides")
    asked = parser.parse_args()
    forums, habits = asked.forums, Habits(asked.popularity, asked.uneven, asked.steepness)
    results = [forum_result(seed, habits=habits, two_sided=asked.two_sided) for seed in range(forums)]
    shown, answers = results[0].shown, np.mean([result.answers for result in results])
    print(f"{forums} forums of {shown:,} shown, {answers:,.0f} answers each; log-loss on later days")
    better = np.mean([result.gain_over_prior > 0 for result in results])
    for words, name in (
        ("over the prior", "gain_over_prior"),
        ("over the prior, calibrated alike", "gain"),
    ):
        gains = np.array([getattr(result, name) for result in results])
        print(f"gain {words:<42}{gains.mean():>8.4f}   better in {(gains > 0).mean():.0%}")
    used = np.array([result.is_kept for result in results])
    worth = np.array([result.worth for result in results])
    gained = f"{worth[used].mean():+.4f}" if used.any() else "none"
    print(
        f"a forum would use them in {used.mean():.0%}: lists worth {gained} then, worse in {sum(worth < 0)}"
    )
    print(f"{'weight':<12}{'covered':>9}{'high/low':>10}")
    covered = {name: np.mean([result.covered[name] for result in results]) for name in LEARNED}
    for name in LEARNED:
        print(f"{name:<12}{covered[name]:>9.0%}{np.median([r.ratio[name] for r in results]):>10.2f}")
    is_worse = np.mean(worth < 0) > 0.06
    sys.exit(int(is_worse or (not asked.two_sided and (better < 0.95 or min(covered.values()) < 0.85))))


if __name__ == "__main__":
    main()
