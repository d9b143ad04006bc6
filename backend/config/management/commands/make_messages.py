"""Write the catalogue of translatable texts, or check that it is up to date."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.catalogue import catalogue_of

FOLDERS = ("backend", "frontend")
CATALOGUE = "frontend/locale/django.pot"


class Command(BaseCommand):
    help = f"Write {CATALOGUE}: every text of the Python files and the templates that can be translated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only fail where the file is stale")

    def handle(self, **options: Any) -> None:
        path = settings.BASE_DIR / CATALOGUE
        text = catalogue_of(settings.BASE_DIR, FOLDERS)
        if not options["check"]:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            raise CommandError(f"{CATALOGUE} is stale: run make messages and commit the file.")
