"""Alerts: mails to safeguarding leads about open reports, without names or quotations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from backend.core.isolation import for_each
from backend.core.local_names import lazy_local_name
from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.attendees import Attendee
from backend.events.models.roles import OutsideContact
from backend.events.rules.roles import leads_of
from backend.events.selectors import outside_contact_of, shown_name
from backend.people.rules import event_language, in_language_of
from backend.safeguarding.models import OutsideAlert, Report, ReportAlert, ReportQuerySet
from backend.safeguarding.rules import readable_for, unreadable_reports

SEND_ALERT = "safeguarding.send_alert"
SEND_OUTSIDE_ALERT = "safeguarding.send_outside_alert"
UNREAD_AFTER = dt.timedelta(hours=4)  # without any lead having opened it, the outside contact is told (S10)


def alert_leads(*, event_id: int) -> int:
    """Queue a mail to each lead of the event not yet alerted to an open report; returns the number of mails.

    Called in the transaction of the report and by a periodic job, which finds leads appointed later.
    """
    due = [lead for lead in leads_of(event_id).order_by("pk") if _reports_to_alert(lead).exists()]
    for lead in due:
        once = f"{SEND_ALERT}:{lead.pk}"
        enqueue(SEND_ALERT, lock=f"mail:{lead.pk}", once=once, queue=MAIL, priority=URGENT, lead_id=lead.pk)
    return len(due)


def alert_all_leads(*, now: dt.datetime) -> int:
    """`alert_leads` and `alert_outside` for every event with an open report; returns the number of mails."""
    events = Report.objects.waiting().order_by("event_id").values_list("event_id", flat=True).distinct()

    def alert(event_id: int) -> int:
        return alert_leads(event_id=event_id) + alert_outside(event_id=event_id, now=now)

    return sum(for_each("safeguarding.alert_all_leads", list(events), alert))


def alert_outside(*, event_id: int, now: dt.datetime) -> int:
    """Queue a mail to the outside contact where no lead may read a new report, or none has for four hours.

    Called in the transaction of the report and by a periodic job, which finds a contact named later, and the
    four hours over. Gives 1 or 0 mails.
    """
    contact = outside_contact_of(event_id)
    if contact is None or not contact.email or not _to_tell_outside(event_id, now).exists():
        return 0
    name = f"{SEND_OUTSIDE_ALERT}:{event_id}"
    enqueue(SEND_OUTSIDE_ALERT, lock=name, once=name, queue=MAIL, priority=URGENT, event_id=event_id)
    return 1


@transaction.atomic
def send_outside_alert(*, event_id: int, now: dt.datetime) -> None:
    """Mail the outside contact that a report is unread: no name, no word of it and no link to it.

    Raises MailDelayed where the server did not take it, as `send_alert` does.
    """
    contact = OutsideContact.objects.select_related("event").filter(event=event_id).exclude(email="").first()
    reports = list(_to_tell_outside(event_id, now))
    if contact is None or not reports:
        return
    has_no_reader = unreadable_reports(event_id).filter(pk__in=[report.pk for report in reports]).exists()
    leads = leads_of(event_id).select_related("person").order_by("pk")
    OutsideAlert.objects.bulk_create(OutsideAlert(report=report, told_at=now) for report in reports)
    context = {
        "event": lazy_local_name(contact.event),
        "has_no_reader": has_no_reader,
        "leads": [(shown_name(lead), lead.person.email) for lead in leads],
    }
    with override(event_language(contact.event)):
        mail = automatic_mail(
            to=contact.email,
            subject=_("A report is unread: %(event)s") % {"event": contact.event.local_name},
            body=render_to_string("safeguarding/mail/outside.txt", context),
        )
    result = send_mail_now(mail, event=contact.event)
    if result.error:
        raise MailDelayed(result.error)


def _to_tell_outside(event_id: int, now: dt.datetime) -> ReportQuerySet:
    told = OutsideAlert.objects.filter(report=OuterRef("pk"))
    unread = Q(state=Report.State.OPEN, created_at__lte=now - UNREAD_AFTER)
    unreadable = unreadable_reports(event_id).values("pk")
    return Report.objects.filter(unread | Q(pk__in=unreadable), event=event_id).exclude(Exists(told))


@transaction.atomic
def send_alert(*, lead_id: int, now: dt.datetime) -> None:
    """Send the lead (attendee id) one mail for all reports not alerted yet; none where there are none.

    Raises MailDelayed where the server did not take it; the rows are rolled back and the job tries again
    for ever. Their unique constraint holds off a second worker, without locking the lead's attendee row
    while the server is silent.
    """
    lead = Attendee.objects.select_related("event", "person").filter(pk=lead_id).first()
    reports = list(_reports_to_alert(lead)) if lead else []
    if lead is None or not reports:
        return
    ReportAlert.objects.bulk_create(ReportAlert(report=report, lead=lead, told_at=now) for report in reports)
    with in_language_of(lead.person, lead.event):
        mail = _mail_to(lead, reports)
    result = send_mail_now(mail, event=lead.event)
    if result.error:
        raise MailDelayed(result.error)


def _reports_to_alert(lead: Attendee) -> ReportQuerySet:
    alerted = ReportAlert.objects.filter(report=OuterRef("pk"), lead=lead.pk)
    return readable_for(lead).waiting().exclude(Exists(alerted))


def _mail_to(lead: Attendee, reports: Sequence[Report]) -> EmailMessage:
    """A report that names nobody keeps nobody apart: then the mail does not say so."""
    event = lead.event
    are_parted = all(report.reporter_id and report.reported_id for report in reports)
    subject = _("A report waits for you: %(event)s") % {"event": event.local_name}
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/reports/"
    return automatic_mail(
        to=lead.person.email,
        subject=subject,
        body=render_to_string(
            "safeguarding/mail/alert.txt", {"event": event, "address": address, "are_parted": are_parted}
        ),
    )
