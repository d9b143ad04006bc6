"""Write an event's current suggestions to a CSV file, UTF-8: who is suggested to whom, and why."""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.events.selectors import event_for
from backend.suggestions.selectors.export import exported_rows

COLUMNS = ("attendee", "suggested", "rank", "score", "reasons")


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("slug", help="the event, e.g. demo-2026")
        parser.add_argument("file", type=Path, help="the CSV file to write; an existing one is replaced")

    def handle(self, *, slug: str, file: Path, **options: object) -> None:  # noqa: ARG002
        rows = exported_rows(event_for(slug))
        # Renamed when complete, so that the file is never half written.
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            with part.open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(COLUMNS)
                writer.writerows(rows)
            part.replace(file)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise Refused(
                "cannot_write",
                _("%(file)s cannot be written: %(reason)s.") % {"file": file, "reason": error.strerror or error},
            ) from error
        self.stdout.write(f"Wrote {len(rows):,} suggestions to {file}.")
