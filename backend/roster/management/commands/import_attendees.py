"""python manage.py import_attendees SLUG FILE [--dry-run] [--encoding NAME] [--report FILE]"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pghistory
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.core.progress import progress_lines, showing_progress
from backend.events.models.events import Event
from backend.events.selectors import event_for
from backend.roster.services.csv_tables import MAX_FILE_BYTES, CsvTable, EncodingNotConfirmed
from backend.roster.services.files import read_list
from backend.roster.services.importing import import_attendees
from backend.roster.services.report import ImportReport, refusals_csv

SHOWN = 20


class Command(BaseCommand):
    help = "Import an event's attendees from a CSV or XLSX file; repeating it changes nothing."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the event, as given to create_event")
        parser.add_argument(
            "file", help="CSV or XLSX with at least the columns email and name, or pretix's order positions"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and save nothing")
        parser.add_argument(
            "--confirm-adults",
            type=int,
            default=0,
            metavar="NUMBER",
            help="set those of unknown age as adults whom --dry-run names: as many as it named",
        )
        parser.add_argument("--encoding", default="", metavar="NAME", help="for a file that is not UTF-8")
        parser.add_argument(
            "--report",
            default="",
            metavar="FILE",
            help=f"write every refused row here; without it, more than {SHOWN} go to var/refused-SLUG.csv",
        )

    def handle(self, *_arguments: Any, **options: Any) -> None:
        event = event_for(options["slug"])
        table = self._read(options)
        self.stdout.write(f"Reading {len(table.lines):,} rows ({table.encoding}) …")
        self.stdout.flush()
        confirmed = self._confirmed_adults(event, table, options["confirm_adults"])
        with (
            pghistory.context(command="import_attendees"),
            progress_lines() as show,
            showing_progress(lambda done, total: show("Importing", done / total if total else 1.0)),
        ):
            report = import_attendees(
                event=event, table=table, now=timezone.now(), dry_run=options["dry_run"], confirmed_adults=confirmed
            )
        path = options["report"]
        if len(report.refused) > SHOWN and not path:
            path = str(settings.VAR / f"refused-{event.slug}.csv")
        self._print(report, path)
        if report.refused and report.read == len(report.refused):
            raise CommandError("No row could be imported.")

    def _confirmed_adults(self, event: Event, table: CsvTable, number: int) -> list[int]:
        """Whom a preview names, where it names as many as were confirmed."""
        if not number:
            return []
        preview = import_attendees(event=event, table=table, now=timezone.now(), dry_run=True)
        if len(preview.unconfirmed_adults) != number:
            raise CommandError(
                f"The list would set {len(preview.unconfirmed_adults):,} people of unknown age as adults, "
                f"not {number:,}: read their names with --dry-run first. Nothing was imported."
            )
        return [row.attendee_id for row in preview.unconfirmed_adults]

    def _read(self, options: dict[str, Any]) -> CsvTable:
        try:
            with Path(options["file"]).open("rb") as file:
                data = file.read(MAX_FILE_BYTES + 1)  # one byte too many is refused below
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not a file name"
            raise CommandError(f"Cannot read {options['file'][:200]}: {reason}.") from None
        try:
            return read_list(data, encoding=options["encoding"])
        except EncodingNotConfirmed as refusal:
            for guess in refusal.guesses:
                self.stderr.write(f"  as {guess.encoding}: {guess.sample}")
            command = ["python", "manage.py", "import_attendees", options["slug"], options["file"]]
            command += ["--dry-run"] if options["dry_run"] else []
            command += ["--report", options["report"]] if options["report"] else []
            again = shlex.join([*command, "--encoding", refusal.guesses[0].encoding])
            raise CommandError(f"{refusal.message} If its sample reads well, confirm: {again}") from None

    def _print(self, report: ImportReport, path: str) -> None:
        for row in report.refused[:SHOWN]:
            self.stdout.write(f"  line {row.line}: {row.reason}")
        if len(report.refused) > SHOWN:
            self.stdout.write(f"  … and {len(report.refused) - SHOWN:,} more refused rows")
        for sentence in report.sentences:
            self.stdout.write(sentence)
        for one in report.unconfirmed_adults:
            self.stdout.write(f"  line {one.line}: {one.name}, {one.organisation or 'no organisation'}")
        if report.unconfirmed_adults:
            number = len(report.unconfirmed_adults)
            self.stdout.write(f"If each of these is an adult, import with --confirm-adults {number}.")
        if path:
            try:
                Path(path).write_bytes(refusals_csv(report.refused))
            except OSError as error:
                raise CommandError(
                    f"The import is done, but {path[:200]} cannot be written: {error.strerror}."
                ) from None
            self.stdout.write(f"Every refused row with its reason: {path}")
        if report.dry_run:
            self.stdout.write("Nothing was saved: repeat without --dry-run to import.")
