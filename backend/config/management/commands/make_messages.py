"""Write the catalogues of translatable texts, or check that they are up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.catalogue import brought_up_to, catalogue_of
from backend.config.languages import TRANSLATED, catalogue_path

FOLDERS = ("backend", "frontend")
LOCALE = "frontend/locale"
CATALOGUE = f"{LOCALE}/django.pot"


class Command(BaseCommand):
    help = (
        f"Write {CATALOGUE}, every text of the Python files and the templates that can be translated, and "
        "bring the catalogue of each language up to it: new texts are empty, and gone ones deleted."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only fail where a file is stale")

    def handle(self, **options: Any) -> None:
        text = catalogue_of(settings.BASE_DIR, FOLDERS)
        wanted = {settings.BASE_DIR / CATALOGUE: text} | _translated(settings.BASE_DIR / LOCALE, text)
        for path, content in wanted.items():
            if not options["check"]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            elif not path.exists() or path.read_text() != content:
                name = path.relative_to(settings.BASE_DIR)
                raise CommandError(f"{name} is stale: run make messages and commit the file.")


def _translated(locale: Path, text: str) -> dict[Path, str]:
    """The catalogue of each language, brought up to the template of this text."""
    template = polib.pofile(text)
    paths = {catalogue_path(language, locale): language for language in TRANSLATED}
    return {
        path: brought_up_to(template, polib.pofile(str(path)) if path.exists() else None, language)
        for path, language in paths.items()
    }
