"""Lists that organisers take away as files; each download is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound
from backend.core.models import Act
from backend.core.progress import counted
from backend.core.spreadsheets import csv_file, xlsx_file
from backend.core.transactions import in_transaction
from backend.directory.selectors.needs_help import needs_help_csv, needs_help_rows
from backend.directory.selectors.roster import EXPORT_COLUMNS, roster_export, roster_ids
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.people.models import Person

NEEDS_HELP_FILE = "who-needs-help.csv"
LIST_FILES = {
    "attendees.csv": "text/csv; charset=utf-8",
    "attendees.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@in_transaction
def export_needs_help(*, event: Event, by: Person, now: dt.datetime) -> bytes:
    """Who needs help, as CSV; the download is recorded. Refuses OrganisersOnly."""
    check_organiser(by, event)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=NEEDS_HELP_FILE, now=now)
    return needs_help_csv(needs_help_rows(event=event, now=now))


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list of attendees as a file, with its media type."""

    content: bytes
    media_type: str


def check_list_name(name: str) -> None:
    """Refuse NotFound for what is no name of LIST_FILES."""
    if name not in LIST_FILES:
        raise NotFound(_("There is no such file. There are: %(names)s.") % {"names": ", ".join(LIST_FILES)})


@in_transaction
def export_attendees(*, event: Event, name: str, filters: Mapping[str, str], by: Person, now: dt.datetime) -> ListFile:
    """The attendees these filters leave as `attendees.csv` or `attendees.xlsx`; the download is recorded.

    Refuses OrganisersOnly, and NotFound for another name.
    """
    check_organiser(by, event)
    check_list_name(name)
    ids = roster_ids(event=event, filters=filters)
    rows = counted(roster_export(event=event, ids=ids), len(ids))
    if name.endswith(".csv"):
        content = csv_file(EXPORT_COLUMNS, rows, keep_lines=True)
    else:
        content = xlsx_file("attendees", EXPORT_COLUMNS, rows)
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=name, now=now)
    return ListFile(content, LIST_FILES[name])
