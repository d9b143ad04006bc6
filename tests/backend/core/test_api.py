"""How the API reads what it is sent, and that it refuses in one shape, whatever is wrong."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from rest_framework.serializers import CharField
from rest_framework.test import APIClient

from backend.core.api import RefusalSerializer, RowSerializer
from backend.people.models import Person
from tests.factories import make_attendee, make_event

pytestmark = pytest.mark.django_db
SHAPE = set(RefusalSerializer().fields)


@pytest.fixture
def signed_in() -> APIClient:
    client = APIClient()
    client.force_authenticate(Person.objects.create_user("siti@example.org", name="Siti Rahma"))
    return client


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("[" * 100_000, "too deep"),
        ('{"timezone":' * 100_000, "too deep"),
        ("9" * 5_000, "Exceeds the limit"),
        ("NaN", "Out of range"),
        ("{", "JSON parse error"),
        (b"\xff", "JSON parse error"),
    ],
)
def test_what_is_no_sound_json_is_refused_in_words(signed_in: APIClient, body: str | bytes, says: str) -> None:
    answer = signed_in.put("/api/v1/me/", body, content_type="application/json")
    assert (answer.status_code, set(answer.json()), answer.json()["code"]) == (400, SHAPE, "parse_error")
    assert says in answer.json()["message"]


@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"])
def test_a_character_no_database_holds_is_refused_by_field(signed_in: APIClient, character: str) -> None:
    body = f'{{"timezone": "{character}"}}'
    answer = signed_in.put("/api/v1/me/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["details"]) == ["timezone"]


def test_half_a_character_that_a_sentence_would_quote_is_refused_and_not_repeated() -> None:
    event, client = make_event("forum"), APIClient()
    me, other = make_attendee(event), make_attendee(event)
    client.force_authenticate(me.person)
    for body in ('{"verdict": "\\ud800"}', '{"verdict": "good", "cause": "x\\udfff"}', '{"verdict": 1e999}'):
        address = f"/api/v1/events/forum/suggestions/{other.pk}/feedback/"
        answer = client.put(address, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert "is not a valid choice" in str(answer.json()["details"])


def test_fields_are_refused_by_name_and_a_whole_body_in_its_own_sentence(signed_in: APIClient) -> None:
    fields = signed_in.put("/api/v1/me/", {"timezone": "x" * 61}, format="json").json()
    assert (fields["code"], fields["message"]) == ("invalid", "This cannot be used: timezone.")
    assert fields["details"] == {"timezone": ["Ensure this field has no more than 60 characters."]}
    whole = signed_in.put("/api/v1/me/", [], format="json").json()
    assert (set(whole), whole["code"]) == (SHAPE, "invalid")
    assert whole["message"].startswith("Invalid data.")


@pytest.mark.parametrize(
    ("method", "status", "code"), [("patch", 405, "method_not_allowed"), ("put", 415, "unsupported_media_type")]
)
def test_a_wrong_way_to_ask_is_refused_in_the_same_shape(
    signed_in: APIClient, method: str, status: int, code: str
) -> None:
    answer = getattr(signed_in, method)("/api/v1/me/", "x", content_type="text/plain")
    assert (answer.status_code, answer.json()["code"], set(answer.json())) == (status, code, SHAPE)


def test_a_stranger_is_refused_in_the_same_shape_and_told_nothing_of_the_event() -> None:
    attendee, client = make_attendee(make_event("forum")), APIClient()
    refused = client.get("/api/v1/events/forum/agenda/")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert set(refused.json()) == SHAPE
    client.force_authenticate(attendee.person)
    unknown = client.get("/api/v1/events/elsewhere/agenda/")
    assert (unknown.status_code, unknown.json()["code"], set(unknown.json())) == (404, "not_found", SHAPE)


@pytest.mark.parametrize("file", ["stats/x", "meetings/1/meeting.ics"])
@pytest.mark.parametrize("kind", ["application/json", "x" * 300])
def test_a_file_takes_no_post_and_refuses_it_in_the_same_shape(file: str, kind: str) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_attendee(make_event("forum")).person)
    answer = client.post(f"/api/v1/events/forum/{file}", "x", content_type=kind)
    assert (answer.status_code, set(answer.json())) == (403, SHAPE)
    trusted = APIClient()
    trusted.force_login(make_attendee(make_event("other")).person)
    refused = trusted.post(f"/api/v1/events/other/{file}", "x", content_type=kind)
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")


def test_a_body_larger_than_the_limit_is_refused_unread(signed_in: APIClient) -> None:
    body = " " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    answer = signed_in.put("/api/v1/me/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"], set(answer.json())) == (400, "parse_error", SHAPE)
    assert "too large" in answer.json()["message"]


def test_a_list_longer_than_its_limit_is_refused_before_its_items_are_read() -> None:
    organiser, client = make_attendee(make_event("forum"), permission="organiser"), APIClient()
    client.force_authenticate(organiser.person)
    body = json.dumps({"open": ["x"] * 100_000})
    answer = client.post("/api/v1/events/forum/availability/", body, content_type="application/json")
    too_long = "Ensure this field has no more than 500 elements."
    assert (answer.status_code, answer.json()["details"]) == (400, {"open": [too_long]})


@pytest.mark.slow
def test_every_list_of_every_body_has_a_greatest_length() -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    bodies = [
        content["schema"]
        for path in schema["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {"content": {}})["content"].values()
    ]
    lists = [field for body in bodies for field in _lists_in(body, schema["components"]["schemas"])]
    assert len(lists) >= 8
    assert not [name for name, field in lists if "maxItems" not in field]


def _lists_in(
    field: dict[str, Any], components: dict[str, Any], name: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every list that a client may send in this field, with its name."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        yield from _lists_in(components[name], components, name)
    if field.get("type") == "array":
        yield name, field
        yield from _lists_in(field["items"], components, name)
    for inner, value in field.get("properties", {}).items():
        if not value.get("readOnly"):
            yield from _lists_in(value, components, f"{name}.{inner}")


@dataclass(frozen=True)
class Row:
    """A row of which an answer shows only a part."""

    slot_id: int
    starts_at: dt.datetime
    label: str | None
    tags: tuple[str, ...]
    secret: str

    @property
    def is_named(self) -> bool:
        return self.label is not None


class PartOfRowSerializer(RowSerializer, row=Row, fields="is_named slot starts_at label tags"):
    help_texts = {"label": "Where it has one."}


def test_an_answer_shows_the_named_fields_of_its_row_and_no_other() -> None:
    row = Row(7, dt.datetime(2027, 1, 1, tzinfo=dt.UTC), None, ("a",), "not for you")
    shown = PartOfRowSerializer(row).data
    assert list(shown.items()) == [
        ("is_named", False),
        ("slot", 7),
        ("starts_at", "2027-01-01T00:00:00Z"),
        ("label", None),
        ("tags", ["a"]),
    ]
    fields = PartOfRowSerializer().fields
    assert fields["label"].allow_null
    assert fields["label"].help_text == "Where it has one."


def test_what_an_answer_declares_without_naming_it_is_an_error() -> None:
    with pytest.raises(TypeError, match="declares what its fields do not name: secret"):

        class Leaking(RowSerializer, row=Row, fields="slot"):
            secret = CharField()
