"""Learn an event's weights of the score from its answers, for its next lists, or only print the change."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.events.selectors import event_for
from backend.suggestions.services.learning import WeightsPreview, learn_weights, preview_weights
from matching.recommend.learning import RANKING_TOLERANCE

SOURCES = {
    "shown": "about people shown on lists",
    "asked": "to requests",
    "met": "about meetings held",
    "ties": "from earlier editions, sampled pairs included",
}

NOT_KEPT = (
    "Not to be used: on later days the interval of one gain must lie above 0, and that of the gain in NDCG "
    f"not reach below 0 by more than {RANKING_TOLERANCE:.0%} of the NDCG of the default weights."
)


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the event, e.g. demo-2026")
        parser.add_argument("--dry-run", action="store_true", help="print what would change and store nothing")
        parser.add_argument(
            "--since",
            metavar="EDITION",
            help="the slug of an earlier edition: who met there or later, for the first time, counts as well",
        )

    def handle(self, *, slug: str, dry_run: bool, since: str | None, **options: object) -> None:  # noqa: ARG002
        event, now = event_for(slug), timezone.now()
        edition = event_for(since) if since else None
        learn = preview_weights if dry_run else learn_weights
        with progress_lines() as progress:
            found = learn(event=event, since=edition, now=now, progress=progress)
        for line in lines_of(found):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was stored.")
        elif found.is_changed:
            which = "these" if found.is_kept else "the default"
            self.stdout.write(f"The next lists of “{event.name}” use {which} weights.")


def lines_of(found: WeightsPreview) -> Iterable[str]:
    """What changes, from how many answers, and what it gains."""
    counts = found.counts
    yield f"{counts['answers']:,} answers of {counts['people']:,} people, {counts['yes']:,} of them yes:"
    for source, count in counts["by_source"].items():
        if count:
            yield f"  {count:,} {SOURCES[source]}"
    if not found.is_changed:
        yield "Too few answers to learn from: nothing changes."
        return
    yield f"{'weight':<12}{'default':>9}{'learned':>9}   90 % interval"
    for name, row in found.weights.items():
        span = f"[{row['low']:.2f}, {row['high']:.2f}]"
        yield f"{name:<12}{row['prior']:>9.2f}{row['value']:>9.2f}   {span}"
    yield from found.tests
    if not found.is_kept:
        yield NOT_KEPT
