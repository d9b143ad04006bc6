"""Rows to lines of a file and back: Django's serializers, with every number translated."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Field, ForeignKey, Model

from backend.core.models import QueuedMail
from backend.moving.rules import MODELS
from backend.people.models import HASH_FIELDS

PERSON, EVENT, ATTENDEE = "people_person", "events_event", "events_attendee"
# Numbers of rows that are no keys: (table, field) to how the value is translated.
Translate = Any


class ExactEncoder(DjangoJSONEncoder):
    """Times to the microsecond: a list is stale exactly where two of them differ."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, dt.datetime) else super().default(o)


def field_names(model: type[Model]) -> list[str]:
    """The columns that are carried: all but keys that the database gives, and vectors of numbers."""
    return [field.name for field in model._meta.local_fields if getattr(field, "serialize", True)]


class Numbers:
    """New numbers for the rows of a file, in the order of the old ones."""

    def __init__(self) -> None:
        self._new: dict[str, dict[Any, Any]] = defaultdict(dict)

    def take(self, table: str, old: list[Any]) -> None:
        """Draw a number for each row; tables without a sequence keep theirs."""
        self._new[table] = dict(zip(old, self._draw(table, len(old)) or old, strict=True))

    def fix(self, table: str, old: Any, new: Any) -> None:
        """A row that is here already."""
        self._new[table][old] = new

    def of(self, table: str, old: Any) -> Any:
        return self._new[table].get(old)

    def spare(self, table: str, old: Any) -> Any:
        """Of a row that is gone, and that a trail still names: a number that nothing else will have."""
        if old not in self._new[table]:
            self._new[table][old] = (self._draw(table, 1) or [0])[0]
        return self._new[table][old]

    @staticmethod
    def _draw(table: str, count: int) -> list[int]:
        key = MODELS[table]._meta.pk
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, key.column if key else ""])
            (sequence,) = cursor.fetchone()
            if sequence is None:
                return []
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
            return [int(number) for (number,) in cursor.fetchall()]


class Translation:
    """Lines of a file as rows of this installation."""

    def __init__(self, numbers: Numbers, hashes: Mapping[str, str]) -> None:
        self.numbers = numbers
        self.hashes = hashes

    def rows(self, lines: list[dict[str, Any]]) -> Iterator[Model]:
        """The rows, not saved; refuses what the serializers refuse (DeserializationError)."""
        translated = [line for line in map(self._translated, lines) if line is not None]
        for one in serializers.deserialize("python", translated):
            yield one.object

    def _translated(self, line: dict[str, Any]) -> dict[str, Any] | None:
        model = MODELS[line["table"]]
        fields = {name: line["fields"][name] for name in field_names(model) if name in line["fields"]}
        for field in model._meta.local_fields:
            if isinstance(field, ForeignKey) and fields.get(field.name) is not None:
                fields[field.name] = self._key(field, fields[field.name])
                if fields[field.name] is None and not field.null:
                    return None
        self._translate_values(line["table"], model, fields)
        number = self.numbers.of(line["table"], line["pk"])
        return {"model": model._meta.label_lower, "pk": number, "fields": fields}

    def _key(self, field: Field[Any, Any], old: Any) -> Any:
        table = field.related_model._meta.db_table  # type: ignore[union-attr]
        is_trail = not field.db_constraint and not field.null  # type: ignore[attr-defined]
        return self.numbers.spare(table, old) if is_trail else self.numbers.of(table, old)

    def _translate_values(self, table: str, model: type[Model], fields: dict[str, Any]) -> None:
        is_mail = issubclass(model, QueuedMail) or table in {"booking_delivery", "invitations_invitation"}
        if is_mail and fields["state"] == "queued":  # the other installation sends what waited
            fields["state"] = "skipped"
        for name in HASH_FIELDS:
            if name in fields:
                fields[name] = self.hashes.get(fields[name], fields[name])
        if translate := _VALUES.get(table):
            translate(self.numbers, fields)


def _event(_numbers: Numbers, fields: dict[str, Any]) -> None:
    for name in ("max_people", "max_mails_a_day", "max_pictures", "max_picture_mb"):
        fields.pop(name, None)  # administrators of this installation set them


def _report(numbers: Numbers, fields: dict[str, Any]) -> None:
    fields["meeting_id"] = numbers.of("booking_meeting", fields["meeting_id"])


def _notice(numbers: Numbers, fields: dict[str, Any]) -> None:
    if "rounds" in fields["facts"]:
        fields["facts"]["rounds"] = numbers.of("groups_rounds", fields["facts"]["rounds"])


def _plan(numbers: Numbers, fields: dict[str, Any]) -> None:
    report = fields["report"]
    for part in ("without", "short"):
        if part in report:
            report[part] = [[numbers.of(ATTENDEE, key), value] for key, value in report[part]]
    for conflict in report.get("conflicts", ()):
        conflict["people"] = [numbers.of(ATTENDEE, key) for key in conflict["people"]]
        conflict["slot_id"] = numbers.of("events_slot", conflict["slot_id"])
        conflict["table_id"] = numbers.of("events_table", conflict["table_id"])


def _suggestion(numbers: Numbers, fields: dict[str, Any]) -> None:
    for reason in fields["reasons"]:
        if "person" in reason["evidence"]:
            reason["evidence"]["person"] = numbers.of(ATTENDEE, reason["evidence"]["person"])


def _context(numbers: Numbers, fields: dict[str, Any]) -> None:
    named = fields["metadata"]
    for part, table in (("user", PERSON), ("acting_for", ATTENDEE)):
        if part in named:
            named[part] = numbers.of(table, int(named[part]))
    named.pop("url", None)


def _run(_numbers: Numbers, fields: dict[str, Any]) -> None:
    fields["matching_state"] = None


def _invitation(_numbers: Numbers, fields: dict[str, Any]) -> None:
    fields["token_hash"], fields["expires_at"] = "", None  # its link leads to the other installation


_VALUES: dict[str, Translate] = {
    "events_event": _event,
    "safeguarding_report": _report,
    "booking_notice": _notice,
    "programme_plan": _plan,
    "pghistory_context": _context,
    "suggestions_run": _run,
    "suggestions_suggestion": _suggestion,
    "invitations_invitation": _invitation,
}
