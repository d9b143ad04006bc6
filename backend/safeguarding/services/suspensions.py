"""Suspensions: a lead closes all of an event to somebody at once, and a lead lifts it."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.core.errors import NotFound, NotYours, Refused
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.events.models.suspensions import Suspension
from backend.events.rules.roles import LEAD, check_lead
from backend.events.services.changes import announce_changes
from backend.events.services.locks import lock_attendees, lock_event
from backend.people.models import Person
from backend.roles.services.appointments import end_role
from backend.safeguarding.models import Report, ReportEntry
from backend.safeguarding.services.report_entries import clean_entry, locked_report, write_entry
from backend.safeguarding.services.report_mails import mail_suspension

Kind = ReportEntry.Kind


@in_transaction
def suspend_person(
    *, lead: Attendee, attendee_id: int, reason: str, report_id: int | None = None, by: Person, now: dt.datetime
) -> Suspension:
    """Close the event to an attendee at once: to others they are hidden, and a job ends what they agreed.

    `report_id`: the report about them, in which it is then written down. The other leads are mailed. A lead
    who is suspended is a lead no longer, of which leads and organisers are mailed as of any ended lead.
    Refuses NotYours, NotFound (to everybody but a lead, and of nobody of the event), `cannot_suspend`
    (oneself), `already_suspended`, EntryNeeded and TextTooLong.
    """
    _lock_as_lead(lead, by)
    lock_attendees([attendee_id])
    attendee = Attendee.objects.filter(event=lead.event_id, pk=attendee_id).first()
    if attendee is None:
        raise NotFound(_("There is no such person at this forum."))
    if attendee.person_id == by.pk:
        raise Refused("cannot_suspend", _("You cannot suspend yourself. Another safeguarding lead can."))
    report = _report_about(attendee, lead, report_id, by)
    if Suspension.objects.in_force().filter(attendee=attendee).exists():
        raise Refused("already_suspended", _("This person is suspended already. Load the list again."))
    reason = clean_entry(reason, "reason")
    leads = Appointment.objects.in_force().filter(attendee=attendee, permission=LEAD)
    for appointment in leads:
        end_role(event=lead.event, appointment_id=appointment.pk, by=by, now=now)
    suspension = Suspension.objects.create(attendee=attendee, reason=reason, suspended_by=by, suspended_at=now)
    if report is not None:
        write_entry(report, Kind.SUSPENDED, by, now, text=reason, about=attendee)
    _announce(attendee, by, now)
    return suspension


@in_transaction
def lift_suspension(*, lead: Attendee, attendee_id: int, by: Person, now: dt.datetime) -> Suspension:
    """Let a suspended attendee take part again; what was called off stays so. The other leads are mailed.

    It is written down in the report that the suspension stands in. Refuses NotYours, NotFound and
    `not_suspended`.
    """
    _lock_as_lead(lead, by)
    lock_attendees([attendee_id])
    rows = Suspension.objects.in_force().select_related("attendee")
    suspension = rows.filter(attendee=attendee_id, attendee__event=lead.event_id).first()
    if suspension is None:
        raise Refused("not_suspended", _("This person is not suspended any more. Load the list again."))
    suspension.lifted_at, suspension.lifted_by = now, by
    suspension.save(update_fields=["lifted_at", "lifted_by"])
    entries = ReportEntry.objects.filter(kind=Kind.SUSPENDED, about=attendee_id, written_at=suspension.suspended_at)
    for entry in entries.select_related("report"):
        write_entry(entry.report, Kind.LIFTED, by, now, about=suspension.attendee)
    _announce(suspension.attendee, by, now)
    return suspension


def _lock_as_lead(lead: Attendee, by: Person) -> None:
    """Lock the event's roles: of two leads who suspend each other, the later is a lead no longer."""
    if lead.person_id != by.pk:
        raise NotYours(_("Only the safeguarding lead can do this."))
    lock_event(lead.event_id)
    check_lead(by, lead.event)


def _report_about(attendee: Attendee, lead: Attendee, report_id: int | None, by: Person) -> Report | None:
    if report_id is None:
        return None
    report = locked_report(lead, report_id, by)
    if report.reported_id != attendee.pk:
        raise NotFound(_("This report is not about this person."))
    return report


def _announce(attendee: Attendee, by: Person, now: dt.datetime) -> None:
    """Have lists rebuilt without, or with, this locked attendee, and mail the other leads."""
    Attendee.objects.filter(pk=attendee.pk).update(changed_at=now)
    announce_changes(attendee.event_id)
    mail_suspension(attendee.event_id, but_for=by)
