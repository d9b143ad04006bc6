"""Background tasks: each calls one service."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import MAIL, URGENT, clock_job
from backend.core.smtp import Backoff
from backend.safeguarding.services import age_mails, alerts, consent_mails, pictures, report_mails, supervision


@app.task(name=alerts.SEND_ALERT, queue=MAIL, priority=URGENT, retry=Backoff())
def send_alert(lead_id: int) -> None:
    """Mail one safeguarding lead that reports wait."""
    alerts.send_alert(lead_id=lead_id, now=timezone.now())


@app.task(name=alerts.SEND_OUTSIDE_ALERT, queue=MAIL, priority=URGENT, retry=Backoff())
def send_outside_alert(event_id: int) -> None:
    """Mail the outside contact that a report has no reader."""
    alerts.send_outside_alert(event_id=event_id, now=timezone.now())


@clock_job("safeguarding.alert_all_leads", cron="*/5 * * * *")
def alert_all_leads(timestamp: int) -> None:  # noqa: ARG001
    """Every five minutes: find leads not alerted yet, and reports that no lead has opened for four hours."""
    alerts.alert_all_leads(now=timezone.now())


@app.task(name=report_mails.SEND_NEWS, queue=MAIL, retry=Backoff())
def send_news(report_id: int) -> None:
    """Mail whoever made a report that there is news."""
    report_mails.send_news(report_id=report_id)


@app.task(name=report_mails.SEND_ASSIGNED, queue=MAIL, priority=URGENT, retry=Backoff())
def send_assigned(lead_id: int) -> None:
    """Mail one safeguarding lead that a report is in their charge."""
    report_mails.send_assigned(lead_id=lead_id)


@app.task(name=report_mails.SEND_SUSPENSION, queue=MAIL, priority=URGENT, retry=Backoff())
def send_suspension(lead_id: int) -> None:
    """Mail one safeguarding lead that suspensions changed."""
    report_mails.send_suspension(lead_id=lead_id)


@app.task(name=consent_mails.SEND_CONSENT_MAIL, queue=MAIL, priority=URGENT, retry=Backoff())
def send_consent_mail(consent_id: int, change: str) -> None:
    """Mail a guardian about a consent."""
    consent_mails.send_consent_mail(consent_id=consent_id, change=change)


@app.task(name=consent_mails.SEND_CONSENT_NEWS, queue=MAIL, retry=Backoff())
def send_consent_news(lead_id: int) -> None:
    """Mail one safeguarding lead that something changed about consents."""
    consent_mails.send_consent_news(lead_id=lead_id)


@clock_job("safeguarding.remind_of_consents", cron="20 6 * * *")
def remind_of_consents(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: tell guardians and leads of consents that run out."""
    consent_mails.remind_of_consents(now=timezone.now())


@clock_job("safeguarding.remind_of_vettings", cron="30 6 * * *")
def remind_of_vettings(timestamp: int) -> None:  # noqa: ARG001
    """Once a day: tell leads of checks that run out."""
    supervision.remind_of_vettings(now=timezone.now())


@app.task(name=age_mails.SEND_AGE_MAIL, queue=MAIL, retry=Backoff())
def send_age_mail(lead_id: int) -> None:
    """Mail one safeguarding lead that age classes wait."""
    age_mails.send_age_mail(lead_id=lead_id, now=timezone.now())


@clock_job("safeguarding.tell_of_doubts", cron="*/10 * * * *")
def tell_of_doubts(timestamp: int) -> None:  # noqa: ARG001
    """Every ten minutes: find leads not told yet of an age class that two forums have to settle."""
    age_mails.tell_of_doubts(timezone.now())


@clock_job("safeguarding.delete_barred_pictures", cron="*/10 * * * *")
def delete_barred_pictures(timestamp: int) -> None:  # noqa: ARG001
    """Every ten minutes: delete the pictures of all who may have none any more."""
    pictures.delete_barred_pictures(timezone.now())
