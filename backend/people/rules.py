"""What a person's settings mean at a moment."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import override

from backend.people.models import Person, address_hash

PROOF_HOLDS = dt.timedelta(minutes=15)  # how long somebody who proved who they are may do what is sensitive
BY_FACTOR, BY_CODE = "mfa", "code"  # how it was proved, as django-allauth notes it in the session
BY_PROVIDER = "provider"  # elsewhere, and `has_factor` where a second factor was proved there that counts
KNOWN_BROWSER = "known_browser"  # the cookie, which outlasts signing out
KNOWN_FOR = dt.timedelta(days=180)
MOST_KNOWN = 5  # addresses that one browser is known to; the oldest is forgotten
DIGEST_TIMES: Mapping[str, tuple[dt.time, ...]] = {
    Person.Digest.TWICE_DAILY: (dt.time(8), dt.time(17)),
    Person.Digest.DAILY: (dt.time(8),),
}
GATHERING = dt.timedelta(minutes=3)  # what is mailed of a change waits so long for the next one


def quiet_hours_end(person: Person, event_zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """When the quiet hours that the person is in now end; None outside them, and for people who have none.

    They are read in the zone the person chose, else in the event's.
    """
    begins, ends = person.quiet_from, person.quiet_until
    if begins is None or ends is None:
        return None
    zone = ZoneInfo(person.own_timezone) if person.own_timezone else event_zone
    local = now.astimezone(zone)
    is_quiet = begins <= local.time() < ends
    if begins >= ends:  # over midnight
        is_quiet = local.time() >= begins or local.time() < ends
    if not is_quiet:
        return None
    day = local.date() if local.time() < ends else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, ends, zone)


def next_digest(person: Person, event_zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """When the person's next digest is mailed, by the clock they read from; None without digests."""
    times = DIGEST_TIMES.get(person.digest, ())
    zone = ZoneInfo(person.own_timezone) if person.own_timezone else event_zone
    today = now.astimezone(zone).date()
    moments = (dt.datetime.combine(today + dt.timedelta(days=days), time, zone) for days in (0, 1) for time in times)
    return next((moment for moment in moments if moment > now), None)


class HeldIn(Protocol):
    """What is held in languages, given as codes: an event."""

    @property
    def languages(self) -> Sequence[str]: ...


def offered_language(code: str) -> str:
    """The language of pages with this code, of which a variant may be the one offered; empty where none is.

    >>> offered_language("en"), offered_language("en-gb"), offered_language("xx")
    ('en', 'en', '')
    """
    codes = [code for code, _name in settings.LANGUAGES]
    code = code.lower()
    if code in codes:
        return code
    primary = code.partition("-")[0]
    return next((one for one in codes if one.partition("-")[0] == primary), "") if primary else ""


def event_language(event: HeldIn | None) -> str:
    """The language for whom no other is known: the first of those it is held in that is offered."""
    found = (offered_language(code) for code in (event.languages if event else ()))
    return next(filter(None, found), settings.LANGUAGE_CODE)


def language_of_person(person: Person, event: HeldIn | None = None) -> str:
    """The language the person reads: as they chose, else their browser's, else the event's."""
    own = offered_language(person.language) or offered_language(person.browser_language)
    return own or event_language(event)


def in_language_of(person: Person, event: HeldIn | None = None) -> override:
    """A context in which texts are written for this person: mails, calendar entries, what is printed."""
    return override(language_of_person(person, event))


def has_proved_factor(proofs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the session's proofs is of a second factor."""
    return any(proof["method"] == BY_FACTOR for proof in proofs)


def has_provider_factor(proofs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a provider said of a second factor that the environment lets count."""
    return any(proof["method"] == BY_PROVIDER and proof.get("has_factor") for proof in proofs)


def has_fresh_proof(proofs: Iterable[Mapping[str, Any]], *, has_factor: bool, now: dt.datetime) -> bool:
    """Whether they proved lately who they are: by a second factor, or without one by a mailed code."""
    wanted = {BY_FACTOR} if has_factor else {BY_FACTOR, BY_CODE}
    since = (now - PROOF_HOLDS).timestamp()
    return any(proof["method"] in wanted and proof["at"] > since for proof in proofs)


class KnownBrowser(NamedTuple):
    """That who uses a browser has read the mails of an address: it has an allowance for codes of its own."""

    address: str  # as `address_hash`
    source: str  # the sign-in or the link that showed it; what each may ask for is counted apart
    is_sign_in: bool
    account: str  # `account_mark` at that time
    by_factor: bool = False  # a second factor was proved there: those typed there are counted apart


def account_mark(person: Person) -> str:
    """A mark of the account; signing out everywhere changes it, and browsers are known no more."""
    return salted_hmac(KNOWN_BROWSER, f"{person.pk} {person.get_session_auth_hash()}").hexdigest()


def known_browser(request: HttpRequest, email: str) -> KnownBrowser | None:
    """What the browser shows of this address; whether its account is still the same is not asked here.

    So nobody learns from an answer, or from its time, what became of an account.
    """
    wanted = address_hash(email)
    return next((known for known in _known(request) if known.address == wanted), None)


def remember_browser(
    *, request: HttpRequest, response: HttpResponse, person: Person, link: str = "", by_factor: bool = False
) -> None:
    """Let the browser be known to the address of the person who signed in, or to whom this link was mailed.

    Not of people of the demo, whom anybody can enter as. A link takes the place of no sign-in.
    """
    source, mark = link or secrets.token_urlsafe(12), account_mark(person)
    before = known_browser(request, person.email)
    if person.is_demo or (link and before is not None and before.is_sign_in and before.account == mark):
        return
    new = KnownBrowser(address_hash(person.email), source, not link, mark, by_factor)
    others = [known for known in _known(request) if known.address != new.address]
    response.set_cookie(
        KNOWN_BROWSER,
        signing.dumps([new, *others][:MOST_KNOWN], salt=KNOWN_BROWSER),
        max_age=KNOWN_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> list[KnownBrowser]:
    try:
        rows = signing.loads(request.COOKIES.get(KNOWN_BROWSER, ""), salt=KNOWN_BROWSER, max_age=KNOWN_FOR)
    except signing.BadSignature:
        return []
    return [KnownBrowser(*row) for row in rows]
