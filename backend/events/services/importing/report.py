"""What an import did, row by row, for the organiser who ran it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.core.spreadsheets import csv_file


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line of the file that was not imported, and why."""

    line: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Figures and remarks of one import; `notes` are whole sentences. With `dry_run` nothing was saved."""

    dry_run: bool
    added: int
    updated: int
    unchanged: int
    unknown_age: int
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...]

    @property
    def read(self) -> int:
        return self.added + self.updated + self.unchanged + len(self.refused)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report in words, without the refused rows."""
        done = "would be " if self.dry_run else ""
        told = [
            f"{self.read:,} rows read: {self.added:,} {done}added, {self.updated:,} {done}updated, "
            f"{self.unchanged:,} unchanged, {len(self.refused):,} refused."
        ]
        if self.unknown_age:
            people = "person" if self.unknown_age == 1 else "people"
            told.append(
                f"{self.unknown_age:,} {people} of unknown age will appear nowhere until an organiser "
                "sets it: write adult or minor in the column age_class and import the list again."
            )
        return (*told, *self.notes)


def refusals_csv(refused: Iterable[Refusal]) -> bytes:
    """The refused rows as CSV, UTF-8 with a byte order mark so that Excel reads it."""
    return csv_file(("line", "email", "reason"), ((row.line, row.email, row.reason) for row in refused))
