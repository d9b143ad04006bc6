"""Files to download: a worksheet as CSV, all of them as a workbook, the network as GraphML."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Sequence

import networkx as nx
import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from backend.core.spreadsheets import Worksheet, csv_file, printable_text, safe_cell
from backend.events.rules import pair_of
from backend.stats.engine.figures import EventStats, PersonFigures
from backend.stats.rules.suppression import MIN_COUNT
from backend.stats.selectors.worksheets import NOTE


def csv_for(worksheet: Worksheet) -> bytes:
    """One worksheet as UTF-8, safe to open in a spreadsheet."""
    return csv_file(worksheet.columns, worksheet.rows)


def workbook_for(worksheets: Sequence[Worksheet], stats: EventStats) -> bytes:
    """All worksheets, after a first one that says of which event they are and what * means."""
    book = openpyxl.Workbook()
    about = book.create_sheet("about", 0)
    book.remove(book.worksheets[1])
    for line in (
        (stats.edition.name,),
        ("computed at", stats.computed_at.isoformat()),
        (NOTE,),
        ("expected: what chance would give if the same meetings were dealt out among all attendees",),
    ):
        about.append([safe_cell(cell) for cell in line])
    for worksheet in worksheets:
        page = book.create_sheet(worksheet.name)
        page.append([safe_cell(title) for title in worksheet.columns])
        for row in worksheet.rows:
            page.append([safe_cell(cell) for cell in row])
        for cell in page[1]:
            cell.font = Font(bold=True)
        page.freeze_panes = "A2"
        for place, title in enumerate(worksheet.columns, start=1):
            widest = max([len(title), *(len(str(row[place - 1])) for row in worksheet.rows)])
            page.column_dimensions[get_column_letter(place)].width = min(widest + 2, 40)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def graphml_for(stats: EventStats) -> bytes:
    """The meeting network as GraphML: no name, no address and no id.

    A node is one attendee, numbered at random for every file, with the constituency, and with sector
    and country where at least five attendees share them; an edge has its number of meetings.
    """
    people = random.SystemRandom().sample(stats.people, len(stats.people))
    number_of = {one.attendee_id: place for place, one in enumerate(people, start=1)}
    both = Counter((one.sector, one.country) for one in people)
    sectors = Counter(one.sector for one in people)

    def shared(one: PersonFigures) -> dict[str, str]:
        sector = one.sector if sectors[one.sector] >= MIN_COUNT else ""
        country = one.country if both[one.sector, one.country] >= MIN_COUNT else ""
        return {"constituency": one.constituency, "sector": sector, "country": printable_text(country)}

    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from((number_of[one.attendee_id], shared(one)) for one in people)
    edges = ((number_of[tie.first], number_of[tie.second], tie.meetings) for tie in stats.ties)
    for one, other, meetings in sorted((*pair_of(a, b), count) for a, b, count in edges):
        graph.add_edge(one, other, meetings=meetings)
    file = io.BytesIO()
    nx.write_graphml_xml(graph, file, encoding="utf-8", prettyprint=False)
    return file.getvalue()
