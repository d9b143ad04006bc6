"""The demo's mail: kept in the database, where a page shows it, or printed, and never sent."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as ConsoleBackend
from django.db.models import Q
from django.db.models.functions import Lower

from backend.core.erasure import address_erased
from backend.demo.models import OutgoingMail
from backend.people.models import Person

MIN_NAME = 3  # characters of a name that is looked for


class OutboxBackend(BaseEmailBackend):
    """Django mail backend of demo mode: keeps mails to the demo's people as `OutgoingMail`, prints others.

    Everybody reads what is kept, and a mail to an administrator may hold a code to sign in.
    """

    def send_messages(self, email_messages: Iterable[EmailMessage]) -> int:
        mails = list(email_messages)
        people = _demo_addresses({address.lower() for mail in mails for address in mail.recipients()})
        to_keep = [mail for mail in mails if {address.lower() for address in mail.recipients()} <= people]
        self._keep(to_keep)
        ConsoleBackend().send_messages([mail for mail in mails if mail not in to_keep])
        return len(mails)

    def _keep(self, mails: list[EmailMessage]) -> None:
        OutgoingMail.objects.bulk_create(
            OutgoingMail(
                sender=message.from_email,
                recipients=message.recipients(),
                subject=str(message.subject),
                body=str(message.body),
                source=message.message().as_bytes(),
            )
            for message in mails
        )


def forget_mails(*, address: str, name: str, **_of: object) -> None:
    """Delete the kept mails to this address, and those that name it or its owner."""
    names = Q(body__icontains=name) | Q(subject__icontains=name) if len(name) >= MIN_NAME else Q()
    of_address = Q(recipients__icontains=address) | Q(body__icontains=address)
    OutgoingMail.objects.filter(of_address | names).delete()


def connect_erasure() -> None:
    """Forget mails whenever an address is erased."""
    address_erased.connect(forget_mails, dispatch_uid="demo.forget_mails")


def _demo_addresses(addresses: set[str]) -> set[str]:
    """Those of the addresses, in lower case, that are the demo's people's."""
    people = Person.objects.filter(is_demo=True).annotate(address=Lower("email"))
    return set(people.filter(address__in=addresses).values_list("address", flat=True))
