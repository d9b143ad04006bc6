"""Write the database as a file of fixtures, without what lets somebody sign in."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import dumpdata

LEFT_OUT = ("people.AccountMail", "sessions")  # waiting sign-in codes, and who is signed in or about to be


class Command(dumpdata.Command):
    def handle(self, *arguments: Any, **options: Any) -> None:
        options["exclude"] = [*options["exclude"], *LEFT_OUT]
        super().handle(*arguments, **options)
