"""Every address, by every method, as eleven people: who is let in is what tests/access_matrix.txt says.

What is sent is a form that names things of the forum; it is undone again.
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from backend.core.models import UseCount
from backend.events.api.long_jobs import LongJobView
from backend.events.api.views import OrganiserView, ParticipantView, TeamView
from backend.people.api.me import PersonView
from backend.people.models import Person
from backend.safeguarding.api import LeadView
from frontend.access import OPEN_TO_PAUSED
from tests.factories import appoint
from tests.other_forums import HERE, THERE, choices_of, numbers_of
from tests.reading_everything import Stage, addresses, set_stage
from tests.safeguarding_statement import Part, Situation

TABLE = Path(__file__).with_suffix(".txt")
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
# What a view may answer by itself to who is let in.
PAGE = {200, 204, 302, 400, 403, 404, 405, 409, 413, 422, 429}
SIGNS_OUT = ("post", "/account/sign-ins/end/")  # everywhere, and then leads to the way to sign in
CLASSES = {
    LongJobView: "who asked for it", LeadView: "safeguarding lead",
    TeamView: "organiser or safeguarding lead",
    OrganiserView: "organiser", ParticipantView: "participant", PersonView: "signed in",
}  # fmt: skip
CAST = [  # the second acts for the first, by `_let_act` of the walk
    "participant", "assistant", "minor", "aliased", "suspended", "organiser", "lead",
    "elsewhere", "outsider", "administrator",
]  # fmt: skip
NUMBER = {role: number for number, role in enumerate(CAST)}


@dataclass
class Matrix:
    """How often each status was answered, by policy, role and method; and what was not as the table says."""

    sent: int = 0
    statuses: dict[tuple[str, str, str], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    faults: list[str] = field(default_factory=list)


@cache
def table() -> dict[str, dict[str, str]]:
    """What each role is answered, by policy: `in`, `sign-in`, or a status."""
    lines = TABLE.read_text().splitlines()
    heads = next(line for line in lines if "anonymous" in line).split()[2:]
    rows = [re.split(r"\s{2,}", line) for line in lines if line and not line.startswith("#")]
    return {policy: dict(zip(heads, answers, strict=True)) for policy, *answers in rows}


def policy_of(address: str) -> str:
    """The row of the table for the view at this address."""
    found = resolve(address)
    return policy_of_view(found.func, found.url_name)


def policy_of_view(view: Any, name: str | None) -> str:
    """The row of the table for this view of this name."""
    if policy := getattr(view, "access_policy", ""):
        if policy == "participant" and name in OPEN_TO_PAUSED:
            return "open to the suspended"
        return "who asked for it" if policy.endswith("who asked for it") else policy.partition(":")[0]
    kind = getattr(view, "cls", None)
    found = next((name for one, name in CLASSES.items() if issubclass(kind, one)), "public")
    return "open to the suspended" if getattr(kind, "even_paused", False) else found


def make_stage() -> tuple[Stage, dict[str, Client]]:
    """A forum of the cast, where everybody met, and the browser of each role."""
    parts = [Part(NUMBER[role], HERE) for role in ("participant", "assistant", "suspended")]
    parts += [
        Part(NUMBER["minor"], HERE, age="minor"),
        Part(NUMBER["aliased"], HERE, alias=True),
        Part(NUMBER["organiser"], HERE, permission="organiser"),
        Part(NUMBER["lead"], HERE, permission="safeguarding-lead", listed=False),
        Part(NUMBER["elsewhere"], THERE, permission="organiser"),
    ]
    suspended = frozenset({(NUMBER["suspended"], HERE)})
    stage = set_stage(Situation(len(CAST), tuple(parts), suspended=suspended), timezone.now())
    for role in ("organiser", "lead", "elsewhere"):
        attendee = next(one for (n, _event), one in stage.attendees.items() if n == NUMBER[role])
        attendee.refresh_from_db()
        appoint(attendee, attendee.permission)
    Person.objects.filter(pk=stage.people[NUMBER["administrator"]].pk).update(is_staff=True)
    clients = {"anonymous": Client()}
    for role, number in NUMBER.items():
        clients[role] = Client()
        clients[role].force_login(Person.objects.get(pk=stage.people[number].pk))
    return stage, clients


def try_everything(seed: int, methods: Sequence[str], *, one_of_each: bool = False) -> Matrix:
    """Every address, or a page and an operation of each policy, by these methods as everybody."""
    found, chance = Matrix(), random.Random(seed)
    stage, clients = make_stage()
    numbers, choices = numbers_of(stage, HERE), choices_of("do")
    numbers = {name: ids for name, ids in numbers.items() if ids}
    routes = addresses(stage, HERE)
    if one_of_each:
        routes = {(policy_of(numbered[0]), route[:5]): (route, numbered) for route, numbered in routes.items()}
        routes = dict(routes.values())
    for route, numbered in routes.items():
        policy = policy_of(numbered[0])
        for role, client in clients.items():
            for method in methods:
                fields: dict[str, object] = {name: chance.choice(ids) for name, ids in numbers.items()}
                fields |= {"do": chance.choice(choices), "words": "A word.", "name": "A name"}
                _try(found, client, (policy, role, method), route, chance.choice(numbered), fields)
    return found


def _try(found: Matrix, client: Client, cell: tuple[str, str, str], route: str, address: str, fields: object) -> None:
    policy, role, method = cell
    is_json = route.startswith("/api/") and method not in ("get", "head")
    options = {"content_type": "application/json"} if is_json else {}
    client.raise_request_exception = False
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        UseCount.objects.all().delete()
        answer = getattr(client, method)(address, fields if method != "options" else "", **options)
        transaction.set_rollback(True)
    client.cookies = cookies  # as before an address that signs out
    found.sent += 1
    found.statuses[cell][answer.status_code] += 1
    place = answer.headers.get("Location", "")
    may_be = documented(route, method)
    if (method, address) != SIGNS_OUT and (fault := _fault(policy, role, may_be, answer.status_code, place)):
        found.faults.append(f"{method} {address} as {role} ({policy}): {fault}")


def _fault(policy: str, role: str, may_be: set[int], status: int, place: str) -> str:
    """What is wrong with this status; a method that an address of the API does not have is 405 to its own."""
    expected = table()[policy][role]
    is_sign_in = status == 401 or (status == 302 and place.startswith("/accounts/login/code/"))
    if expected == "sign-in":
        return "" if is_sign_in else f"{status} in place of the way to sign in"
    if expected != "in":
        is_nothing = may_be == {405} and status == 405
        return "" if str(status) == expected or is_nothing else f"{status} in place of {expected}"
    is_sent_away = is_sign_in and policy != "public"
    return f"{status}, which is not documented" if status not in may_be or is_sent_away else ""


@cache
def documented(route: str, method: str) -> set[int]:
    """The statuses that the view may answer: a page's, or those of the API's description, and 405."""
    if not route.startswith("/api/"):
        return PAGE
    method = {"head": "get"}.get(method, method)
    operation = _operations().get(re.sub(r"<\w+:(\w+)>", r"{\1}", route), {}).get(method, {})
    return (
        {405} | {int(status) for status in operation.get("responses", {})} | ({200} if method == "options" else set())
    )


@cache
def _operations() -> dict[str, dict[str, dict[str, Any]]]:
    return SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-any-return]
