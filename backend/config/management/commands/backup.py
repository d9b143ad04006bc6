"""Write a backup to TITIAN_BACKUPS, encrypted for TITIAN_BACKUP_KEY, and delete those that are too old."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.config.backup import make_backup


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:  # noqa: ARG002
        made = make_backup(now=timezone.now())
        size = made.path.stat().st_size / 1e6
        self.stdout.write(f"{made.path} ({size:.1f} MB); older ones deleted: {made.deleted}.")
        if not made.holds_secret:
            self.stdout.write(
                "It is not encrypted, so the secret key is not in it: keep "
                f"{settings.VAR / 'secret_key'}, or the value of SECRET_KEY, in another place. "
                "TITIAN_BACKUP_KEY encrypts backups."
            )
