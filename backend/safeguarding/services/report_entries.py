"""What leads do with a report until it is closed: notes, words to the reporter, who acts, and by when."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.people.models import Person
from backend.safeguarding.models import Report, ReportEntry, ReportView
from backend.safeguarding.rules import hears_news, leads_reading, readable_for
from backend.safeguarding.services.report_mails import mail_assigned, mail_news

ENTRY_LIMIT = 4_000
LONGEST_DUE = dt.timedelta(days=366)
Kind = ReportEntry.Kind


class AlreadyClosed(BusinessError):
    code = "already_closed"


class EntryNeeded(BusinessError):
    code = "entry_needed"
    status = 400


@in_transaction
def add_note(*, lead: Attendee, report_id: int, text: str, by: Person, now: dt.datetime) -> ReportEntry:
    """Write a note that only leads who may read the report read; it is never changed or removed.

    Refuses NotYours, NotFound, EntryNeeded and TextTooLong. A closed report takes notes, too.
    """
    report = locked_report(lead, report_id, by)
    return write_entry(report, Kind.NOTE, by, now, text=clean_entry(text, "note"))


@in_transaction
def send_word(*, lead: Attendee, report_id: int, text: str, by: Person, now: dt.datetime) -> ReportEntry:
    """Tell the reporter how it stands: on a page of their own, and a mail says only that there is news.

    Refuses NotYours, NotFound, AlreadyClosed, `cannot_hear`, EntryNeeded and TextTooLong.
    """
    report = _locked_open(lead, report_id, by)
    return write_word(report, Kind.INTERIM, text, by, now)


@in_transaction
def assign_report(*, lead: Attendee, report_id: int, to_id: int, by: Person, now: dt.datetime) -> Report:
    """Put a lead (attendee id) who may read the report in charge of it; it is in hand from then on.

    Another lead than the one who does so is mailed. Again changes nothing. Refuses NotYours, NotFound (also
    of a lead who may not read it) and AlreadyClosed.
    """
    report = _locked_open(lead, report_id, by)
    other = next((one for one in leads_reading(report) if one.pk == to_id), None)
    if other is None:
        raise NotFound(_("There is no such safeguarding lead who may read this report."))
    if report.assigned_to_id != other.pk:
        report.assigned_to, report.state = other, Report.State.IN_HAND
        report.save(update_fields=["assigned_to", "state"])
        write_entry(report, Kind.ASSIGNED, by, now, about=other)
        if other.person_id != by.pk:
            mail_assigned(other)
    return report


@in_transaction
def set_due_time(*, lead: Attendee, report_id: int, due_at: dt.datetime, by: Person, now: dt.datetime) -> Report:
    """Set by when a lead has to act, an aware time to come within a year.

    Refuses NotYours, NotFound, AlreadyClosed and `bad_due_time`.
    """
    report = _locked_open(lead, report_id, by)
    if not now < due_at <= now + LONGEST_DUE:
        raise Refused("bad_due_time", _("Choose a time to come, within a year."), field="time", status=400)
    report.due_at = due_at
    report.save(update_fields=["due_at"])
    write_entry(report, Kind.DUE, by, now, due_at=due_at)
    return report


@in_transaction
def export_report(*, lead: Attendee, report_id: int, by: Person, now: dt.datetime) -> Report:
    """Open a report to download all of it; that it was, by whom and when, is written down in it first.

    Refuses NotYours and NotFound.
    """
    report = locked_report(lead, report_id, by)
    write_entry(report, Kind.EXPORTED, by, now)
    return log_reading(report, by, now)


def log_reading(report: Report, by: Person, now: dt.datetime) -> Report:
    """Write down who read a locked report; the first reading marks it as looked at."""
    ReportView.objects.create(report=report, viewer=by, seen_at=now)
    if report.state == Report.State.OPEN:
        report.state = Report.State.LOOKED_AT
        report.save(update_fields=["state"])
    return report


def locked_report(lead: Attendee, report_id: int, by: Person) -> Report:
    """The report, locked until the transaction ends; refuses NotYours and NotFound."""
    if lead.person_id != by.pk:
        raise NotYours(_("Only the safeguarding lead can do this."))
    report = Report.objects.select_for_update(no_key=True).filter(pk__in=readable_for(lead), pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no such page."))
    return report


def write_word(report: Report, kind: ReportEntry.Kind, text: str, by: Person, now: dt.datetime) -> ReportEntry:
    """Write to the reporter of a locked report. Refuses `cannot_hear`, EntryNeeded and TextTooLong."""
    if not Report.objects.filter(hears_news(), pk=report.pk).exists():
        raise Refused(
            "cannot_hear",
            _(
                "Whoever made this report did not ask to hear of it, or is not known to be an adult: turn to "
                "their delegation."
            ),
        )
    field = "final_word" if kind == Kind.FINAL else "word"
    entry = write_entry(report, kind, by, now, text=clean_entry(text, field))
    mail_news(report)
    return entry


def write_entry(
    report: Report,
    kind: ReportEntry.Kind,
    by: Person,
    now: dt.datetime,
    *,
    text: str = "",
    about: Attendee | None = None,
    due_at: dt.datetime | None = None,
) -> ReportEntry:
    return ReportEntry.objects.create(
        report=report, kind=kind, by=by, written_at=now, text=text, about=about, due_at=due_at
    )


def _locked_open(lead: Attendee, report_id: int, by: Person) -> Report:
    report = locked_report(lead, report_id, by)
    if report.state == Report.State.CLOSED:
        raise AlreadyClosed(_("This report is closed already. Read what became of it, and who closed it."))
    return report


def clean_entry(text: str, field: str) -> str:
    """The text as it is kept; refuses EntryNeeded and TextTooLong, at this field."""
    text = clean_text(text)
    if not text:
        raise EntryNeeded(_("Please write something first."), field=field)
    if len(text) > ENTRY_LIMIT:
        message = _("Please write at most %(limit)s characters.")
        raise TextTooLong(message % {"limit": f"{ENTRY_LIMIT:,}"}, field=field)
    return text
