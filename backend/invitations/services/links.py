"""The links of invitations: each signs its reader in once, when a button is pressed.

Opening one changes nothing, since mail scanners open every link.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from django.core import signing
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound
from backend.core.limits import Kind, is_too_often
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.age_classes import is_known_adult
from backend.events.services.locks import lock_attendees
from backend.invitations.models import Invitation
from backend.invitations.rules import is_invitable
from backend.people.models import Person

_signer = signing.Signer(sep=".", salt="invitations.link")


class LinkInvalid(NotFound):
    """The signature does not fit, or the mail it came in is gone."""

    code = "link_invalid"


class LinkExpired(BusinessError):
    """Too old, sent to an address the person no longer has, or no longer for this person."""

    code = "link_expired"
    status = 410


class LinkUsed(BusinessError):
    code = "link_used"
    status = 409


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """Whom a link signs in; nobody, where it is of a test mail."""

    attendee: Attendee
    is_test: bool


def new_token() -> str:
    """A random token with our signature; only its hash is stored."""
    return _signer.sign(secrets.token_urlsafe(24))


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def read_link(token: str, now: dt.datetime) -> OpenedLink:
    """Whom the link would sign in, for the page with the button; changes nothing.

    Refuses LinkInvalid, LinkUsed and LinkExpired.
    """
    invitation = _invitation_of(token)
    _check_link(invitation, now)
    return OpenedLink(invitation.attendee, invitation.kind == Invitation.Kind.TEST)


@in_transaction
def use_link(*, token: str, now: dt.datetime) -> Attendee:
    """Spend the link, and every earlier one of its reader at this event; gives whom to sign in.

    For a POST only; counted like a typed code. Refuses LinkInvalid, LinkUsed and LinkExpired.
    """
    invitation = _invitation_of(token)
    lock_attendees([invitation.attendee_id])
    invitation = _invitation_of(token)  # as whoever came first at the same moment left it
    if is_too_often(Kind.LINK_USED, account=invitation.token_hash):
        raise LinkUsed(_used())
    _check_link(invitation, now)
    if invitation.kind == Invitation.Kind.TEST:
        raise LinkInvalid(_("This link is of a test mail: it signs nobody in."))
    mine = Invitation.objects.filter(attendee=invitation.attendee_id, used_at=None)
    mine.exclude(kind=Invitation.Kind.TEST).filter(pk__lte=invitation.pk).update(used_at=now)
    return invitation.attendee


def mailed_to(token: str) -> Person | None:
    """Who got the mail with this link, used or expired, at the address they still have; else None."""
    try:
        invitation = _invitation_of(token)
    except LinkInvalid:
        return None
    return invitation.attendee.person if _is_theirs(invitation) else None


def _invitation_of(token: str) -> Invitation:
    try:
        _signer.unsign(token)
    except signing.BadSignature:
        raise LinkInvalid(
            _("This link is not complete. Open it from the mail again, or sign in with a code.")
        ) from None
    rows = Invitation.objects.select_related("attendee__event", "attendee__person")
    found = rows.filter(token_hash=hash_of(token)).first()
    if found is None:
        raise LinkInvalid(_("This link leads nowhere any more. Sign in with a code."))
    return found


def _is_theirs(invitation: Invitation) -> bool:
    """Whether the mail went to the address that its reader still has."""
    return bool(invitation.address_hash == invitation.attendee.person.address_hash)


def _check_link(invitation: Invitation, now: dt.datetime) -> None:
    """Refuse LinkUsed and LinkExpired; people not to be invited any more read the same as of an old link."""
    reader = invitation.attendee
    if invitation.used_at is not None:
        raise LinkUsed(_used())
    is_due = invitation.expires_at is not None and now < invitation.expires_at
    allowed = Attendee.objects.filter(is_invitable(), is_known_adult(now), pk=reader.pk)
    is_test = invitation.kind == Invitation.Kind.TEST
    if not is_due or not _is_theirs(invitation) or not (is_test or allowed.exists()):
        raise LinkExpired(_("This link has expired. You can sign in with a code instead."))


def _used() -> str:
    return _("This link was used: it signs in once. You can sign in with a code instead.")
