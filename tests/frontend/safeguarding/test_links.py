"""Keeping somebody away by their name, and a lead's finding whom a report in free words is about."""

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.safeguarding.models import Report, ReportView
from backend.safeguarding.rules import is_contact_blocked
from tests.factories import NOW, make_attendee, make_event, make_session
from tests.frontend.conftest import client_of
from tests.pages import page_of

MAYBE = "If you named somebody who is in a meeting or a session with you"


@pytest.fixture
def other_lead(cast):
    return make_attendee(cast.event, name="Ben Other", permission="safeguarding-lead", visibility="hidden")


def are_apart(one, other):
    both = Attendee.objects.filter(pk=one.pk)
    return both.filter(is_contact_blocked(one.person_id, other.person_id)).exists()


def share_session(event, *people):
    session = make_session(event)
    for one in people:
        SessionPart.objects.create(event=event, attendee=one, session=session)


def share_meeting(event, one, other):
    meeting = Meeting.objects.create(event=event, asker=other, asked_at=NOW, changed_at=NOW, expires_at=NOW)
    for person, part in ((one, "invited"), (other, "asker")):
        Seat.objects.create(event=event, meeting=meeting, attendee=person, part=part)


@pytest.mark.parametrize("share", [share_session, share_meeting])
def test_a_minor_keeps_somebody_away_by_name_who_shares_a_meeting_or_session(cast, lead, share):
    share(cast.event, cast.minor, cast.official)
    client = client_of(cast.minor.person)
    named = f"  {cast.official.person.name.upper()} "
    answer = client.post(cast.address("safety/"), {"words": "", "named": named}, follow=True)
    assert MAYBE in page_of(answer)
    report = Report.objects.get()
    assert (report.reporter, report.reported, report.keeps_apart) == (cast.minor, cast.official, True)
    assert are_apart(cast.minor, cast.official)
    page = page_of(client_of(lead.person).get(cast.address(f"reports/{report.pk}/")))
    assert f"The name in it is that of {cast.official.person.name}" in page
    client.post(cast.address("safety/"), {"words": "", "named": named})
    assert Report.objects.count() == 1


def test_the_reporter_cannot_tell_whether_a_name_is_known(cast, lead):
    share_session(cast.event, cast.minor, cast.official)
    client = client_of(cast.minor.person)
    answers = []
    for named in (cast.official.person.name, "Nobody Here", cast.organiser.person.name):
        sent = client.post(cast.address("safety/"), {"words": "", "named": named})
        answers.append((sent.status_code, sent.url, page_of(client.get(sent.url)).text))
        for page in (f"people/{cast.official.pk}/block/", f"people/{cast.official.pk}/report/"):
            assert client.get(cast.address(page)).status_code == 404
    assert answers[0] == answers[1] == answers[2]
    assert not are_apart(cast.minor, cast.organiser)  # they share nothing


def test_two_of_one_name_are_left_to_the_lead(cast, lead):
    twins = [make_attendee(cast.event, name="Ana Silva") for _ in range(2)]
    share_session(cast.event, cast.minor, *twins)
    client_of(cast.minor.person).post(cast.address("safety/"), {"words": "", "named": "Ana Silva"})
    assert Report.objects.get().reported is None


@pytest.fixture
def report(cast):
    client_of(cast.minor.person).post(cast.address("safety/"), {"words": "He waits.", "named": "Tall man"})
    return Report.objects.get()


def test_a_lead_finds_asks_and_keeps_the_two_apart(cast, lead, report):
    client = client_of(lead.person)
    assert "Say who it is about" in page_of(client.get(cast.address(f"reports/{report.pk}/")))
    found = client.get(cast.address(f"reports/{report.pk}/about/?name={cast.official.person.name[:4]}"))
    address = cast.address(f"reports/{report.pk}/about/{cast.official.pk}/")
    assert address in found.content.decode()
    assert f"Is it about {cast.official.person.name}?" in page_of(client.get(address))
    assert not are_apart(cast.minor, cast.official)  # asked first
    answer = client.post(address, follow=True)
    assert "The two are kept apart from now on." in page_of(answer)
    assert f"Lea Duarte said that it is about {cast.official.person.name}" in page_of(answer)
    assert are_apart(cast.minor, cast.official)
    assert ReportView.objects.filter(report=report).count() == 4  # each page was a reading


def test_a_wrong_link_is_corrected_and_frees_the_first(cast, lead, report):
    client = client_of(lead.person)
    for person in (cast.official, cast.organiser):
        client.post(cast.address(f"reports/{report.pk}/about/{person.pk}/"))
    assert not are_apart(cast.minor, cast.official)
    assert are_apart(cast.minor, cast.organiser)
    page = page_of(client.get(cast.address(f"reports/{report.pk}/")))
    assert page.text.count("Lea Duarte said that it is about") == 2


def test_of_who_is_no_adult_the_search_knows_what_they_are_called_alone(cast, lead, report):
    make_attendee(cast.event, name="Nok Secret", age_class="minor")
    make_attendee(cast.event, name="Bee Secret", age_class="unknown")
    client = client_of(lead.person)
    address = cast.address(f"reports/{report.pk}/about/")
    assert "Nobody at this forum is listed by such a name." in page_of(client.get(f"{address}?name=Secret"))
    page = page_of(client.get(f"{address}?name=No"))
    assert "Nok" in page
    assert "Secret" not in page


def test_nobody_from_elsewhere_is_linked_nor_who_made_it(cast, lead, report):
    elsewhere = make_attendee(make_event("elsewhere"), permission="safeguarding-lead")
    client = client_of(lead.person)
    for other in (elsewhere, cast.minor):
        address = cast.address(f"reports/{report.pk}/about/{other.pk}/")
        assert client.get(address).status_code == client.post(address).status_code == 404
    report.refresh_from_db()
    assert report.reported is None


def test_whom_the_reporter_chose_and_a_closed_report_stay(cast, lead, other_lead, report):
    client = client_of(lead.person)
    client_of(cast.minor.person).post(cast.address("safety/"), {"words": "She.", "lead": other_lead.pk})
    chosen = Report.objects.get(reported=other_lead)
    closed = cast.address(f"reports/{report.pk}/about/{cast.official.pk}/")
    client.post(cast.address(f"reports/{report.pk}/close/"), {"outcome": "Spoken to.", "then": "keep"})
    for address in (cast.address(f"reports/{chosen.pk}/about/{cast.official.pk}/"), closed):
        assert client.get(address).status_code == 404
        client.post(address)
    assert set(Report.objects.values_list("reported", flat=True)) == {None, other_lead.pk}


def test_a_lead_who_says_that_it_is_about_themself_reads_it_no_more(cast, lead, other_lead, report):
    client = client_of(lead.person)
    address = cast.address(f"reports/{report.pk}/about/{lead.pk}/")
    assert "This is you: you no longer read the report." in page_of(client.get(address))
    assert client.post(address).url == cast.address("reports/")
    assert client.get(cast.address(f"reports/{report.pk}/")).status_code == 404
    assert client_of(other_lead.person).get(cast.address(f"reports/{report.pk}/")).status_code == 200


def test_the_same_over_the_api(cast, lead, report):
    root = f"/api/v1/events/{cast.event.slug}/reports/{report.pk}/"
    client = client_of(lead.person)
    sent = {"data": {"attendee": cast.official.pk}, "content_type": "application/json"}
    assert client_of(cast.organiser.person).post(f"{root}link/", **sent).status_code == 404
    assert client.get(root).json()["can_link"] is True
    assert client.post(f"{root}link/", **sent).status_code == 204
    [link] = client.get(root).json()["links"]
    assert (link["to"], link["is_by_lead"]) == (cast.official.person.name, True)
    assert are_apart(cast.minor, cast.official)
