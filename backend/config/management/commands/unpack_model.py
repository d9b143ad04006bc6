"""Unpack the bundled language model into var/models; where it is there already, check it."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from backend.core.progress import progress_lines
from matching.text.model import bundled_model


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def handle(self, **options: object) -> None:  # noqa: ARG002
        with progress_lines() as on_progress:
            bundled_model(settings.MODEL_FOLDER, lambda done, of: on_progress("Unpacking", done / of))
