"""python tests/benchmarks/planner.py FOLDER [--seconds N] [--only TEXT]: plan_benchmark over a folder of
files.

Prints one Markdown row per file: what was found, what was proven, seconds on the wall and of the processor.
Beside a `published.json` the rows carry the published optimum and seconds, and a wrong answer ends the run
with exit code 1. Every answer is read back and checked by `faults_in`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from backend.benchmarks.b2b.checking import b2b_faults_in  # noqa: E402
from backend.benchmarks.b2b.problem import B2BProblem  # noqa: E402
from backend.benchmarks.plan_file import parse_problem  # noqa: E402
from matching.scheduling.checking import faults_in  # noqa: E402
from matching.scheduling.problem import Meeting, Plan  # noqa: E402


def main() -> int:
    arguments = _arguments()
    files = [
        path
        for path in sorted(arguments.folder.glob("*"))
        if path.suffix in (".dzn", ".json") and path.name != "published.json" and arguments.only in path.name
    ]
    if not files:
        print(f"No .dzn or .json files in {arguments.folder}.", file=sys.stderr)
        return 2
    beside = arguments.folder / "published.json"
    published: dict[str, Any] = json.loads(beside.read_text()) if beside.exists() else {}
    print("| file | value | bound | breaks | status | wall s | processor s | published optimum | published s |")
    print("|---|---|---|---|---|---|---|---|---|")
    wrong, wall, published_total = [], 0.0, 0.0
    for path in files:
        answer, seconds, cpu = _run(path, arguments.seconds)
        known = published.get(path.stem, {})
        optimum, published_seconds = known.get("optimum_breaks_d2"), known.get("maxsat_seconds_published", 0)
        wall, published_total = wall + seconds, published_total + published_seconds
        cells = [answer[key] for key in ("value", "bound", "breaks", "status")]
        row = [path.stem, *cells, f"{seconds:.1f}", f"{cpu:.1f}"]
        row += [("infeasible" if optimum is None else optimum), published_seconds] if known else ["", ""]
        print("| " + " | ".join("" if cell is None else str(cell) for cell in row) + " |", flush=True)
        wrong += [f"{path.name}: {fault}" for fault in _faults(path, answer)]
        if known and answer["value"] != optimum:
            wrong.append(f"{path.name}: {answer['value']} breaks, {optimum} published")
    print(f"\n{len(files)} files, {wall:.1f} s on the wall; published: {published_total:.1f} s.")
    print("\n".join(wrong) or "Every answer is sound.")
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="for example ../shared/data/b2b")
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--only", default="", help="files with this text in their name")
    return parser.parse_args()


def _run(path: Path, seconds: float) -> tuple[dict[str, Any], float, float]:
    command = [sys.executable, str(ROOT / "manage.py"), "plan_benchmark", str(path), "--seconds", str(seconds)]
    before, start = _processor(), time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, cpu = time.monotonic() - start, _processor() - before
    if not done.stdout.strip():
        raise SystemExit(f"{path.name}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1]), wall, cpu


def _processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _faults(path: Path, answer: dict[str, Any]) -> list[str]:
    problem = parse_problem(path.read_text(encoding="utf-8"))
    plan = Plan(
        status=answer["status"],
        value=answer["value"],
        bound=answer["bound"],
        breaks=answer["breaks"],
        seconds=answer["seconds"],
        meetings=tuple(Meeting(*row) for row in answer["plan"]),
        people=problem.people,
    )
    return b2b_faults_in(problem, plan) if isinstance(problem, B2BProblem) else faults_in(problem, plan)


if __name__ == "__main__":
    sys.exit(main())
