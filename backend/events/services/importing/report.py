"""What an import did: figures, notes, and every refused line with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.spreadsheets import csv_file

MAX_LISTED = 12


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of the file that was not imported, and why."""

    line: int
    email: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnconfirmedAdult:
    """Somebody of unknown age whom the list calls an adult: stays as they are until confirmed by name."""

    attendee_id: int
    line: int
    name: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Figures and notes of one import; `notes` are whole sentences. With `dry_run` nothing was saved."""

    dry_run: bool
    added: int
    updated: int
    unchanged: int
    unknown_age: int
    refused: tuple[RefusedLine, ...]
    notes: tuple[str, ...]
    unconfirmed_adults: tuple[UnconfirmedAdult, ...] = ()

    @property
    def read(self) -> int:
        return self.added + self.updated + self.unchanged + len(self.refused)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report in words, without the refused lines."""
        if self.dry_run:
            summary = ngettext(
                "%(read)s row read: %(added)s would be added, %(updated)s would be updated, "
                "%(unchanged)s unchanged, %(refused)s refused.",
                "%(read)s rows read: %(added)s would be added, %(updated)s would be updated, "
                "%(unchanged)s unchanged, %(refused)s refused.",
                self.read,
            )
        else:
            summary = ngettext(
                "%(read)s row read: %(added)s added, %(updated)s updated, "
                "%(unchanged)s unchanged, %(refused)s refused.",
                "%(read)s rows read: %(added)s added, %(updated)s updated, "
                "%(unchanged)s unchanged, %(refused)s refused.",
                self.read,
            )
        summary %= {
            "read": f"{self.read:,}",
            "added": f"{self.added:,}",
            "updated": f"{self.updated:,}",
            "unchanged": f"{self.unchanged:,}",
            "refused": f"{len(self.refused):,}",
        }
        if not self.unknown_age:
            return (summary, *self.notes)
        ages = ngettext(
            "%(count)s person of unknown age will appear nowhere until an organiser sets it: "
            "write adult or minor in the column age_class and import the list again.",
            "%(count)s people of unknown age will appear nowhere until an organiser sets it: "
            "write adult or minor in the column age_class and import the list again.",
            self.unknown_age,
        )
        return (summary, ages % {"count": f"{self.unknown_age:,}"}, *self.notes)


@dataclass(slots=True)
class NoteCounts:
    """Counts of what the report should mention; `sentences` gives one sentence for each."""

    extra_columns: tuple[str, ...] = ()
    unknown_sectors: Counter[str] = field(default_factory=Counter)
    without_sector: int = 0
    unknown_topics: Counter[str] = field(default_factory=Counter)
    unknown_languages: Counter[str] = field(default_factory=Counter)
    unknown_roles: Counter[str] = field(default_factory=Counter)
    kept_sectors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    new_sectors: Counter[tuple[str, str]] = field(default_factory=Counter)
    age_changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept_profiles: int = 0
    kept_own_age: bool = False
    kept_minors: int = 0
    unconfirmed_adults: tuple[UnconfirmedAdult, ...] = ()

    def add(self, more: NoteCounts) -> None:
        """Count what another part of the same list gave, too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(more, one.name))

    def sentences(self) -> Iterator[str]:
        if self.extra_columns:
            yield _("Columns not used: %(names)s.") % {"names": _listed(self.extra_columns)}
        yield from self._sectors()
        if self.unknown_topics:
            yield _("Topics this event does not have, left out: %(topics)s.") % {
                "topics": _counted(self.unknown_topics)
            }
        if self.unknown_languages:
            yield _("Languages not recognised, left out: %(languages)s.") % {
                "languages": _counted(self.unknown_languages)
            }
        if self.unknown_roles:
            yield _("Roles other than delegate, speaker and chaperone, not imported: %(roles)s.") % {
                "roles": _counted(self.unknown_roles)
            }
        for (before, after), count in sorted(self.age_changes.items()):
            yield _("Age class changed from %(before)s to %(after)s as the list says: %(count)s.") % {
                "before": before,
                "after": after,
                "count": f"{count:,}",
            }
        yield from self._kept()

    def _sectors(self) -> Iterator[str]:
        if self.unknown_sectors:
            yield _("Sectors not known, counted as other: %(sectors)s.") % {
                "sectors": _counted(self.unknown_sectors)
            }
        if self.without_sector:
            yield _("Organisations without a sector, counted as other: %(count)s.") % {
                "count": f"{self.without_sector:,}"
            }
        for (name, sector), _count in sorted(self.new_sectors.items()):
            yield _("“%(organisation)s” was counted as other; it is %(sector)s now.") % {
                "organisation": name,
                "sector": sector,
            }
        for (name, kept, listed), count in sorted(self.kept_sectors.items()):
            yield _(
                "“%(organisation)s” is %(kept)s at this event; "
                "that was kept where the list says %(listed)s (%(rows)s)."
            ) % {"organisation": name, "kept": kept, "listed": listed, "rows": _rows(count)}

    def _kept(self) -> Iterator[str]:
        if self.kept_own_age:
            yield _("Your own age class was kept: it is for another organiser to set.")
        if self.kept_minors:
            yield ngettext(
                "%(count)s person set as a minor stays one: a safeguarding lead has to consent first. "
                "Propose it in the list of attendees.",
                "%(count)s people set as minors stay minors: a safeguarding lead has to consent first. "
                "Propose it in the list of attendees, one person at a time.",
                self.kept_minors,
            ) % {"count": f"{self.kept_minors:,}"}
        if self.unconfirmed_adults:
            yield ngettext(
                "%(count)s person of unknown age is an adult in the list, and stays of unknown age "
                "until somebody confirms the name.",
                "%(count)s people of unknown age are adults in the list, and stay of unknown age "
                "until somebody confirms each name.",
                len(self.unconfirmed_adults),
            ) % {"count": f"{len(self.unconfirmed_adults):,}"}
        if self.kept_profiles:
            yield ngettext(
                "%(count)s person has written their own profile since; "
                "what they wrote was kept where the list differs.",
                "%(count)s people have written their own profile since; "
                "what they wrote was kept where the list differs.",
                self.kept_profiles,
            ) % {"count": f"{self.kept_profiles:,}"}


def refusals_csv(refused: Iterable[RefusedLine]) -> bytes:
    """The refused lines as CSV, UTF-8 with a byte order mark so that Excel reads it."""
    return csv_file(("line", "email", "reason"), ((row.line, row.email, row.reason) for row in refused))


def _rows(count: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": f"{count:,}"}


def _counted(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return _listed(f"“{word[:60]}” ({_rows(count)})" for word, count in ordered)


def _listed(words: Iterable[str]) -> str:
    """The first words of a list, and how many more there are."""
    all_words = list(words)
    shown = ", ".join(all_words[:MAX_LISTED])
    if len(all_words) <= MAX_LISTED:
        return shown
    return _("%(words)s and %(count)s more") % {"words": shown, "count": f"{len(all_words) - MAX_LISTED:,}"}
