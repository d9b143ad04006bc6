"""A lead suspends somebody: every channel closes at once, and only leads know why (S8, S10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core import mail
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.attendees import Attendee
from backend.events.models.roles import Appointment
from backend.events.models.suspensions import Suspension
from backend.events.rules.attendees import TextTooLong
from backend.events.rules.roles import leads_of, organisers_of
from backend.safeguarding.models import ReportEntry
from backend.safeguarding.rules import CHANNELS, contactable_for, matchable, may_contact, readable_for
from backend.safeguarding.selectors.suspensions import suspensions_for
from backend.safeguarding.services.report_entries import EntryNeeded
from backend.safeguarding.services.report_mails import send_suspension
from backend.safeguarding.services.suspensions import lift_suspension, suspend_person
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def second(cast):
    return make_attendee(cast.event, name="Ben Second", permission="safeguarding-lead")


def suspend(cast, attendee, **more):
    given = {"lead": cast.lead, "reason": "He followed her.", "by": cast.lead.person, "now": NOW}
    return suspend_person(attendee_id=attendee.pk, **given | more)


def lift(cast, attendee, **more):
    given = {"lead": cast.lead, "by": cast.lead.person, "now": NOW + HOUR}
    return lift_suspension(attendee_id=attendee.pk, **given | more)


def in_touch(one, other):
    channels = CHANNELS - {"delegation"}  # for those who sit in one session
    return {may_contact(a, b, channel, NOW) for a, b in ((one, other), (other, one)) for channel in channels}


def test_it_closes_every_channel_both_ways_at_once_and_lifting_opens_them(cast):
    assert in_touch(cast.reporter, cast.reported) == {True}
    suspend(cast, cast.reported, now=NOW + HOUR)
    assert in_touch(cast.reporter, cast.reported) == {False}
    assert not matchable(cast.event).filter(pk=cast.reported.pk).exists()
    assert not contactable_for(cast.reported, "page", NOW).exists()
    assert Attendee.objects.get(pk=cast.reported.pk).changed_at == NOW + HOUR
    lift(cast, cast.reported, now=NOW + 2 * HOUR)
    assert in_touch(cast.reporter, cast.reported) == {True}
    assert matchable(cast.event).filter(pk=cast.reported.pk).exists()


def test_it_holds_at_this_event_alone(cast):
    next_year = make_event("next")
    both = [make_attendee(next_year, person=one.person) for one in (cast.reporter, cast.reported)]
    suspend(cast, cast.reported)
    assert in_touch(*both) == {True}


@pytest.mark.parametrize("who", ["reporter", "reported", "organiser", "elsewhere"])
def test_nobody_but_a_lead_of_the_event_suspends_or_lifts(cast, who):
    elsewhere = make_attendee(make_event("elsewhere"), permission="safeguarding-lead")
    somebody = elsewhere if who == "elsewhere" else getattr(cast, who)
    target = cast.lead if who == "reported" else cast.reported
    with pytest.raises(NotFound):
        suspend(cast, target, lead=somebody, by=somebody.person)
    with pytest.raises(NotYours):
        suspend(cast, target, by=somebody.person)
    suspend(cast, cast.reported)
    with pytest.raises(BusinessError, check=lambda one: one.code in ("not_found", "not_suspended")):
        lift(cast, cast.reported, lead=somebody, by=somebody.person)
    assert Suspension.objects.in_force().count() == 1
    assert suspensions_for(elsewhere) == ()


def test_what_cannot_be_is_said(cast):
    with refuses("cannot_suspend"):
        suspend(cast, cast.lead)
    for reason, refusal in ((" \x00", EntryNeeded), ("x" * 4_001, TextTooLong)):
        with pytest.raises(refusal):
            suspend(cast, cast.reported, reason=reason)
    with pytest.raises(NotFound):
        suspend(cast, make_attendee(make_event("elsewhere")))
    with pytest.raises(NotFound):  # a report about somebody else
        suspend(cast, cast.organiser, report_id=cast.report().pk)
    with refuses("not_suspended"):
        lift(cast, cast.reported)
    suspend(cast, cast.reported)
    with refuses("already_suspended"):
        suspend(cast, cast.reported)
    lift(cast, cast.reported)
    suspend(cast, cast.reported, now=NOW + 2 * HOUR)
    assert Suspension.objects.count() == 2


def test_it_is_written_in_the_report_and_the_other_leads_are_mailed_without_a_name(cast, second):
    report = cast.report()
    suspend(cast, cast.reported, report_id=report.pk)
    lift(cast, cast.reported, lead=second, by=second.person)
    entries = ReportEntry.objects.filter(report=report).order_by("pk")
    assert [(one.kind, one.about, one.by, one.text) for one in entries] == [
        ("suspended", cast.reported, cast.lead.person, "He followed her."),
        ("lifted", cast.reported, second.person, ""),
    ]  # fmt: skip
    jobs = ProcrastinateJob.objects.filter(task_name="safeguarding.send_suspension").order_by("id")
    assert [job.args["lead_id"] for job in jobs] == [second.pk, cast.lead.pk]
    send_suspension(lead_id=second.pk)
    (told,) = mail.outbox
    assert told.to == [second.person.email]
    for word in ("Arif", "followed", "Lea"):
        assert word not in told.subject + told.body


def test_a_lead_reads_no_reason_that_stands_in_a_report_closed_to_them(cast, second):
    report = cast.report(reporter=second, by=second.person)
    suspend(cast, cast.reported, report_id=report.pk)
    suspend(cast, cast.reporter, reason="Came drunk.")
    assert [row.reason for row in suspensions_for(second)] == ["Came drunk.", ""]
    assert [row.reason for row in suspensions_for(cast.lead)] == ["Came drunk.", "He followed her."]


def test_a_suspended_lead_is_one_no_longer_and_all_are_told(cast, second):
    report = cast.report()
    suspend(cast, second)
    second.refresh_from_db()
    assert second.permission == "participant"
    assert Appointment.objects.get(attendee=second).state == "ended"
    assert list(leads_of(cast.event)) == [cast.lead]
    assert not readable_for(second).filter(pk=report.pk).exists()
    told = ProcrastinateJob.objects.filter(task_name="roles.send_appointment_mail")
    people = {cast.lead.person_id, second.person_id, cast.organiser.person_id}
    assert people <= {job.args["person_id"] for job in told}
    lift(cast, second)
    assert list(leads_of(cast.event)) == [cast.lead]


def test_a_permission_left_to_somebody_suspended_is_none(cast, second):
    """What no service does: the row alone is enough."""
    for attendee in (second, cast.organiser):
        Suspension.objects.create(attendee=attendee, reason="x", suspended_at=NOW)
    assert list(leads_of(cast.event)) == [cast.lead]
    assert list(organisers_of(cast.event)) == []


def test_the_list_takes_as_many_queries_for_one_as_for_many(cast, django_assert_num_queries):
    suspend(cast, cast.reported)
    with django_assert_num_queries(4):
        suspensions_for(cast.lead)
    for number in range(5):
        suspend(cast, make_attendee(cast.event), now=NOW + number * HOUR)
    with django_assert_num_queries(4):
        assert len(suspensions_for(cast.lead)) == 6
