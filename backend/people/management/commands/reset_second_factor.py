"""python manage.py reset_second_factor ADDRESS"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.core.errors import BusinessError
from backend.people.services import reset_second_factors


class Command(BaseCommand):
    help = "Remove the lost second factor of the person with this address, and sign them out everywhere."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the address that the person signs in with")

    def handle(self, *_: Any, address: str, **options: Any) -> None:  # noqa: ARG002
        try:
            person = reset_second_factors(email=address, by=None, now=timezone.now())
        except BusinessError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Done: person {person.pk} signs in with a code by mail, and can set up a new one.")
