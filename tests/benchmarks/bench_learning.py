"""Learning from the answers of made forums with known weights: gain on later days, coverage of the intervals.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_learning [--forums N] [--popularity SHARE]
[--uneven] [--steepness POWER]`. First N forums whose people answer their lists, then N of two sides, whose
answers are earlier meetings. Exit 1 where in the first the learned weights beat the prior's log-loss in under
95 of 100, or a weight's interval covers it in under 85, or where in either the weights then used make worse
lists than the prior in over 6.
"""

import argparse
import sys

import numpy as np

from tests.benchmarks.learning_forums import DEFAULT_HABITS, LEARNED, Habits, forum_result


def print_forums(results):
    """What learning gains on later days and in lists; whether lists are worse in over 6 of 100."""
    answers = np.mean([result.answers for result in results])
    print(f"{len(results)} forums of {answers:,.0f} answers; log-loss on later days")
    for words, name in (("over the prior", "gain_over_prior"), ("over the prior, calibrated alike", "gain")):
        gains = np.array([getattr(result, name) for result in results])
        print(f"gain {words:<42}{gains.mean():>8.4f}   better in {(gains > 0).mean():.0%}")
    used = np.array([result.is_kept for result in results])
    worth = np.array([result.worth for result in results])
    gained = f"{worth[used].mean():+.4f}" if used.any() else "none"
    print(f"a forum would use them in {used.mean():.0%}: lists worth {gained} then, worse in {sum(worth < 0)}")
    return np.mean(worth < 0) > 0.06


def print_weights(results):
    """How often the interval of each weight covers it; whether in under 85 of 100."""
    print(f"{'weight':<12}{'covered':>9}{'high/low':>10}")
    covered = {name: np.mean([result.covered[name] for result in results]) for name in LEARNED}
    for name in LEARNED:
        print(f"{name:<12}{covered[name]:>9.0%}{np.median([r.ratio[name] for r in results]):>10.2f}")
    return min(covered.values()) < 0.85


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--forums", type=int, default=100)
    parser.add_argument("--popularity", type=float, default=DEFAULT_HABITS.popularity, metavar="SHARE")
    parser.add_argument("--uneven", action="store_true", help="some people ask far less than others")
    parser.add_argument("--steepness", type=float, default=DEFAULT_HABITS.steepness, metavar="POWER")
    asked = parser.parse_args()
    habits = Habits(asked.popularity, asked.uneven, asked.steepness)
    results = [forum_result(seed, habits=habits) for seed in range(asked.forums)]
    is_short = np.mean([result.gain_over_prior > 0 for result in results]) < 0.95
    is_short |= print_forums(results) | print_weights(results)
    print("\ntwo sides")
    results = [forum_result(seed, habits=habits, two_sided=True) for seed in range(asked.forums)]
    is_short |= print_forums(results)
    sys.exit(int(is_short))


if __name__ == "__main__":
    main()
