"""Notices in words, and for organisers what became of their mails."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.booking.models.notices import Notice
from backend.booking.selectors.acted_words import acted_notice_words
from backend.events.models.events import Event
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.groups.selectors.rounds import TableRow
from backend.notifications.selectors.deliveries import DeliveryRow
from backend.notifications.selectors.notices import NoticeRow
from backend.notifications.services.kinds import KINDS
from frontend.events.words.times import when

Kind = Notice.Kind


MAIL_ERRORS = {
    "timeout": gettext_lazy("The mail server did not answer in time."),
    "no_server": gettext_lazy("No mail server answers at the address the forum sends through."),
    "unknown_host": gettext_lazy("The mail server’s name is not known on the network."),
    "disconnected": gettext_lazy("The mail server hung up."),
    "network": gettext_lazy("The network failed on the way to the mail server."),
    "smtp": gettext_lazy("The mail server answered with something that is no mail protocol."),
}


LOGIN_REFUSED = ("530", "534", "535", "538")  # RFC 4954


ADDRESS_REFUSED = ("550", "551", "553")  # RFC 5321: the mailbox is unknown, moved, or its name cannot be


MAILBOX_FULL = ("452", "552")


def notice_words(notice: NoticeRow, event: Event) -> str:
    """A notice in one sentence, with its meeting as it may be seen now."""
    if notice.office_hour is not None:
        return office_notice_words(notice.kind, notice.office_hour, event)
    if notice.round_table is not None:
        return table_notice_words(notice.kind, notice.facts, notice.round_table, event)
    if (declined := notice.declined) is not None:
        named = {"title": declined.about, "reason": declined.reason}
        return str(KINDS[Kind(notice.kind)].table_page) % named
    row = notice.meeting
    if row is None:
        return _("A meeting of yours is cancelled. Its time is yours again.")
    if acted := acted_notice_words(notice.kind, notice.facts, row):
        return acted
    found = KINDS[Kind(notice.kind)].page
    sentence: str = found(row, notice.facts) if callable(found) else str(found)
    return sentence % {
        "name": row.other.name,
        "when": when(row.starts_at, row.ends_at, event) if row.starts_at and row.ends_at else "",
        "place": row.place.label if row.place else "",
    }


def office_notice_words(kind: str, row: OfficeHourRow, event: Event) -> str:
    """A notice of an office hour in one sentence."""
    return str(KINDS[Kind(kind)].office_page) % {
        "about": row.about,
        "host": row.host.name if row.host else "",
        "when": when(row.starts_at, row.ends_at, event),
        "place": row.place.label if row.place else "",
    }


def table_notice_words(kind: str, facts: Mapping[str, object], row: TableRow, event: Event) -> str:
    """A notice of a table of several in one sentence."""
    return str(KINDS[Kind(kind)].table_page) % {
        "name": row.name_of(facts.get("other")),
        "title": row.title,
        "when": when(row.starts_at, row.ends_at, event),
        "place": row.place.label if row.place else "",
    }


def mail_kind_words(row: DeliveryRow) -> str:
    """What the mail is about, without a name."""
    return str(KINDS[Kind(row.kind)].name)


def delivery_error_words(row: DeliveryRow) -> str:
    """The outcome of the last attempt, in one sentence."""
    if not row.error:
        return _("Not tried yet.") if not row.tried_at else _("To be tried again.")
    if row.error in MAIL_ERRORS:
        return str(MAIL_ERRORS[row.error])
    code = {"code": row.error}
    if row.error in LOGIN_REFUSED:
        return _("The mail server does not accept the forum’s name and password (%(code)s).") % code
    if row.error in ADDRESS_REFUSED:
        return _("The mail server does not accept this address (%(code)s).") % code
    if row.error in MAILBOX_FULL:
        return _("The mailbox is full, or the mail server out of room (%(code)s).") % code
    if row.error.startswith("4"):
        return _("The mail server asked to try again later (%(code)s).") % code
    return _("The mail server refused the mail (%(code)s).") % code
