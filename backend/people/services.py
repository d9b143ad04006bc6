"""Writes to people."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Collection, Iterable, Mapping
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.core.encryption import decrypt, encrypt
from backend.core.errors import BusinessError, NotFound, NotYours, Refused
from backend.core.limits import Kind, client_address, count_use, forget_uses, is_too_often, was_done
from backend.core.mail_addresses import HIDDEN, canonical_address, stored_address
from backend.core.queue import CODES, enqueue
from backend.core.routes import TOKEN_BEGINS
from backend.core.smtp import MailDelayed, send_mail_now
from backend.core.texts import one_line
from backend.core.transactions import in_transaction
from backend.people.models import (
    AccountMail,
    ApiToken,
    FactorReset,
    FirstAdministratorLink,
    KnownMinor,
    MovedKey,
    Person,
    address_hash,
    renewed_hashes,
)
from backend.people.rules import account_mark, in_language_of, known_browser
from backend.people.selectors import (
    administrators,
    first_link_for,
    first_link_hash,
    has_second_factor,
    person_with_email,
    plain_word,
    token_for,
    token_hash,
    who_reads_the_mailbox_of,
)

BATCH = 2_000
SEND_ACCOUNT_MAIL = "people.send_account_mail"
ACCOUNT_MAIL_LIFE = dt.timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
CODES_LINK_LIFE = dt.timedelta(days=30)
FIRST_LINK_LIFE = dt.timedelta(hours=24)
PERSON_NAME_LENGTH = 200
TOKEN_DAYS = (30, 90, 365)  # for which an API token is made
MOST_TOKENS = 20  # of one person
TOKEN_USE_KEPT = dt.timedelta(hours=1)  # its last use is written no more often
_ACCOUNT_MAIL, _CODES_LINK = "account mail", "codes link"  # what their keys are for


class BadEmail(BusinessError):
    code = "bad_email"
    status = 400


class UnknownTimezone(BusinessError):
    code = "unknown_timezone"
    status = 400


class UnknownDigest(BusinessError):
    code = "unknown_digest"
    status = 400


class BadQuietHours(BusinessError):
    code = "bad_quiet_hours"
    status = 400


class AddressTaken(BusinessError):
    code = "address_taken"


class NoSuchPerson(NotFound):
    code = "no_such_person"


class AdministratorsOnly(NotYours):
    """Only an administrator of the installation may do this."""

    code = "only_administrators"


def check_email(text: str) -> str:
    """The address as it is stored and mailed, however it is written; refuses BadEmail.

    Whatever takes an address asks this first: it is the one place where it is decided what is one.
    """
    try:
        return stored_address(text)
    except ValueError:
        pass
    if HIDDEN.search(text.strip()):
        raise BadEmail(
            _("“%(text)s” holds a character that nobody sees: type the address instead of copying it.")
            % {"text": HIDDEN.sub("", text).strip()[:80]}
        )
    raise BadEmail(_("“%(text)s” is not an e-mail address.") % {"text": text.strip()[:80]})


@in_transaction
def find_or_create_people(*, names: Mapping[str, str], save: bool = True) -> dict[str, Person]:
    """The people with these e-mail addresses, by the address as given; whoever is missing gets an account.

    `names` gives each address its name, used for new accounts only. Spellings of one address are one
    person, unless two read that mailbox: then it is the second where the name is theirs, else the
    first. Without `save`, new accounts are not stored.
    """
    if save:
        renew_hashes(names)
    hashes = {email: address_hash(email) for email in names}
    wanted = {hashed: plain_word(names[email]) for email, hashed in hashes.items()}
    known = _people_by_hash(wanted)
    missing = {
        hashed: Person(email=email, address_hash=hashed, name=names[email], password=make_password(None))
        for email, hashed in reversed(hashes.items())
        if hashed not in known
    }
    if missing and save:
        # In the order of addresses: two who create the same people wait for each other in one order.
        Person.objects.bulk_create(
            sorted(missing.values(), key=lambda new: canonical_address(new.email)),
            batch_size=BATCH,
            ignore_conflicts=True,
        )
        missing = _people_by_hash({hashed: wanted[hashed] for hashed in missing})
    known |= missing
    return {email: known[hashed] for email, hashed in hashes.items()}


RENEW_HASHES = tuple(
    f"UPDATE people_{table} SET {column} = renewed.hash "  # noqa: S608 - names of ours
    f"FROM unnest(%s::text[], %s::text[]) AS renewed (moved, hash) WHERE {column} = renewed.moved{more}"
    for table, column, more in (
        ("knownminor", "skeleton_hash", ""),
        ("knownminor", "address_hash", ""),
        ("formeraddress", "address_hash", ""),
        ("person", "address_hash", " AND erased_at IS NOT NULL"),
    )
)


def renew_hashes(emails: Iterable[str]) -> None:
    """Make anew what forums that moved here keep of these addresses, in the caller's transaction.

    As many statements whether or not anything is kept; one where no forum moved here.
    """
    known = {tuple(sorted(one.keys().items())) for one in MovedKey.objects.all()} - {()}
    if not known:
        return
    renewed: dict[str, str] = {}
    for email in emails:
        for keys in known:
            renewed |= renewed_hashes(dict(keys), email)
    with connection.cursor() as cursor:
        for statement in RENEW_HASHES:
            cursor.execute(statement, [list(renewed), list(renewed.values())])


def _people_by_hash(names: Mapping[str, str]) -> dict[str, Person]:
    """By the hash of the address; `names` are the plain words of whom each address is asked for."""
    rows = Person.objects.filter(address_hash__in=names, erased_at=None)
    found = rows.order_by(F("shares_with").asc(nulls_first=True), "pk")
    best_first = sorted(found, key=lambda row: plain_word(row.name) != names[row.address_hash])
    return {row.address_hash: row for row in reversed(best_first)}


def set_own_name(*, person: Person, name: str) -> None:
    """Set what the account is called; at events the name is each event's own.

    Refuses `bad_account_name`, also of the name of whoever reads the same mailbox: they are told apart by it.
    """
    name = one_line(name)
    if not name or len(name) > 200:
        raise Refused("bad_account_name", _("Write a name of at most 200 characters."), status=400)
    others = who_reads_the_mailbox_of(person).exclude(pk=person.pk)
    if plain_word(name) in {plain_word(one.name) for one in others}:
        raise Refused(
            "bad_account_name", _("Whoever shares your address has this name: write it so that you differ."), status=400
        )
    person.name = name
    person.save(update_fields=["name"])


def set_reading_times(
    *, person: Person, timezone: str, quiet_from: dt.time | None, quiet_until: dt.time | None, digest: str
) -> None:
    """Keep the zone the person reads in (empty: the event's own), when mails wait, and which come together.

    Without both hours mails are sent at any. Refuses UnknownTimezone, BadQuietHours and UnknownDigest.
    """
    if digest not in Person.Digest.values:
        raise UnknownDigest(_("Choose whether mails come at once, twice a day, or once a day."))
    if timezone and timezone not in available_timezones():
        raise UnknownTimezone(
            _("There is no time zone “%(zone)s”: write it like Asia/Bangkok.") % {"zone": timezone[:60]}
        )
    if (quiet_from is None) != (quiet_until is None) or (quiet_from and quiet_from == quiet_until):
        raise BadQuietHours(_("Quiet hours begin at one time and end at another. Please choose both, or none."))
    person.own_timezone, person.digest = timezone, digest
    person.quiet_from, person.quiet_until = quiet_from, quiet_until
    person.save(update_fields=["own_timezone", "quiet_from", "quiet_until", "digest"])


def set_language(*, person: Person, language: str) -> None:
    """Keep the language of the person's pages and mails; empty: their browser's. Refuses `unknown_language`.

    The demo's people are shared by whoever enters, so theirs stays.
    """
    if language:
        check_language(language)
    if not person.is_demo:
        person.language = language
        person.save(update_fields=["language"])


def check_language(language: str) -> None:
    """Refuse `unknown_language` unless pages are offered in it."""
    if language not in dict(settings.LANGUAGES):
        raise Refused("unknown_language", _("Choose one of the languages offered."), status=400)


def note_language(*, person: Person, language: str) -> None:
    """Keep the language of the browser that the person signs in with, for their mails."""
    if not person.is_demo and person.browser_language != language:
        person.browser_language = language
        person.save(update_fields=["browser_language"])


@in_transaction
def change_account(
    *,
    person: Person,
    timezone: str,
    quiet_from: dt.time | None,
    quiet_until: dt.time | None,
    digest: str,
    name: str | None,
    language: str,
) -> None:
    """Set the times and the language the person reads in and, unless None, what the account is called.

    Refuses UnknownTimezone, BadQuietHours, UnknownDigest, `unknown_language` and `bad_account_name`; nothing
    is saved then.
    """
    if name is not None:
        set_own_name(person=person, name=name)
    if language != person.language:
        set_language(person=person, language=language)
    set_reading_times(person=person, timezone=timezone, quiet_from=quiet_from, quiet_until=quiet_until, digest=digest)


@in_transaction
def make_token(*, person: Person, name: str, scopes: Collection[str], days: int, now: dt.datetime) -> str:
    """A token by which a program uses the API for the person, for so many days; shown to nobody again.

    Those of the person's that have expired are deleted. Refuses `bad_token` and `too_many_tokens`.
    """
    name = one_line(name)
    is_known = days in TOKEN_DAYS and set(scopes) <= set(ApiToken.Scope.values)
    if not 0 < len(name) <= 80 or not scopes or not is_known:
        raise Refused(
            "bad_token",
            _("Name the token in at most 80 characters, and choose what it may do and for how long."),
            status=400,
        )
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    mine = ApiToken.objects.filter(person=person)
    mine.filter(expires_at__lte=now).delete()
    if mine.count() >= MOST_TOKENS:
        raise Refused(
            "too_many_tokens", _("You have %(count)d tokens: end one that no program needs.") % {"count": MOST_TOKENS}
        )
    token = f"{TOKEN_BEGINS}{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(
        person=person,
        name=name,
        token_hash=token_hash(token),
        scopes=[scope for scope in ApiToken.Scope.values if scope in scopes],
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    return token


def end_token(*, person: Person, token_id: int) -> None:
    """From now on no program uses the API by this token of the person's; refuses NotFound."""
    if not ApiToken.objects.filter(person=person, pk=token_id).delete()[0]:
        raise NotFound(_("This token has ended already."))


def end_tokens(*, person: Person) -> int:
    """From now on no program uses the API for the person; gives how many tokens ended."""
    return ApiToken.objects.filter(person=person).delete()[0]


def use_token(*, token: str, now: dt.datetime) -> ApiToken | None:
    """The token with its person, and its use noted once an hour; None where it is unknown or expired."""
    found = token_for(token, now)
    if found is not None and (found.last_used_at is None or found.last_used_at <= now - TOKEN_USE_KEPT):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def note_sign_in(*, request: HttpRequest, now: dt.datetime) -> None:
    """Note in the owner's list that this sign-in is used; one from before the list comes onto it."""
    rows = UserSession.objects.filter(session_key=request.session.session_key)
    if not rows.update(last_seen_at=now):
        UserSession.objects.create_from_request(request)


def delete_ended_sign_ins(*, now: dt.datetime) -> int:
    """Delete sessions that have expired, and the browsers and addresses noted of those that are over."""
    Session.objects.filter(expire_date__lte=now).delete()
    over = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return int(over.delete()[0])


@in_transaction
def end_sign_in(*, person: Person, sign_in_id: int) -> str:
    """Sign the person out in one browser; gives its session's key. Refuses NotFound."""
    row = UserSession.objects.filter(user=person.pk, pk=sign_in_id).first()
    if row is None:
        raise NotFound(_("This browser is signed out already."))
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()
    return str(row.session_key)


@in_transaction
def give_up_mailbox(person: Person, *new: str) -> None:
    """Leave the mailbox to the other who reads it, in the transaction that changes the person's address."""
    renew_hashes(new)
    other = Person.objects.filter(shares_with=person).first()
    if other is not None:
        Person.objects.filter(pk=person.pk).update(shares_with=other)
        Person.objects.filter(pk=other.pk).update(shares_with=None)


@in_transaction
def end_all_sign_ins(*, person: Person) -> None:
    """Sign the person out in every browser and end what programs act by, also where no list shows it.

    Sessions hold a hash of the stored password, which is random since nobody has one: a new one ends them.
    """
    row = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    row.set_unusable_password()
    row.save(update_fields=["password"])
    keys = list(UserSession.objects.filter(user=person.pk).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=person.pk).delete()
    end_tokens(person=person)


@in_transaction
def reset_second_factors(*, email: str, by: Person | None, now: dt.datetime) -> Person:
    """Take away the lost second factors and recovery codes of this person, and sign them out everywhere.

    They are told by mail, and sign in with a code until they set up new ones. `by` is None on the server.
    Refuses AdministratorsOnly, BadEmail, NoSuchPerson, and `nothing_to_reset`.
    """
    if by is not None and not administrators().filter(pk=by.pk).exists():
        raise AdministratorsOnly(_("Only an administrator can do this."))
    person = person_with_email(check_email(email))
    if person is None:
        raise NoSuchPerson(_("There is no open account with this address: check how it is written."))
    with_factor = [one for one in who_reads_the_mailbox_of(person) if has_second_factor(one)]
    if len(with_factor) > 1:
        raise BadEmail(
            _("Two people with a second factor read this mailbox: first the other one changes their address.")
        )
    person = with_factor[0] if with_factor else person
    removed, _rows = Authenticator.objects.filter(user=person.pk).delete()
    if not removed:
        raise Refused("nothing_to_reset", _("This person has no second factor: they sign in with a code sent by mail."))
    FactorReset.objects.create(person=person, by=by, done_at=now)
    end_all_sign_ins(person=person)
    with in_language_of(person):
        text = _(
            "An administrator removed the second factor of your account, as it was reported lost, and signed "
            "you out everywhere. Sign in with a code sent by mail, and set up a new one under "
            "“Sign-in and security”.\n\n"
            "If you did not report it lost, tell whoever administers this installation at once."
        )
        mail = EmailMessage(_("Your second factor was removed"), text, to=[person.email])
    queue_account_mail(mail=mail, now=now)
    return person


def count_code_asked(*, request: HttpRequest, email: str) -> None:
    """Count a code that is asked for, whether or not anybody has the address; refuses TooOften.

    What strangers ask for is counted by network and over all of them, so that they cause few mails; a browser
    that is known to the address has its own count, which no stranger uses up.
    """
    if known := known_browser(request, email):
        count_use(Kind.OWN_CODE_ASKED, account=known.source)
        return
    address = address_hash(email)
    here = f"{address} {client_address.get()()}"
    count_use(Kind.CODE_ASKED, account=here)
    count_use(Kind.CODE_ASKED_HERE, account=here)
    count_use(Kind.CODE_ASKED_ANYWHERE, account=address)


def codes_link(email: str, now: dt.datetime) -> str:
    """The link in each mail that a stranger can cause: it lets a browser be known, and signs nobody in."""
    token = encrypt(email.encode(), purpose=_CODES_LINK, now=now).decode()
    return f"{settings.TITIAN_ADDRESS}/account/codes/{token}/"


def address_of_codes_link(token: str, now: dt.datetime) -> str:
    """Whose mails the link came with; refuses NotFound where it is not whole or too old."""
    content = decrypt(token.encode(), purpose=_CODES_LINK, within=CODES_LINK_LIFE, now=now)
    if content is None:
        raise NotFound(_("This link is not complete or too old. Open the one in the newest mail."))
    return content.decode()


def are_codes_stopped(email: str, now: dt.datetime) -> bool:
    """Whether codes for the address go only to browsers that are known to it."""
    return was_done(Kind.CODES_STOPPED, account=address_hash(email), now=now)


def stop_codes(*, email: str, stop: bool) -> None:
    """Send no codes for a week that are asked for in browsers not known to the address, or send them all."""
    if stop:
        is_too_often(Kind.CODES_STOPPED, account=address_hash(email))
    else:
        forget_uses(Kind.CODES_STOPPED, account=address_hash(email))


@in_transaction
def queue_account_mail(
    *, mail: EmailMessage, now: dt.datetime, asked_by: str | None = None, for_account: bool = True
) -> None:
    """Keep a mail about signing in, encrypted, for a job to send at once; no server is talked to here.

    Of a mail that a stranger can cause `asked_by` is the `account_mark` of the browser, or empty, and the job
    looks whether it is sent. One that is `for_account` goes to nobody who has none.
    """
    parts = mail.alternatives if isinstance(mail, EmailMultiAlternatives) else []
    headers = {"Message-ID": make_msgid(domain=urlsplit(settings.TITIAN_ADDRESS).hostname), **mail.extra_headers}
    content = {
        "subject": str(mail.subject),
        "body": str(mail.body),
        "from_email": mail.from_email,
        "to": list(mail.to),
        "headers": headers,
        "alternatives": [[str(text), str(kind)] for text, kind in parts],
    }
    if asked_by is not None:
        content["asked"] = [asked_by, for_account]
    sealed = encrypt(json.dumps(content).encode(), purpose=_ACCOUNT_MAIL, now=now)
    row = AccountMail.objects.create(content=sealed, queued_at=now)
    enqueue(SEND_ACCOUNT_MAIL, lock=f"account mail {row.pk}", queue=CODES, mail_id=row.pk)


@transaction.atomic
def send_account_mail(*, mail_id: int, now: dt.datetime) -> None:
    """Send a mail about signing in and end its row, also where it is refused for good or too old.

    The row is locked meanwhile, so that two workers never send the same mail. Raises MailDelayed where it has
    to be tried again.
    """
    row = AccountMail.objects.select_for_update(skip_locked=True).filter(pk=mail_id).first()
    if row is None:
        return
    token = bytes(row.content)
    content = decrypt(token, purpose=_ACCOUNT_MAIL, within=ACCOUNT_MAIL_LIFE, now=now)
    if content is not None:
        parts = json.loads(content)
        asked = parts.pop("asked", None)
        if asked is None or _is_wanted(parts, asked_by=asked[0], for_account=asked[1], now=now):
            result = send_mail_now(EmailMultiAlternatives(**parts), event=None)
            if result.error and not result.is_final:
                raise MailDelayed(result.error)
    row.delete()


def _is_wanted(parts: dict[str, Any], *, asked_by: str, for_account: bool, now: dt.datetime) -> bool:
    """Whether a mail that a stranger can cause is sent; one for an account goes to the address of that."""
    [address] = parts["to"]
    person = person_with_email(address)
    if not for_account:
        return not are_codes_stopped(address, now)
    if person is None:
        return False
    parts["to"] = [person.email]
    if any(asked_by == account_mark(reader) for reader in who_reads_the_mailbox_of(person)):
        return True
    is_stopped = are_codes_stopped(address, now)
    return not is_stopped and not is_too_often(Kind.CODE_MAILED, account=address_hash(address))


def delete_old_account_mails(*, now: dt.datetime) -> int:
    """Delete the mails about signing in that were not sent within the code's life; returns their number."""
    old = AccountMail.objects.filter(queued_at__lte=now - ACCOUNT_MAIL_LIFE)
    return old.delete()[0]


def delete_expired_hashes(*, now: dt.datetime) -> int:
    """Delete what has expired of the addresses known as minors'; gives the number deleted."""
    deleted, _rows = KnownMinor.objects.filter(expires_at__lte=now).delete()
    return deleted


@in_transaction
def make_first_link(*, now: dt.datetime) -> str:
    """A fresh token by which the first administrator's account is made; the one before ends.

    Refuses `administrator_exists`.
    """
    if administrators().exists():
        raise Refused(
            "administrator_exists",
            _("This installation has an administrator already, who signs in with a code sent by mail."),
        )
    FirstAdministratorLink.objects.all().delete()
    token = secrets.token_urlsafe(32)
    FirstAdministratorLink.objects.create(token_hash=first_link_hash(token), expires_at=now + FIRST_LINK_LIFE)
    return token


@in_transaction
def make_first_administrator(*, token: str, name: str, email: str, now: dt.datetime) -> Person:
    """Make the first administrator's account, and end the link.

    Refuses NotFound where the link does not hold, `bad_name`, BadEmail, and AddressTaken where the address
    has an account: the link makes an account, it opens none.
    """
    link = first_link_for(token, now).select_for_update(no_key=True).first()
    if link is None:
        raise NotFound(_("There is no such page."))
    name = check_name(name)
    email = check_email(email)
    if Person.objects.filter(address_hash=address_hash(email), erased_at=None).exists():
        raise AddressTaken(_("There is an account with this address already: please use another address."))
    link.delete()
    renew_hashes([email])
    return Person.objects.create_user(email, name=name, is_staff=True, is_superuser=True)


def check_name(text: str) -> str:
    """A person's name on one line; refuses `bad_name`."""
    name = one_line(text)
    if not 0 < len(name) <= PERSON_NAME_LENGTH:
        raise Refused(
            "bad_name", _("Write a name of at most %(limit)s characters.") % {"limit": PERSON_NAME_LENGTH}, status=400
        )
    return name


@in_transaction
def allow_starting(*, email: str, allowed: bool, by: Person) -> Person:
    """Let the person with this address start forums, or no longer; a new address gets an account.

    Refuses AdministratorsOnly, and BadEmail where it is none, or one of the demo, which anybody can enter.
    """
    if not administrators().filter(pk=by.pk).exists():
        raise AdministratorsOnly(_("Only an administrator can do this."))
    email = check_email(email)
    person = find_or_create_people(names={email: email.partition("@")[0]})[email]
    if person.is_demo:
        raise BadEmail(_("This is an account of the demo, which anybody can enter: choose a real person."))
    if allowed and who_reads_the_mailbox_of(person).count() > 1:
        raise BadEmail(_("Two people read this mailbox: one who starts forums has an address of their own."))
    person.may_start_forums = allowed
    person.save(update_fields=["may_start_forums"])
    return person
