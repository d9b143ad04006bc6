"""Groups: rounds until all have met, golfers' weeks, rounds against peers, trios and roundtables, and a large
forum. Every plan is checked by `matching.groups.checking`.

`python -m tests.benchmarks.bench_groups [PART ...] [--seconds N] [--peers DIR]`. PARTs: diners, golfers,
peers, trios, roundtables, large. Exit 1 where ours falls short. The package anti-clustering is found where it
is installed, or in DIR (`pip install --no-deps --target DIR anti-clustering`).
"""

import argparse
import sys
import time
from importlib.util import find_spec
from math import comb

import numpy as np

from matching.groups.bounds import pairs_bound
from matching.groups.checking import faults_in_rounds, faults_in_roundtables, faults_in_trios
from matching.groups.rounds import FREE, RoundsProblem, plan_of, plan_rounds
from matching.groups.roundtables import RoundtablesProblem, plan_roundtables
from matching.groups.trios import TriosProblem, plan_trios

NO_PAIRS = np.zeros((0, 2), int)
# T(n, k) for k = 3 to 8, or its upper bound: F. van Doorn, Dagstuhl's Happy Diner Problem, table of n to 30.
# The first number of a row is n. Judged against, never read by the search.
DINERS = """
4 3|5 3 3|6 4 3 3|7 4 3 3 3|8 4 3 3 3 3|9 4 4 3 3 3 3|10 6 4 4 3 3 3|11 6 5 4 3 3 3|12 6 5 4 3 3 3
13 7 5 4 4 3 3|14 7 5 5 4 4 3|15 7 5 5 4 4 3|16 9 5 5 4 4 3|17 9 7 5 4 4 4|18 9 7 6 4 4 4|19 10 7 6 5 4 4
20 10 7 6 5 5 4|21 10 8 6 5 5 4|22 12 8 6 5 5 4|23 12 8 6 6 5 5|24 12 8 6 6 5 5|25 13 9 6 6 5 5
26 13 9 8 6 6 5|27 13 9 9 7 6 5|28 15 9 9 7 6 5|29 15 11 9 7 6 5|30 15 11 9 7 6 5
"""


def rounds_problem(people, seats, rounds, constituency=None):
    return RoundsProblem(
        present=np.ones((rounds, people), bool),
        seats=np.array(seats),
        least=1,
        constituency=np.zeros(people, int) if constituency is None else constituency,
        forbidden=NO_PAIRS,
        met=NO_PAIRS,
        fixed=np.full((rounds, people), FREE),
    )


def sound_rounds(problem, plan):
    faults = faults_in_rounds(problem, plan)
    if faults:
        sys.exit(f"A plan is not sound: {faults[0]}")
    return plan


def planned_rounds(problem, seconds):
    return sound_rounds(problem, plan_rounds(problem, seconds=seconds, seed=1, clock=time.monotonic))


def published_diners():
    for row in DINERS.replace("\n", "|").split("|"):
        people, *rounds = map(int, row.split() or [0])
        yield from ((people, size, found) for size, found in enumerate(rounds, 3))


def fewest_rounds(people, size, seconds):
    """The fewest rounds found in which all meet, from more to fewer, and whether fewer are impossible."""
    started, found = time.monotonic(), None
    seats = [size] * (-(-people // size) + 2)
    for rounds in range(-(-(people - 1) // (size - 1)) + 4, 0, -1):
        problem = rounds_problem(people, seats, rounds)
        if pairs_bound(problem.present, problem.seats, NO_PAIRS) < comb(people, 2):
            return found, True
        left = seconds - (time.monotonic() - started)
        if left <= 0 or planned_rounds(problem, left).pairs_met < comb(people, 2):
            return found, False
        found = rounds
    return found, True


def print_diners(seconds):
    """Rounds until all have met, a row for each n: ours, and in brackets the published where it differs."""
    print(f"Rounds until all have met, at most {seconds:g} s each; (published), = proven least")
    short, rows, longest = False, {}, 0.0
    for people, size, published in published_diners():
        started = time.monotonic()
        found, proven = fewest_rounds(people, size, seconds / 30)
        if found is None or found > published:  # else fewer were looked for in vain, or are impossible
            found, proven = fewest_rounds(people, size, seconds)
        longest = max(longest, time.monotonic() - started)
        short |= found is None or found > published + (people > 16)
        cell = f"{found}{'=' if proven else ''}" + ("" if found == published else f" ({published})")
        rows.setdefault(people, []).append(cell)
        if size == min(8, people - 1):
            print(f"{people:>3}" + "".join(f"{cell:>10}" for cell in rows[people]), flush=True)
    print(f"longest: {longest:.0f} s")
    return short


def print_golfers(seconds):
    """The most weeks of 8 fours without a repeat, from 7 on; at most seconds each."""
    weeks = 0
    for number in range(7, 11):
        started = time.monotonic()
        plan = planned_rounds(rounds_problem(32, [4] * 8, number), seconds)
        print(f"8 fours, {number} weeks: {plan.repeats} repeats, {time.monotonic() - started:.1f} s", flush=True)
        weeks = number if not plan.repeats else weeks
    return weeks < 7


def greedy_rotation(problem, seconds):
    """One person after another where fewest are known and fewest are alike, in random orders until the time
    is over; the best is kept."""
    rng, until, best = np.random.default_rng(1), time.monotonic() + seconds, None
    rounds, people = problem.present.shape
    kinds = problem.constituency
    while best is None or time.monotonic() < until:
        table, known = np.full((rounds, people), -1), np.zeros((people, people))
        for row in table:
            for person in rng.permutation(people):
                cost = np.array(
                    [
                        known[person, row == t].sum() + (kinds[row == t] == kinds[person]).sum() / 10
                        if (row == t).sum() < seats
                        else np.inf
                        for t, seats in enumerate(problem.seats)
                    ]
                )
                row[person] = cost.argmin()
            known += row[:, None] == row
        plan = plan_of(problem, table)
        if best is None or plan.pairs_met > best.pairs_met:
            best = plan
    return best


def cp_sat(problem, seconds):
    """Round by round, two workers: fewest repeats of pairs that met, and deviations as they weigh in ours."""
    from ortools.sat.python import cp_model

    rounds, people = problem.present.shape
    tables, size = len(problem.seats), int(problem.seats[0])
    counts = np.bincount(problem.constituency)
    known, table = np.zeros((people, people), bool), np.zeros((rounds, people), int)
    for number in range(rounds):
        model = cp_model.CpModel()
        sits = [[model.new_bool_var("") for _ in range(tables)] for _ in range(people)]
        for person, one in enumerate(sits):
            model.add_exactly_one(one)
            for t, at in enumerate(one):
                model.add_hint(at, t == (person + number * (person // tables)) % tables)  # a plain rotation
        cost = []
        for t in range(tables):
            model.add(sum(one[t] for one in sits) == size)
            for kind, count in enumerate(counts):
                off = model.new_int_var(0, people * size, "")
                here = sum(one[t] for one, k in zip(sits, problem.constituency, strict=True) if k == kind)
                model.add(off >= people * here - size * int(count))
                model.add(off >= size * int(count) - people * here)
                cost.append(16 * off)
        for i, j in np.argwhere(np.triu(known, 1)).tolist():
            again = model.new_bool_var("")
            for t in range(tables):
                model.add_bool_or(again, sits[i][t].negated(), sits[j][t].negated())
            cost.append(people * size * again)
        model.minimize(sum(cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = seconds / rounds  # building the model comes on top
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        table[number] = [[solver.boolean_value(at) for at in one].index(True) for one in sits]
        known |= table[number][:, None] == table[number]
    return plan_of(problem, table)


def anti_clustering(problem, seconds):
    """Round by round, annealed: people of a table differ in constituency and in the tables they sat at."""
    import pandas as pd
    from anti_clustering import SimulatedAnnealingHeuristicAntiClustering as Peer

    rounds, people = problem.present.shape
    frame = pd.DataFrame({"constituency": problem.constituency.astype(str)})
    table, kinds = np.zeros((rounds, people), int), problem.constituency
    for number in range(rounds):
        until, best, seed = time.monotonic() + seconds / rounds, -1.0, 0
        while best < 0 or time.monotonic() < until:
            seed += 1
            found = Peer(random_seed=seed, restarts=1, iterations=500).run(
                frame, [], list(frame.columns), len(problem.seats), "group"
            )["group"]
            row = np.unique(found.to_numpy(), return_inverse=True)[1]
            apart = sum(
                (np.triu(row[:, None] == row, 1) & (of[:, None] != of)).sum() for of in (kinds, *table[:number])
            )
            if apart > best:
                best, table[number] = apart, row
        frame[f"round{number}"] = table[number].astype(str)
    return plan_of(problem, table)


def print_peers(seconds):
    """Share of the bound of pairs, and mix; equal time, one run."""
    peers = {"ours": planned_rounds, "greedy rotation": greedy_rotation, "CP-SAT": cp_sat}
    if find_spec("anti_clustering"):
        peers["anti-clustering"] = anti_clustering
    else:
        print("anti-clustering is not installed: left out (--peers DIR)")
    short = False
    print(
        f"{'people, tables, rounds':<24}{'method':<18}{'pairs':>8}{'of bound':>10}{'gap':>8}"
        f"{'mix':>9}{'bound':>9}{'s':>7}"
    )
    for people, size in ((100, 10), (300, 6)):
        for rounds in (3, 4, 6):
            kinds = np.random.default_rng(people).choice(5, people, p=(0.35, 0.25, 0.2, 0.15, 0.05))
            problem = rounds_problem(people, [size] * (people // size), rounds, kinds)
            found = {}
            for name, peer in peers.items():
                started = time.monotonic()
                plan = peer(problem, seconds)
                if plan is None:
                    print(f"{'':<24}{name:<18} no plan in time", flush=True)
                    continue
                found[name] = sound_rounds(problem, plan)
                share = plan.pairs_met / plan.pairs_bound
                print(
                    f"{f'{people}, {people // size} of {size}, {rounds}':<24}{name:<18}{plan.pairs_met:>8}"
                    f"{share:>10.2%}{1 - share:>8.2%}{plan.mix:>9.4f}{plan.mix_bound:>9.4f}"
                    f"{time.monotonic() - started:>7.1f}",
                    flush=True,
                )
            ours = found.pop("ours")
            short |= any(p.pairs_met > ours.pairs_met or p.mix < ours.mix - 1e-9 for p in found.values())
    return short


def scores(people, seed):
    """Made reciprocal scores of people with eight hidden tastes; one pair in twenty may not meet."""
    rng = np.random.default_rng(seed)
    taste = rng.normal(size=(people, 8))
    will = 1 / (1 + np.exp(2 - taste @ rng.normal(size=(8, 8)) @ taste.T / 4))
    both = 2 * will * will.T / (will + will.T)
    both = (both + both.T) / 2
    barred = np.triu(rng.random((people, people)) < 0.05, 1)
    both[barred | barred.T] = 0
    np.fill_diagonal(both, 0)
    return both, np.argwhere(barred), rng


def print_trios(seconds):
    short = False
    for people, most in ((300, 1), (300, 2)):
        score, _, rng = scores(people, 1)
        problem = TriosProblem(
            score=score,
            constituency=rng.integers(5, size=people),
            seeks=rng.random((people, 20)) < 0.1,
            offers=rng.random((people, 20)) < 0.1,
            most=np.full(people, most),
        )
        started = time.monotonic()
        plan = plan_trios(problem, seconds=seconds, seed=1, clock=time.monotonic)
        faults = faults_in_trios(problem, plan)
        if faults:
            sys.exit(f"A plan is not sound: {faults[0]}")
        print(
            f"{people} people, at most {most} each: {len(plan.trios)} trios, value {plan.value:.2f}, bound "
            f"{plan.bound:.2f}, gap {plan.gap:.2%}, {time.monotonic() - started:.1f} s",
            flush=True,
        )
        short |= plan.gap > 0.02
    return short


def print_roundtables(seconds):
    score, barred, rng = scores(120, 2)
    problem = RoundtablesProblem(
        host=np.arange(15),
        wanted=rng.random((120, 15)) < 0.4,
        score=score,
        constituency=rng.integers(5, size=120),
        forbidden=barred,
        met=NO_PAIRS,
    )
    started = time.monotonic()
    plan = plan_roundtables(problem, seconds=seconds, seed=1, clock=time.monotonic)
    faults = faults_in_roundtables(problem, plan)
    if faults:
        sys.exit(f"A plan is not sound: {faults[0]}")
    held = len(set(plan.table.tolist()) - {-1})
    print(
        f"120 people, 15 topics: {(plan.table >= 0).sum()} seated at {held} tables, value {plan.value:.2f}, "
        f"bound {plan.bound:.2f}, gap {plan.gap:.2%}, {time.monotonic() - started:.1f} s"
    )
    return False


def print_large(seconds):
    """1,000 people at 125 tables of 8 over six rounds, a hundredth of the pairs forbidden."""
    rng = np.random.default_rng(1)
    problem = rounds_problem(1000, [8] * 125, 6, rng.choice(6, 1000, p=(0.3, 0.25, 0.2, 0.1, 0.1, 0.05)))
    forbidden = np.argwhere(np.triu(rng.random((1000, 1000)) < 0.01, 1))
    problem = RoundsProblem(
        present=problem.present,
        seats=problem.seats,
        least=4,
        constituency=problem.constituency,
        forbidden=forbidden,
        met=NO_PAIRS,
        fixed=problem.fixed,
    )
    started = time.monotonic()
    plan = planned_rounds(problem, seconds)
    print(
        f"1,000 people, 125 tables, 6 rounds: {plan.pairs_met} pairs of {plan.pairs_bound}, {plan.repeats} "
        f"repeats, mix {plan.mix:.4f} of {plan.mix_bound:.4f}, {(plan.table < 0).sum()} without a seat, "
        f"{time.monotonic() - started:.1f} s"
    )
    return False


PARTS = {
    "diners": print_diners,
    "golfers": print_golfers,
    "peers": print_peers,
    "trios": print_trios,
    "roundtables": print_roundtables,
    "large": print_large,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--peers", default="", metavar="DIR", help="where anti-clustering was installed")
    options = parser.parse_args()
    if options.peers:
        sys.path.append(options.peers)
    short = [PARTS[part](options.seconds) for part in options.parts or PARTS]
    sys.exit(int(any(short)))


if __name__ == "__main__":
    main()
