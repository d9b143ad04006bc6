"""Mails in words, for organisers: what one was about, and what the server said of it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.meetings.models import Notice
from backend.meetings.selectors import DeliveryRow

Kind = Notice.Kind

KINDS = {
    Kind.REQUESTED: gettext_lazy("A request to meet"),
    Kind.CHANGED: gettext_lazy("A changed request"),
    Kind.ACCEPTED: gettext_lazy("A request accepted"),
    Kind.ARRANGED: gettext_lazy("A meeting arranged"),
    Kind.MOVED: gettext_lazy("Another place for a meeting"),
    Kind.DECLINED: gettext_lazy("A request declined"),
    Kind.WITHDRAWN: gettext_lazy("A request taken back"),
    Kind.EXPIRED: gettext_lazy("A request expired"),
    Kind.CANCELLED: gettext_lazy("A meeting cancelled"),
    Kind.TIME_TAKEN: gettext_lazy("A time taken"),
    Kind.REMINDER_HALF: gettext_lazy("Reminder to answer"),
    Kind.REMINDER_DAY: gettext_lazy("Reminder, a day before"),
    Kind.REMINDER_SOON: gettext_lazy("Reminder, minutes before"),
    Kind.ATTEST: gettext_lazy("Question whether it took place"),
}
TROUBLES = {
    "timeout": gettext_lazy("The mail server did not answer in time."),
    "no_server": gettext_lazy("No mail server answers at the address the forum sends through."),
    "unknown_host": gettext_lazy("The mail server’s name is not known on the network."),
    "disconnected": gettext_lazy("The mail server hung up."),
    "network": gettext_lazy("The network failed on the way to the mail server."),
    "smtp": gettext_lazy("The mail server answered with something that is no mail protocol."),
}
LOGIN = ("530", "534", "535", "538")  # RFC 4954
ADDRESS = ("550", "551", "553")  # RFC 5321: the mailbox is unknown, moved, or its name cannot be
FULL = ("452", "552")


def mail_kind_words(row: DeliveryRow) -> str:
    """What the mail is about, without naming anybody."""
    return str(KINDS.get(Kind(row.kind), row.kind))


def server_words(row: DeliveryRow) -> str:
    """What became of the last attempt, in one sentence."""
    if not row.error:
        return _("Not tried yet.") if not row.tried_at else _("To be tried again.")
    if row.error in TROUBLES:
        return str(TROUBLES[row.error])
    code = {"code": row.error}
    if row.error in LOGIN:
        return _("The mail server does not accept the forum’s name and password (%(code)s).") % code
    if row.error in ADDRESS:
        return _("The mail server does not accept this address (%(code)s).") % code
    if row.error in FULL:
        return _("The mailbox is full, or the mail server out of room (%(code)s).") % code
    if row.error.startswith("4"):
        return _("The mail server asked to try again later (%(code)s).") % code
    return _("The mail server refused the mail (%(code)s).") % code
