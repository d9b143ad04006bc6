"""Downloads of figures, each recorded as an act."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound
from backend.core.models import Act
from backend.events.models import Event
from backend.events.rules import check_organiser
from backend.people.models import Person
from backend.stats.selectors import event_stats, names_for, worksheets_for
from backend.stats.selectors.export import csv_for, graphml_for, workbook_for
from backend.stats.selectors.report import PAGES, report_for

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GRAPHML = "application/graphml+xml"
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
FILE_KINDS = ("text/csv", GRAPHML, WORKBOOK, PDF)


@dataclass(frozen=True, slots=True)
class StatsFile:
    """A file of figures with its media type."""

    content: bytes
    media_type: str


def export_stats_file(*, event: Event, name: str, by: Person, now: dt.datetime) -> StatsFile:
    """The file `tables.xlsx`, `network.graphml`, a report of PAGES, or a worksheet as CSV (`funnel.csv`).

    Counts under five are withheld in worksheets and reports; the network names nobody. Refuses
    OrganisersOnly, and NotFound for an unknown name.
    """
    check_organiser(by, event)
    stats = event_stats(event=event, now=now)
    if name == "network.graphml":
        file = StatsFile(graphml_for(stats), GRAPHML)
    else:
        worksheets = {worksheet.name: worksheet for worksheet in worksheets_for(stats)}
        worksheet = worksheets.get(name.removesuffix(".csv")) if name.endswith(".csv") else None
        every = tuple(worksheets.values())
        if name == "tables.xlsx":
            file = StatsFile(workbook_for(every, stats), WORKBOOK)
        elif name in PAGES:
            report = report_for(stats, every, event, names_for(event), pages=PAGES[name])
            file = StatsFile(report, PDF)
        elif worksheet is not None:
            file = StatsFile(csv_for(worksheet), CSV)
        else:
            names = ", ".join(
                ["tables.xlsx", "network.graphml", *PAGES, *(f"{known}.csv" for known in worksheets)]
            )
            raise NotFound(_("There is no such file. There are: %(names)s.") % {"names": names})
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=name, now=now)
    return file
