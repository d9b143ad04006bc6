"""Querysets whose SQL is written once in a process: writing takes Django many times longer than running."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from copy import copy
from typing import Any, Generic, TypeAlias, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Expression, Func, QuerySet, Value

Given: TypeAlias = int | str | dt.datetime | list[int]
Row = TypeVar("Row")


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
        self._written: tuple[QuerySet[Any, Row], Any, str, list[tuple[str, Any]]] | None = None

    def _queryset(self) -> QuerySet[Any, Row]:
        return self._build(**self._stand_ins)

    def _filled_in(self, values: Mapping[str, Given]) -> tuple[QuerySet[Any, Row], Any, str, tuple[Any, ...]]:
        """The queryset with its compiler, and the SQL with these values, one for each name.

        Numbers that no row can have are left out of lists.
        """
        self._written = self._written or self._write()
        queryset, compiler, sql, params = self._written
        given = {
            name: [number for number in value if abs(number) <= BigIntegerField.MAX_BIGINT]
            if isinstance(value, list)
            else value
            for name, value in values.items()
        }
        return queryset, compiler, sql, tuple(given[name] if name else constant for name, constant in params)

    def _write(self) -> tuple[QuerySet[Any, Row], Any, str, list[tuple[str, Any]]]:
        """Of each parameter the name of a value or, where that is empty, a constant."""
        queryset = self._queryset()
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = [
            next((name for name, value in self._stand_ins.items() if value == param), "") for param in params
        ]
        return queryset, compiler, sql, list(zip(names, params, strict=True))


class CompiledQuery(_Written[Any]):
    """The ids of what `build` gives, for values that are filled in at each use."""

    def _queryset(self) -> QuerySet[Any, Any]:
        return super()._queryset().order_by().values("pk")

    def ids(self, **values: Given) -> CompiledIds:
        """The ids for these values."""
        _queryset, _compiler, sql, params = self._filled_in(values)
        return CompiledIds(sql, params)

    def materialized_ids(self, **values: Given) -> CompiledIds:
        """As `ids`, found once whatever the database estimates: for few ids by conditions that cost much."""
        ids = self.ids(**values)
        sql = f"WITH found AS MATERIALIZED ({ids.sql}) SELECT * FROM found"  # noqa: S608 - written by Django
        return CompiledIds(sql, ids.params)


class CompiledRows(_Written[Row]):
    """The rows of what `build` gives, with all that it joins, for values that are filled in at each use."""

    def fetch(self, **values: Given) -> list[Row]:
        """The rows for these values; one query."""
        written, compiler, sql, params = self._filled_in(values)
        own = copy(compiler)
        own.connection, own.as_sql = connection, lambda *_args, **_named: (sql, params)
        queryset = written.all()
        queryset.query.get_compiler = lambda *_args, **_named: own  # type: ignore[method-assign]
        return list(queryset)


def any_of(ids: list[int]) -> Func:
    """For `field__in=any_of(ids)`: one parameter however many there are."""
    array = Value(ids, output_field=ArrayField(BigIntegerField()))
    return Func(array, template="(SELECT unnest(%(expressions)s))", output_field=BigIntegerField())
