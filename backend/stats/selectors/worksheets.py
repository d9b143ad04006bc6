"""The figures as worksheets: all of them for the desk, and those that may leave it for a release.

A table that may leave the desk has no small count: groups are counted together as "other" until none is left,
or the table is not in the release. Single counts, such as those of the funnel, are marked where withheld.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from backend.core.spreadsheets import CellValue, Worksheet
from backend.people.models import Constituency
from backend.stats.engine.counts import ALL, EDITION_COUNTS, counts_of, counts_of_edition, pair_key
from backend.stats.engine.figures import (
    ACCEPTED,
    HELD,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    EditionFigures,
    EventStats,
)
from backend.stats.engine.history import History, Told, history_of
from backend.stats.rules.suppression import (
    MIN_COUNT,
    Counts,
    Equation,
    Key,
    cells_to_withhold,
    exposed_counts,
    is_small,
)

WITHHELD = "*"
NOTE = gettext_lazy(
    "No count from 1 to 4 can be worked out: small groups are counted together as other, a table that would "
    "still give one away is left out, and * is a count withheld."
)
OTHER = Constituency.OTHER.value
LAST = {("funnel", REQUESTED), ("funnel", ACCEPTED), ("funnel", HELD), ("people", ALL, ALL)}  # headlines quote them


@dataclass(frozen=True, slots=True)
class Count:
    """The sum of these counts."""

    of: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value computed from counts; it is withheld with any of them."""

    value: float | None
    of: tuple[Key, ...] = ()


Row = tuple[CellValue | Count | Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet before it is known what of it may be shown."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def sums(self, values: Mapping[Key, int]) -> tuple[dict[Key, int], list[Equation]]:
        """Its counts by keys of their own, and how they are made of those in `values`."""
        sums: dict[Key, int] = {}
        equations: list[Equation] = []
        for place, row in enumerate(self.rows):
            for column, cell in zip(self.columns, row, strict=True):
                if isinstance(cell, Count):
                    key = ("cell", self.name, *(str(one) for one in row if isinstance(one, str)), column)
                    if key in sums:
                        raise ValueError(f"two rows of {self.name} have one key: {place} {key}")
                    sums[key] = sum(values[one] for one in cell.of)
                    equation = {one: cell.of.count(one) for one in cell.of}
                    equations.append({**equation, key: -1})
        return sums, equations


Groups = tuple[tuple[str, tuple[str, ...]], ...]  # names of rows, each with what is counted together in it


def groupings(keys: Sequence[str], sizes: Mapping[str, int], least: int = 1) -> Iterator[Groups]:
    """Ever fewer groups: all `keys`, then the largest alone and the rest together as "other"; in their order.

    The last have `least` groups beside that of the others.

    >>> list(groupings(["a", "b", "c"], {"a": 9, "b": 1, "c": 4}))[1]
    (('a', ('a',)), ('other', ('b', 'c')))
    """
    named = sorted((key for key in keys if key != OTHER), key=lambda key: (-sizes[key], key))
    for count in range(len(named), least - 1, -1):
        kept = set(named[:count])
        rest = tuple(key for key in keys if key not in kept)
        if len(rest) != 1 or rest == (OTHER,):
            own: Groups = tuple((key, (key,)) for key in keys if key in kept)
            yield (*own, (OTHER, rest)) if rest else own


@dataclass(slots=True)
class Draft:
    """What a release is going to show of its `counts`, beside what is known of earlier ones."""

    counts: Counts
    shown: set[Key]
    withheld: frozenset[Key]
    tables: list[Table]
    history: History
    told: frozenset[Key]  # by the marks alone

    def exposed(self, counts: Counts, shown: set[Key], around: Collection[Key] | None = None) -> set[Key]:
        """The counts that `shown` would expose, of those tied to `around` or of all."""
        withheld = self.withheld | self.history.withheld
        found = exposed_counts(self.history.beside(counts), shown | self.history.known, withheld, around=around)
        return found - self.told

    def add_first(self, choices: Iterable[Sequence[Table]]) -> Sequence[Table]:
        """Add the first choice of tables that exposes no count; none where all would."""
        tried = set[tuple[Table, ...]]()
        for tables in choices:
            if tuple(tables) in tried:
                continue
            tried.add(tuple(tables))
            sums: dict[Key, int] = {}
            equations: list[Equation] = []
            for table in tables:
                own, made_of = table.sums(self.counts.values)
                sums |= own
                equations += made_of
            if any(is_small(value) for value in sums.values()):
                continue
            counts = Counts({**self.counts.values, **sums}, [*self.counts.equations, *equations])
            shown = self.shown | set(sums)
            if not self.exposed(counts, shown, {key for equation in equations for key in equation}):
                self.counts, self.shown = counts, shown
                self.tables += tables
                return tables
        return ()

    @property
    def record(self) -> Told:
        return Told(self.counts, frozenset(self.shown), self.withheld)

    @property
    def worksheets(self) -> tuple[Worksheet, ...]:
        return tuple(worksheet_of(table, self.counts.values, self.withheld) for table in self.tables)


def worksheet_of(table: Table, values: Mapping[Key, int], withheld: Collection[Key] = ()) -> Worksheet:
    """The table as it is shown."""

    def plain(cell: CellValue | Count | Figure) -> CellValue:
        if isinstance(cell, Count):
            return sum(values[key] for key in cell.of) if set(cell.of).isdisjoint(withheld) else WITHHELD
        if isinstance(cell, Figure):
            if cell.value is None or set(cell.of).isdisjoint(withheld):
                return None if cell.value is None else round(cell.value, 4)
            return WITHHELD
        return cell

    return Worksheet(table.name, table.columns, tuple(tuple(plain(cell) for cell in row) for row in table.rows))


def exact_worksheets(stats: EventStats) -> tuple[Worksheet, ...]:
    """Every table with every count, for the desk's own pages."""
    step = reported_step_of(stats)
    counts, people = counts_of(stats, step), _people(stats)
    groups = next(iter(groupings(*people, least=0)))
    tables = [
        _funnel(stats),
        _network(stats, has_joined=True),
        _editions(stats),
        _exits(stats, is_merged=False),
        _constituencies(groups, has_met=True),
        _matrix(stats, step, groups),
        _themes(stats, step, groups),
    ]
    values = dict(counts.values)
    if stats.previous is not None:
        tables[2] = _editions(stats, _edition_row(stats.previous))
        values |= counts_of_edition(stats.previous).values
    return tuple(worksheet_of(table, values) for table in tables)


def draft_release(
    stats: EventStats, *, earlier: Sequence[Told] = (), withheld: Collection[Key] = (), previous: Row | None = None
) -> Draft:
    """What may be shown of these figures beside what `earlier` releases told.

    `withheld`: what stays withheld. `previous`: the row of the previous edition, as it was released.
    """
    step = reported_step_of(stats)
    counts = counts_of(stats, step)
    history = history_of(earlier, counts.values)
    tables = [_funnel(stats), _network(stats), _editions(stats, previous)]
    single = {
        key for table in tables for row in table.rows for cell in row
        if isinstance(cell, Count | Figure) for key in cell.of
    }  # fmt: skip
    hidden = cells_to_withhold(
        history.beside(counts),
        single,
        known=history.known,
        withheld={*(set(withheld) & single), *history.withheld},
        last=LAST,
    )
    own = frozenset(hidden.cells & single)
    draft = Draft(counts, single - own, own, tables, history, hidden.told)
    _add_groups(draft, stats, step)
    draft.add_first([[_exits(stats, is_merged=True)]])
    for kind, name, lines in (("sector", "sectors", stats.sectors), ("country", "countries", stats.countries)):
        keys, sizes = [line.key for line in lines], {line.key: line.attendees for line in lines}
        choices = [
            _by(kind, name, groups, step, has_met=has_met)
            for groups in groupings(keys, sizes)
            for has_met in (True, False)
        ]
        choices.sort(key=lambda table: -len(table.rows) * (len(table.columns) - 1))
        draft.add_first([table] for table in choices)
    spoken = [line.key for line in stats.languages if line.attendees >= MIN_COUNT]
    draft.add_first([[_languages(spoken)]])
    return draft


def _add_groups(draft: Draft, stats: EventStats, step: str) -> None:
    """The constituencies and the matrix with the same groups, as fine as both can be; then the themes."""
    people = _people(stats)
    tables = [
        (_constituencies(groups, has_met=has_met), groups) for groups in groupings(*people) for has_met in (True, False)
    ]
    chosen = draft.add_first([table, _matrix(stats, step, groups)] for table, groups in tables)
    if not chosen:
        chosen = draft.add_first([table] for table, _ in tables)
    same = next((groups for table, groups in tables if table in chosen), ())
    draft.add_first([_themes(stats, step, groups)] for groups in (same, ()))


def reported_step_of(stats: EventStats) -> str:
    """The step to report: held, or accepted while hardly any was held."""
    return HELD if stats.edition.held >= MIN_COUNT else ACCEPTED


def _people(stats: EventStats) -> tuple[list[str], dict[str, int]]:
    sizes = {one.key: one.attendees for one in stats.constituencies}
    return list(sizes), sizes


def _table(name: str, columns: str, rows: Iterable[Row]) -> Table:
    return Table(name, tuple(columns.split()), tuple(rows))


def _count(*key: str) -> Count:
    return Count((key,))


def _funnel(stats: EventStats) -> Table:
    def counts(*steps: str) -> tuple[Key, ...]:
        return tuple(("funnel", step) for step in steps)

    shares: dict[str, tuple[Key, ...]] = {
        VIEWED: counts(SUGGESTED, VIEWED),
        REQUESTED: (("viewed and asked",), *counts(VIEWED)),
        ACCEPTED: counts(REQUESTED, "proposed", ACCEPTED),
        HELD: (("due",), *counts(HELD)),
        USEFUL: (("rated",), *counts(USEFUL)),
    }
    return _table(
        "funnel",
        "step count share",
        (
            (step.step, _count("funnel", step.step), Figure(step.share, shares.get(step.step, ())))
            if step.share is not None
            else (step.step, _count("funnel", step.step), None)
            for step in stats.funnel
        ),
    )


def _network(stats: EventStats, *, has_joined: bool = False) -> Table:
    network = stats.network
    people, pairs = ("people", ALL, ALL), ("connected pairs", ALL)
    ends = (("connected inside", ALL), ("connected outside", ALL))
    hours = stats.response.median_hours
    rows: list[Row] = [
        ("people", Count((people,))),
        ("people with a meeting", _count("met", ALL, ALL)),
        ("people without a meeting", _count("unmet", ALL, ALL)),
        ("meetings to come or held", _count("connected", ALL)),
        ("pairs of people", Count((pairs,))),
        ("density", Figure(network.density, (pairs, people))),
        ("meetings inside a constituency", Count(ends[:1])),
        ("meetings across constituencies", Count(ends[1:])),
        ("E-I index", Figure(network.ei, ends)),
        ("answers", _count("answered", ALL)),
        ("requests waiting for an answer", _count("exit", "waiting")),
        ("median hours to an answer", Figure(hours, (("answered", ALL),))),
    ]
    if has_joined:
        rows.append(("people who have joined", Figure(stats.joined)))
    return _table("network", "measure value", rows)


def _editions(stats: EventStats, previous: Row | None = None) -> Table:
    counts = tuple(Count((key,)) for key in EDITION_COUNTS.values())
    ei = Figure(stats.edition.ei, tuple(EDITION_COUNTS[name] for name in ("inside", "outside")))
    rows: list[Row] = [(stats.edition.slug, *counts, ei)]
    if previous is not None:
        rows.append(previous)
    return _table("editions", " ".join(("edition", *EDITION_COUNTS, "ei")), rows)


def _edition_row(edition: EditionFigures) -> Row:
    counts = tuple(None if getattr(edition, name) is None else _count("previous", name) for name in EDITION_COUNTS)
    return (edition.slug, *counts, Figure(edition.ei, (("previous", "inside"), ("previous", "outside"))))


def row_of_ties(edition: EditionFigures) -> Row:
    """The row of an edition of which only recorded ties are known, as it may be shown."""
    counts = counts_of_edition(edition)
    hidden = cells_to_withhold(counts, counts.values).cells
    table = _table("editions", " ".join(("edition", *EDITION_COUNTS, "ei")), [_edition_row(edition)])
    return worksheet_of(table, counts.values, hidden).rows[0]


def _exits(stats: EventStats, *, is_merged: bool) -> Table:
    """Where people drop out. Merged: the smallest causes of a step together, from five on."""
    rows: list[Row] = []
    for step in dict.fromkeys(row.step for row in stats.exits):
        causes = {row.cause: row.count for row in stats.exits if row.step == step}
        small = [cause for cause, count in causes.items() if is_small(count)]
        if is_merged and small:
            others = sorted((c for c in causes if causes[c] >= MIN_COUNT), key=lambda c: (causes[c], c))
            while others and (len(small) < 2 or sum(causes[one] for one in small) < MIN_COUNT):
                small.append(others.pop(0))
        kept = [cause for cause in causes if not is_merged or cause not in small]
        rows += [(step, cause, _count("exit", cause)) for cause in kept]
        if is_merged and sum(causes[one] for one in small) >= MIN_COUNT:
            rows.append((step, OTHER, Count(tuple(("exit", cause) for cause in small))))
    return _table("exits", "after cause count", rows)


def _constituencies(groups: Groups, *, has_met: bool) -> Table:
    return _people_by("constituency", "constituencies", groups, has_met=has_met)


def _people_by(
    kind: str,
    name: str,
    groups: Groups,
    *,
    has_met: bool,
    more: Callable[[tuple[str, ...]], tuple[Count, ...]] = lambda _: (),
    columns: str = "",
) -> Table:
    words = {"attendees": "people"} | ({"with_meeting": "met", "without_meeting": "unmet"} if has_met else {})
    rows: list[Row] = [
        (
            label or "not stated",
            *(Count(tuple((word, kind, key) for key in keys)) for word in words.values()),
            *more(keys),
        )
        for label, keys in groups
    ]
    return _table(name, " ".join((kind, *words, columns)), rows)


def _by(kind: str, name: str, groups: Groups, step: str, *, has_met: bool) -> Table:
    """People and seats by sector or country."""
    return _people_by(
        kind,
        name,
        groups,
        has_met=has_met,
        more=lambda keys: (Count(tuple(("took", kind, key, step) for key in keys)),) if has_met else (),
        columns=f"seats_{step}" if has_met else "",
    )


def _languages(spoken: Sequence[str]) -> Table:
    rows = ((key or "not stated", _count("people", "language", key)) for key in spoken)
    return _table("languages", "language attendees", rows)


def _matrix(stats: EventStats, step: str, groups: Groups) -> Table:
    """Each pair of groups once, with what chance would give, from the numbers of people."""
    figures = stats.step(step).by_constituency
    place = {name: n for n, name in enumerate(figures.rows)}
    rows: list[Row] = []
    for n, (one, first) in enumerate(groups):
        for other, second in groups[n:]:
            ends = sorted({(min(place[a], place[b]), max(place[a], place[b])) for a in first for b in second})
            cells = [figures.cells[a][b] for a, b in ends]
            expected = sum(cell.expected for cell in cells)
            observed = sum(cell.observed for cell in cells)
            of = tuple(pair_key(step, figures.rows[a], figures.rows[b]) for a, b in ends)
            ratio = observed / expected if expected else None
            rows.append((one, other, Count(of), Figure(expected), Figure(ratio)))
    return _table(f"matrix-{step}", "constituency with meetings expected ratio", rows)


def _themes(stats: EventStats, step: str, groups: Groups) -> Table:
    """Seats by group and theme, each meeting having two; without groups the meetings by theme."""
    themes = stats.step(step).themes
    if not groups:
        rows: list[Row] = [(theme, _count("theme", step, theme)) for theme in themes]
        return _table(f"themes-{step}", "theme meetings", rows)
    rows = [
        (label, theme, Count(tuple(("seats", step, key, theme) for key in keys)))
        for label, keys in groups
        for theme in themes
    ]
    return _table(f"themes-{step}", "constituency theme seats", rows)
