"""Querysets whose SQL is written once in a process: writing takes Django many times longer than running."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Expression, Func, QuerySet, Value

Given: TypeAlias = int | dt.datetime | list[int]


class CompiledIds(Expression):
    """A subquery of ids, for `pk__in`, whose SQL is written already."""

    def __init__(self, sql: str, params: tuple[Any, ...]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.sql = sql
        self.params = params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ARG002
        return f"({self.sql})", self.params


class CompiledQuery:
    """The ids of what `build` gives, for values that are filled in at each use.

    `build` takes the named values and is called once, with `stand_ins` that are found again among the
    parameters: no constant of the query may equal one. It must give the same conditions whatever the values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], **stand_ins: Given) -> None:
        self._build = build
        self._stand_ins = stand_ins
        self._written: tuple[str, list[tuple[str, Any]]] | None = None

    def ids(self, **values: Given) -> CompiledIds:
        """The ids for these values, one for each name; numbers that no row can have are left out of lists."""
        self._written = self._written or self._write()
        sql, params = self._written
        given = {
            name: [number for number in value if abs(number) <= BigIntegerField.MAX_BIGINT]
            if isinstance(value, list)
            else value
            for name, value in values.items()
        }
        return CompiledIds(sql, tuple(given[name] if name else constant for name, constant in params))

    def materialized_ids(self, **values: Given) -> CompiledIds:
        """As `ids`, found once whatever the database estimates: for few ids by conditions that cost much."""
        ids = self.ids(**values)
        sql = f"WITH found AS MATERIALIZED ({ids.sql}) SELECT * FROM found"  # noqa: S608 - written by Django
        return CompiledIds(sql, ids.params)

    def _write(self) -> tuple[str, list[tuple[str, Any]]]:
        """The SQL, and for each of its parameters the name of a value or, where that is empty, a constant."""
        query = self._build(**self._stand_ins).order_by().values("pk").query
        sql, params = query.get_compiler(connection=connection).as_sql()
        names = [
            next((name for name, value in self._stand_ins.items() if value == param), "") for param in params
        ]
        return sql, list(zip(names, params, strict=True))


def any_of(ids: list[int]) -> Func:
    """For `field__in=any_of(ids)`: one parameter however many there are."""
    array = Value(ids, output_field=ArrayField(BigIntegerField()))
    return Func(array, template="(SELECT unnest(%(expressions)s))", output_field=BigIntegerField())
