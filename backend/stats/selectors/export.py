"""Files to download: a worksheet as CSV, all of them as a workbook, the network as GraphML."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence

from backend.core.spreadsheets import Worksheet, csv_file, safe_cell
from backend.stats.selectors.worksheets import NOTE


def csv_for(worksheet: Worksheet) -> bytes:
    """One worksheet as UTF-8, safe to open in a spreadsheet."""
    return csv_file(worksheet.columns, worksheet.rows)


def workbook_for(worksheets: Sequence[Worksheet], event: str, made_at: dt.datetime) -> bytes:
    """All worksheets, after one that says of which event and time they are, and what is withheld."""
    import openpyxl  # here, as it takes a fifth of the time in which Titian starts
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    about = book.create_sheet("about", 0)
    book.remove(book.worksheets[1])
    for line in (
        (event,),
        ("as of", made_at.isoformat()),
        (str(NOTE),),
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


def graphml_for(worksheets: Mapping[str, Worksheet]) -> bytes:
    """The network of constituencies as GraphML, made of the released tables: no person is in it.

    A node is a constituency with its `people`, an edge two of them, or one twice, with their `meetings`.
    """
    import networkx as nx  # here, as no other page needs it

    graph: nx.Graph[str] = nx.Graph()
    for worksheet in worksheets.values():
        for row in worksheet.rows:
            if worksheet.name == "constituencies":
                graph.add_node(str(row[0]), people=row[1])
            if worksheet.name.startswith("matrix-") and row[2]:
                graph.add_edge(str(row[0]), str(row[1]), meetings=row[2])
    file = io.BytesIO()
    nx.write_graphml_xml(graph, file, encoding="utf-8", prettyprint=False)
    return file.getvalue()
