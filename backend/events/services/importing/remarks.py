"""What an organiser should know of an import besides its figures: each remark once, with how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

SHOWN = 12


@dataclass(slots=True)
class Remarks:
    """Counts what was met on the way; `sentences` tells it."""

    extra_columns: tuple[str, ...] = ()
    sectors: Counter[str] = field(default_factory=Counter)
    without_sector: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    kept_sectors: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    new_sectors: Counter[tuple[str, str]] = field(default_factory=Counter)
    age_changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    own_words: int = 0
    kept_names: int = 0
    own_age: bool = False

    def sentences(self) -> Iterable[str]:
        if self.extra_columns:
            yield f"Columns not used: {_listed(self.extra_columns)}."
        if self.sectors:
            yield f"Sectors not known, counted as other: {_counted(self.sectors)}."
        if self.without_sector:
            yield f"Organisations without a sector, counted as other: {self.without_sector:,}."
        for (name, sector), _ in sorted(self.new_sectors.items()):
            yield f"“{name}” was counted as other; it is {sector} now."
        for (name, kept, said), count in sorted(self.kept_sectors.items()):
            yield f"“{name}” is known as {kept}; that was kept where the list says {said} ({_times(count)})."
        if self.topics:
            yield f"Topics this event does not have, left out: {_counted(self.topics)}."
        if self.languages:
            yield f"Languages not recognised, left out: {_counted(self.languages)}."
        if self.roles:
            yield (f"Roles other than delegate, speaker and chaperone, not imported: {_counted(self.roles)}.")
        for (before, after), count in sorted(self.age_changes.items()):
            yield f"Age class changed from {before} to {after} as the list says: {count:,}."
        if self.own_age:
            yield "Your own age class was kept: it is for another organiser to set."
        if self.kept_names:
            people = "person has" if self.kept_names == 1 else "people have"
            yield f"{self.kept_names:,} {people} an account under another name; that name was kept."
        if self.own_words:
            people = "person has" if self.own_words == 1 else "people have"
            yield (
                f"{self.own_words:,} {people} written their own profile since; "
                "what they wrote was kept where the list differs."
            )


def _times(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _counted(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return _listed(f"“{word[:60]}” ({_times(count)})" for word, count in ordered)


def _listed(words: Iterable[str]) -> str:
    told = list(words)
    more = f" and {len(told) - SHOWN:,} more" if len(told) > SHOWN else ""
    return ", ".join(told[:SHOWN]) + more
