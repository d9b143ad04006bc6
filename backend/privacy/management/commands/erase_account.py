"""Erase somebody who asks for it and can no longer sign in, or say where they take part."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.people.models import Person
from backend.people.selectors import person_with_email, who_reads_the_mailbox_of
from backend.privacy.services.leaving import erase_account


class Command(BaseCommand):
    help = __doc__
    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the address that the person signs in with")
        parser.add_argument("--person", type=int, help="which of two who read this mailbox")
        parser.add_argument("--confirm", action="store_true", help="erase them; it cannot be undone")

    def handle(self, *, address: str, person: int | None, confirm: bool, **_options: object) -> None:
        one = _account(address, person)
        forums = Attendee.objects.filter(person=one).order_by("event__slug").values_list("event__slug", flat=True)
        parts = f"person {one.pk}, who takes part in: {', '.join(forums) or 'no forum'}"
        if not confirm:
            self.stdout.write(f"Would erase {parts}. Make sure that it is they who ask, then add --confirm.")
            return
        try:
            erase_account(person=one, is_confirmed=True, by=None, now=timezone.now())
        except BusinessError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"Erased {parts}.")


def _account(address: str, number: int | None) -> Person:
    first = person_with_email(address)
    if first is None:
        raise CommandError("There is no open account with this address: check how it is written.")
    waiting = Person.objects.filter(shares_with=first, waits_for_proof=True, is_active=True)
    readers = [*who_reads_the_mailbox_of(first), *waiting]
    chosen = [one for one in readers if number in (one.pk, None)]
    if len(chosen) != 1:
        numbers = " or ".join(str(one.pk) for one in readers)
        raise CommandError(f"Name who of this mailbox is meant: --person {numbers}.")
    return chosen[0]
