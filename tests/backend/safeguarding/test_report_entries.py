"""What leads do with a report: notes, who acts and by when, and what whoever made it hears (S8, S10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.safeguarding.models import Report, ReportEntry
from backend.safeguarding.selectors.reports import news_for, report_page_for, reports_for
from backend.safeguarding.services.report_entries import (
    AlreadyClosed,
    EntryNeeded,
    add_note,
    assign_report,
    send_word,
    set_due_time,
)
from backend.safeguarding.services.report_mails import send_assigned, send_news
from backend.safeguarding.services.reports import close_report, hand_over_report, link_report, report_unsafe
from tests.factories import NOW, appoint, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def second(cast):
    return make_attendee(cast.event, name="Ben Second", permission="safeguarding-lead")


def send_mails() -> None:
    """What the worker does with the mails queued here."""
    for job in ProcrastinateJob.objects.order_by("id"):
        send = {"safeguarding.send_news": send_news, "safeguarding.send_assigned": send_assigned}
        if job.task_name in send:
            send[job.task_name](**job.args)


def by(lead, report, **more):
    return {"lead": lead, "report_id": report.pk, "by": lead.person, "now": NOW} | more


def test_notes_stay_in_order_with_who_wrote_them_and_the_database_changes_none(cast, second):
    report = cast.report()
    add_note(**by(cast.lead, report, text="Rang the hotel."))
    add_note(**by(second, report, text="Spoke to him.", now=NOW + HOUR))
    rows = report_page_for(cast.read(report)).entries
    assert [(row.kind, row.by, row.text) for row in rows] == [
        ("note", "Lea Duarte", "Rang the hotel."), ("note", "Ben Second", "Spoke to him."),
    ]  # fmt: skip
    for change in (lambda: ReportEntry.objects.update(text="Other."), lambda: ReportEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change()
    person = second.person
    second.delete()
    person.delete()
    assert [row.by for row in report_page_for(report).entries] == ["Lea Duarte", ""]
    cast.event.delete()
    assert not ReportEntry.objects.exists()


def test_a_closed_report_takes_notes_and_nothing_else(cast, second):
    report = cast.report(wants_news=True)
    cast.close(report, lift=False)
    add_note(**by(cast.lead, report, text="He rang again."))
    for refused in (
        lambda: send_word(**by(cast.lead, report, text="Done.")),
        lambda: assign_report(**by(cast.lead, report, to_id=second.pk)),
        lambda: set_due_time(**by(cast.lead, report, due_at=NOW + HOUR)),
    ):
        with pytest.raises(AlreadyClosed):
            refused()


@pytest.mark.parametrize("who", ["reporter", "reported", "organiser", "late"])
def test_nobody_works_on_a_report_they_may_not_read(cast, who):
    report = cast.report(wants_news=True)
    late = make_attendee(cast.event)
    appoint(late, "safeguarding-lead", since=NOW + HOUR)
    somebody = late if who == "late" else getattr(cast, who)
    for do in (
        lambda one: add_note(**by(one, report, text="x")),
        lambda one: send_word(**by(one, report, text="x")),
        lambda one: assign_report(**by(one, report, to_id=one.pk)),
        lambda one: set_due_time(**by(one, report, due_at=NOW + HOUR)),
    ):
        with pytest.raises(NotFound):
            do(somebody)
    with pytest.raises(NotYours):
        add_note(**by(cast.lead, report, text="x") | {"by": somebody.person})
    assert not ReportEntry.objects.exists()
    if who == "late":
        hand_over_report(**by(cast.lead, report, to_id=late.pk, now=NOW + 2 * HOUR))
        add_note(**by(late, report, text="Read."))


def test_what_is_written_is_said_and_kept_short(cast):
    report = cast.report(wants_news=True)
    for service in (add_note, send_word):
        with pytest.raises(EntryNeeded):
            service(**by(cast.lead, report, text=" \x00 "))
        with pytest.raises(TextTooLong):
            service(**by(cast.lead, report, text="x" * 4_001))


def test_a_report_is_assigned_to_a_lead_who_may_read_it_and_to_nobody_else(cast, second):
    report = cast.report()
    about = cast.report("Another.", reported_id=second.pk)
    elsewhere = make_attendee(make_event("elsewhere"), permission="safeguarding-lead")
    for wrong in (cast.reporter, cast.organiser, elsewhere):
        with pytest.raises(NotFound):
            assign_report(**by(cast.lead, report, to_id=wrong.pk))
    with pytest.raises(NotFound):
        assign_report(**by(cast.lead, about, to_id=second.pk))
    assert [one.name for one in report_page_for(about).assignable] == ["Lea Duarte"]
    for _ in range(2):
        assign_report(**by(cast.lead, report, to_id=second.pk))
    line = next(one for one in reports_for(cast.lead) if one.report_id == report.pk)
    assert (line.state, line.assigned_to) == ("in-hand", "Ben Second")
    assert [(row.kind, row.about) for row in report_page_for(report).entries] == [("assigned", "Ben Second")]
    send_mails()
    told = [one for one in mail.outbox if "in your charge" in one.subject]
    assert [one.to for one in told] == [[second.person.email]]
    assert "He waits" not in told[0].body
    assert "Arif" not in told[0].body


def test_a_lead_whom_the_report_turns_out_to_be_about_is_in_charge_no_longer(cast, second):
    report = report_unsafe(reporter=cast.reporter, words="A tall man.", by=cast.reporter.person, now=NOW)
    assign_report(**by(cast.lead, report, to_id=second.pk))
    link_report(**by(cast.lead, report, attendee_id=second.pk))
    report.refresh_from_db()
    assert (report.assigned_to, report.state) == (None, Report.State.LOOKED_AT)


def test_who_is_a_lead_no_longer_is_not_said_to_be_in_charge(cast, second):
    report = cast.report()
    assign_report(**by(cast.lead, report, to_id=second.pk))
    Attendee.objects.filter(pk=second.pk).update(permission="participant")
    assert report_page_for(report).assigned_to == ""
    assert reports_for(cast.lead)[0].assigned_to == ""
    second.delete()
    report.refresh_from_db()
    assert report.state == "in-hand"


def test_a_report_is_due_a_day_after_it_was_made_or_when_a_lead_says(cast):
    early, late = cast.report("1", now=NOW - HOUR), cast.report("2")
    assert [one.report_id for one in reports_for(cast.lead)] == [early.pk, late.pk]
    assert not reports_for(cast.lead)[0].is_overdue(NOW)
    assert reports_for(cast.lead)[0].is_overdue(NOW + 23 * HOUR)
    for wrong in (NOW, NOW - HOUR, NOW + dt.timedelta(days=367)):
        with refuses("bad_due_time"):
            set_due_time(**by(cast.lead, early, due_at=wrong))
    set_due_time(**by(cast.lead, late, due_at=NOW + HOUR))
    assert [one.report_id for one in reports_for(cast.lead)] == [late.pk, early.pk]
    page = report_page_for(late)
    assert (page.due_at, page.entries[0].due_at) == (NOW + HOUR, NOW + HOUR)
    assert page.is_overdue(NOW + HOUR)
    cast.close(late, lift=False)
    assert not reports_for(cast.lead)[-1].is_overdue(NOW + HOUR)


def test_the_reporter_reads_every_word_and_the_mail_says_nothing_of_a_report(cast):
    report = cast.report(wants_news=True)
    send_word(**by(cast.lead, report, text="We speak to him today."))
    cast_lead = by(cast.lead, report, outcome="Warned.", lift=False, final_word="He was warned.")
    close_report(**cast_lead)
    (news,) = news_for(cast.reporter)
    assert [text for text, _at in news.words] == ["We speak to him today.", "He was warned."]
    for other in (cast.reported, cast.lead, cast.organiser):
        assert news_for(other) == ()
    send_mails()
    told = [one for one in mail.outbox if one.to == [cast.reporter.person.email]]
    assert {one.subject for one in told} == {f"There is news for you: {cast.event.name}"}
    for word in ("report", "warned", "today", "Arif", "Lea"):
        assert word not in told[0].body.lower().replace("safety/news", "")


@pytest.mark.parametrize("how", ["not-asked", "minor", "unknown", "closed-account"])
def test_nobody_writes_to_who_did_not_ask_or_is_no_known_adult(cast, how):
    report = cast.report(wants_news=how != "not-asked")
    if how in ("minor", "unknown"):
        Attendee.objects.filter(pk=cast.reporter.pk).update(age_class=how)
    if how == "closed-account":
        cast.reporter.person.is_active = False
        cast.reporter.person.save()
    assert not report_page_for(cast.read(report)).hears_news
    with refuses("cannot_hear"):
        send_word(**by(cast.lead, report, text="We speak to him today."))
    with refuses("cannot_hear"):
        close_report(**by(cast.lead, report, outcome="Warned.", lift=False, final_word="He was warned."))
    report.refresh_from_db()
    assert report.state != "closed"
    close_report(**by(cast.lead, report, outcome="Warned.", lift=False, final_word=" "))


def test_who_became_a_minor_since_gets_no_mail_of_it_and_reads_no_word(cast):
    report = cast.report(wants_news=True)
    send_word(**by(cast.lead, report, text="We speak to him today."))
    Attendee.objects.filter(pk=cast.reporter.pk).update(age_class="unknown")
    send_mails()
    assert cast.reporter.person.email not in [address for one in mail.outbox for address in one.to]
    assert news_for(cast.reporter) == ()


def test_asked_again_with_the_wish_to_hear_it_is_one_report_that_hears(cast):
    assert cast.report() == cast.report(wants_news=True)
    assert Report.objects.get().wants_news
