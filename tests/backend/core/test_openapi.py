"""The description of the API names every status that an operation answers with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.test import APIClient, APIRequestFactory

from backend.booking.models.meetings import Meeting
from backend.core.api import RefusalSerializer
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.people.api.me import PersonView
from backend.people.models import ApiToken
from tests.backend.conftest import client_of, make_forum
from tests.factories import make_attendee, make_event, token_of

SHAPE = set(RefusalSerializer().fields)
METHODS = ("get", "post", "put", "patch", "delete")


class Operation:
    """One operation of the document, and how to send it something."""

    def __init__(self, path: str, method: str, described: dict[str, Any]) -> None:
        self.path, self.method, self.described = path, method, described

    def __repr__(self) -> str:
        return str(self.described["operationId"])

    def send(self, client: APIClient, ids: dict[str, Any], body: str, **headers: str) -> HttpResponseBase:
        kind = headers.pop("kind", "application/json")
        address = self.path.format_map(defaultdict(lambda: 1, {"other": 10**30, "name": "x"} | ids))
        answer: HttpResponseBase = client.generic(self.method.upper(), address, body, content_type=kind, **headers)
        return answer


def operations() -> list[Operation]:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return [
        Operation(path, method, described)
        for path, methods in paths.items()
        for method, described in methods.items()
        if method in METHODS
    ]


def visits(operation: Operation, people: dict[str, APIClient], ids: dict[str, Any]) -> Iterator[HttpResponseBase]:
    """Answers to everybody, to bodies that cannot be used, and to headers that cannot be followed."""
    for client in people.values():
        for body in ("{}", "[]", '{"slots": "x", "open": [1], "verdict": "good", "seconds": 1}'):
            yield operation.send(client, ids, body)
    organiser = people["organiser"]
    yield operation.send(organiser, ids, "{")
    yield operation.send(organiser, ids, "x", kind="text/plain")
    yield operation.send(organiser, ids, "{}", HTTP_ACCEPT="application/xml")
    yield operation.send(organiser, dict.fromkeys(ids, 10**30) | {"slug": "forum"}, "{}")
    yield operation.send(organiser, ids | {"slug": "nowhere"}, "{}")
    yield operation.send(APIClient(), ids, "{}", HTTP_AUTHORIZATION="Token wrong")


@pytest.fixture
def people(time_machine: object) -> dict[str, APIClient]:
    """Everybody who may send a request to the forum of the fixture below, and who may not."""
    forum = make_forum()
    time_machine.move_to(forum.now, tick=False)  # type: ignore[attr-defined]
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    organiser = make_attendee(forum.event, permission="organiser")
    lead = make_attendee(forum.event, permission="safeguarding-lead")
    stranger = make_attendee(make_event("elsewhere"), permission="organiser")
    return {
        "nobody": APIClient(),
        "participant": client_of(a),
        "organiser": client_of(organiser),
        "lead": client_of(lead),
        "stranger": client_of(stranger),
        "from another site": client_of(organiser, enforce_csrf_checks=True),
    }


@pytest.fixture
def ids(people: dict[str, APIClient]) -> dict[str, Any]:
    meeting = Meeting.objects.get()
    return {
        "slug": meeting.event.slug,
        "meeting_id": meeting.pk,
        "attendee_id": meeting.asker_id,
        "table_id": Table.objects.latest("pk").pk,
        "session_id": 1,
        "report_id": 1,
        "plan_id": 1,
        "first_id": meeting.asker_id,
        "second_id": 1,
        "planned_id": 1,
        "theme_id": 1,
        "topic_id": 1,
        "sector_id": 1,
        "rule_id": 1,
        "closure_id": 1,
        "connection_id": 1,
    }


@pytest.mark.slow
@pytest.mark.django_db
def test_every_refusal_has_a_status_that_its_operation_documents_and_the_one_shape(
    people: dict[str, APIClient], ids: dict[str, Any]
) -> None:
    found, seen, undocumented, misshapen = operations(), set(), set(), set()
    assert len(found) >= 60
    for operation in found:
        for answer in visits(operation, people, ids):
            seen.add(answer.status_code)
            if str(answer.status_code) not in operation.described["responses"]:
                undocumented.add((str(operation), answer.status_code))
            if answer.status_code >= 400 and set(answer.json()) != SHAPE:  # type: ignore[attr-defined]
                misshapen.add((str(operation), answer.status_code))
    assert (undocumented, misshapen) == (set(), set())
    assert seen >= {200, 204, 400, 401, 403, 404, 406, 409, 415}


def test_every_refusal_is_described_by_the_one_serializer() -> None:
    for operation in operations():
        for status, described in operation.described["responses"].items():
            if int(status) >= 400:
                [content] = described["content"].values()
                assert content["schema"] == {"$ref": "#/components/schemas/Refusal"}, operation


def test_no_two_shapes_have_the_same_name() -> None:
    """The second of one name would be described as the first."""
    SchemaGenerator().get_schema(request=None, public=True)  # imports them all
    names, waiting = defaultdict(set), [Serializer]
    while waiting:
        for shape in waiting.pop().__subclasses__():
            waiting.append(shape)
            if shape.__module__.startswith("backend."):
                names[shape.__name__].add(shape.__module__)
    assert {name: modules for name, modules in names.items() if len(modules) > 1} == {}


def test_the_description_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    GENERATOR_STATS.reset()
    operations()
    assert (capsys.readouterr().err, bool(GENERATOR_STATS)) == ("", False)


def test_the_ids_of_slots_to_remove_are_described() -> None:
    [removing] = [one for one in operations() if str(one) == "slots_remove"]
    body = removing.described["requestBody"]
    assert body["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/SlotIds"}
    assert body["required"]
    without = [str(one) for one in operations() if one.method == "delete" and "requestBody" in one.described]
    assert without == ["slots_remove"]


@pytest.mark.django_db
@pytest.mark.parametrize("header", [None, "Token wrong", "Token", "Token a b", "Token \xff"])
def test_who_is_not_signed_in_is_told_how_to_sign_in(header: str | None) -> None:
    headers = {"HTTP_AUTHORIZATION": header} if header else {}
    answer = APIClient().get("/api/v1/me/", **headers)
    assert (answer.status_code, answer["WWW-Authenticate"], set(answer.json())) == (401, "Token", SHAPE)


@pytest.mark.django_db
def test_a_token_of_a_closed_account_is_refused_and_another_s_session_does_not_help() -> None:
    me, other = (make_attendee(make_event()) for _ in range(2))
    token = token_of(me.person)
    assert APIClient().get("/api/v1/me/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 200
    me.person.is_active = False
    me.person.save()
    for client in (APIClient(), client_of(other)):
        assert client.get("/api/v1/me/", HTTP_AUTHORIZATION=f"Token {token}").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("address", ["nothing/", "events/f/nothing/", "events/f/people/x/", "me/x", ""])
def test_an_unknown_address_of_the_api_is_refused_in_the_one_shape(method: str, address: str) -> None:
    answer = APIClient().generic(method.upper(), f"/api/v1/{address}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert (answer.json()["code"], set(answer.json())) == ("not_found", SHAPE)
    page = APIClient().get("/nothing/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("scope", ApiToken.Scope.values)
def test_a_token_opens_exactly_the_operations_of_its_scope(
    scope: str, people: dict[str, APIClient], ids: dict[str, Any]
) -> None:
    organiser = Attendee.objects.get(event__slug=ids["slug"], permission="organiser").person
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token_of(organiser, scope)}")
    opened, needed = set(), set()
    for operation in operations():
        answer = operation.send(client, ids, "{}")
        is_refused = answer.status_code == 403 and answer.json()["code"] == "token_scope"  # type: ignore[attr-defined]
        if not is_refused:
            opened.add(str(operation))
        if operation.described.get("x-token-scope") == scope:
            needed.add(str(operation))
    assert opened == needed
    assert len(opened) >= 10


@pytest.mark.slow
@pytest.mark.django_db
def test_what_is_for_organisers_or_leads_needs_their_scope_and_reading_never_the_scope_to_act(
    people: dict[str, APIClient], ids: dict[str, Any]
) -> None:
    for operation in operations():
        scope = operation.described.get("x-token-scope")  # none: a session's alone
        assert scope != ("act" if operation.method == "get" else "read"), operation
        answer = operation.send(people["participant"], ids, "{}")
        if answer.status_code == 403 and answer.json()["code"] == "only_organisers":  # type: ignore[attr-defined]
            assert scope == "organise", operation


class ForgottenView(PersonView):
    """A view that names no scope."""

    def get(self, request: Any) -> Response:
        return Response({})


@pytest.mark.django_db
def test_an_operation_that_names_no_scope_is_closed_to_every_token_and_open_to_a_session() -> None:
    person = make_attendee(make_event()).person
    token = token_of(person)
    request = APIRequestFactory().get("/", HTTP_AUTHORIZATION=f"Token {token}")
    refused = ForgottenView.as_view()(request)
    assert (refused.status_code, refused.data["code"]) == (403, "token_scope")
