"""Closing an account: deleted, or kept as a hash of its address where blocks or cases need it."""

from __future__ import annotations

import datetime as dt
import json

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q

from backend.core.erasure import address_erased
from backend.events.models.attendees import Attendee
from backend.events.models.events import Tie
from backend.outcomes.models import ContactShare
from backend.people.models import LinkedIdentity, Person
from backend.people.services import end_tokens, give_up_mailbox
from backend.privacy.services.rows import LEFT_NAME, no_address
from backend.safeguarding.models import Block

HASH_LIFE = dt.timedelta(days=3 * 365)


def end_sessions(person: Person) -> None:
    """Sign the person out everywhere, and end what was begun with their address."""
    ended = []
    for session in Session.objects.iterator():
        data = session.get_decoded()
        begun = person.email.lower() in json.dumps(data, cls=DjangoJSONEncoder).lower()
        if begun or data.get("_auth_user_id") == str(person.pk):
            ended.append(session.pk)
    Session.objects.filter(pk__in=ended).delete()
    UserSession.objects.filter(user=person).delete()


def close_account(person: Person, now: dt.datetime) -> None:
    """Delete the account, or leave a row with nothing but the hash of its address, for HASH_LIFE."""
    address_erased.send(sender=Person, address=person.email, name=person.name)
    give_up_mailbox(person)
    if not is_needed(person):
        person.delete()
        return
    end_tokens(person=person)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    LinkedIdentity.objects.filter(person=person).delete()
    LogEntry.objects.filter(user=person).delete()
    Tie.objects.filter(Q(first=person) | Q(second=person)).delete()
    ContactShare.objects.filter(Q(giver=person) | Q(receiver=person)).delete()
    person.groups.clear()
    person.user_permissions.clear()
    # Not `save`, which would set the hash anew.
    Person.objects.filter(pk=person.pk).update(
        email=no_address(),
        skeleton_hash="",
        shares_with=None,
        name=LEFT_NAME,
        password=make_password(None),
        last_login=None,
        is_active=False,
        may_start_forums=False,
        own_timezone="",
        language="",
        browser_language="",
        digest="",
        quiet_from=None,
        quiet_until=None,
        erased_at=now,
        hash_expires_at=now + HASH_LIFE,
    )


def is_needed(person: Person) -> bool:
    """Whether a block or a held row still refers to the account."""
    blocks = Block.objects.filter(Q(blocker=person) | Q(blocked=person))
    return blocks.exists() or Attendee.with_left.filter(person=person).exists()
