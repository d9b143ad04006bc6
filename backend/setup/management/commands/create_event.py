"""python manage.py create_event SLUG --name NAME --starts DATE --ends DATE --timezone ZONE"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.setup.services.events import create_event


class Command(BaseCommand):
    help = "Create an event with its themes and topics, ready for import_attendees."
    requires_migrations_checks = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the event's name in addresses, such as forum-2026")
        parser.add_argument("--name", required=True)
        parser.add_argument("--starts", required=True, metavar="DATE", help="first day, as 2026-12-09")
        parser.add_argument("--ends", required=True, metavar="DATE", help="last day")
        parser.add_argument("--timezone", required=True, metavar="ZONE", help="such as Asia/Bangkok")
        parser.add_argument("--venue", default="")
        parser.add_argument("--organiser", default="", metavar="EMAIL", help="who runs the event")
        parser.add_argument(
            "--safeguarding-lead",
            action="append",
            default=[],
            metavar="EMAIL",
            help="who reads reports; not the organiser. Name two: a forum opens with two leads, or with one "
            "and an outside contact",
        )
        parser.add_argument("--meetings-per-person", default="5", metavar="N")
        parser.add_argument(
            "--interpreters",
            action="store_true",
            help="there are interpreters: people without a language in common may be suggested",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        event = create_event(
            slug=options["slug"],
            name=options["name"],
            starts_on=_day(options["starts"], "--starts"),
            ends_on=_day(options["ends"], "--ends"),
            timezone=options["timezone"],
            venue=options["venue"],
            organiser_email=options["organiser"],
            lead_emails=options["safeguarding_lead"],
            meetings_per_person=_number(options["meetings_per_person"]),
            interpreters=options["interpreters"],
            now=timezone.now(),
        )
        self.stdout.write(
            f"Event “{event.name}” created as a draft. Next: python manage.py import_attendees {event.slug} FILE.csv"
        )


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(f"{option} “{text[:40]}” is not a date: write it as 2026-12-09.") from None


def _number(text: str | int) -> int:
    try:
        return int(text)
    except ValueError:
        raise CommandError(f"--meetings-per-person “{str(text)[:40]}” is not a whole number.") from None
