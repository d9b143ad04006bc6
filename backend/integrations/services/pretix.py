"""The people of a pretix event, by its REST API: orders with their positions, questions and products.

Kept of an answer is what an import reads; secrets, payments, seats and the address of whoever paid are
dropped here, and never stored or logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from backend.core.outgoing import AddressRefused, Patience, PeerLacks
from backend.integrations.models import Source
from backend.integrations.services.json_server import JsonServer, list_in
from backend.integrations.services.rows import SourceTable
from backend.roster.services.csv_tables import MAX_COLUMNS, MAX_ROWS, CsvLine, CsvTable, column_key, too_many_rows

# Asked for without these. Of a position no others: where one does not exist, some versions answer with 500.
NEVER_SENT = (
    "secret", "email", "phone", "customer", "comment", "payments", "payment_date", "payment_provider", "refunds",
    "fees", "downloads", "url", "invoice_address", "positions.secret", "positions.downloads", "positions.checkins",
)  # fmt: skip
HEADER = ("position", "state", "email", "name", "organisation", "country", "title", "Ticket")
CANCELLED, PAID, PENDING = "c", "p", "n"


def read_pretix(source: Source, token: str, patience: Patience) -> SourceTable:
    """Every position of every order: who is to be imported, who cancelled, and who is left out for what.

    Refuses AddressRefused, PeerDenied and PeerFailed.
    """
    shop = JsonServer(api_address(source.address), f"Token {token}" if token else "", patience)
    questions = _questions(shop)
    products = {row["id"]: _text(row["name"]) for row in shop.rows("items")}
    taken = {column_key(name) for name in HEADER}
    asked = {number: text for number, text in questions.items() if text and column_key(text) not in taken}
    asked = dict(list(asked.items())[: MAX_COLUMNS - len(HEADER)])
    query = {"include_canceled_positions": "true", "exclude": NEVER_SENT}
    lines: list[CsvLine] = []
    left_out: dict[int, str] = {}
    minors: set[int] = set()
    for order in shop.rows("orders", query):
        for position in list_in(order, "positions"):
            number = len(lines) + 1
            if number > MAX_ROWS:
                raise too_many_rows()
            lines.append(CsvLine(number, _cells(order, position, products, asked)))
            if reason := _left_out(source, order, position):
                left_out[number] = reason
            if position.get("item") in source.minor_products:
                minors.add(number)
    header = (*HEADER, *asked.values())
    return SourceTable(CsvTable(header, tuple(lines), (), "json"), left_out, minors)


def api_address(address: str) -> str:
    """Where the API of the shop is, from the address of its pages: HOST/ORGANIZER/EVENT, or that of the API.

    >>> api_address("https://pretix.example.org/bigevents/forum/")
    'https://pretix.example.org/api/v1/organizers/bigevents/events/forum/'
    """
    parts = urlsplit(address.strip())
    names = [one for one in parts.path.split("/") if one]
    if names[:3] == ["api", "v1", "organizers"] and len(names) == 6:
        names = [names[3], names[5]]
    if len(names) != 2:
        raise AddressRefused(_("Write the address of the shop, such as https://pretix.example.org/organizer/event/."))
    return f"{parts.scheme}://{parts.netloc}/api/v1/organizers/{names[0]}/events/{names[1]}/"


def _questions(shop: JsonServer) -> dict[int, str]:
    """What is asked of each position, by its number: data fields, which take the place of questions in 2027.1."""
    try:
        return {row["id"]: _text(row.get("internal_name")) for row in shop.rows("datafields/position")}
    except PeerLacks:
        return {row["id"]: _text(row["question"]) for row in shop.rows("questions")}


def _cells(
    order: Mapping[str, Any], position: Mapping[str, Any], products: Mapping[int, str], questions: Mapping[int, str]
) -> tuple[str, ...]:
    given = list_in(position, "answers")
    answers = {one.get("datafield", one.get("question")): str(one.get("answer") or "") for one in given}
    parts = position.get("attendee_name_parts") or {}
    own = (
        position.get("id"),
        "cancelled" if _is_cancelled(order, position) else "",
        position.get("attendee_email"),
        position.get("attendee_name"),
        position.get("company"),
        position.get("country"),
        parts.get("job_title") if isinstance(parts, dict) else "",
        products.get(position.get("item") or 0),
    )
    return (*(str(one or "") for one in own), *(answers.get(number, "") for number in questions))


def _left_out(source: Source, order: Mapping[str, Any], position: Mapping[str, Any]) -> str:
    """Why a position is nobody to import or to take out; empty for all others."""
    if order.get("testmode"):
        return _("an order of the test mode")
    if position.get("addon_to"):
        return _("an add-on of another ticket")
    if _is_cancelled(order, position):
        return ""
    if source.products and position.get("item") not in source.products:
        return _("another product")
    is_pending = order.get("status") == PENDING and not order.get("require_approval")
    is_taken = order.get("status") == PAID or (source.takes_unpaid and is_pending)
    return "" if is_taken else _("an order that is not paid")


def _is_cancelled(order: Mapping[str, Any], position: Mapping[str, Any]) -> bool:
    return order.get("status") == CANCELLED or position.get("canceled") is True


def _text(words: Any) -> str:
    """A text of pretix in English, or else in its first language."""
    if not isinstance(words, dict):
        return str(words or "")
    return str(words.get("en") or next(iter(words.values()), "") or "")
