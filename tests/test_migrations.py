"""An older version serves pages while a newer one migrates, so no migration takes away what those need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Field
from django.db.models.fields import NOT_PROVIDED

# The last of each app that wants Titian stopped meanwhile; later ones are held to the rule.
LAST_BEFORE = {
    "audit": "0007_gathered_requests",
    "core": "0009_merged",
    "demo": "0001_initial",
    "directory": "0007_search_text_language",
    "events": "0016_merges",
    "invitations": "0002_sender_to_mail_texts",
    "mails": "0001_initial",
    "meetings": "0015_assistants",
    "people": "0016_mailboxes",
    "programme": "0001_initial",
    "safeguarding": "0012_take_up_former",
    "stats": "0001_initial",
    "suggestions": "0004_forget_real_names",
}
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
        return is_other_type or (old.null and _is_wanted(new))
    return isinstance(operation, TAKES_AWAY)


def _is_wanted(field: Field) -> bool:
    return not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED)


def breaking(migrations: list[tuple[str, str]]) -> Iterator[str]:
    """The operations of these migrations that would break them."""
    loader = MigrationLoader(None, replace_migrations=False)
    for key in migrations:
        state, made = loader.project_state(key, at_end=False), set()
        for operation in loader.disk_migrations[key].operations:
            if isinstance(operation, operations.CreateModel):
                made.add(operation.name_lower)
            elif (
                getattr(operation, "model_name_lower", None)
                not in made  # a new table is used by none of them
                and breaks_older_pages(key[0], operation, state)
            ):
                yield f"{'.'.join(key)}: {operation.describe()}"
            operation.state_forwards(key[0], state)


def later_migrations() -> list[tuple[str, str]]:
    found = MigrationLoader(None).disk_migrations
    ours = [key for key in found if found[key].__module__.startswith("backend.") and not found[key].replaces]
    return sorted((app, name) for app, name in ours if name > LAST_BEFORE.get(app, ""))


def test_later_migrations_leave_older_pages_what_they_read_and_write() -> None:
    assert list(breaking(later_migrations())) == []


def test_the_last_migration_of_each_app_that_may_is_there() -> None:
    assert set(LAST_BEFORE.items()) <= set(MigrationLoader(None).disk_migrations)


@pytest.mark.parametrize(
    ("migration", "operation"),
    [
        (("invitations", "0002_sender_to_mail_texts"), "Remove field"),
        (("people", "0015_digests"), "Add field"),
        (("meetings", "0015_assistants"), None),
        (("people", "0016_mailboxes"), None),
    ],
)
def test_what_would_break_them_is_found(migration: tuple[str, str], operation: str | None) -> None:
    found = list(breaking([migration]))
    assert bool(found) is bool(operation)
    assert operation is None or any(operation in line for line in found)


@pytest.mark.django_db
def test_wherever_an_upgrade_begins_each_missing_migration_is_applied_once() -> None:
    loader = MigrationLoader(None, replace_migrations=False)
    squashed = loader.replacements.keys()
    leaves = [key for key in loader.graph.leaf_nodes() if key not in squashed]
    every = list(dict.fromkeys(key for leaf in leaves for key in loader.graph.forwards_plan(leaf)))
    assert not squashed & set(every)
    recorder = MigrationRecorder(connection)
    recorder.flush()
    for count, key in enumerate(every):
        executor = MigrationExecutor(connection)
        executor.loader.check_consistent_history(connection)
        applied = every[:count]
        for migration, _is_backwards in executor.migration_plan(executor.loader.graph.leaf_nodes()):
            applied += migration.replaces or [(migration.app_label, migration.name)]
        assert sorted(applied) == sorted(every)
        recorder.record_applied(*key)
