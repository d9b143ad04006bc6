"""Tables for meetings whose slots are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matching.scheduling.problem import Locked, Meeting


def assign_tables(
    rows: Iterable[tuple[int, int, int]], tables: int, locked: Sequence[Locked] = ()
) -> tuple[Meeting, ...]:
    """Each (i, j, slot) at the first table free in its slot; people keep their table where possible.

    Locked meetings keep the table they name. Raises IndexError when a slot has more meetings than tables.

    >>> [meeting.table for meeting in assign_tables([(0, 1, 0), (2, 3, 0), (2, 1, 1)], 2)]
    [0, 1, 1]
    """
    rows = list(rows)
    named = {(lock.slot, frozenset((lock.i, lock.j))): lock.table for lock in locked if lock.table is not None}
    free: dict[int, set[int]] = {}
    for slot in {slot for *_, slot in rows}:
        free[slot] = set(range(tables)) - {table for (at, _), table in named.items() if at == slot}
    last: dict[int, int] = {}
    placed: dict[int, Meeting] = {}
    for number in sorted(range(len(rows)), key=lambda number: (rows[number][2], number)):
        i, j, slot = rows[number]
        table = named.get((slot, frozenset((i, j))))
        if table is None:
            wanted = [last[person] for person in (i, j) if last.get(person) in free[slot]]
            table = (wanted or sorted(free[slot]))[0]
            free[slot].discard(table)
        last[i] = last[j] = table
        placed[number] = Meeting(i, j, slot, table)
    return tuple(placed[number] for number in range(len(rows)))
