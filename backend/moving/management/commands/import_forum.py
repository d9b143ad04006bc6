"""Import a forum that another installation of the same version exported; all of it or nothing."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.core.progress import progress_lines
from backend.moving.selectors import administrator_named
from backend.moving.services.importing import import_forum


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--by", required=True, metavar="ADDRESS", help="the administrator who does this")
        parser.add_argument(
            "--erasures",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="copies of the other installation's erasures.jsonl: whom they name is erased again",
        )

    def handle(self, *, file: Path, by: str, erasures: list[Path], **_options: object) -> None:
        administrator = administrator_named(by)
        key = getpass("Key of the file: ") if sys.stdin.isatty() else sys.stdin.readline()
        with progress_lines() as on_progress:
            done = import_forum(
                file=file, key=key, by=administrator, erasures=erasures, now=timezone.now(), on_progress=on_progress
            )
        self.stdout.write(
            f"Imported {done.event.slug}: {done.rows} rows. Accounts whose address another account has here, which "
            f"wait for a sign-in by code: {done.waiting}. Erased again: {done.erased}."
        )
