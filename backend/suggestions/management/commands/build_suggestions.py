"""Compute and publish every list of suggestions of an event."""

from __future__ import annotations

import argparse

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.events.selectors import event_for
from backend.suggestions.runs import build_run


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the event, e.g. demo-2026")

    def handle(self, *, slug: str, **options: object) -> None:  # noqa: ARG002
        event = event_for(slug)
        with progress_lines() as progress:
            run = build_run(event=event, now=timezone.now(), progress=progress)
        people = run.readings.count()
        places = run.suggestions.count()
        self.stdout.write(f"Published: {places:,} suggestions for {people:,} people of “{event.name}”.")
