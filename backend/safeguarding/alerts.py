"""Telling safeguarding leads that a report waits: a mail that names nobody and quotes nothing."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, send_mail_now
from backend.events.models import Attendee
from backend.safeguarding.models import Report, ReportAlert, ReportQuerySet
from backend.safeguarding.rules import leads_of, readable_for

SEND_ALERT = "safeguarding.send_alert"


def alert_leads(*, event_id: int) -> int:
    """Queue a mail to each lead of the event who was not told yet of a report that waits; gives how many.

    In the transaction of the report, and again by the clock: so a lead appointed since hears of it, too.
    """
    due = [lead for lead in leads_of(event_id).order_by("pk") if _untold(lead).exists()]
    for lead in due:
        once = f"{SEND_ALERT}:{lead.pk}"
        enqueue(
            SEND_ALERT,
            lock=f"mail:{lead.pk}",
            once=once,
            queue=MAIL,
            priority=URGENT,
            lead_id=lead.pk,
        )
    return len(due)


def alert_everywhere() -> int:
    """`alert_leads` for every event in which a report waits; gives how many mails are due. For a job."""
    events = Report.objects.waiting().order_by("event_id").values_list("event_id", flat=True).distinct()
    return sum(alert_leads(event_id=event_id) for event_id in events)


@transaction.atomic
def send_alert(*, lead_id: int, now: dt.datetime) -> None:
    """Mail the lead (attendee id) once for all reports they were not told of; nothing where there are none.

    Raises MailDelayed where the server did not take it; nothing is noted as told then, and nothing is ever
    given up. That one report is told to one lead once holds off a second worker until the first is done,
    and holds up nobody's diary while a server keeps silent.
    """
    lead = Attendee.objects.select_related("event", "person").filter(pk=lead_id).first()
    reports = list(_untold(lead)) if lead else []
    if lead is None or not reports:
        return
    ReportAlert.objects.bulk_create(ReportAlert(report=report, lead=lead, told_at=now) for report in reports)
    result = send_mail_now(_letter(lead))
    if result.error:
        raise MailDelayed(result.error)


def _untold(lead: Attendee) -> ReportQuerySet:
    told = ReportAlert.objects.filter(report=OuterRef("pk"), lead=lead.pk)
    return readable_for(lead).waiting().exclude(Exists(told))


def _letter(lead: Attendee) -> EmailMessage:
    event = lead.event
    lines = (
        _("A report waits for the safeguarding lead of %(event)s, and that is you.") % {"event": event.name},
        _("The two people concerned are kept apart already. Sign in to read it:"),
        f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/reports/",
        _("This mail names nobody on purpose. Every time somebody opens a report, that is written down."),
    )
    return EmailMessage(
        subject=" ".join((_("A report waits for you: %(event)s") % {"event": event.name}).split())[:150],
        body="\n\n".join(lines) + "\n",
        to=[lead.person.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
