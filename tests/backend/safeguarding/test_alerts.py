"""A lead hears of every report that waits, once, by a mail that gives nothing away."""

import datetime as dt
import socket

import pytest
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.services.notices import SEND_NOTICE
from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailDelayed
from backend.events.models.roles import OutsideContact
from backend.safeguarding.models import ReportAlert
from backend.safeguarding.services.alerts import (
    UNREAD_AFTER,
    alert_all_leads,
    alert_leads,
    alert_outside,
    send_alert,
    send_outside_alert,
)
from backend.safeguarding.services.reports import WordsNeeded, read_report, report_unsafe
from tests.factories import NOW, make_attendee
from tests.worker import next_job

pytestmark = pytest.mark.django_db


def queued():
    jobs = ProcrastinateJob.objects.filter(task_name="safeguarding.send_alert", status="todo")
    return sorted(job.args["lead_id"] for job in jobs)


def test_the_mail_says_that_a_report_waits_and_names_and_quotes_nobody(cast, mailoutbox):
    cast.report("He waits at my hotel.")
    assert queued() == [cast.lead.pk]
    send_alert(lead_id=cast.lead.pk, now=NOW)
    [mail] = mailoutbox
    text = f"{mail.subject}\n{mail.body}"
    assert mail.to == [cast.lead.person.email]
    assert f"/e/{cast.event.slug}/reports/" in text
    for secret in ("Mali", "Arif", "hotel", "arassment", cast.reporter.person.email):
        assert secret not in text


def test_it_says_that_two_are_kept_apart_only_where_every_report_names_somebody(cast, mailoutbox):
    cast.report("One.")
    send_alert(lead_id=cast.lead.pk, now=NOW)
    cast.report("Two.")
    report_unsafe(reporter=cast.reporter, words="A tall man.", by=cast.reporter.person, now=NOW)
    send_alert(lead_id=cast.lead.pk, now=NOW)
    assert ["kept apart already" in mail.body for mail in mailoutbox] == [True, False]


def test_two_reports_make_one_mail_and_a_later_one_another(cast, mailoutbox):
    cast.report("One.")
    cast.report("Two.")
    assert queued() == [cast.lead.pk]
    for _ in range(2):
        send_alert(lead_id=cast.lead.pk, now=NOW)
    assert len(mailoutbox) == 1
    cast.report("Three.")
    send_alert(lead_id=cast.lead.pk, now=NOW)
    assert len(mailoutbox) == 2


def test_it_is_mailed_before_all_other_mails_that_wait(cast):
    enqueue(SEND_NOTICE, lock="mail:1", queue=MAIL, notice_id=1)
    cast.report("One.")
    assert [next_job(MAIL), next_job(MAIL)] == ["safeguarding.send_alert", SEND_NOTICE]


def test_only_leads_hear_of_it_and_not_the_one_who_is_reported(cast, mailoutbox):
    second = make_attendee(cast.event, permission="safeguarding-lead")
    cast.report(reported_id=second.pk)
    assert queued() == [cast.lead.pk]
    for somebody in (second, cast.organiser, cast.reporter):
        send_alert(lead_id=somebody.pk, now=NOW)
    assert mailoutbox == []


def test_a_lead_appointed_afterwards_is_told_of_what_waits(cast):
    report = cast.report()
    late = make_attendee(cast.event, permission="safeguarding-lead")
    send_alert(lead_id=cast.lead.pk, now=NOW)
    assert alert_all_leads(now=NOW) == 1
    assert late.pk in queued()
    send_alert(lead_id=late.pk, now=NOW)
    assert alert_all_leads(now=NOW) == 0
    assert set(ReportAlert.objects.values_list("lead", flat=True)) == {cast.lead.pk, late.pk}
    cast.close(report, lift=False)
    make_attendee(cast.event, permission="safeguarding-lead")
    assert alert_leads(event_id=cast.event.pk) == 0  # what is closed waits for nobody


def test_the_alert_is_queued_with_the_report_or_not_at_all(cast):
    with pytest.raises(WordsNeeded):
        cast.report("")
    with pytest.raises(RuntimeError), transaction.atomic():
        cast.report()
        raise RuntimeError
    assert queued() == []


def test_what_no_server_takes_is_not_noted_as_told_and_tried_again(cast, settings):
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = nobody_listens.getsockname()
        cast.report()
        with pytest.raises(MailDelayed, match=r"^no_server$"):
            send_alert(lead_id=cast.lead.pk, now=NOW)
    assert not ReportAlert.objects.exists()
    assert alert_all_leads(now=NOW) == 1


def name_outside_contact(event):
    return OutsideContact.objects.create(
        event=event, name="Child line", phone="+66 1300", email="line@example.org", entered_at=NOW
    )


def test_a_report_unread_for_four_hours_goes_outside_once_and_says_nothing_of_it(cast, mailoutbox):
    name_outside_contact(cast.event)
    report = cast.report("He waits at my hotel.")
    just_before = NOW + UNREAD_AFTER - dt.timedelta(seconds=1)
    for now, expected in ((just_before, 0), (NOW + UNREAD_AFTER, 1)):
        assert alert_outside(event_id=cast.event.pk, now=now) == expected
    for _ in range(2):
        send_outside_alert(event_id=cast.event.pk, now=NOW + UNREAD_AFTER)
    [mail] = mailoutbox
    assert mail.to == ["line@example.org"]
    assert cast.lead.person.email in mail.body
    text = f"{mail.subject}\n{mail.body}"
    for secret in ("Mali", "Arif", "hotel", "arassment", cast.reporter.person.email, f"/{report.pk}", "/reports/"):
        assert secret not in text
    assert alert_all_leads(now=NOW + 2 * UNREAD_AFTER) == 1  # the lead's own


def test_a_report_that_was_opened_goes_nowhere(cast, mailoutbox):
    name_outside_contact(cast.event)
    report = cast.report("He waits at my hotel.")
    read_report(lead=cast.lead, report_id=report.pk, by=cast.lead.person, now=NOW)
    assert alert_outside(event_id=cast.event.pk, now=NOW + UNREAD_AFTER) == 0
    send_outside_alert(event_id=cast.event.pk, now=NOW + UNREAD_AFTER)
    assert mailoutbox == []
