"""Accounts elsewhere that sign somebody in: linked once they have signed in here, and unlinked."""

from __future__ import annotations

import datetime as dt

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.core.errors import NotFound, NotYours, Refused
from backend.core.openid import Identity, Provider, identity_providers
from backend.core.transactions import in_transaction
from backend.events.rules.identities import may_use_identity
from backend.people.models import LinkedIdentity, Person
from backend.people.rules import in_language_of
from backend.people.selectors import identities_of, person_with_identity
from backend.people.services import queue_account_mail


class CodeOnly(NotYours):
    """This account signs in by a code alone."""

    code = "code_only"


def check_may_use_identity(person: Person, now: dt.datetime) -> None:
    """Refuse CodeOnly, in the same words whatever the reason is."""
    if not may_use_identity(person, now):
        raise CodeOnly(_("This account signs in with a code that is sent by mail."))


def person_of(identity: Identity, now: dt.datetime) -> Person | None:
    """Whom this account elsewhere signs in; None where it is linked to nobody's. Refuses CodeOnly."""
    person = person_with_identity(identity.hashed)
    if person is not None:
        check_may_use_identity(person, now)
    return person


@in_transaction
def link_identity(*, person: Person, provider: Provider, identity: Identity, now: dt.datetime) -> None:
    """Let this account elsewhere sign the person in, who has proved here who they are; they are told by mail.

    Refuses CodeOnly and `identity_linked`.
    """
    row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    check_may_use_identity(row, now)
    if identities_of(row).filter(identity_hash=identity.hashed).exists():
        return
    if identities_of(row).filter(issuer=identity.issuer).exists():
        raise Refused(
            "identity_linked",
            _("Another account at “%(name)s” signs you in already. Unlink it first.") % {"name": provider.name},
        )
    try:
        with transaction.atomic():
            LinkedIdentity.objects.create(
                person=row, issuer=identity.issuer, identity_hash=identity.hashed, linked_at=now
            )
    except IntegrityError:
        raise Refused(
            "identity_linked", _("This account at “%(name)s” signs in somebody else here.") % {"name": provider.name}
        ) from None
    with in_language_of(row):
        text = _(
            "From now on your account at “%(name)s” signs you in. If it was not you who linked it, unlink it "
            "under “Sign-in and security”, and sign out everywhere there."
        )
        subject = _("“%(name)s” signs you in now")
        names = {"name": provider.name}
        queue_account_mail(mail=EmailMessage(subject % names, text % names, to=[row.email]), now=now)


@in_transaction
def unlink_identity(*, person: Person, identity_id: int, now: dt.datetime) -> None:
    """From now on this account elsewhere no longer signs the person in; they are told by mail.

    Refuses NotFound.
    """
    row = identities_of(person).filter(pk=identity_id).first()
    if row is None:
        raise NotFound(_("This account is unlinked already."))
    row.delete()
    with in_language_of(person):
        text = _(
            "Your account at “%(name)s” no longer signs you in. If it was not you who unlinked it, sign out "
            "everywhere under “Sign-in and security”."
        )
        subject = _("“%(name)s” no longer signs you in")
        names = {"name": name_of(row)}
        queue_account_mail(mail=EmailMessage(subject % names, text % names, to=[person.email]), now=now)


def name_of(linked: LinkedIdentity) -> str:
    """What the provider is called here; its issuer, where the environment names it no longer."""
    known = {one.issuer: one.name for one in identity_providers()}
    return known.get(linked.issuer, linked.issuer)
