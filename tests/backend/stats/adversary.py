"""What somebody who keeps every download can work out: the least and the most that each count can be.

Written from the definitions of the figures (docs/desk.md) and the files, and from no code that withholds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from backend.stats.engine.figures import EventStats

Name = tuple[Any, ...]
MOST = 20_000
NETWORK = {
    "people": ("people", "", ""),
    "people with a meeting": ("met", "", ""),
    "people without a meeting": ("unmet", "", ""),
    "meetings to come or held": ("connected",),
    "pairs of people": ("pairs",),
    "meetings inside a constituency": ("inside",),
    "meetings across constituencies": ("outside",),
    "answers": ("answered",),
    "requests waiting for an answer": ("exit", "waiting"),
}
EDITION = {
    "attendees": ("people", "", ""),
    "with_meeting": ("met", "", ""),
    "without_meeting": ("unmet", "", ""),
    "requested": ("funnel", "requested"),
    "accepted": ("funnel", "accepted"),
    "held": ("funnel", "held"),
    "pairs": ("pairs",),
    "inside": ("inside",),
    "outside": ("outside",),
}
GROWS = ("funnel", "pair", "people", "met", "seats", "theme", "took")


@dataclass
class Adversary:
    """Unknown whole numbers from 0, by release and name, and what is known of them. `true`: what they are."""

    true: dict[Name, int] = field(default_factory=dict)
    facts: list[tuple[Mapping[Name, float], float, float]] = field(default_factory=list)
    marked: set[Name] = field(default_factory=set)
    totals: dict[Name, set[Name]] = field(default_factory=dict)  # by each of its parts

    def know(self, terms: Mapping[Name, float], low: float, high: float) -> None:
        """The weighted sum lies in these bounds; it does in truth, or the fact is none."""
        sum_ = sum(times * self.true[name] for name, times in terms.items())
        assert low - 1e-6 <= sum_ <= high + 1e-6, (terms, sum_, low, high)
        self.facts.append((terms, low, high))

    def add_up(self, parts: Iterable[Name], *totals: Name, times: int = 1) -> None:
        terms: dict[Name, float] = {}
        for part in parts:
            terms[part] = terms.get(part, 0) + 1
            if len(totals) == 1:
                self.totals.setdefault(part, set()).update(totals)
        for total in totals:
            terms[total] = terms.get(total, 0) - times
        self.know(terms, 0, 0)

    def read_world(self, at: Any, stats: EventStats, step: str) -> None:
        """Every count of these figures by its definition, and how they add up, but not what they are."""
        self._read_funnel(at, stats)
        self._read_people(at, stats)
        pair = self._read_pairs(at, stats, step)
        self._read_ties(at, stats, step, pair)
        self._read_themes(at, stats, step, pair)
        self._read_who_took_part(at, stats, step, pair)

    def _put(self, value: int, *name: Any) -> Name:
        self.true[name] = value
        return name

    def _read_funnel(self, at: Any, stats: EventStats) -> None:
        funnel = {one.step: self._put(one.count, at, "funnel", one.step) for one in stats.funnel}
        exits = {one.cause: self._put(one.count, at, "exit", one.cause) for one in stats.exits}
        value = self.true
        after = {
            of: [exits[one.cause] for one in stats.exits if one.step == of] for of in {e.step for e in stats.exits}
        }
        self.add_up([*after["suggested"], funnel["viewed"]], funnel["suggested"])
        asked = self._put(value[funnel["viewed"]] - value[exits["not_requested"]], at, "asked")
        self.add_up([asked, exits["not_requested"]], funnel["viewed"])
        self._put(stats.response.answered, at, "answered")
        proposals = self._put(
            value[funnel["proposed"]] - sum(value[one] for one in after["proposed"]), at, "agreed proposals"
        )
        requests = self._put(value[funnel["accepted"]] - value[proposals], at, "agreed requests")
        self.add_up([*after["requested"], requests], funnel["requested"])
        self.add_up([*after["proposed"], proposals], funnel["proposed"])
        self.add_up([requests, proposals], funnel["accepted"])
        self.add_up([*after["accepted"], funnel["held"]], funnel["accepted"])
        self.add_up([*after["held"], funnel["useful"]], funnel["held"])
        due = self._put(value[funnel["accepted"]] - value[exits["to_come"]], at, "due")
        self.add_up([due, exits["to_come"]], funnel["accepted"])
        rated = self._put(value[funnel["held"]] - value[exits["not_rated"]], at, "rated")
        self.add_up([rated, exits["not_rated"]], funnel["held"])

    def _read_people(self, at: Any, stats: EventStats) -> None:
        def people(kind: str, key: str, count: int, met: int) -> None:
            whole = self._put(count, at, "people", kind, key)
            parts = [self._put(met, at, "met", kind, key), self._put(count - met, at, "unmet", kind, key)]
            self.add_up(parts, whole)

        network = stats.network
        people("", "", network.people, network.people - network.isolates)
        for one in stats.constituencies:
            people("constituency", one.key, one.attendees, one.with_meeting)
        for kind, lines in (("sector", stats.sectors), ("country", stats.countries)):
            for line in lines:
                people(kind, line.key, line.attendees, line.with_meeting)
        for line in stats.languages:
            self._put(line.attendees, at, "people", "language", line.key)
        for word in ("people", "met", "unmet"):
            self.add_up([(at, word, "constituency", one.key) for one in stats.constituencies], (at, word, "", ""))
            self.add_up([(at, word, "country", one.key) for one in stats.countries], (at, word, "", ""))
            for group in stats.constituencies:
                own = [(at, word, "sector", s.key) for s in stats.sectors if s.constituency == group.key]
                self.add_up(own, (at, word, "constituency", group.key))

    def _read_pairs(self, at: Any, stats: EventStats, step: str) -> dict[frozenset[str], Name]:
        """Meetings of each two constituencies: the name of each count."""
        matrix = stats.step(step).by_constituency
        groups = matrix.rows
        for a, b in combinations_with_replacement(range(len(groups)), 2):
            self._put(matrix.cells[a][b].observed, at, "pair", *sorted((groups[a], groups[b])))
        pair = {frozenset((one, other)): (at, "pair", *sorted((one, other))) for one in groups for other in groups}
        self.add_up(pair.values(), (at, "funnel", step))
        return pair

    def _read_ties(self, at: Any, stats: EventStats, step: str, pair: dict[frozenset[str], Name]) -> None:
        network, value = stats.network, self.true
        connected = self._put(network.meetings, at, "connected")
        self._put(network.pairs, at, "pairs")
        inside = self._put(network.inside, at, "inside")
        outside = self._put(network.outside, at, "outside")
        self.add_up([inside, outside], connected)
        self.add_up([(at, "exit", "to_come"), (at, "funnel", "held")], connected)
        within = {
            "inside": [name for ends, name in pair.items() if len(ends) == 1],
            "outside": [name for ends, name in pair.items() if len(ends) == 2],
        }
        for word, connected_ones in (("inside", inside), ("outside", outside)):
            least = within[word]
            if step == "held":
                rest = self._put(value[connected_ones] - sum(value[one] for one in least), at, "to come", word)
                self.add_up([*least, rest], connected_ones)
            else:
                rest = self._put(sum(value[one] for one in least) - value[connected_ones], at, "not met", word)
                self.add_up(least, connected_ones, rest)

    def _read_themes(self, at: Any, stats: EventStats, step: str, pair: dict[frozenset[str], Name]) -> None:
        figures = stats.step(step)
        groups = figures.by_constituency.rows
        for one, cells in zip(figures.by_theme.rows, figures.by_theme.cells, strict=True):
            seats = [
                self._put(cell.observed, at, "seats", one, theme)
                for theme, cell in zip(figures.themes, cells, strict=True)
            ]
            self.add_up(seats, *(pair[frozenset((one, other))] for other in groups), pair[frozenset((one,))])
        for theme, matrix in zip(figures.themes, figures.within_theme, strict=True):
            self._put(matrix.total, at, "theme", theme)
            self.add_up([(at, "seats", one, theme) for one in groups], (at, "theme", theme), times=2)
        self.add_up([(at, "theme", theme) for theme in figures.themes], (at, "funnel", step))

    def _read_who_took_part(self, at: Any, stats: EventStats, step: str, pair: dict[frozenset[str], Name]) -> None:
        groups = stats.step(step).by_constituency.rows
        for kind, lines in (("sector", stats.sectors), ("country", stats.countries)):
            for line in lines:
                self._put(getattr(line, step), at, "took", kind, line.key)
        countries = [(at, "took", "country", one.key) for one in stats.countries]
        self.add_up(countries, (at, "funnel", step), times=2)
        for one in groups:
            own = [(at, "took", "sector", s.key) for s in stats.sectors if s.constituency == one]
            self.add_up(own, *(pair[frozenset((one, other))] for other in groups), pair[frozenset((one,))])

    def read_files(self, at: Any, files: Mapping[str, bytes], before: Any = None) -> None:
        """What the files of one download say; `before`: under what the previous edition is known."""
        tables = {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
            for name, content in files.items()
            if name.endswith(".csv")
        }
        self._read_funnel_file(at, tables.pop("funnel"))
        self._read_network_file(at, tables.pop("network"))
        this, *previous = tables.pop("editions")
        for column, name in EDITION.items():
            self.told([(at, *name)], this[column])
            for row in previous if before is not None else ():
                self.told([(before, *name)], row[column])
        for row in tables.pop("languages", []):
            key = "" if row["language"] == "not stated" else row["language"]
            self.told([(at, "people", "language", key)], row["attendees"])
        self._read_exits_file(at, tables.pop("exits", []))
        for table, rows in tables.items():
            self._read_table(at, table, rows)

    def _read_funnel_file(self, at: Any, rows: list[dict[str, str]]) -> None:
        ends_of = {
            "requested": ((at, "asked"), (at, "funnel", "viewed")),
            "held": ((at, "funnel", "held"), (at, "due")),
            "useful": ((at, "funnel", "useful"), (at, "rated")),
        }
        for row in rows:
            self.told([(at, "funnel", row["step"])], row["count"])
            if row["share"] not in ("", "*") and row["step"] in ends_of:
                share, ends = float(row["share"]), ends_of[row["step"]]
                slack = 0.00006 * self.true[ends[1]]
                self.know({ends[0]: 1, ends[1]: -share}, -slack, slack)

    def _read_network_file(self, at: Any, rows: list[dict[str, str]]) -> None:
        for row in rows:
            if row["measure"] in NETWORK:
                self.told([(at, *NETWORK[row["measure"]])], row["value"])
            if row["measure"] == "E-I index" and row["value"] not in ("", "*"):
                slack = 0.00006 * (self.true[at, "inside"] + self.true[at, "outside"])
                ei = float(row["value"])
                self.know({(at, "outside"): 1 - ei, (at, "inside"): -1 - ei}, -slack, slack)

    def _read_exits_file(self, at: Any, rows: list[dict[str, str]]) -> None:
        causes = {name[2] for name in self.true if name[:2] == (at, "exit")}
        listed = {row["cause"] for row in rows}
        after = {
            "suggested": {"not_viewed"},
            "viewed": {"not_requested"},
            "requested": {"declined", "withdrawn", "office_hour", "expired", "waiting"},
            "proposed": {"not_agreed", "proposal_open"},
            "accepted": {"to_come", "cancelled", "not_held", "disputed"},
            "held": {"not_useful", "not_rated"},
        }
        assert causes == set().union(*after.values())
        for row in rows:
            parts = after[row["after"]] - listed if row["cause"] == "other" else {row["cause"]}
            self.told([(at, "exit", cause) for cause in sorted(parts)], row["count"])

    def _read_table(self, at: Any, table: str, rows: list[dict[str, str]]) -> None:
        first = next(iter(rows[0]))
        own = {row[first].replace("not stated", "") for row in rows} - {"other"}
        if table.startswith("matrix-"):
            own |= {row["with"] for row in rows} - {"other"}

        def members(label: str, kind: str) -> list[str]:
            known = [name[3] for name in self.true if name[:3] == (at, "people", kind)]
            label = "" if label == "not stated" else label
            return [one for one in known if (one not in own if label == "other" else one == label)]

        words = {"attendees": "people", "with_meeting": "met", "without_meeting": "unmet"}
        kind = {"constituencies": "constituency", "sectors": "sector", "countries": "country"}.get(table)
        for row in rows:
            if kind:
                for column, cell in list(row.items())[1:]:
                    word = words.get(column, "took")
                    self.told([(at, word, kind, one) for one in members(row[first], kind)], cell)
            elif table.startswith("matrix-"):
                ends = {
                    tuple(sorted((one, other)))
                    for one in members(row["constituency"], "constituency")
                    for other in members(row["with"], "constituency")
                }
                self.told([(at, "pair", *pair) for pair in sorted(ends)], row["meetings"])
            elif first == "theme":
                self.told([(at, "theme", row["theme"])], row["meetings"])
            else:
                ends = members(row["constituency"], "constituency")
                self.told([(at, "seats", one, row["theme"]) for one in ends], row["seats"])

    def told(self, names: Sequence[Name], cell: str) -> None:
        """A cell of a file: a count, or a mark."""
        if cell == "*":
            self.marked |= set(names)
        elif cell:
            self.know(dict.fromkeys(names, 1), float(cell), float(cell))

    def follow(self, earlier: Any, later: Any) -> None:
        """What is only ever added to has not become less."""
        for name, value in list(self.true.items()):
            after = (later, *name[1:])
            if name[0] == earlier and name[1] in GROWS and self.true.get(after, -1) >= value:
                self.know({after: 1, name: -1}, 0, MOST)

    def narrowed(self) -> dict[Name, int]:
        """The counts from 1 to 4 that cannot be 1 or less, or cannot be 4 or more, by exact search."""
        names = sorted(self.true, key=repr)
        place = {name: n for n, name in enumerate(names)}
        facts = list(self.facts)
        # A mark tells that a count is 1 or more, or part of a small total: of these all parts are marked.
        is_small: dict[Name, Name] = {}
        for name in self.marked:
            of = [is_small.setdefault(total, ("is small", total)) for total in self.totals.get(name, ())]
            facts.append(({name: 1.0, **dict.fromkeys(of, 1.0)}, 1, np.inf))
        for total, is_so in is_small.items():
            place[is_so] = len(place)
            facts.append(({total: 1.0, is_so: MOST - 4.0}, -np.inf, MOST))
        most = np.append(np.full(len(names), float(MOST)), np.ones(len(is_small)))
        entries = [
            (line, place[name], times) for line, (terms, _, _) in enumerate(facts) for name, times in terms.items()
        ]
        lines, columns, times = np.array(entries, float).T
        matrix = sp.csr_matrix((times, (lines.astype(int), columns.astype(int))), shape=(len(facts), len(place)))
        limits = LinearConstraint(matrix, [low for _, low, _ in facts], [high for _, _, high in facts])
        true = np.array([self.true[name] for name in names] + [0] * len(is_small))

        def search(prices: Any, bound: tuple[int, float, float] | None = None) -> Any:
            low, high = np.zeros(len(place)), most.copy()
            if bound:
                low[bound[0]], high[bound[0]] = max(low[bound[0]], bound[1]), bound[2]
            found = milp(
                prices, constraints=limits, bounds=Bounds(low, high), integrality=np.ones(len(place), np.int64)
            )
            assert found.status in (0, 2), found.message
            return None if found.x is None else np.rint(found.x)

        targets = (true >= 1) & (true <= 4)
        high_ones, low_ones = targets & (true > 1), targets & (true < 4)
        for _ in range(6):
            for prices in (high_ones * 1.0, low_ones * -1.0):
                if prices.any() and (found := search(prices)) is not None:
                    high_ones &= found > 1
                    low_ones &= found < 4
        for waits, low, high in ((high_ones, 0.0, 1.0), (low_ones, 4.0, float(MOST))):
            for n in np.flatnonzero(waits).tolist():
                if waits[n] and (found := search(np.zeros(len(place)), (n, low, high))) is not None:
                    high_ones &= found > 1
                    low_ones &= found < 4
        return {names[n]: int(true[n]) for n in np.flatnonzero(high_ones | low_ones)}
