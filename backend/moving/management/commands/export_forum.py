"""Write a forum to an encrypted file, for another installation; a lead of it has agreed on its page."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.events.selectors import event_for
from backend.moving.selectors import administrator_named
from backend.moving.services.exporting import export_forum


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="name in addresses")
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="ADDRESS", help="the administrator who does this")

    def handle(self, *, slug: str, file: Path, by: str, **_options: object) -> None:
        with progress_lines() as on_progress:
            made = export_forum(
                event=event_for(slug),
                file=file,
                by=administrator_named(by),
                now=timezone.now(),
                on_progress=on_progress,
            )
        size = file.stat().st_size / 1e6
        self.stderr.write(f"{file}: {made.rows} rows, {size:.1f} MB. This key opens it and is shown once:")
        self.stdout.write(made.key)
        again = "; ".join(made.again) or "nothing"
        self.stderr.write(f"To enter again there: {again}; each person their second factors, tokens and own calendars.")
