"""Words for what became of an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.invitations.models import BOUNCED
from backend.invitations.selectors import JOINED, NOT_INVITED, InvitedPerson

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FILTER_WORDS: dict[str, _StrPromise] = {
    "not_invited": gettext_lazy("Not invited"),
    "invited": gettext_lazy("Invited"),
    "joined": gettext_lazy("Joined"),
    "refused": gettext_lazy("Mail refused"),
}
_STATUS_WORDS: dict[str, _StrPromise] = {
    NOT_INVITED: gettext_lazy("Not invited"),
    "queued": gettext_lazy("Waiting to be sent"),
    "sent": gettext_lazy("Sent"),
    "failed": gettext_lazy("Refused"),
    JOINED: gettext_lazy("Joined"),
}


def status_words(row: InvitedPerson) -> str:
    return str(_STATUS_WORDS.get(row.status, row.status))


def hint_words(row: InvitedPerson) -> str:
    """What the organiser can do about it, in a few words; empty where there is nothing to do."""
    if row.status == "failed" and row.error == BOUNCED:
        return _("An organiser saw it come back: mend the address, then invite again.")
    if row.status == "failed":
        return _("The mail server refused the address (%(error)s): mend it, then invite again.") % {"error": row.error}
    if row.is_moved:
        return _("The address was changed since the last mail: invite again.")
    if row.needs_new_link:
        return _("The link has expired: invite again.")
    if row.status == "queued" and row.error:
        return _("The mail server did not take it yet (%(error)s); it is tried again.") % {"error": row.error}
    if row.signed_in_at is not None and row.status != JOINED:
        return _("Signed in by the link, and has not joined yet.")
    return ""
