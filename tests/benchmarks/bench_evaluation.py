"""New meetings and graded introductions: do the score and the lists rank people well enough?

Run by `make bench DATA=FOLDER`, or alone: `python -m tests.benchmarks.bench_evaluation FOLDER`, a folder as
`manage.py evaluate` reads it. Exit 1 where a figure is below its floor or above its ceiling; a set that has
neither is only printed.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FLOORS = {
    "unfccc-cop26": {
        "rankers.titian.all.ndcg10": 0.160,
        "rankers.titian.cross.ndcg10": 0.150,
        # The lower bounds of the gain over the best simple ranker exclude nought.
        "paired.all.low": 0.001,
        "paired.cross.low": 0.001,
    },
    "introductions": {
        "graded.rankers.titian_lists.all.ndcg6": 0.62,
        "graded.rankers.titian_lists.all.p6": 0.39,
        "graded.rankers.titian_lists.all.best": 0.80,
        "graded.rankers.titian_lists.not_english.ndcg6": 0.42,
        "graded.lists.ei": 0.504,  # random mixing
        "graded.lists.coverage": 0.99,
        "graded.lists.own_share": 0.97,
        "graded.lists.own_share_low": 0.90,
        "graded.strength.strong.good": 0.60,
    },
}
"""The least value of a figure, by set and by its path in what `manage.py evaluate --json` writes."""
CEILINGS = {"introductions": {"graded.lists.gini": 0.25, "graded.strength.strong.share": 1 / 3}}
"""The largest value of a figure, likewise."""


def shortfalls(found: dict[str, Any]) -> Iterable[str]:
    """Sentences on the figures of a set that are below their floors or above their ceilings."""
    floors, ceilings = FLOORS.get(found["set"], {}), CEILINGS.get(found["set"], {})
    for path in (*floors, *ceilings):
        value = _figure(found, path)
        if value is None:
            yield f"{path} was not measured"
        elif path in floors and not value >= floors[path]:
            yield f"{path}: {value:.3f} is below {floors[path]:.3f}"
        elif path in ceilings and not value <= ceilings[path]:
            yield f"{path}: {value:.3f} is above {ceilings[path]:.3f}"


def _figure(found: dict[str, Any], path: str) -> float | None:
    value: Any = found
    for key in path.split("."):
        value = None if value is None else value.get(key)
    return value


def prior_sentences_in(folder: Path) -> Iterable[str]:
    """Sentences on texts of a set that are also sentences the languages' priors are made of."""
    from matching.text.priors import prior_sentences

    shipped = {" ".join(s.split()).casefold() for found in prior_sentences().values() for s in found}
    for line in (folder / "people.jsonl").read_text("utf-8").splitlines():
        person = json.loads(line)
        for text in (text for field in ("seeks", "offers", "about") for text in person.get(field, ())):
            if " ".join(text.split()).casefold() in shipped:
                yield f"{person['id']}: the text is one of the prior sentences: {text}"


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
    short = [*shortfalls(found), *prior_sentences_in(folder)]
    print("\n".join(short))
    sys.exit(int(bool(short)))


if __name__ == "__main__":
    main()
