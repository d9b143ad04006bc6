"""A forum whose people register on another server, and what that answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from backend.core.outgoing import PATIENCE, Patience
from backend.core.spreadsheets import csv_file
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.integrations.models import Source
from backend.integrations.services.runs import Decisions
from backend.integrations.services.sources import SourceData, add_source
from backend.integrations.services.syncing import sync_source
from tests.factories import NOW, make_attendee, make_event
from tests.https import Answer, Asked, Peer

QUICK = replace(PATIENCE, read_seconds=0.3, connect_seconds=2.0, pause=lambda _seconds: None)
COLUMNS = ("id", "status", "email", "name", "organisation", "country", "seeks", "role", "age_class", "birth date")


@dataclass
class Shop:
    """A table at an https address; `rows` by their number, each by column."""

    event: Event
    organiser: Attendee
    peer: Peer
    source: Source
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    now: dt.datetime = NOW
    patience: Patience = QUICK

    def add(self, *numbers: int, **cells: str) -> None:
        for number in numbers:
            base = {"email": f"person{number}@example.org", "name": f"Ann{number} Person{number}"}
            self.rows[number] = base | {"organisation": "Ministry", "country": "Thailand"} | cells

    def csv(self) -> bytes:
        lines = [
            tuple({"id": str(number), **cells}.get(name, "") for name in COLUMNS) for number, cells in self.rows.items()
        ]
        return csv_file(COLUMNS, lines)

    def sync(self, *, dry_run: bool = False, by: bool = True, **decided: Any) -> Any:
        source = Source.objects.select_related("event").get(pk=self.source.pk)
        return sync_source(
            source=source,
            by=self.organiser.person if by else None,
            now=self.now,
            dry_run=dry_run,
            decisions=Decisions(**decided),
            patience=self.patience,
        )

    def attendee(self, number: int) -> Attendee:
        return self.named(f"person{number}@example.org")

    def named(self, email: str) -> Attendee:
        return Attendee.objects.select_related("person", "organisation").get(
            event=self.event, person__email=email, person__shares_with=None
        )

    def emails(self) -> set[str]:
        people = Attendee.objects.filter(event=self.event).exclude(pk=self.organiser.pk)
        return set(people.values_list("person__email", flat=True))


def open_shop(peer: Peer) -> Shop:
    """Nobody registered yet; one organiser."""
    event = make_event()
    organiser = make_attendee(event, permission="organiser", email="organiser@example.org", name="Olive Organiser")
    address = peer.address("/list.csv")
    data = SourceData(kind="table", name="Registration", address=address, token="very-secret")
    source = add_source(event=event, data=data, by=organiser.person, now=NOW)
    found = Shop(event, organiser, peer, source)

    def answer(asked: Asked) -> Answer:
        is_known = asked.headers["Authorization"] == "Bearer very-secret"
        return Answer(found.csv()) if is_known else Answer(status=401)

    peer.answer = answer
    return found
