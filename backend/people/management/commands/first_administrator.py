"""python manage.py first_administrator"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from backend.people.services import make_first_link


class Command(BaseCommand):
    help = "Print a fresh one-time link that makes the first administrator; the one before ends."
    requires_migrations_checks = True

    def handle(self, *_: Any, **options: Any) -> None:  # noqa: ARG002
        token = make_first_link(now=timezone.now())
        address = settings.TITIAN_ADDRESS.rstrip("/") + reverse("first_administrator", args=[token])
        self.stdout.write(
            f"Nobody administers this installation yet. Open this link within a day; it works once:\n  {address}"
        )
