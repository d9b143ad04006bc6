"""python manage.py load_demo: two editions of a fictional forum, the same ones every time."""

from __future__ import annotations

import argparse
import io
import sys

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console

from backend.core.advisory_lock import advisory_lock
from backend.core.progress import progress_lines, show_step
from backend.demo.lists import read_lists
from backend.demo.loading import load_demo
from backend.demo.selectors import CURRENT, LOADING, has_read_lists
from backend.demo.vectors import load_vectors
from backend.events.models.events import Event
from backend.suggestions.selectors.runs import current_run


class Command(BaseCommand):
    help = "Load the demo forum; loading it again changes nothing."
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--with-lists", action="store_true", help="also compute its suggestions, and let its people use them"
        )

    def handle(self, *, with_lists: bool, **options: object) -> None:  # noqa: ARG002
        if with_lists:
            with advisory_lock(LOADING):
                self._load_with_lists()
            return
        forum = load_demo(now=timezone.now(), notify=self._print)
        if forum is None:
            self._print("The demo forum is there already; nothing changed.")
        else:
            self._print(f"Demo forum loaded: {forum.attendees} attendees, {forum.ties} ties of last time.")
            self._print(f"Next: python manage.py build_suggestions {CURRENT}")

    def _load_with_lists(self) -> None:
        """Do each step that is not done yet: a first start may have been interrupted between two."""
        console = Console(file=sys.stdout, highlight=False)
        if not Event.objects.filter(slug=CURRENT).exists():
            with show_step(console, "Loading the demo forum"):
                load_demo(now=timezone.now(), notify=lambda line: console.print(f"  {line}"))
        event = Event.objects.get(slug=CURRENT)
        if current_run(event) is None:
            load_vectors()
            with show_step(console, "Computing its suggestions", has_bar=True):
                call_command("build_suggestions", CURRENT, stdout=io.StringIO())
        if not has_read_lists(event):
            step = show_step(console, "Letting its people read their lists and ask each other", has_bar=True)
            with step, progress_lines() as on_progress:
                read_lists(event=event, now=timezone.now(), on_progress=on_progress)

    def _print(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
