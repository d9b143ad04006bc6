"""Querysets whose SQL is written once in a process: writing takes Django many times longer than running."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType, SimpleNamespace
from typing import Any, Generic, TypeAlias, TypeVar

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import BigIntegerField, Expression, Func, JSONField, Model, QuerySet, Value
from django.db.models.expressions import Col
from django.db.models.query import FlatValuesListIterable, ValuesListIterable
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.numeric import Int8

Given: TypeAlias = int | str | dt.datetime | list[int]
Row = TypeVar("Row")
PLACEHOLDER = re.compile("%[s%]")
KEPT = 2_000  # values of JSON


class CompiledIds(Expression):
    """A subquery of ids, for `pk__in`, whose SQL is written already."""

    def __init__(self, sql: str, params: tuple[Any, ...]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.sql = sql
        self.params = params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        return f"({self.sql})", self.params


class _Written(Generic[Row]):
    """A queryset that is written at the first use, and the values that are filled in at each.

    `build` takes the named values and is called once, with `stand_ins` that are found again among the
    parameters: no constant of the query may equal one. It must give the same conditions whatever the values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], **stand_ins: Given) -> None:
        self._build = build
        self._stand_ins = stand_ins

    def _queryset(self) -> QuerySet[Any, Row]:
        return self._build(**self._stand_ins)

    def _write(self) -> tuple[QuerySet[Any, Row], Any, str, list[tuple[str, Any]]]:
        """The queryset, its compiler and its SQL; of each parameter the name of a value or, where that is
        empty, a constant."""
        queryset = self._queryset()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = [next((name for name, value in self._stand_ins.items() if value == param), "") for param in params]
        return queryset, compiler, sql, list(zip(names, params, strict=True))

    @staticmethod
    def _known(values: Mapping[str, Given]) -> dict[str, Given]:
        """The values without the numbers in lists that no row can have."""
        return {
            name: [number for number in value if abs(number) <= BigIntegerField.MAX_BIGINT]
            if isinstance(value, list)
            else value
            for name, value in values.items()
        }


class CompiledQuery(_Written[Any]):
    """The ids of what `build` gives, for values that are filled in at each use."""

    _written: tuple[str, list[tuple[str, Any]]] | None = None

    def _queryset(self) -> QuerySet[Any, Any]:
        return super()._queryset().order_by().values("pk")

    def ids(self, **values: Given) -> CompiledIds:
        """The ids for these values, one for each name."""
        if self._written is None:
            _queryset, _compiler, sql, params = self._write()
            self._written = sql, params
        sql, params = self._written
        given = self._known(values)
        return CompiledIds(sql, tuple(given[name] if name else constant for name, constant in params))

    def materialized_ids(self, **values: Given) -> CompiledIds:
        """As `ids`, found once whatever the database estimates: for few ids by conditions that cost much."""
        ids = self.ids(**values)
        sql = f"WITH found AS MATERIALIZED ({ids.sql}) SELECT * FROM found"  # noqa: S608 - written by Django
        return CompiledIds(sql, ids.params)


class CompiledRows(_Written[Row]):
    """The rows of what `build` gives, with all that it joins, for values that are filled in at each use.

    A statement that the database prepares, and plans once for all values.
    """

    _written: tuple[QuerySet[Any, Row], str, list[str]] | None = None
    _is_plain = _is_flat = False  # whether rows are what the database gives, or the one value in it
    _json: tuple[int, ...] = ()  # of plain rows, the places of values that it gives as JSON

    def fetch(self, **values: Given) -> list[Row]:
        """The rows for these values, one for each name; one query."""
        if self._written is None:
            self._written = self._prepared()
        written, sql, names = self._written
        given = {name: _dumped(value) for name, value in self._known(values).items()}
        found = self._run(sql, self._params(given, names))
        if self._is_plain:
            return [_read_json(row, self._json) for row in found] if self._json else found
        if self._is_flat:
            return [value for (value,) in found]
        _in_thread.found = found
        iterable: Any = written._iterable_class
        return list(iterable(written))

    def first(self, **values: Given) -> Row | None:
        """The first row for these values, None without one; one query, which gives all."""
        return next(iter(self.fetch(**values)), None)

    _percent = "%"  # how the statement writes one

    def _run(self, sql: str, params: Any) -> list[Any]:
        database: Any = connections[DEFAULT_DB_ALIAS]  # each look at Django's proxy for it costs
        database.ensure_connection()
        if database.execute_wrappers or database.queries_logged:
            with database.wrap_database_errors, database._prepare_cursor(_preparing_cursor(database)) as told:
                told.execute(sql, params)
                return list(told.fetchall())
        database.validate_no_broken_transaction()
        with database.wrap_database_errors:
            return list(_preparing_cursor(database).execute(sql, params).fetchall())

    def _placeholder(self, name: str, names: list[str]) -> str:
        return f"${names.index(name) + 1}"

    def _params(self, given: dict[str, Any], names: list[str]) -> Any:
        return [given[name] for name in names]

    def _prepared(self) -> tuple[QuerySet[Any, Row], str, list[str]]:
        """The SQL with constants in it, so that a plan knows them; the names of the values in order."""
        queryset, compiler, sql, params = self._write()
        converters = compiler.get_converters([one[0] for one in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _expressions: converters  # each use would look them up
        compiler.execute_sql = lambda *_args, **_named: [_in_thread.found]
        queryset.query.get_compiler = lambda *_args, **_named: compiler  # type: ignore[method-assign]
        if all(_is_json(expression) for _converters, expression in converters.values()):
            self._is_plain = queryset._iterable_class is ValuesListIterable
            self._is_flat = queryset._iterable_class is FlatValuesListIterable and not converters
            self._json = tuple(converters)
        names = list(dict.fromkeys(name for name, _constant in params if name))
        with connection.cursor() as cursor:
            client = psycopg.ClientCursor(cursor.connection)
            parts = iter(
                self._placeholder(name, names) if name else client.mogrify("%s", [constant]).replace("%", self._percent)
                for name, constant in params
            )
        sql = PLACEHOLDER.sub(lambda found: next(parts) if found[0] == "%s" else self._percent, sql)
        if sql.startswith("("):  # a union: the audit trail puts a statement before what does not select
            sql = f"SELECT * FROM ({sql}) AS found"  # noqa: S608 - written by Django
        return queryset, sql, names


class CompiledRowsOfMany(CompiledRows[Row]):
    """The same where lists hold hundreds of ids: planned at each use for as many as there are.

    A plan for all values expects ten.
    """

    _percent = "%%"

    def _run(self, sql: str, params: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    def _placeholder(self, name: str, names: list[str]) -> str:  # noqa: ARG002
        return f"%({name})s"

    def _params(self, given: dict[str, Any], names: list[str]) -> Any:  # noqa: ARG002
        return given


class _PreparingCursor(psycopg.RawCursor[Any]):
    """Tells Django's log of queries the statement, which it keeps where Django looks for it."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        super().execute(query, params, **options)
        self._query: Any = SimpleNamespace(query=query.encode())
        return self

    def close(self) -> None:
        """Not when Django's wrapper ends: the next statement of the thread uses it."""


_in_thread = threading.local()  # its `cursor`, and the rows `found` last


def attach_related(rows: Sequence[Model], name: str, related: CompiledRows[Any]) -> None:
    """What refers to these rows, as `prefetch_related_objects` gives it; `related` takes ids as `among`.

    No query about no row.
    """
    if not rows:
        return
    field: Any = type(rows[0])._meta.get_field(name).field  # type: ignore[union-attr]
    by_id: dict[int, tuple[Any, list[Any]]] = {row.pk: (row, []) for row in rows}
    for one in related.fetch(among=list(by_id)):
        row, found = by_id[getattr(one, field.attname)]
        field.set_cached_value(one, row)
        found.append(one)
    for row, found in by_id.values():
        kept = getattr(row, name).all()
        kept._result_cache, kept._prefetch_done = found, True
        row.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept


def _preparing_cursor(database: Any) -> _PreparingCursor:
    """The thread's cursor, which sends values beside their statement, and has it prepared."""
    kept: _PreparingCursor | None = getattr(_in_thread, "cursor", None)
    if kept is None or kept.closed or kept.connection is not database.connection:
        kept = _in_thread.cursor = _PreparingCursor(database.connection)
        kept.adapters.register_loader("timestamptz", TimestamptzLoader)  # psycopg's own, for Django's in Python
    return kept


def _is_json(expression: Any) -> bool:
    return isinstance(expression, Col) and isinstance(expression.output_field, JSONField)


def _read_json(row: tuple[Any, ...], places: tuple[int, ...]) -> Any:
    values = list(row)
    for place in places:
        values[place] = _value_of(values[place])
    return tuple(values)


@lru_cache(maxsize=KEPT)
def _value_of(text: str | None) -> Any:
    """What stands in many rows, as the names of a topic do, is read once."""
    value = None if text is None else json.loads(text)
    return MappingProxyType(value) if isinstance(value, dict) else value


def _dumped(value: Given) -> Any:
    """Numbers as one type, whatever their size: with other types it is another statement to prepare.

    The type of a list is what `any_of` says.
    """
    if isinstance(value, list):
        return f"{{{','.join(map(str, value))}}}"
    return Int8(value) if isinstance(value, int) else value


class _Ids(ArrayField):  # type: ignore[type-arg]
    """Of numbers, which need no look at each."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002
        return value


def any_of(ids: list[int]) -> Func:
    """For `field__in=any_of(ids)`: one parameter however many there are."""
    array = Value(ids, output_field=_Ids(BigIntegerField()))
    return Func(array, template="(SELECT unnest(%(expressions)s))", output_field=BigIntegerField())
