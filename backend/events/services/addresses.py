"""Changing one's own address: confirmed at the old one and at the new one."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core.errors import NotYours, Refused
from backend.core.limits import Kind, count_use
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import is_under_alias
from backend.events.rules.roles import is_suspended
from backend.people.models import FormerAddress, KnownMinor, Person, address_hash, hashes_of, skeleton_hash
from backend.people.selectors import has_another_account
from backend.people.services import (
    AddressTaken,
    check_email,
    codes_link,
    end_all_sign_ins,
    give_up_mailbox,
    queue_account_mail,
)


class AddressHeld(NotYours):
    """Somebody else has to change the address of this account."""

    code = "address_held"


def ask_address_change(*, person: Person, email: str, codes: tuple[str, str], now: dt.datetime) -> str:
    """Mail the first code to the account's address and the second to the new one; gives the new one, checked.

    Whether the new address has an account is told only to whoever confirms it. Refuses AddressHeld, BadEmail
    `same_address`, and TooOften where mails about this went to the new address today.
    """
    email = check_email(email)
    _check_may_change(person, now)
    if address_hash(email) == person.address_hash:
        raise Refused("same_address", _("This is your address already: write the new one."), status=400)
    count_use(Kind.NEW_ADDRESS, account=address_hash(email))
    subject = _("Your code to change your address: %(code)s")
    text = _(
        "Somebody who is signed in to your account wants to change its address to %(address)s. Type this "
        "code on that page, and the one that was sent to the new address:\n\n%(code)s\n\n"
        "If it was not you, sign out everywhere under “Sign-in and security”: nothing is changed yet."
    )
    new_text = _(
        "Somebody wants to sign in with this address instead of the one they have. If it is you, type this "
        "code on the page where you asked for it:\n\n%(code)s\n\nIf not, do nothing: nothing is changed. "
        "To get no more such mails, open this link:\n\n%(link)s"
    )
    values = {"address": email, "link": codes_link(email, now)}
    for to, code, words, asked_by in ((person.email, codes[0], text, None), (email, codes[1], new_text, "")):
        mail = EmailMessage(subject % (values | {"code": code}), words % (values | {"code": code}), to=[to])
        queue_account_mail(mail=mail, now=now, asked_by=asked_by, for_account=False)
    return email


@in_transaction
def change_address(*, person: Person, email: str, now: dt.datetime) -> None:
    """Give the account this address, which its owner has confirmed, and sign them out everywhere.

    Blocks, cases and meetings are of the account and stay; the address before is kept as a hash. Its owner is
    told there. Refuses AddressHeld, BadEmail, and AddressTaken where another account has the address.
    """
    email = check_email(email)
    row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    _check_may_change(row, now, email)
    taken = AddressTaken(_("Another account has this address: sign in with it, or write another one."))
    if has_another_account(email, row):
        raise taken
    before = row.email
    FormerAddress.objects.filter(person=row, address_hash__in=hashes_of(email)).delete()
    for left in row.address_hashes:
        FormerAddress.objects.get_or_create(person=row, address_hash=left, defaults={"left_at": now})
    EmailAddress.objects.filter(user=row.pk).delete()  # made anew when they sign in
    give_up_mailbox(row, email)
    row.email, row.shares_with = email, None
    try:
        with transaction.atomic():
            row.save(update_fields=["email", "shares_with"])
    except IntegrityError:  # another account took it in this moment
        raise taken from None
    end_all_sign_ins(person=row)
    text = _(
        "You changed the address of your account; this one no longer signs in. If it was not you, tell an "
        "organiser of your forum at once."
    )
    queue_account_mail(mail=EmailMessage(_("Your address was changed"), text, to=[before]), now=now)


def _check_may_change(person: Person, now: dt.datetime, email: str = "") -> None:
    """Adults who hold no office, under no alias and not suspended: to all others, the same words.

    None of their addresses may be known as a minor's. The new one is looked at once its owner has confirmed
    it: nobody learns here which addresses are.
    """
    known = KnownMinor.objects.alive(now)
    is_new_known = Q(address_hash__in=hashes_of(email)) | Q(skeleton_hash=skeleton_hash(email))
    others = ~Q(age_class=Attendee.AgeClass.ADULT) | ~Q(permission=Attendee.Permission.PARTICIPANT)
    others |= is_under_alias() | is_suspended()
    held = (
        person.is_demo
        or person.is_staff
        or person.may_start_forums
        or Attendee.objects.filter(others, person=person.pk).exists()
        or known.about(person=person.pk).exists()
        or (email and known.filter(is_new_known).exists())
    )
    if held:
        raise AddressHeld(
            _("You cannot change the address of this account yourself: ask the organisers of your forum.")
        )
