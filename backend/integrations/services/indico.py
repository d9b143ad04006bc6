"""The people of an event in Indico 3.3, by its check-in API: registration forms, registrations, and their answers.

It has no pages: a form's registrations come as one list, and the answers of each by themselves. Kept is what
an import reads; the ticket's secret, payments, places and files are dropped here, never stored or logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from backend.core.outgoing import AddressRefused, Patience, PeerFailed, PeerLacks
from backend.integrations.models import Source
from backend.integrations.services.json_server import JsonServer, list_in, not_understood, objects
from backend.integrations.services.rows import SourceTable
from backend.roster.services.csv_tables import MAX_COLUMNS, MAX_ROWS, CsvLine, CsvTable, column_key, too_many_rows

HEADER = ("Registration ID", "state", "email", "name", "Ticket")
COMPLETE, UNPAID = "complete", "unpaid"
CANCELLED = ("withdrawn", "rejected")
# Of whom it is, the registration itself says more; of files there is only their name.
NOT_ASKED = frozenset({"email", "file", "picture", "accommodation", "label"})
PERSONAL = frozenset({"firstname", "lastname", "emailaddress"})
RENAMED = {"position": "Job title", "title": "Salutation"}  # as Indico calls them in each form


def read_indico(source: Source, token: str, patience: Patience) -> SourceTable:
    """Every registration: who is to be imported, who is withdrawn or rejected, and who is left out for what.

    Refuses AddressRefused, PeerDenied and PeerFailed.
    """
    host, number = event_in_indico(source.address)
    address = f"{host}/api/checkin/event/{number}/forms/"
    server = JsonServer(address, f"Bearer {token}" if token else "", patience)
    found: list[tuple[tuple[str, ...], dict[str, str]]] = []
    left_out: dict[int, str] = {}
    minors: set[int] = set()
    asked: dict[str, str] = {}  # the headings of answers by their key, of all forms together
    for form in _forms(server):
        for row in objects(server.read(f"{_number(form)}/registrations/")):
            line = len(found) + 1
            if line > MAX_ROWS:
                raise too_many_rows()
            reason = _left_out(source, form, row)
            answers: dict[str, str] = {}
            if reason:
                left_out[line] = reason
            elif row.get("state") not in CANCELLED:
                answers = _answers(server.read(f"{_number(form)}/registrations/{_number(row)}"), asked)
            if form["id"] in source.minor_products:
                minors.add(line)
            found.append((_own(form, row), answers))
    keys = list(asked)[: MAX_COLUMNS - len(HEADER)]
    lines = [
        CsvLine(line, (*own, *(answers.get(key, "") for key in keys))) for line, (own, answers) in enumerate(found, 1)
    ]
    header = (*HEADER, *(asked[key] for key in keys))
    return SourceTable(CsvTable(header, tuple(lines), (), "json"), left_out, minors)


def event_in_indico(address: str) -> tuple[str, str]:
    """Where the Indico is, and the event's number there, from the address of a page; refuses AddressRefused.

    >>> event_in_indico("https://example.org/indico/event/12/timetable/")
    ('https://example.org/indico', '12')
    """
    parts = urlsplit(address.strip())
    names = [one for one in parts.path.split("/") if one]
    place = names.index("event") if "event" in names else len(names)
    number = "".join(names[place + 1 : place + 2])
    if not (number.isascii() and number.isdecimal()):
        raise AddressRefused(
            _("Write the address of the event in Indico, such as https://indico.example.org/event/123/.")
        )
    before = "".join(f"/{one}" for one in names[:place] if one not in ("export", "api", "checkin"))
    return f"{parts.scheme}://{parts.netloc}{before}", number


def _forms(server: JsonServer) -> list[dict[str, Any]]:
    """The registration forms of the event; refuses PeerFailed."""
    try:
        return objects(server.read(""))
    except PeerLacks:
        raise PeerFailed(
            _("This Indico has no such event, or is older than 3.3: Titian reads people of 3.3.")
        ) from None


def _number(row: Mapping[str, Any]) -> int:
    number = row.get("id")
    if not isinstance(number, int):
        raise not_understood()
    return number


def _own(form: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, ...]:
    state = "cancelled" if row.get("state") in CANCELLED else ""
    own = (_number(row), state, row.get("email"), row.get("full_name"), form.get("title"))
    return tuple(str(one or "") for one in own)


def _left_out(source: Source, form: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Why a registration is nobody to import or to take out; empty for all others."""
    if row.get("state") in CANCELLED:
        return ""
    if source.products and form["id"] not in source.products:
        return _("another registration form")
    is_taken = row.get("state") == COMPLETE or (source.takes_unpaid and row.get("state") == UNPAID)
    return "" if is_taken else _("a registration that is not complete")


def _answers(row: Any, asked: dict[str, str]) -> dict[str, str]:
    """The answers of a registration by the key of their heading; `asked` gains the headings."""
    answers: dict[str, str] = {}
    taken = {column_key(name) for name in HEADER} | PERSONAL
    for section in list_in(row, "registration_data"):
        for field in list_in(section, "fields"):
            title = str(field.get("title") or "")
            title = RENAMED.get(column_key(title), title)
            key = column_key(title)
            if key and key not in taken and field.get("input_type") not in NOT_ASKED:
                asked.setdefault(key, title)
                answers[key] = _text(field)
    return answers


def _text(field: Mapping[str, Any]) -> str:
    """An answer as a cell: of choices their captions, of others what stands there."""
    data = field.get("data")
    if isinstance(data, dict):
        captions = {str(one.get("id")): str(one.get("caption") or "") for one in objects(field.get("choices") or [])}
        return ", ".join(captions[one] for one in data if captions.get(one))
    if isinstance(data, bool):
        return "yes" if data else "no"
    return str(data) if isinstance(data, (str, int, float)) else ""
