"""Reads of people."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from backend.core.compiled import CompiledRows
from backend.core.mail_addresses import stored_address
from backend.people.models import ApiToken, FirstAdministratorLink, LinkedIdentity, Person, address_hash
from backend.people.rules import has_fresh_proof

PLAIN = r"^[a-z0-9_+'-]+(\.[a-z0-9_+'-]+)*@([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]+$"  # of nearly every address


def plain_word(text: str) -> str:
    """The text as words are compared: without regard to case, hyphens, underscores and spacing.

    >>> plain_word(" Law_Enforcement ")
    'law enforcement'
    """
    return re.sub(r"[\s_\-]+", " ", text).strip().casefold()


def folded_for(texts: Sequence[str]) -> list[str]:
    """The texts in lower case as the database's unique constraints see them, in the same order.

    Python and PostgreSQL disagree on some letters; the constraint is the one that counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lower(word) FROM unnest(%s::text[]) WITH ORDINALITY AS given (word, nth) ORDER BY nth",
            [list(texts)],
        )
        return [row[0] for row in cursor.fetchall()]


def person_with_email(email: str) -> Person | None:
    """The open account with this address, however either is written; None where there is none.

    Of two who read one mailbox it is the first; of two accounts that came to have one address in an earlier
    version, whose address is written the same.
    """
    wanted = email.strip().lower()
    rows = Person.objects.filter(address_hash=address_hash(email), is_active=True)
    found = rows.order_by(F("shares_with").asc(nulls_first=True), "pk")
    return min(found, key=lambda person: person.email.lower() != wanted, default=None)


def who_reads_the_mailbox_of(person: Person) -> QuerySet[Person]:
    """The open accounts whose mail goes where this one's does, the person among them."""
    first = person.shares_with_id or person.pk
    second = Q(shares_with=first, waits_for_proof=False)
    return Person.objects.filter(Q(pk=first) | second, is_active=True).order_by("name", "pk")


def has_another_account(email: str, person: Person) -> bool:
    """Whether an account that is not this person's has the address, however either is written."""
    others = Person.objects.filter(erased_at=None).exclude(pk=person.pk)
    return others.filter(address_hash=address_hash(email)).exists()


@dataclass(frozen=True, slots=True)
class UnclearAddress:
    """An account whose address is refused today (`is_refused`), or is another account's as well."""

    person_id: int
    name: str
    email: str
    is_refused: bool


def unclear_addresses() -> list[UnclearAddress]:
    """The accounts of earlier versions that no new one could be made like, those of one address together.

    For administrators alone: nothing of these accounts is changed or merged by itself.
    """
    accounts = Person.objects.filter(erased_at=None)
    first = accounts.filter(shares_with=None).order_by().values("address_hash")
    twice = first.annotate(count=Count("pk")).filter(count__gt=1).values("address_hash")
    rows = accounts.annotate(is_twice=Q(address_hash__in=twice)).exclude(is_twice=False, email__iregex=PLAIN)
    found = [
        (row.is_twice, UnclearAddress(row.pk, row.name, row.email, _is_refused(row.email)))
        for row in rows.order_by("address_hash", "pk")
    ]
    return [one for is_twice, one in found if is_twice or one.is_refused]


def _is_refused(email: str) -> bool:
    try:
        stored_address(email)
    except ValueError:
        return True
    return False


def tokens_of(person: Person) -> QuerySet[ApiToken]:
    """The person's API tokens, newest first, those that have expired too."""
    return ApiToken.objects.filter(person=person).order_by("-created_at", "-pk")


def token_for(token: str, now: dt.datetime) -> ApiToken | None:
    """The API token of an open account, with its person; None where it is unknown or has expired."""
    return _tokens.first(digest=token_hash(token), now=now)


def _tokens_of(digest: str, now: dt.datetime) -> QuerySet[ApiToken]:
    found = ApiToken.objects.select_related("person").filter(token_hash=digest, expires_at__gt=now)
    return found.filter(person__is_active=True)


_tokens = CompiledRows(_tokens_of, digest="-", now=dt.datetime.min.replace(tzinfo=dt.UTC))


def token_hash(token: str) -> str:
    """What is kept of an API token, which is random and long: nobody can try them all."""
    return hashlib.sha256(token.encode()).hexdigest()


def identities_of(person: Person) -> QuerySet[LinkedIdentity]:
    """The accounts elsewhere that sign the person in, the last linked first."""
    return LinkedIdentity.objects.filter(person=person).order_by("-linked_at", "-pk")


def person_with_identity(identity_hash: str) -> Person | None:
    """Whose account is linked to this one elsewhere; None where nobody's open account is."""
    return Person.objects.filter(linked_identities__identity_hash=identity_hash, is_active=True).first()


HAS_FACTOR = "has_factor"  # what `signed_in_person` annotates


def second_factors() -> QuerySet[Authenticator]:
    """The passkeys and apps of the person of the outer query; recovery codes alone are no factor."""
    factors = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
    found: QuerySet[Authenticator] = Authenticator.objects.filter(user=OuterRef("pk"), type__in=factors)
    return found


def has_second_factor(person: Person) -> bool:
    """Whether the person has a passkey or an authenticator app; no query where a session says it."""
    known = getattr(person, HAS_FACTOR, None)
    if known is not None:
        return bool(known)
    return Person.objects.filter(Exists(second_factors()), pk=person.pk).exists()


def proofs_of(request: HttpRequest, person: Person) -> list[dict[str, Any]]:
    """How and when the person proved in this session who they are."""
    proofs: list[dict[str, Any]] = get_authentication_records(request, person)
    return proofs


def is_confirmed(request: HttpRequest, person: Person, now: dt.datetime) -> bool:
    """Whether the person proved in this session, lately, who they are."""
    return has_fresh_proof(proofs_of(request, person), has_factor=has_second_factor(person), now=now)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A browser in which somebody is signed in, for that person alone."""

    id: int
    browser: str
    address: str
    since: dt.datetime
    seen_at: dt.datetime
    is_this: bool


def sign_ins_of(person: Person, session_key: str | None, now: dt.datetime) -> list[SignIn]:
    """Where the person is signed in, the browser with this session first, then the last used."""
    open_keys = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(user=person.pk, session_key__in=open_keys).order_by("-last_seen_at")
    found = [
        SignIn(row.pk, row.user_agent, row.ip, row.created_at, row.last_seen_at, row.session_key == session_key)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_this)


def sign_in_id_of(session_key: str | None) -> int | None:
    """The row, in its owner's list, of the browser with this session."""
    rows = UserSession.objects.filter(session_key=session_key).values_list("pk", flat=True)
    return rows.first() if session_key else None


def is_sign_in_open(sign_in_id: int, now: dt.datetime) -> bool:
    """Whether this browser is still signed in."""
    open_keys = Session.objects.filter(expire_date__gt=now).values("session_key")
    return bool(UserSession.objects.filter(pk=sign_in_id, session_key__in=open_keys).exists())


def administrators() -> QuerySet[Person]:
    """Who administers this installation, with an open account."""
    return Person.objects.filter(Q(is_staff=True) | Q(is_superuser=True), is_active=True)


def first_link_for(token: str, now: dt.datetime) -> QuerySet[FirstAdministratorLink]:
    """The link with this token where it still holds: within its life, and there is no administrator."""
    if administrators().exists():
        return FirstAdministratorLink.objects.none()
    return FirstAdministratorLink.objects.filter(token_hash=first_link_hash(token), expires_at__gt=now)


def first_link_hash(token: str) -> str:
    """What is kept of a link's token."""
    return salted_hmac("first administrator link", token, algorithm="sha256").hexdigest()


def people_allowed_to_start() -> QuerySet[Person]:
    """Whom an administrator allowed to start forums. For administrators alone."""
    return Person.objects.filter(may_start_forums=True, is_active=True).order_by("name", "pk")
