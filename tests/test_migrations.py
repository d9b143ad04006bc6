"""An older version serves pages while a newer one migrates, so no migration takes away what those need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from django.db import connection, models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED

TAKES_AWAY = (
    operations.AlterModelTable,
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
)


def breaks_older_pages(app: str, operation: operations.base.Operation, before: ProjectState) -> bool:
    """It takes away or renames what they read, or wants a value that they do not write."""
    if isinstance(operation, operations.AddField):
        return _is_wanted(operation.field)
    if isinstance(operation, operations.AlterField):
        model = before.apps.get_model(app, operation.model_name)
        old, new = model._meta.get_field(operation.name), operation.field
        is_other_type = not new.is_relation and new.db_type(connection) != old.db_type(connection)
        return (is_other_type and not _is_wider(old, new)) or (old.null and _is_wanted(new))
    return isinstance(operation, TAKES_AWAY)


def _is_wider(old: Field, new: Field) -> bool:
    """Whether both are texts with a greatest length, and the new one holds all that the old one does."""
    lengths = old.max_length, new.max_length
    return type(old) is type(new) is models.CharField and None not in lengths and lengths[0] <= lengths[1]


def _is_wanted(field: Field) -> bool:
    return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)


def breaking(app: str, changes: Iterable[operations.base.Operation], state: ProjectState) -> Iterator[str]:
    """The operations of a migration that would break them; the state becomes the one after it."""
    made = set()
    for operation in changes:
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        elif (
            getattr(operation, "model_name_lower", None) not in made  # a new table is used by none of them
            and breaks_older_pages(app, operation, state)
        ):
            yield operation.describe()
        operation.state_forwards(app, state)


def test_later_migrations_leave_older_pages_what_they_read_and_write() -> None:
    loader = MigrationLoader(None)
    for key, migration in loader.disk_migrations.items():
        if migration.__module__.startswith("backend.") and not migration.initial:
            state = loader.project_state(key, at_end=False)
            assert list(breaking(key[0], migration.operations, state)) == [], key


@pytest.mark.parametrize(
    ("operation", "is_found"),
    [
        (operations.DeleteModel("Event"), True),
        (operations.RemoveField("event", "venue"), True),
        (operations.RenameField("event", "venue", "place"), True),
        (operations.RenameModel("Event", "Forum"), True),
        (operations.AlterModelTable("event", "forum"), True),
        (operations.AddField("event", "motto", models.TextField()), True),
        (operations.AlterField("event", "venue", models.TextField()), True),
        (operations.AlterField("event", "venue", models.CharField(max_length=10)), True),
        (operations.AlterField("event", "venue", models.CharField(max_length=900)), False),
        (operations.AddField("event", "motto", models.TextField(null=True)), False),
        (operations.AddField("event", "motto", models.TextField(db_default="")), False),
        (operations.CreateModel("Motto", [("id", models.BigAutoField(primary_key=True))]), False),
    ],
    ids=lambda given: given.describe() if isinstance(given, operations.base.Operation) else "",
)
def test_what_would_break_them_is_found(operation: operations.base.Operation, is_found: bool) -> None:
    state = MigrationLoader(None).project_state()
    assert bool(list(breaking("events", [operation], state))) is is_found
