"""My data: what is stored of me, who reads it, the file of it, and hiding myself."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.services.reports import file_report
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import SEEK, Booking, Cast, client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


def readers(client: Client, cast: Cast, label: str) -> str:
    """What the page says of who reads the field of this label."""
    page = page_of(client.get(cast.address("my-data/")))
    rows = {row[0]: row[2] for row in page.rows(".stored-fields", "th, td")}
    return rows[label]


@pytest.mark.slow
def test_the_page_says_field_by_field_what_is_stored_and_who_reads_it(cast: Cast) -> None:
    client = client_of(cast.official.person)
    body = client.get(cast.address("my-data/")).content.decode()
    assert SEEK in body
    assert cast.official.person.email in body
    everybody = "you, whoever may see you at the forum, organisers, safeguarding leads"
    assert readers(client, cast, "What I seek") == everybody
    assert readers(client, cast, "People I saved, with my notes") == "you alone"
    assert readers(client, cast, "Reports I made") == "you, safeguarding leads"


def test_of_a_hidden_person_and_a_minor_it_names_no_other_participant(cast: Cast) -> None:
    hidden, minor = client_of(cast.hidden.person), client_of(cast.minor.person)
    assert readers(hidden, cast, "What I seek") == "you, organisers, safeguarding leads"
    assert readers(minor, cast, "About me") == "you alone"
    assert readers(minor, cast, "Name") == "you, safeguarding leads"


@pytest.mark.slow
def test_the_file_holds_my_words_at_every_forum_and_nobody_the_policy_hides(booking: Booking) -> None:
    cast = booking.cast
    seen = booking.ask(cast.official, cast.engineer, booking.slots[0])
    gone = booking.ask(cast.official, cast.lawyer, booking.slots[1])
    Meeting.objects.filter(pk=seen.pk).update(message="Could we talk about evidence?")
    Meeting.objects.filter(pk=gone.pk).update(message="And about helplines?")
    Attendee.objects.filter(pk=cast.lawyer.pk).update(visibility="hidden")
    file_report(reporter=cast.lawyer, reported_id=cast.official.pk, category="other", words="Too loud.", now=NOW)
    found = client_of(cast.official.person).get(cast.address("my-data/my-data.json"))
    assert found["Content-Disposition"].startswith("attachment")
    (forum,) = found.json()["forums"]
    assert found.json()["account"]["email"] == cast.official.person.email
    assert forum["profile"]["seeks"] == SEEK
    assert [one["with"] for one in forum["meetings"]] == [cast.engineer.name, None]
    assert [one["message"] for one in forum["meetings"]] == ["Could we talk about evidence?", "And about helplines?"]
    body = found.content.decode()
    assert cast.lawyer.name not in body
    assert "Too loud" not in body


def test_of_another_s_data_nothing_is_shown_or_downloaded(cast: Cast) -> None:
    stranger = client_of(cast.stranger)
    assert stranger.get(cast.address("my-data/")).status_code == 404
    assert stranger.get(cast.address("my-data/my-data.json")).status_code == 404
    body = client_of(cast.lawyer.person).get(cast.address("my-data/my-data.json")).content.decode()
    assert SEEK not in body
    assert cast.official.person.email not in body


def test_i_hide_myself_also_once_the_forum_is_archived(cast: Cast) -> None:
    Event.objects.filter(pk=cast.event.pk).update(state="archived")
    client = client_of(cast.official.person)
    assert client.post(cast.address("my-data/hide/")).status_code == 302
    cast.official.refresh_from_db()
    assert cast.official.visibility == "hidden"
    assert "Hide me from others" not in client.get(cast.address("my-data/")).content.decode()


def test_of_unknown_age_organisers_do_not_read_the_address(cast: Cast) -> None:
    other = make_attendee(cast.event, age_class="unknown")
    assert readers(client_of(other.person), cast, "E-mail") == "you alone"
