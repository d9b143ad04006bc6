"""Notices of office hours in words: what the mail of each kind says."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.agenda.selectors.calendar import meeting_address
from backend.agenda.selectors.times import reader_words, short_words
from backend.booking.models.notices import Notice
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import OfficeHourRow
from backend.notifications.services.notice_words import MailContent, agenda_link

Kind = Notice.Kind


def office_hour_address(row: OfficeHourRow, reader: Attendee) -> str:
    return f"{meeting_address(reader)}office-hours/{row.meeting_id}/"


def invited(row: OfficeHourRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    named = _named(row, reader)
    others = ngettext(
        "%(count)d other who asked about it comes, too.",
        "%(count)d others who asked about it come, too.",
        len(row.guests),
    ) % {"count": len(row.guests)}
    return (
        _("%(host)s invites you to an office hour on %(time)s") % named,
        (
            _("%(who)s answers your request with an office hour: “%(about)s”.") % named,
            *([others] if row.guests else []),
            _("You have a place, and nothing is to be done. If you cannot come, say so on its page."),
        ),
    )


def left(row: OfficeHourRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    named = _named(row, reader)
    return (
        _("A place is free in your office hour on %(time)s") % named,
        (
            _("A guest does not come to your office hour “%(about)s”.") % named,
            _("You can give the place to another who asked to meet you: on the card of the request."),
        ),
    )


def moved(row: OfficeHourRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    named = _named(row, reader)
    return (
        _("Another place: office hour on %(time)s") % named,
        (_("The office hour “%(about)s” takes place somewhere else.") % named,),
    )


def tomorrow(row: OfficeHourRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    named = _named(row, reader)
    return (
        _("Reminder: office hour on %(time)s") % named,
        (_line(row) % named, _("If you cannot come, say so on its page now.")),
    )


def soon(row: OfficeHourRow, reader: Attendee) -> tuple[str, tuple[str, ...]]:
    return (_("In a few minutes: office hour “%(about)s”") % _named(row, reader), (_line(row) % _named(row, reader),))


def cancelled(row: OfficeHourRow, reader: Attendee) -> MailContent:
    """Off for the reader: cancelled, or they have no place in it any more."""
    named = _named(row, reader)
    if row.reason:
        why = _("The office hour “%(about)s” does not take place.")
    elif row.is_host:
        why = _("No guest is left in your office hour “%(about)s”, so it does not take place.")
    else:
        why = _("You have no place in the office hour “%(about)s” any more.")
    return MailContent(
        subject=_("Cancelled for you: office hour on %(time)s") % named,
        lines=(why % named, _("The time is yours again.")),
        times=(reader_words(row.starts_at, row.ends_at, reader),),
        quote=row.reason,
        links=(agenda_link(reader),),
    )


def _line(row: OfficeHourRow) -> str:
    if row.is_host:
        return _("You hold the office hour “%(about)s”.")
    return _("%(who)s holds the office hour “%(about)s”, and you have a place.")


def _named(row: OfficeHourRow, reader: Attendee) -> dict[str, str]:
    host = row.host
    organisation = f" ({host.organisation})" if host and host.organisation else ""
    return {
        "host": host.name if host else "",
        "who": f"{host.name}{organisation}" if host else "",
        "about": row.about,
        "time": short_words(row.starts_at, reader),
    }
