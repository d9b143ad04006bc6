"""How often each kind of act may be done, by account and by address: one table, counted in PostgreSQL."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import BusinessError
from backend.core.models import UseCount

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class TooOften(BusinessError):
    code = "too_often"
    status = 429
    retry_after = 60


class Kind(StrEnum):
    CODE_ASKED = "code asked"
    CODE_ASKED_HERE = "code asked here"
    CODE_ASKED_ANYWHERE = "code asked anywhere"
    OWN_CODE_ASKED = "own code asked"
    CODE_MAILED = "code mailed"
    CODES_STOPPED = "codes stopped"
    NEW_ADDRESS = "new address"
    FACTOR_TYPED = "factor typed"
    FACTOR_USED = "factor used"
    SIGN_IN = "sign-in"
    LINK_USED = "link used"
    PROVIDER_ASKED = "provider asked"
    SEARCHED = "searched"
    PROFILE_READ = "profile read"
    READ_ALONG = "read along"
    MEETING_ASKED = "meeting asked"
    MESSAGE_SENT = "message sent"
    ASSISTANT_NAMED = "assistant named"
    REMARKED = "remarked"
    CALENDAR_SET = "calendar set"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many within so many seconds: by one account, and by all behind one address (0: not counted)."""

    seconds: int
    by_account: int
    by_address: int = 0


MINUTE, TEN_MINUTES, HOUR, DAY, WEEK = 60, 600, 3600, 86_400, 604_800
# Behind one address is a whole forum: 500 people sign in within ten minutes, each with a wrong code or two.
LIMITS: Mapping[Kind, tuple[Limit, ...]] = {
    # In a browser that is not known to the mail address: the account is that address and the network, or, for
    # all networks together, the mail address alone.
    Kind.CODE_ASKED: (Limit(TEN_MINUTES, 4, 3_000),),
    Kind.CODE_ASKED_HERE: (Limit(DAY, 6, 20_000),),
    Kind.CODE_ASKED_ANYWHERE: (Limit(DAY, 12),),
    Kind.OWN_CODE_ASKED: (Limit(TEN_MINUTES, 6), Limit(DAY, 30)),  # in a known browser, or signed in
    Kind.CODE_MAILED: (Limit(DAY, 12),),  # to one mail address, asked for in browsers that are not known to it
    Kind.CODES_STOPPED: (Limit(WEEK, 1),),  # by whoever reads the mails of the address, which is the account
    Kind.NEW_ADDRESS: (Limit(DAY, 3),),  # the account is the mail address that somebody wants to change to
    Kind.FACTOR_TYPED: (Limit(TEN_MINUTES, 10),),  # of an authenticator app, and recovery codes
    Kind.FACTOR_USED: (Limit(TEN_MINUTES, 1),),  # the account is that code of an account: it opens once
    Kind.SIGN_IN: (Limit(HOUR, 5),),  # codes typed for one that was sent; the account is that sign-in
    Kind.LINK_USED: (Limit(HOUR, 5),),  # the account is the link of an invitation
    Kind.PROVIDER_ASKED: (Limit(TEN_MINUTES, 3_000),),  # sign-ins elsewhere; the account is the address
    Kind.SEARCHED: (Limit(MINUTE, 60, 6_000), Limit(HOUR, 400, 40_000)),  # reading, not copying
    Kind.PROFILE_READ: (Limit(MINUTE, 60, 6_000), Limit(HOUR, 600, 60_000)),
    Kind.READ_ALONG: (Limit(MINUTE, 40, 4_000),),  # a pause in typing is a request
    Kind.MEETING_ASKED: (Limit(TEN_MINUTES, 60, 60_000),),
    Kind.MESSAGE_SENT: (Limit(TEN_MINUTES, 60, 60_000),),
    Kind.ASSISTANT_NAMED: (Limit(HOUR, 10),),
    Kind.CALENDAR_SET: (Limit(HOUR, 10),),  # each is a request to a server that somebody names
    Kind.REMARKED: (Limit(HOUR, 20, 300),),  # on translations, also by nobody who is signed in
}
_ASKED_OFTEN = gettext_lazy(
    "Codes were asked for very often. Type the newest one that you asked for here, or ask again in ten minutes."
)
_ASKED_TODAY = gettext_lazy(
    "Codes were asked for this address very often today. Open the link of your invitation, or the one in any "
    "mail with a code, in this browser, and ask again; or ask where you have signed in before."
)
REFUSALS: Mapping[Kind, _StrPromise] = {
    Kind.CODE_ASKED: _ASKED_OFTEN,
    Kind.OWN_CODE_ASKED: _ASKED_OFTEN,
    Kind.CODE_ASKED_HERE: _ASKED_TODAY,
    Kind.CODE_ASKED_ANYWHERE: _ASKED_TODAY,
    Kind.NEW_ADDRESS: gettext_lazy("Mails about a change were sent to this address today. Try again tomorrow."),
    Kind.FACTOR_TYPED: gettext_lazy("Too many codes were typed for this account. Try again in ten minutes."),
    Kind.SEARCHED: gettext_lazy("You have searched very often just now. Please go on in a few minutes."),
    Kind.PROFILE_READ: gettext_lazy("You have read very many profiles. Please go on in a few minutes."),
    Kind.READ_ALONG: gettext_lazy("That was read very often just now. We read along again in a minute."),
}

# Gives where the request comes from; set by a middleware, empty in jobs and commands.
client_address: ContextVar[Callable[[], str]] = ContextVar("client_address", default=str)

COUNT = """
INSERT INTO core_usecount AS kept (key, count, ends_at)
SELECT key, 1, ends_at
FROM unnest(%(keys)s::text[], %(ends)s::timestamptz[]) AS given (key, ends_at) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN kept.ends_at <= %(now)s THEN 1 ELSE kept.count + 1 END,
    ends_at = CASE WHEN kept.ends_at <= %(now)s THEN excluded.ends_at ELSE kept.ends_at END
RETURNING key, count, ends_at
"""


def count_use(kind: Kind, *, account: object) -> None:
    """Count one act of this kind by the account, and by the address the request comes from; one statement.

    Outside transactions, so that what is refused later is counted too and nobody waits for the row of an
    address. Refuses TooOften above a limit of the kind, with the seconds until it can be done again.
    """
    now, most = timezone.now(), {}
    ends: dict[str, dt.datetime] = {}
    for limit in LIMITS[kind]:
        counted = [("account", str(account), limit.by_account)]
        if limit.by_address and (address := client_address.get()()):
            counted.append(("address", address, limit.by_address))
        for what, who, number in counted:
            key = _key(kind, limit, what, who)
            most[key] = number
            ends[key] = now + dt.timedelta(seconds=limit.seconds)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"keys": list(ends), "ends": list(ends.values()), "now": now})
        rows = cursor.fetchall()
    if waits := [ends_at for key, count, ends_at in rows if count > most[key]]:
        otherwise = _("You have done this very often just now. Please go on in a few minutes.")
        refusal = TooOften(str(REFUSALS.get(kind, otherwise)))
        refusal.retry_after = max(1, math.ceil((max(waits) - now).total_seconds()))
        raise refusal


def _key(kind: Kind, limit: Limit, what: str, who: str) -> str:
    return salted_hmac("use", f"{kind}|{limit.seconds}|{what}|{who}", algorithm="sha256").hexdigest()


def _counts_of(kind: Kind, account: object) -> QuerySet[UseCount]:
    return UseCount.objects.filter(pk__in=[_key(kind, limit, "account", str(account)) for limit in LIMITS[kind]])


def was_done(kind: Kind, *, account: object, now: dt.datetime) -> bool:
    """Whether the account has done this within the time of its limit; counts nothing."""
    return _counts_of(kind, account).filter(ends_at__gt=now).exists()


def forget_uses(kind: Kind, *, account: object) -> None:
    """Let the account begin anew with this."""
    _counts_of(kind, account).delete()


def is_too_often(kind: Kind, *, account: object) -> bool:
    """Count one act; whether it is refused, for pages that say so in their own words."""
    try:
        count_use(kind, account=account)
    except TooOften:
        return True
    return False


def delete_ended_uses(*, now: dt.datetime) -> int:
    """Delete counts that have ended; gives how many. Those being counted at this moment are left out."""
    with transaction.atomic():
        ended = UseCount.objects.filter(ends_at__lte=now).select_for_update(skip_locked=True)
        return UseCount.objects.filter(pk__in=ended.values("pk")).delete()[0]
