"""Every refusal a program can meet over HTTP: its status, its code, and one sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIClient

from backend.booking.models.availability import Availability, MeetingRules
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from tests.backend.conftest import Forum
from tests.factories import make_attendee

pytestmark = pytest.mark.django_db
BASE = "/api/v1/events/forum/"
HOUR = dt.timedelta(hours=1)
GRID = {"days": ["2026-12-09"], "windows": [{"opens": "10:00", "closes": "11:00"}], "length_minutes": 25}


@dataclass
class Api:
    """The forum over HTTP, its clock at `forum.now`: `a` asks `b`, and the organiser is `boss`."""

    forum: Forum
    clock: Any

    def __post_init__(self) -> None:
        self.a, self.b, self.c, self.d = self.forum.people
        self.boss = make_attendee(self.forum.event, permission="organiser", visibility="hidden")
        self.slots = [slot.pk for slot in self.forum.slots]

    def send(self, who: Attendee, path: str, body: object, method: str = "post", key: str = "") -> Response:
        self.clock.move_to(self.forum.now, tick=False)
        client = APIClient()
        client.force_login(who.person)
        headers = {"Idempotency-Key": key} if key else {}
        answer: Response = getattr(client, method)(BASE + path, body, format="json", headers=headers)
        return answer

    def ask(self, *slots: int, other: Attendee | None = None, key: str = "", **wish: object) -> Response:
        body = {"other": (other or self.b).pk, "slots": slots, **wish}
        return self.send(self.a, "meetings/", body, key=key)

    def agreed(self, after: bool = False) -> Meeting:
        """A meeting in the first slot; `after` it, the clock stands at its end."""
        slot = self.forum.slots[0]
        meeting = self.forum.accept(self.b, self.forum.ask(self.a, self.b, slot))
        if after:
            self.forum.now = slot.ends_at
        return meeting

    def answer(self, who: Attendee, meeting: Meeting, verb: str, **body: object) -> Response:
        return self.send(who, f"meetings/{meeting.pk}/{verb}/", body)


def closed(api: Api) -> Response:
    Availability.objects.filter(attendee=api.b).delete()
    return api.ask()


def gone(api: Api) -> Response:
    meeting = api.forum.ask(api.a, api.b)
    api.forum.now = meeting.expires_at
    return api.answer(api.b, meeting, "accept")


def declined(api: Api) -> Response:
    meeting = api.forum.ask(api.a, api.b)
    api.forum.decline(api.b, meeting)
    return api.answer(api.b, meeting, "accept")


def over(api: Api) -> Response:
    return api.answer(api.a, api.agreed(after=True), "cancel", reason="Too late")


def settled(api: Api) -> Response:
    meeting = api.agreed(after=True)
    for who in (api.a, api.b):
        api.forum.attest(who, meeting, True)
    return api.answer(api.a, meeting, "attest", took_place=False)


def full(api: Api) -> Response:
    MeetingRules.objects.create(event=api.forum.event, open_requests=1)
    api.forum.ask(api.a, api.c)
    return api.ask()


def asked_twice(api: Api) -> Response:
    api.forum.ask(api.b, api.a)
    return api.ask()


def crowded(api: Api) -> Response:
    Table.objects.filter(pk=api.forum.tables[1].pk).delete()
    waiting = api.forum.ask(api.c, api.d, api.forum.slots[0])
    api.agreed()
    return api.answer(api.d, waiting, "accept")


def asked_for(api: Api) -> Response:
    api.forum.ask(api.a, api.b, api.forum.slots[0])
    return api.send(api.boss, "slots/", {"slots": api.slots[:1]}, "delete")


def met_at(api: Api) -> Response:
    return api.send(api.boss, f"tables/{api.agreed().table_id}/", {}, "delete")


REFUSALS: list[tuple[str, int, Callable[[Api], Response]]] = [
    ("no_open_slots", 409, closed),
    ("no_such_place", 409, lambda api: api.ask(is_online=True)),
    ("no_such_place", 409, lambda api: api.ask(needs_step_free=True)),
    ("request_expired", 409, gone),
    ("already_answered", 409, declined),
    ("too_late", 409, over),
    ("too_early", 409, lambda api: api.answer(api.a, api.agreed(), "attest", took_place=True)),
    ("already_settled", 409, settled),
    (
        "bad_usefulness",
        400,
        lambda api: api.answer(api.a, api.agreed(after=True), "attest", took_place=True, usefulness=6),
    ),
    ("bad_times", 400, lambda api: api.ask(api.slots[0], api.slots[0])),
    ("bad_times", 400, lambda api: api.ask(2**40)),
    ("unknown_theme", 400, lambda api: api.ask(theme="cooking")),
    ("bad_key", 400, lambda api: api.ask(key="x" * 65)),
    ("in_use", 409, asked_for),
    ("in_use", 409, met_at),
    (
        "bad_rules",
        400,
        lambda api: api.send(api.boss, "meetings/rules/", {"open_requests": 0, "expiry_hours": 48}, "put"),
    ),
    ("bad_grid", 400, lambda api: api.send(api.boss, "slots/", GRID | {"length_minutes": 4})),
    ("cap_reached", 409, full),
    ("already_asked", 409, asked_twice),
    ("no_table_free", 409, crowded),
]


@pytest.mark.parametrize(("code", "status", "refused"), REFUSALS)
def test_every_refusal_has_its_status_its_code_and_a_sentence(
    forum: Forum, time_machine: object, code: str, status: int, refused: Callable[[Api], Response]
) -> None:
    answer = refused(Api(forum, time_machine))
    body = answer.json()
    assert (answer.status_code, body.get("code")) == (status, code)
    assert body["message"].endswith(".")
