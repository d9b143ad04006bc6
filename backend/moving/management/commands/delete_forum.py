"""Delete a forum that has moved, but for what outlasts every forum; a lead of it has agreed on its page."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.events.selectors import event_for
from backend.moving.selectors import administrator_named
from backend.moving.services.deleting import delete_forum


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="name in addresses")
        parser.add_argument("--by", required=True, metavar="ADDRESS", help="the administrator who does this")
        parser.add_argument("--confirm", action="store_true", help="delete it; it cannot be undone")

    def handle(self, *, slug: str, by: str, confirm: bool, **_options: object) -> None:
        event = event_for(slug)
        administrator = administrator_named(by)
        if not confirm:
            self.stdout.write(f"Would delete {slug}. Make sure that it has arrived, then add --confirm.")
            return
        with progress_lines() as on_progress:
            accounts = delete_forum(event=event, by=administrator, now=timezone.now(), on_progress=on_progress)
        self.stdout.write(
            f"Deleted {slug}, and {accounts} accounts that were of no other forum. Backups made before hold it "
            "until they are deleted."
        )
