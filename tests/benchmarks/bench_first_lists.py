"""From an attendee list to everybody's first lists: the seconds of the import, of reading the texts and of
matching, with no vector known before.

    python -m tests.benchmarks.bench_first_lists FOLDER [--people 1000]

The folder holds attendees.csv. Its people are taken again until there are enough, with texts of their own.
"""

import argparse
import csv
import os
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

import django

TEXTS = ("about", "seeks", "offers")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1_000)
    given = parser.parse_args()
    source = given.folder / "attendees.csv"
    if not source.is_file():
        parser.error(f"There is no {source}: name a folder that holds one.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from backend.benchmarks.load.servers import own_database
    from backend.core.progress import StageTimes
    from backend.events.selectors import event_for
    from backend.suggestions.models import Suggestion
    from backend.suggestions.services.runs import build_run

    with own_database(), tempfile.TemporaryDirectory() as folder:
        attendees = Path(folder) / "attendees.csv"
        _write(source, attendees, given.people)
        call_command("create_event", "first", name="First", starts="2026-12-09", ends="2026-12-10", timezone="UTC")
        begun = time.perf_counter()
        call_command("import_attendees", "first", str(attendees), verbosity=0)
        imported = time.perf_counter()
        stages = StageTimes(None)
        run = build_run(event=event_for("first"), now=timezone.now(), progress=stages)
        taken, seconds = time.perf_counter() - imported, stages.seconds()
        places = Suggestion.objects.filter(run=run).count()
    print(f"{given.people:,} people: import {imported - begun:.1f} s, lists {taken:.1f} s, {places:,} places")
    print("  " + ", ".join(f"{stage} {spent:.1f} s" for stage, spent in seconds))


def _write(source: Path, target: Path, people: int) -> None:
    with source.open(encoding="utf-8-sig", newline="") as rows:
        reader = csv.DictReader(rows)
        found = list(reader)
    with target.open("w", encoding="utf-8", newline="") as rows:
        writer = csv.DictWriter(rows, list(found[0]))
        writer.writeheader()
        for number, row in enumerate(islice(cycle(found), people)):
            texts = {name: f"{row[name]} ({number})" for name in TEXTS if row[name]}
            writer.writerow({**row, **texts, "email": f"p{number}@example.org", "name": f"Person {number}"})


if __name__ == "__main__":
    main()
