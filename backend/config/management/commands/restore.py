"""Restore a backup into an empty database; `serve` then erases again whom it brought back."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from backend.config.backup import restore_backup


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument("--identity", type=Path, help="the file with the secret key of an encrypted backup")
        parser.add_argument(
            "--erasures",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="copies of erasures.jsonl that were kept elsewhere, of every machine that served pages",
        )

    def handle(self, *, backup: Path, identity: Path | None, erasures: list[Path], **_: object) -> None:
        added = restore_backup(path=backup.resolve(), identity=identity, erasures=erasures)
        self.stdout.write(
            f"Restored; erasures remembered anew: {added}. `manage.py serve` carries them out before it "
            "serves; where you start the programs yourself, run `manage.py replay_erasures` first."
        )
