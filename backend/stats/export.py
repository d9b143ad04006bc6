"""Files an organiser takes away: a table as CSV, all tables as a workbook, the network as GraphML."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Sequence

import networkx as nx
import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from backend.core.spreadsheets import csv_file, inert, printable
from backend.stats.figures import EventStats, PersonFigures
from backend.stats.sheets import NOTE, Sheet
from backend.stats.suppression import LEAST


def csv_of(sheet: Sheet) -> bytes:
    """One table as UTF-8, safe to open in a spreadsheet."""
    return csv_file(sheet.columns, sheet.rows)


def workbook_of(sheets: Sequence[Sheet], stats: EventStats) -> bytes:
    """All tables, one a sheet, after a first sheet that says what they are of and what * means."""
    book = openpyxl.Workbook()
    about = book.create_sheet("about", 0)
    book.remove(book.worksheets[1])
    for line in (
        (printable(stats.edition.name),),
        ("computed at", stats.computed_at.isoformat()),
        (NOTE,),
        ("expected: what chance would give if the same meetings were dealt out among all attendees",),
    ):
        about.append(line)
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.append(sheet.columns)
        for row in sheet.rows:
            page.append([inert(cell) for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for place, title in enumerate(sheet.columns, start=1):
            widest = max([len(title), *(len(str(row[place - 1])) for row in sheet.rows)])
            page.column_dimensions[get_column_letter(place)].width = min(widest + 2, 40)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def graphml_of(stats: EventStats) -> bytes:
    """Who is connected to whom, as GraphML: no name, no address and no id.

    A node is one attendee, under a number drawn anew for every file, with the constituency, and with sector
    and country where at least five attendees share them; an edge has its number of meetings.
    """
    people = random.SystemRandom().sample(stats.people, len(stats.people))
    number = {one.attendee_id: place for place, one in enumerate(people, start=1)}
    both = Counter((one.sector, one.country) for one in people)
    sectors = Counter(one.sector for one in people)

    def shared(one: PersonFigures) -> dict[str, str]:
        sector = one.sector if sectors[one.sector] >= LEAST else ""
        country = one.country if both[one.sector, one.country] >= LEAST else ""
        return {"constituency": one.constituency, "sector": sector, "country": printable(country)}

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from((number[one.attendee_id], shared(one)) for one in people)
    ties = ((number[tie.first], number[tie.second], tie.meetings) for tie in stats.ties)
    for one, other, meetings in sorted((min(a, b), max(a, b), times) for a, b, times in ties):
        graph.add_edge(one, other, meetings=meetings)
    file = io.BytesIO()
    nx.write_graphml_xml(graph, file, encoding="utf-8", prettyprint=False)
    return file.getvalue()
