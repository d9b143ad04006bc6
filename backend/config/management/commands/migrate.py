"""Apply the migrations, on a database that Titian can use."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate

from backend.config.database import check_database


class Command(migrate.Command):
    def handle(self, *arguments: Any, **options: Any) -> None:
        check_database()
        super().handle(*arguments, **options)
