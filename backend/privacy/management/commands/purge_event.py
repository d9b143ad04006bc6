"""Erase of an event whose time of keeping has ended, or say how many that would be."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.events.selectors import event_for
from backend.privacy.services.retention import purge_event


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="name in addresses")
        parser.add_argument("--dry-run", action="store_true", help="erase nothing, and say how many it would be")

    def handle(self, *, event: str, dry_run: bool, **_options: object) -> None:
        report = purge_event(event=event_for(event), now=timezone.now(), is_dry=dry_run)
        verb = "Would erase" if dry_run else "Erased"
        self.stdout.write(
            f"{verb} at {report.event}: {report.minors} minors or of unknown age, {report.adults} adults, "
            f"{report.accounts} accounts. Kept: {report.kept} organisers and leads."
        )
