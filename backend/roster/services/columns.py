"""The columns of an event's lists, as its organisers chose them: kept for its next list."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from backend.events.models.events import Event
from backend.roster.models import ColumnChoice
from backend.roster.services.csv_tables import CsvTable, column_key
from backend.roster.services.rows import COLUMNS, BadColumns, Heading, headings_of, to_choose

HEADING_LENGTH = 120
MAX_KEPT = 500  # of one event


def column_choices_for(event: Event) -> dict[str, str]:
    """The column of each heading, under its `column_key`, that was chosen at this event."""
    return dict(ColumnChoice.objects.filter(event=event).values_list("heading", "column"))


def chosen_columns(event: Event, table: CsvTable, columns: Mapping[int, str]) -> dict[str, str]:
    """What was chosen at this event before, and over it `columns`, the columns by their position.

    Refuses BadColumns where one is none of a list's.
    """
    chosen = column_choices_for(event)
    for one in to_choose(headings_of(table, chosen)):
        column = columns.get(one.position)
        if column is None or column == one.column:
            continue
        if column and column not in COLUMNS.values():
            raise BadColumns(_("“%(column)s” is no column of a list: choose another.") % {"column": column[:40]})
        chosen[column_key(one.text)] = column
    return chosen


def keep_columns(event: Event, table: CsvTable, chosen: Mapping[str, str]) -> None:
    """Keep for the event's next list what was chosen for the columns of this one."""
    keys = {column_key(one.text) for one in to_choose(headings_of(table))}
    kept = column_choices_for(event)
    for key in sorted(keys & chosen.keys()):
        is_new = key not in kept and len(kept) < MAX_KEPT
        if len(key) <= HEADING_LENGTH and (is_new or kept.get(key, chosen[key]) != chosen[key]):
            ColumnChoice.objects.update_or_create(event=event, heading=key, defaults={"column": chosen[key]})
            kept[key] = chosen[key]


def columns_to_choose(event: Event, table: CsvTable, columns: Mapping[int, str]) -> tuple[Heading, ...]:
    """The headings of a list that a person can choose a column for, with what each is read as."""
    return to_choose(headings_of(table, chosen_columns(event, table, columns)))
