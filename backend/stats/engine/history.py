"""What earlier releases of an event have told, as counts beside those of a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.stats.engine.counts import CUMULATIVE
from backend.stats.rules.suppression import Counts, Equation, Key, is_small


@dataclass(frozen=True, slots=True)
class Told:
    """The `counts` of one release, and which of them it `shown` or marked `withheld`."""

    counts: Counts
    shown: frozenset[Key]
    withheld: frozenset[Key]

    def as_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "values": [[*key, value] for key, value in sorted(self.counts.values.items())],
            "equations": [[[*key, times] for key, times in equation.items()] for equation in self.counts.equations],
            "shown": sorted(self.shown),
            "withheld": sorted(self.withheld),
        }

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Told:
        """What such a JSON object holds."""

        def weighted(rows: Iterable[Sequence[Any]]) -> dict[Key, int]:
            return {tuple(row[:-1]): row[-1] for row in rows}

        return cls(
            Counts(weighted(record["values"]), [weighted(rows) for rows in record["equations"]]),
            frozenset(map(tuple, record["shown"])),
            frozenset(map(tuple, record["withheld"])),
        )

    def has_changed_enough(self, values: Mapping[Key, int]) -> bool:
        """Whether each count shown equals that of `values`, those of now, or differs by five or more.

        A count that is no longer made says nothing.
        """
        made_of = {
            key: equation
            for equation in self.counts.equations
            for key in equation
            if key[0] == "cell" and key in self.shown
        }
        for key in self.shown:
            parts = made_of.get(key)
            if parts is None:
                now = values.get(key)
            else:
                known = [(values.get(part, 0), times) for part, times in parts.items() if part != key]
                now = sum(value * times for value, times in known)
            if now is not None and is_small(abs(now - self.counts.values[key])):
                return False
        return True


@dataclass(frozen=True, slots=True)
class History:
    """The counts of earlier releases, under keys of their own, with those shown and those marked."""

    counts: Counts
    known: frozenset[Key]
    withheld: frozenset[Key]

    def beside(self, counts: Counts) -> Counts:
        """These counts together with those of now."""
        return Counts(
            {**self.counts.values, **counts.values}, [*self.counts.equations, *counts.equations], self.counts.orders
        )


def history_of(earlier: Sequence[Told], values: Mapping[Key, int]) -> History:
    """What the releases `earlier` tell of the counts `values` of now: cumulative ones have only grown."""
    all_values: dict[Key, int] = {}
    equations: list[Equation] = []
    orders: list[tuple[Key, Key]] = []
    known, withheld = set[Key](), set[Key]()
    latest: dict[Key, tuple[Key, int]] = {}

    def follow(key: Key, named: Key, value: int) -> None:
        if key[0] in CUMULATIVE:
            if key in latest and latest[key][1] <= value:
                orders.append((latest[key][0], named))
            latest[key] = named, value

    for number, told in enumerate(earlier):
        own = {key: (f"release {number}", *key) for key in told.counts.values}
        for key, value in told.counts.values.items():
            all_values[own[key]] = value
            follow(key, own[key], value)
        equations += [{own[key]: times for key, times in one.items()} for one in told.counts.equations]
        known |= {own[key] for key in told.shown}
        withheld |= {own[key] for key in told.withheld}
    for key, value in values.items():
        follow(key, key, value)
    return History(Counts(all_values, equations, orders), frozenset(known), frozenset(withheld))
