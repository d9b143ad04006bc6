"""Make a key for backups: the secret half into a file, the public half, for TITIAN_BACKUP_KEY, printed."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from backend.config.archive import CannotBackUp


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: object) -> None:  # noqa: ARG002
        import pyrage

        identity = pyrage.x25519.Identity.generate()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CannotBackUp(f"The key cannot be written to {file}: {error.strerror}.") from error
        with os.fdopen(handle, "w") as written:
            written.write(f"{identity}\n")
        self.stderr.write(f"Keep {file} where the backups are not: without it no backup can be read.")
        self.stdout.write(str(identity.to_public()))
