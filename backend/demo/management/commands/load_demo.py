"""python manage.py load_demo: two editions of a fictional forum, the same ones every time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from backend.demo.lists import load_demo
from backend.demo.loading import CURRENT


class Command(BaseCommand):
    help = "Load the demo forum; loading it again changes nothing."
    requires_migrations_checks = True

    def handle(self, *_: Any, **__: Any) -> None:
        forum = load_demo(now=timezone.now(), tell=self._tell)
        if forum is None:
            self._tell("The demo forum is there already; nothing changed.")
        else:
            self._tell(f"Demo forum loaded: {forum.attendees} attendees, {forum.ties} ties of last time.")
            self._tell(f"Next: python manage.py build_suggestions {CURRENT}")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
