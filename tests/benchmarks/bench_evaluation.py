"""New meetings: does the shown score rank partners well enough, and above every simple ranker?

Run by `make bench DATA=FOLDER`, or alone: `python -m tests.benchmarks.bench_evaluation FOLDER`, a folder as
`manage.py evaluate` reads it. Exit 1 below NDCG@10 .160 over everybody or .150 across sectors, or where the
gain over the best simple ranker does not exclude nought.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LEAST = {"all": 0.160, "cross": 0.150}


def shortfalls(found: dict[str, Any]) -> Iterable[str]:
    """Sentences on figures of `backend.benchmarks.evaluation.evaluate` that fall short."""
    for view, least in LEAST.items():
        measured, gain = found["rankers"][found["ours"]][view], found["paired"][view]
        if measured is None or gain is None:
            yield f"{view}: no query can be asked"
            continue
        if not measured["ndcg10"] >= least:
            yield f"{view}: NDCG@10 {measured['ndcg10']:.3f} is below {least:.3f}"
        if not gain["low"] > 0:
            yield f"{view}: the gain over {found['best_baseline']} may be nought, from {gain['low']:+.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    import django
    from django.core.management import CommandError, call_command

    django.setup()
    with tempfile.TemporaryDirectory() as folder_name:
        figures = Path(folder_name) / "figures.json"
        try:
            call_command("evaluate", folder, json=figures)
        except CommandError as error:
            sys.exit(str(error))
        found = json.loads(figures.read_text(encoding="utf-8"))
    short = list(shortfalls(found))
    print("\n".join(short))
    sys.exit(int(bool(short)))


if __name__ == "__main__":
    main()
