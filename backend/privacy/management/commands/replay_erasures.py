"""Erase again whom a restored backup brought back; `serve` does so by itself."""

from __future__ import annotations

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.privacy.services.remembering import replay_erasures


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def handle(self, *, verbosity: int, **_options: object) -> None:
        count = replay_erasures(now=timezone.now())
        if verbosity:
            self.stdout.write(f"Erased again: {count}.")
