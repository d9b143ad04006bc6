"""What an import did: figures, notes, and every refused line with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.spreadsheets import csv_file

MAX_LISTED = 12


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of the file that was not imported, what it says (an address, a title), and why."""

    line: int
    what: str
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


class WordLines(dict[str, list[int]]):
    """Words that were not understood, each with the numbers of its lines."""

    def note(self, word: str, line: int) -> None:
        self.setdefault(word, []).append(line)

    def __add__(self, more: WordLines) -> WordLines:
        both = WordLines({word: [*lines] for word, lines in self.items()})
        for word, lines in more.items():
            both.setdefault(word, []).extend(lines)
        return both


@dataclass(slots=True)
class NoteCounts:
    """Counts of what the report should mention; `sentences` gives one sentence for each."""

    read_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    unknown_sectors: WordLines = field(default_factory=WordLines)
    without_sector: int = 0
    unknown_topics: WordLines = field(default_factory=WordLines)
    unknown_languages: WordLines = field(default_factory=WordLines)
    unknown_roles: WordLines = field(default_factory=WordLines)
    unknown_countries: WordLines = field(default_factory=WordLines)
    kept_sectors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    new_sectors: Counter[tuple[str, str]] = field(default_factory=Counter)
    age_changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    kept_profiles: tuple[int, ...] = ()  # numbers of lines
    kept_own_age: bool = False
    kept_roles: tuple[int, ...] = ()
    kept_minors: tuple[int, ...] = ()
    unconfirmed_adults: tuple[UnconfirmedAdult, ...] = ()

    def add(self, more: NoteCounts) -> None:
        """Count what another part of the same list gave, too."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(more, one.name))

    def sentences(self) -> Iterator[str]:
        if self.read_columns:
            yield _("Columns read by their headings: %(names)s.") % {"names": _listed(self.read_columns)}
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
        if self.unknown_countries:
            yield _("Countries not recognised, kept as written: %(countries)s.") % {
                "countries": _counted(self.unknown_countries)
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
            yield _("Sectors not known, counted as other: %(sectors)s.") % {"sectors": _counted(self.unknown_sectors)}
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
                "“%(organisation)s” is %(kept)s at this event; that was kept where the list says %(listed)s (%(rows)s)."
            ) % {"organisation": name, "kept": kept, "listed": listed, "rows": _rows(count)}

    def _kept(self) -> Iterator[str]:
        if self.kept_own_age:
            yield _("Your own age class was kept: it is for another organiser to set.")
        if self.kept_roles:
            yield ngettext(
                "%(count)s organiser or safeguarding lead stays an adult: end what they hold first.",
                "%(count)s organisers or safeguarding leads stay adults: end what they hold first.",
                len(self.kept_roles),
            ) % {"count": f"{len(self.kept_roles):,}"} + _at_lines(self.kept_roles)
        if self.kept_minors:
            yield ngettext(
                "%(count)s person set as a minor stays one: a safeguarding lead has to consent first. "
                "Propose it in the list of attendees.",
                "%(count)s people set as minors stay minors: a safeguarding lead has to consent first. "
                "Propose it in the list of attendees, one person at a time.",
                len(self.kept_minors),
            ) % {"count": f"{len(self.kept_minors):,}"} + _at_lines(self.kept_minors)
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
                len(self.kept_profiles),
            ) % {"count": f"{len(self.kept_profiles):,}"} + _at_lines(self.kept_profiles)


def refusals_csv(refused: Iterable[RefusedLine]) -> bytes:
    """The refused lines as CSV, UTF-8 with a byte order mark so that Excel reads it."""
    return csv_file(("line", "email", "reason"), ((row.line, row.what, row.reason) for row in refused))


def _rows(count: int) -> str:
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": f"{count:,}"}


def _counted(found: WordLines) -> str:
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return _listed(f"“{word[:60]}” ({_lines(lines)})" for word, lines in ordered)


def _lines(numbers: Sequence[int]) -> str:
    """The numbers of lines, the first dozen of many."""
    return ngettext("line %(numbers)s", "lines %(numbers)s", len(numbers)) % {
        "numbers": _listed(str(number) for number in sorted(numbers))
    }


def _at_lines(numbers: Sequence[int]) -> str:
    return f" ({_lines(numbers)})"


def _listed(words: Iterable[str]) -> str:
    """The first words of a list, and how many more there are."""
    all_words = list(words)
    shown = ", ".join(all_words[:MAX_LISTED])
    if len(all_words) <= MAX_LISTED:
        return shown
    return _("%(words)s and %(count)s more") % {"words": shown, "count": f"{len(all_words) - MAX_LISTED:,}"}
