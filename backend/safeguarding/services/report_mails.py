"""Mails about what leads do: news, a report in one's charge, or a suspension, and nothing of it."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.core.binding_texts import BindingText, with_english
from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.models.attendees import Attendee
from backend.events.rules.roles import leads_of
from backend.people.models import Person
from backend.people.rules import in_language_of
from backend.safeguarding.models import Report
from backend.safeguarding.rules import hears_news

SEND_NEWS = "safeguarding.send_news"
SEND_ASSIGNED = "safeguarding.send_assigned"
SEND_SUSPENSION = "safeguarding.send_suspension"


def mail_news(report: Report) -> None:
    """Queue a mail to the reporter that there is news; in the caller's transaction."""
    name = f"{SEND_NEWS}:{report.pk}"
    enqueue(SEND_NEWS, lock=name, once=name, queue=MAIL, report_id=report.pk)


def mail_assigned(lead: Attendee) -> None:
    """Queue a mail to a lead that a report is in their charge; in the caller's transaction."""
    name = f"{SEND_ASSIGNED}:{lead.pk}"
    enqueue(SEND_ASSIGNED, lock=name, once=name, queue=MAIL, priority=URGENT, lead_id=lead.pk)


def mail_suspension(event_id: int, *, but_for: Person) -> None:
    """Queue a mail to each other lead that somebody was suspended, or it was lifted; in the transaction."""
    for lead in leads_of(event_id).exclude(person=but_for.pk).order_by("pk"):
        name = f"{SEND_SUSPENSION}:{lead.pk}"
        enqueue(SEND_SUSPENSION, lock=name, once=name, queue=MAIL, priority=URGENT, lead_id=lead.pk)


def send_news(*, report_id: int) -> None:
    """Mail the reporter, who may still be written to; the mail says of no report.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    rows = Report.objects.filter(hears_news(), pk=report_id)
    report = rows.select_related("reporter__event", "reporter__person").first()
    if report is not None and report.reporter is not None:
        _send(report.reporter, _("There is news for you: %(event)s"), "news", "safety/news/")


def send_assigned(*, lead_id: int) -> None:
    """Mail one lead (attendee id) that a report is in their charge. Raises MailDelayed as above."""
    _send_to_lead(lead_id, _("A report is in your charge: %(event)s"), "assigned", "reports/")


def send_suspension(*, lead_id: int) -> None:
    """Mail one lead (attendee id) that suspensions changed. Raises MailDelayed as above."""
    _send_to_lead(lead_id, _("Suspensions changed: %(event)s"), "suspension", "suspensions/")


def _send_to_lead(lead_id: int, subject: Promise, template: str, page: str) -> None:
    lead = Attendee.objects.select_related("event", "person").filter(pk=lead_id).first()
    if lead is not None and leads_of(lead.event_id).filter(pk=lead_id).exists():
        _send(lead, subject, template, page)


def _send(to: Attendee, subject: Promise, template: str, page: str) -> None:
    event = to.event
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/{page}"

    def written() -> str:
        context = {"event": event.name, "address": address}
        return render_to_string(f"safeguarding/mail/{template}.txt", context)

    with in_language_of(to.person, event):
        mail = automatic_mail(
            to=to.person.email,
            subject=str(subject) % {"event": event.name},
            body=with_english(BindingText.SAFETY, written),
        )
    result = send_mail_now(mail, event=event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)
