"""Rows of the version before people joined by answering: meetings of people who never signed in."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from typing import Any

from django.db.migrations.state import StateApps

from tests.factories import NOW

BEFORE = NOW - dt.timedelta(days=3)
HALF_HOUR = dt.timedelta(minutes=30)
DID_SOMETHING = {"accepted", "asked", "said yes", "attested", "countered"}
CHILDREN = {"minor", "unknown", "known minor"}


class Filled:
    """One forum of that version: `host` signed in, and everybody else has one meeting with them."""

    def __init__(self, models: StateApps) -> None:
        self.models, self.slots = models, 0
        day = NOW.date()
        self.event = self.make(
            "events.Event", slug="before-joining", name="Forum", timezone="Asia/Bangkok", state="live",
            starts_on=day - dt.timedelta(days=2), ends_on=day + dt.timedelta(days=9),
        )  # fmt: skip
        self.host = self.person("host", agreed_at=BEFORE, agreement_version="2026-11-26")
        self.table = self.make("events.Table", event=self.event, label="T1")

    def make(self, model: str, **fields: Any) -> Any:
        return self.models.get_model(model).objects.create(**fields)

    def person(self, name: str, **fields: Any) -> Any:
        account = self.make(
            "people.Person", email=f"{name.replace(' ', '-')}@example.org", name=name, password="!",
            address_hash=sha256(name.encode()).hexdigest(),
        )  # fmt: skip
        fields = {"age_class": "adult", **fields}
        return self.make("events.Attendee", event=self.event, person=account, name=name, **fields)

    def slot(self, *, is_past: bool) -> Any:
        self.slots += 1
        starts_at = NOW + self.slots * dt.timedelta(hours=-1 if is_past else 3)
        return self.make("events.Slot", event=self.event, starts_at=starts_at, ends_at=starts_at + HALF_HOUR)

    def meet(
        self, other: Any, state: str, *, parts: tuple[str, str] = ("asker", "invited"),
        is_past: bool = False, asked_by_other: bool = False, **theirs: Any,
    ) -> Any:  # fmt: skip
        """A meeting of the host and the other; `theirs` are fields of the other's seat."""
        slot, times = self.slot(is_past=is_past), {}
        period = (slot.starts_at, slot.ends_at)
        if state in ("accepted", "held"):
            times = {"slot": slot, "table": self.table, "period": period, "answered_at": BEFORE}
        asker = None if parts[0] == "first" else other if asked_by_other else self.host
        meeting = self.make(
            "meetings.Meeting", event=self.event, state=state, asker=asker,
            asked_at=BEFORE, expires_at=NOW + dt.timedelta(days=1), **times,
        )  # fmt: skip
        both = (other, self.host) if asked_by_other else (self.host, other)
        for attendee, part in zip(both, parts, strict=True):
            seat = theirs if attendee is other else {}
            if times:
                seat = {"period": period, "is_active": True, **seat}
            self.make(
                "meetings.Seat", event=self.event, meeting=meeting, attendee=attendee, part=part, **seat
            )
            self.models.get_model("meetings.Availability").objects.get_or_create(
                event=self.event, attendee=attendee, slot=slot
            )
        if not times:
            self.make("meetings.RequestedTime", event=self.event, meeting=meeting, slot=slot, position=1)
        return meeting


def fill(models: StateApps) -> None:
    """People who never signed in, named by what they did, or what was done with them."""
    made, organisers = Filled(models), ("first", "second")
    made.meet(made.person("accepted"), "accepted")
    made.meet(made.person("asked"), "requested", asked_by_other=True)
    made.meet(made.person("said yes"), "proposed", parts=organisers, answer="yes")
    attested = {"word": "held", "attested_at": BEFORE}
    made.meet(made.person("attested"), "accepted", is_past=True, parts=organisers, **attested)
    countered = made.person("countered")
    offered = made.meet(countered, "requested")
    made.make("meetings.CounterOffer", event=made.event, meeting=offered, made_by=countered, made_at=BEFORE)
    made.meet(made.person("was asked"), "requested")
    made.meet(made.person("was proposed"), "proposed", parts=organisers)
    made.meet(made.person("was put together"), "accepted", parts=organisers)
    held = made.meet(made.person("was attested by the other"), "held", parts=organisers, is_past=True)
    models.get_model("meetings.Seat").objects.filter(meeting=held, attendee=made.host).update(
        word="held", attested_at=BEFORE
    )
    declined = made.person("declined")
    made.make(
        "meetings.Meeting", event=made.event, state="declined", asker=made.host, asked_at=BEFORE,
        expires_at=NOW, ended_by=declined,
    )  # fmt: skip
    made.meet(made.person("assisted"), "accepted", assistant=made.host)
    made.meet(made.person("minor", age_class="minor"), "accepted")
    made.meet(made.person("unknown", age_class="unknown"), "accepted")
    known = made.person("known minor")
    made.meet(known, "accepted")
    later = NOW + dt.timedelta(days=4_000)
    found = made.make(
        "people.KnownMinor", address_hash=known.person.address_hash, event=None, expires_at=later
    )
    made.make(
        "events.AgeAgreement", known_minor=found, event=made.event, of_event=made.event, agreed_at=BEFORE
    )
