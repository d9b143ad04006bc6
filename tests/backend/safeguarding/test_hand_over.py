"""Rule S10: a lead reads what was reported since their confirmation, and what another lead hands over."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import NotFound, NotYours
from backend.events.models.roles import Appointment
from backend.people.models import Person
from backend.roles.services.appointments import confirm_role, end_role, propose_role
from backend.safeguarding.models import ReportHandOver
from backend.safeguarding.rules import readable_for
from backend.safeguarding.selectors.reports import leads_to_hand_over_to, report_page_for, reports_for
from backend.safeguarding.services.reports import hand_over_report, hand_over_reports, read_report
from tests.factories import NOW, appoint, make_attendee
from tests.frontend.conftest import client_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)
LEAD = "safeguarding-lead"


@pytest.fixture
def late(cast):
    """A lead confirmed a minute after the first report."""
    attendee = make_attendee(cast.event, name="Ben Late")
    appoint(attendee, LEAD, since=NOW + MINUTE)
    return attendee


def ids(lead):
    return {line.report_id for line in reports_for(lead)}


def test_a_new_lead_reads_reports_from_the_confirmation_on_and_no_older_one(cast, late):
    old, same, new = (cast.report(f"{n}", now=NOW + n * MINUTE) for n in range(3))
    assert ids(late) == {same.pk, new.pk}
    assert ids(cast.lead) == {old.pk, same.pk, new.pk}
    with pytest.raises(NotFound):
        cast.read(old, late)


def test_the_moment_is_that_of_confirmation_not_of_the_proposal(cast):
    adult = make_attendee(cast.event)
    proposed = propose_role(event=cast.event, attendee_id=adult.pk, permission=LEAD, by=cast.organiser.person, now=NOW)
    between = cast.report(now=NOW + MINUTE)
    confirm_role(event=cast.event, appointment_id=proposed.pk, by=cast.lead.person, now=NOW + 2 * MINUTE)
    adult.refresh_from_db()
    assert ids(adult) == set()
    assert ids(cast.lead) == {between.pk}


def test_a_lead_hands_one_report_over_and_it_is_written_down(cast, late):
    old, kept = cast.report("1"), cast.report("2")
    assert [one.name for one in report_page_for(old).leads_lacking] == ["Ben Late"]
    for _ in range(2):
        hand_over_report(lead=cast.lead, report_id=old.pk, to_id=late.pk, by=cast.lead.person, now=NOW + 2 * MINUTE)
    assert ids(late) == {old.pk}
    page = report_page_for(cast.read(old, late))
    assert [(one.by, one.to) for one in page.hand_overs] == [("Lea Duarte", "Ben Late")]
    assert page.leads_lacking == ()
    assert ReportHandOver.objects.count() == 1
    assert late.pk in {
        job.args["lead_id"] for job in ProcrastinateJob.objects.filter(task_name="safeguarding.send_alert")
    }
    with pytest.raises(NotFound):
        cast.read(kept, late)


def test_all_older_reports_are_handed_over_but_those_about_the_new_lead(cast, late):
    older = {cast.report(f"{n}").pk for n in range(3)}
    about = cast.report(reported_id=late.pk)
    assert [one.name for one in leads_to_hand_over_to(cast.lead)] == ["Ben Late"]
    hand = {"lead": cast.lead, "to_id": late.pk, "by": cast.lead.person, "now": NOW + 2 * MINUTE}
    assert (hand_over_reports(**hand), hand_over_reports(**hand)) == (3, 0)
    assert ids(late) == older
    assert leads_to_hand_over_to(cast.lead) == ()
    with pytest.raises(NotFound):
        hand_over_report(**hand, report_id=about.pk)
    assert report_page_for(about).leads_lacking == ()


def test_nobody_hands_over_what_they_cannot_read_nor_to_whom_is_no_lead(cast, late):
    old = cast.report()
    other = make_attendee(cast.event)
    for lead, to, refusal in (
        (late, cast.lead, NotFound),
        (cast.lead, other, NotFound),
        (cast.organiser, late, NotFound),
        (cast.reporter, late, NotFound),
    ):
        with pytest.raises(refusal):
            hand_over_report(lead=lead, report_id=old.pk, to_id=to.pk, by=lead.person, now=NOW)
    for serve in (hand_over_report, hand_over_reports):
        extra = {"report_id": old.pk} if serve is hand_over_report else {}
        with pytest.raises(NotYours):
            serve(lead=cast.lead, to_id=late.pk, by=cast.organiser.person, now=NOW, **extra)
    with pytest.raises(NotFound):
        hand_over_reports(lead=cast.lead, to_id=cast.lead.pk, by=cast.lead.person, now=NOW)
    assert hand_over_reports(lead=cast.organiser, to_id=late.pk, by=cast.organiser.person, now=NOW) == 0
    assert not ReportHandOver.objects.exists()


def test_who_was_a_lead_before_reads_from_the_new_confirmation_on(cast, late):
    old = cast.report()
    hand_over_reports(lead=cast.lead, to_id=late.pk, by=cast.lead.person, now=NOW + 2 * MINUTE)
    held = Appointment.objects.in_force().get(attendee=late)
    end_role(event=cast.event, appointment_id=held.pk, by=cast.lead.person, now=NOW + 3 * MINUTE)
    assert ids(late) == set()
    appoint(late, LEAD, since=NOW + 4 * MINUTE)
    assert ids(late) == set()
    assert ids(cast.lead) == {old.pk}


def test_a_lead_confirmed_while_there_is_none_reads_also_what_no_lead_ever_opened(cast):
    opened, unread = cast.report("1"), cast.report("2")
    cast.read(opened)
    held = Appointment.objects.in_force().get(attendee=cast.lead)
    root = Person.objects.create_superuser("root@example.org", name="Root")
    end_role(event=cast.event, appointment_id=held.pk, by=root, now=NOW + MINUTE)
    adult = make_attendee(cast.event)
    proposed = propose_role(event=cast.event, attendee_id=adult.pk, permission=LEAD, by=cast.organiser.person, now=NOW)
    confirm_role(event=cast.event, appointment_id=proposed.pk, by=root, now=NOW + 2 * MINUTE)
    adult.refresh_from_db()
    assert ids(adult) == {unread.pk}
    read_report(lead=adult, report_id=unread.pk, by=adult.person, now=NOW + 3 * MINUTE)
    assert readable_for(adult).filter(pk=unread.pk).exists()  # reading it does not close it again


def test_it_is_handed_over_on_the_page_and_over_the_api(cast, late):
    one, two = cast.report("1"), cast.report("2")
    desk, base = client_of(cast.lead.person), f"/e/{cast.event.slug}/reports/"
    assert "Hand over to Ben Late" in desk.get(base).content.decode()
    assert "Hand over to Ben Late" in desk.get(f"{base}{one.pk}/").content.decode()
    text = desk.post(f"{base}{one.pk}/hand-over/", {"lead": late.pk}, follow=True).content.decode()
    assert "Lea Duarte handed it over to Ben Late" in text
    assert "1 report is handed over." in desk.post(f"{base}hand-over/", {"lead": late.pk}, follow=True).content.decode()
    assert ids(late) == {one.pk, two.pk}
    three, four = cast.report("3"), cast.report("4")
    api, body = f"/api/v1/events/{cast.event.slug}/reports/", {"lead": late.pk}
    answer = desk.post(f"{api}{three.pk}/hand-over/", body, content_type="application/json")
    assert answer.status_code == 204
    assert desk.post(f"{api}hand-over/", body, content_type="application/json").json() == {"count": 1}
    assert ids(late) >= {three.pk, four.pk}
    page = client_of(late.person).get(f"{api}{three.pk}/").json()
    assert [(row["by"], row["to"]) for row in page["hand_overs"]] == [("Lea Duarte", "Ben Late")]
    for somebody in (cast.organiser, cast.reporter):
        stranger = client_of(somebody.person)
        assert stranger.post(f"{base}hand-over/", {"lead": late.pk}).status_code == 404
        answer = stranger.post(f"{api}hand-over/", body, content_type="application/json")
        assert answer.status_code == 404


@pytest.mark.slow
def test_the_list_costs_as_many_queries_for_thirty_reports_as_for_one(cast, late):
    desk = client_of(cast.lead.person)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(f"/e/{cast.event.slug}/reports/").status_code == 200
        return len(captured)

    cast.report("first")
    queries()
    few = queries()
    for number in range(30):
        cast.report(f"{number}")
    assert queries() == few
    assert late.pk
