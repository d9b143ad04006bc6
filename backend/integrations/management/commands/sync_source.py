"""python manage.py sync_source EVENT SOURCE [--dry-run]"""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.events.selectors import event_for
from backend.integrations.services.sources import source_of
from backend.integrations.services.syncing import sync_source


class Command(BaseCommand):
    help = "Read a source of an event's people, and bring its list up to it; repeating it changes nothing."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="EVENT", help="the event, as given to create_event")
        parser.add_argument("source", metavar="SOURCE", type=int, help="the number in its page's address")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and save nothing")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        source = source_of(event_for(options["slug"]), options["source"])
        with pghistory.context(command="sync_source"):
            report = sync_source(source=source, now=timezone.now(), dry_run=options["dry_run"])
        counts = ", ".join(f"{number} {name}" for name, number in report.counts.values().items())
        self.stdout.write(counts.replace("_", " "))
        for note in report.notes:
            self.stdout.write(note)
        for row in report.left_out:
            self.stdout.write(f"  line {row.line}: {row.reason}")
        if report.dry_run:
            self.stdout.write("Nothing was saved: repeat without --dry-run to bring the list up to it.")
