"""Compute and publish every list of suggestions of an event, or only tell what a floor would cost."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.events.selectors import event_for
from backend.suggestions.models import Suggestion
from backend.suggestions.services.runs import build_run, preview_run
from matching.errors import MatchingError
from matching.policy import MatchingPolicy

DEFAULT = "default"


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the event, e.g. demo-2026")
        parser.add_argument(
            "--floor",
            dest="policy",
            metavar="E-I",
            type=policy_with,
            help="the least E-I index of the meetings, from -1 (everybody among their own) to 1; kept until "
            f"another is given; “{DEFAULT}”: what chance would give, plus .1",
        )
        parser.add_argument("--dry-run", action="store_true", help="print the report and publish nothing")

    def handle(self, *, slug: str, policy: MatchingPolicy | None, dry_run: bool, **options: object) -> None:  # noqa: ARG002
        event = event_for(slug)
        with progress_lines() as progress:
            if dry_run:
                report = preview_run(event=event, policy=policy, progress=progress)
            else:
                run = build_run(event=event, now=timezone.now(), policy=policy, progress=progress)
                report = run.report
        for line in lines_of(report):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was published.")
        else:
            people, places = run.readings.count(), Suggestion.objects.proper().filter(run=run).count()
            self.stdout.write(f"Published: {places:,} suggestions for {people:,} people of “{event.name}”.")


def policy_with(floor: str) -> MatchingPolicy:
    """Today's policy with this floor; a refusal of the command line for one that is none."""
    try:
        return MatchingPolicy(ei_floor=None if floor == DEFAULT else float(floor))
    except MatchingError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{floor}” is neither a number nor “{DEFAULT}”.") from error


def lines_of(report: dict[str, Any]) -> Iterable[str]:
    """What the floor brought and cost, in words."""
    if report["ei_floor"] is None:
        yield "Everybody is of one constituency: there is no E-I index and no floor."
        return
    lists, reached = ("none" if index is None else f"{index:.2f}" for index in (report["ei_lists"], report["ei_index"]))
    yield (
        f"E-I index of the lists: {lists}; by chance {report['ei_chance']:.2f}, the floor "
        f"{report['ei_floor']:.2f}, expected meetings {reached}."
    )
    if not report["floor_reached"]:
        yield "The floor was not reached: too few meetings across constituencies are possible here."
    meetings, score = f"{report['meetings']:.2f} a person", f"{report['mean_score']:.3f}"
    if report["bonus"]:
        yield (
            f"The floor costs {report['score_cost']:.1%} of the mean score, now {score}, and "
            f"{report['meetings_cost']:.1%} of the expected meetings, now {meetings}."
        )
    elif report["floor_reached"]:
        yield "No cost was needed: the lists were already above the floor."
