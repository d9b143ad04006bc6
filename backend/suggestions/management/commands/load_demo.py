"""python manage.py load_demo: two editions of a fictional forum, the same ones every time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from backend.events.demo.loading import CURRENT, load_forum
from backend.events.personas import personas
from backend.meetings.demo import load_meetings
from backend.safeguarding.services import block_person


class Command(BaseCommand):
    help = "Load the demo forum; loading it again changes nothing."
    requires_migrations_checks = True

    def handle(self, *_: Any, **__: Any) -> None:
        now = timezone.now()
        with transaction.atomic():
            forum = load_forum(now=now, tell=self._tell)
            for blocker, blocked in forum.blocks if forum else ():
                block_person(blocked=blocked, by=blocker, now=now)
            if forum:
                self._tell("Meeting times, tables, and who asks whom")
                main = [persona.person for persona in personas()]
                load_meetings(event=forum.event, earlier=forum.earlier, main=main, now=now)
        if forum is None:
            self._tell("The demo forum is there already; nothing changed.")
        else:
            self._tell(f"Demo forum loaded: {forum.attendees} attendees, {forum.ties} ties of last time.")
            self._tell(f"Next: python manage.py build_suggestions {CURRENT}")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
