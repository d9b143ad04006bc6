"""Reporting somebody from their page or from a meeting, and what the safeguarding lead reads and does."""

import pytest

from backend.booking.services.meetings import end_refused_meetings
from backend.events.models.attendees import Attendee
from backend.events.models.roles import CountryContact
from backend.people.models import Person
from backend.roles.services.appointments import propose_role
from backend.safeguarding.models import Report, ReportView
from backend.safeguarding.services.blocks import block_person
from tests.factories import NOW, appoint, block_contact
from tests.frontend.conftest import client_of
from tests.pages import page_of

WORDS = "He waited for me at the hotel."


def send(cast, by, page, **fields):
    fields = {"category": "harassment", "words": WORDS, **fields}
    return client_of(by.person).post(cast.address(page), fields, follow=True)


def report_engineer(cast):
    send(cast, cast.official, f"people/{cast.engineer.pk}/report/")
    return Report.objects.latest("created_at")


def close(cast, desk, report, **fields):
    fields = {"outcome": "Spoke to both.", "then": "keep", **fields}
    return desk.post(cast.address(f"reports/{report.pk}/close/"), fields, follow=True)


@pytest.mark.usefixtures("lead")
def test_the_form_says_what_will_happen_before_anything_does(cast, official):
    text = official.get(cast.address(f"people/{cast.engineer.pk}/report/")).content.decode()
    assert "you and Arif Rahman can no longer see or contact each other" in text
    assert "Only the safeguarding lead of this forum reads your report" in text
    assert "never tells Arif Rahman" in text
    assert not Report.objects.exists()
    for page in (f"people/{cast.engineer.pk}/", f"people/{cast.engineer.pk}/block/"):
        assert f"people/{cast.engineer.pk}/report/" in official.get(cast.address(page)).content.decode()


@pytest.mark.usefixtures("lead")
def test_a_report_is_confirmed_and_the_two_vanish_from_each_other(cast, official):
    answer = send(cast, cast.official, f"people/{cast.engineer.pk}/report/")
    text = answer.content.decode()
    assert "The safeguarding lead is told." in text
    assert "This site does not tell the person you reported" in text
    assert WORDS not in text
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404
    other = client_of(cast.engineer.person)
    assert other.get(cast.address(f"people/{cast.official.pk}/")).status_code == 404
    for page in ("", "profile/", "suggestions/", "meetings/", "notices/"):
        text_of_other = other.get(cast.address(page), follow=True).content.decode()
        for secret in ("Mali Wongsa", "reported", "/reports/"):
            assert secret not in text_of_other


def test_without_a_lead_the_reporter_is_told_that_nobody_reads_it_yet(cast, official):
    text = official.get(cast.address(f"people/{cast.engineer.pk}/report/")).content.decode()
    assert "no safeguarding lead who could read it yet" in text
    assert "Only the safeguarding lead" not in text
    sent = send(cast, cast.official, f"people/{cast.engineer.pk}/report/").content.decode()
    assert "Your report is kept." in sent
    assert "Nobody reads it until one is appointed." in sent


def test_what_is_missing_is_marked_and_what_was_typed_stays(cast):
    page = f"people/{cast.engineer.pk}/report/"
    for fields, sentence in (
        ({"category": ""}, "Please choose what your report is about."),
        ({"words": "  "}, "Please say in your own words what happened."),
        ({"words": "x" * 4_001}, "at most 4000 characters"),
        ({"category": "gossip"}, "gossip is not one of the available choices"),
    ):
        answer = send(cast, cast.official, page, **fields)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    assert WORDS in answer.content.decode()
    assert not Report.objects.exists()


def test_whom_i_blocked_i_can_still_report_from_my_profile(cast, official):
    block_person(blocked=cast.engineer.person, by=cast.official.person, now=NOW)
    address = cast.address(f"people/{cast.engineer.pk}/report/")
    assert address in official.get(cast.address("profile/")).content.decode()
    assert "Report Arif Rahman" in official.get(address).content.decode()
    assert send(cast, cast.official, f"people/{cast.engineer.pk}/report/").status_code == 200
    assert Report.objects.get().reported == cast.engineer


def test_whom_i_reported_i_can_block_as_well(cast, official):
    text = send(cast, cast.official, f"people/{cast.engineer.pk}/report/").content.decode()
    address = cast.address(f"people/{cast.engineer.pk}/block/")
    assert address in text
    assert "Block Arif Rahman?" in official.get(address).content.decode()
    assert "Arif Rahman is blocked." in official.post(address, follow=True).content.decode()
    other = client_of(cast.engineer.person)
    assert other.get(cast.address(f"people/{cast.official.pk}/block/")).status_code == 404


def test_who_reported_nobody_has_no_confirmation_to_read(cast, official):
    assert official.get(cast.address("reports/sent/"))["Location"] == cast.address("suggestions/")


def test_a_meeting_can_be_reported_by_its_two_people_alone(booking, lead, desk):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, message="Come alone."))
    official = client_of(cast.official.person)
    assert booking.page(meeting, "report/") in official.get(booking.page(meeting)).content.decode()
    assert client_of(cast.lawyer.person).get(booking.page(meeting, "report/")).status_code == 404
    text = official.get(booking.page(meeting, "report/")).content.decode()
    assert "Report Arif Rahman" in text
    assert "The lead also sees the meeting" in text
    send(cast, cast.official, f"meetings/{meeting.pk}/report/")
    assert official.get(booking.page(meeting)).status_code == 404
    page = desk.get(cast.address(f"reports/{Report.objects.get().pk}/")).content.decode()
    assert "Come alone." in page
    assert "by the one who reports" in page
    assert meeting.table.label in page


def test_being_blocked_keeps_nobody_from_reporting_the_meeting_that_was_called_off(booking, lead):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    block_person(blocked=cast.official.person, by=cast.engineer.person, now=booking.now)
    end_refused_meetings(now=booking.now)
    official = client_of(cast.official.person)
    assert booking.page(meeting, "report/") in official.get(cast.address("notices/")).content.decode()
    text = official.get(booking.page(meeting, "report/")).content.decode()
    assert "Report the person you were to meet" in text
    assert "Arif Rahman" not in text
    send(cast, cast.official, f"meetings/{meeting.pk}/report/")
    report = Report.objects.get()
    assert (report.reported, report.meeting_id) == (cast.engineer, meeting.pk)


@pytest.mark.parametrize("how", ["minor", "unknown", "hidden", "block", "report"])
def test_whom_a_meeting_was_with_is_named_on_no_page_once_they_hide(booking, lead, how):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    if how in ("block", "report"):
        block_contact(how, cast.engineer, cast.official)
    else:
        field = "visibility" if how == "hidden" else "age_class"
        Attendee.objects.filter(pk=cast.engineer.pk).update(**{field: how})
    assert send(cast, cast.official, f"meetings/{meeting.pk}/report/").status_code == 200
    official = client_of(cast.official.person)
    for page in ("block/", "report/"):
        answer = official.get(cast.address(f"people/{cast.engineer.pk}/{page}"))
        assert answer.status_code == 200
        assert "Arif" not in answer.content.decode()
    text = official.post(cast.address(f"people/{cast.engineer.pk}/block/"), follow=True).content.decode()
    assert "This person is blocked." in text
    text += official.get(cast.address("profile/")).content.decode()
    assert "Somebody you can no longer see" in text
    assert "Arif" not in text


@pytest.mark.parametrize(("age_class", "named"), [("minor", "Mali"), ("unknown", "Mali")])
def test_of_a_minor_the_lead_reads_the_first_name_and_nobodys_address_but_an_adults(cast, lead, desk, age_class, named):
    report = report_engineer(cast)
    page = cast.address(f"reports/{report.pk}/")
    assert cast.official.person.email in desk.get(page).content.decode()
    Attendee.objects.filter(pk=cast.official.pk).update(age_class=age_class, title="Pupil of form 9")
    answer = desk.get(page)
    text = answer.content.decode()
    assert named in page_of(answer).texts("p.name")
    assert "turn to their delegation or chaperone" in text
    assert cast.official.person.email not in text
    assert "Pupil of form 9" not in text
    body = desk.get(f"/api/v1/events/{cast.event.slug}/reports/{report.pk}/").json()
    assert (body["reporter"]["name"], body["reporter"]["email"]) == (named, "")
    assert (body["reporter"]["is_adult"], body["reported"]["is_adult"]) == (False, True)
    sent = client_of(cast.official.person).get(cast.address("reports/sent/")).content.decode()
    assert "speak to you through an adult of your delegation" in sent


def test_the_list_names_nobody_and_the_page_is_logged_each_time_it_is_read(cast, desk):
    report = report_engineer(cast)
    text = desk.get(cast.address("reports/")).content.decode()
    assert "Unwanted attention or harassment" in text
    for secret in ("Mali Wongsa", "Arif Rahman", WORDS):
        assert secret not in text
    assert not ReportView.objects.exists()
    for _ in range(2):
        answer = desk.get(cast.address(f"reports/{report.pk}/"))
    text = answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    for shown in ("Mali Wongsa", "Arif Rahman", WORDS, cast.official.person.email):
        assert shown in text
    assert cast.engineer.person.email not in text
    readings = [item for item in page_of(answer).texts("li") if item.startswith("Lea Duarte")]
    assert len(readings) == ReportView.objects.count() == 2


def test_the_navigation_counts_what_waits_for_leads_and_shows_nobody_else_a_thing(cast, desk, official):
    report = report_engineer(cast)

    def waiting():
        return page_of(desk.get(cast.address("profile/"))).texts(".roles .count")

    assert waiting() == ["1 waiting"]
    assert desk.get(cast.address(""))["Location"] == cast.address("reports/")
    close(cast, desk, report)
    assert waiting() == []
    for client in (official, client_of(cast.organiser.person), client_of(cast.engineer.person)):
        assert cast.address("reports/") not in client.get(cast.address("profile/")).content.decode()


@pytest.mark.parametrize("who", ["official", "engineer", "organiser", "administrator"])
def test_to_everybody_but_the_lead_reports_do_not_exist(cast, lead, who):
    report = report_engineer(cast)
    if who == "administrator":
        client = client_of(Person.objects.create_superuser("root@example.org", name="Root"))
    else:
        client = client_of(getattr(cast, who).person)
    for page in ("reports/", f"reports/{report.pk}/", "reports/0/"):
        answer = client.get(cast.address(page))
        assert answer.status_code == 404
        assert WORDS not in answer.content.decode()
    assert close(cast, client, report).status_code == 404
    assert client.get(f"/admin/safeguarding/report/{report.pk}/change/").status_code in (302, 404)
    report.refresh_from_db()
    assert report.state == "open"
    assert not ReportView.objects.exists()


def test_closing_says_what_was_done_and_lifting_brings_the_two_back(cast, desk, official):
    report = report_engineer(cast)
    answer = close(cast, desk, report, then="lift")
    assert "The report is closed. Neither of the two is told." in answer.content.decode()
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 200
    text = desk.get(cast.address(f"reports/{report.pk}/")).content.decode()
    assert "Spoke to both." in text
    assert "Closed by Lea Duarte" in text
    assert "The two are not kept apart now." in text


def test_closed_without_lifting_they_stay_out_of_each_others_sight(cast, desk, official):
    report = report_engineer(cast)
    close(cast, desk, report)
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404
    again = close(cast, desk, report, then="lift")
    assert again.status_code == 422
    assert official.get(cast.address(f"people/{cast.engineer.pk}/")).status_code == 404


def test_a_report_is_not_closed_without_a_word_or_a_choice(cast, desk):
    report = report_engineer(cast)
    for fields, sentence in (
        ({"outcome": ""}, "Please say in a few words what was done."),
        ({"then": ""}, "Please choose whether the two stay apart."),
    ):
        answer = close(cast, desk, report, **fields)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
    report.refresh_from_db()
    assert report.state == "looked-at"


def test_other_reports_about_the_same_person_are_counted(cast, desk):
    send(cast, cast.lawyer, f"people/{cast.engineer.pk}/report/")
    report = report_engineer(cast)
    text = desk.get(cast.address(f"reports/{report.pk}/")).content.decode()
    assert "There is 1 other report about the same person" in text


def test_a_lead_does_not_see_a_report_about_themself(cast, lead, desk):
    Attendee.objects.filter(pk=lead.pk).update(visibility="listed")
    send(cast, cast.official, f"people/{lead.pk}/report/")
    report = Report.objects.get()
    assert "No reports" in desk.get(cast.address("reports/")).content.decode()
    assert desk.get(cast.address(f"reports/{report.pk}/")).status_code == 404


def test_the_set_up_page_warns_where_nobody_would_read_reports(cast):
    organiser = client_of(cast.organiser.person)
    page = organiser.get(cast.address("set-up/")).content.decode()
    assert "No safeguarding lead: reports would wait." in page
    appoint(cast.lawyer, "safeguarding-lead")
    text = organiser.get(cast.address("set-up/")).content.decode()
    assert "Safeguarding lead: Linh Tran." in text
    assert "An open forum needs a second confirmed safeguarding lead" in text
    appoint(cast.engineer, "safeguarding-lead")
    CountryContact.objects.filter(event=cast.event).delete()
    text = organiser.get(cast.address("set-up/")).content.decode()
    assert "wait until a number to call in the host country is entered" in text
    assert "second confirmed safeguarding lead" not in text


def test_a_lead_reads_that_a_proposal_waits_for_them(cast, desk):
    waits = "1 proposed organiser or lead waits until somebody confirms them."
    assert waits not in page_of(desk.get(cast.address("reports/")))
    propose_role(
        event=cast.event,
        attendee_id=cast.engineer.pk,
        permission="safeguarding-lead",
        by=cast.organiser.person,
        now=NOW,
    )
    page = page_of(desk.get(cast.address("reports/")))
    assert waits in page
    assert ("Decide", cast.address("roles/")) in page.links(".message")
