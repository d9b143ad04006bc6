"""Squash the migrations of one feature into one, for a database that has none of them.

After each operation Django renders its state of nearly all models anew, which takes much longer than the SQL:
docs/decisions/0034-squashed-migrations.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from django.contrib.postgres.operations import CreateExtension
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState


def squashed(replaces: Sequence[tuple[str, str]]) -> list[Operation]:
    """Operations that make of nothing what these migrations of one feature make one after the other.

    `replaces`: the feature and the name of each. All models are created as they are in the end, then their
    triggers, then whatever is written in SQL. Refuses TypeError for code that changes rows: it is no part of
    making tables.
    """
    state = ProjectState()
    extensions: list[Operation] = []
    written: list[Operation] = []
    for feature, name in replaces:
        for operation in import_module(f"backend.{feature}.migrations.{name}").Migration.operations:
            if isinstance(operation, RunPython):
                raise TypeError(f"{feature}.{name} changes rows, so it cannot be squashed.")
            if isinstance(operation, CreateExtension):
                extensions.append(operation)
            elif isinstance(operation, RunSQL):
                written.append(operation)
            else:
                operation.state_forwards(feature, state)
    models = list(state.models.values())
    triggers = [
        RunSQL([trigger.install_sql], [trigger.uninstall_sql])
        for model in models
        for trigger in model.options.get("triggers", ())
    ]
    return [*extensions, CreateModels([_creation_of(model) for model in models]), *triggers, *written]


def _creation_of(model: ModelState) -> CreateModel:
    return CreateModel(model.name, list(model.fields.items()), model.options, model.bases, model.managers)


class CreateModels(Operation):
    """Create several models at once, so that the state is rendered once for all of them."""

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered anew when it is next asked for
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for model in self.models:
            model.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "Create " + ", ".join(model.name for model in self.models)
