"""The order positions of a pretix shop as a list of attendees."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from backend.roster.services.csv_tables import CsvLine, CsvTable, column_key

MARKS = {"ordercode", "positionid", "status", "attendeename", "attendeeemail"}
"""The columns by which pretix's sheet "Order positions" is known, in English."""
COLUMNS = {"attendeename": "name", "attendeeemail": "email", "attendeecompany": "organisation", "country": "country"}
OTHERS = {"email", "id"}  # the person who ordered, often not the one who comes; no number of ours
PAID = "paid"


def is_order_list(table: CsvTable) -> bool:
    return {column_key(name) for name in table.header} >= MARKS


def attendees_of_orders(table: CsvTable, known: frozenset[str]) -> CsvTable:
    """The paid positions as rows of an attendee list, with a note for each state that was left out.

    A question of the shop counts where it is called as one of the `known` columns.
    """
    keys = [column_key(name) for name in table.header]
    wanted: dict[int, str] = {}
    for position, key in enumerate(keys):
        name = COLUMNS.get(key, key if key in known and key not in OTHERS else "")
        if name and name not in wanted.values():
            wanted[position] = name
    status = keys.index("status")
    lines, left_out = [], defaultdict(list)
    for line in table.lines:
        cells = dict(enumerate(line.cells))
        state = cells.get(status, "").strip()
        if state.casefold() == PAID:
            lines.append(CsvLine(line.number, tuple(cells.get(position, "") for position in wanted)))
        else:
            left_out[state].append(line.number)
    notes = tuple(
        _("Orders that are “%(state)s”, not paid, left out: lines %(lines)s.")
        % {"state": state[:40], "lines": ", ".join(map(str, numbers))}
        for state, numbers in sorted(left_out.items())
    )
    return CsvTable(tuple(wanted.values()), tuple(lines), table.broken, table.encoding, notes)
