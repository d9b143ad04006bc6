"""The pages of connections, without JavaScript, and the same over the API."""

from __future__ import annotations

import datetime as dt

import pytest
import vobject
from django.test import Client
from rest_framework.test import APIClient

from backend.events.models.events import Event
from backend.outcomes.models import ContactShare
from backend.privacy.services.retention import purge_event
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from tests.factories import make_attendee, make_event
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of


@pytest.fixture
def after(booking: Booking, time_machine: object) -> Booking:
    """An hour after the official and the engineer have met."""
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    booking.now = booking.slots[0].ends_at + dt.timedelta(hours=1)
    time_machine.move_to(booking.now, tick=False)  # type: ignore[attr-defined]
    return booking


def sides(after: Booking) -> tuple[Client, Client, str, str]:
    """Both browsers, and the addresses at which each shares with the other."""
    cast = after.cast
    addresses = (cast.address(f"people/{one.pk}/contact/") for one in (cast.engineer, cast.official))
    return client_of(cast.official.person), client_of(cast.engineer.person), *addresses


def test_two_who_met_share_read_each_other_save_the_card_and_end_it(after: Booking) -> None:
    cast = after.cast
    official, engineer, to_engineer, to_official = sides(after)
    home = cast.address("connections/")
    meeting = cast.event.meetings.get()
    assert to_engineer in [link for _, link in page_of(official.get(after.page(meeting))).links()]
    assert "No connections yet" in page_of(official.get(home))
    form = page_of(official.get(to_engineer)).fields("main form")
    assert (form["email"], form["phone"]) == ([cast.official.person.email], [""])
    sent = official.post(to_engineer, {"email": "", "phone": "+66 2 123 4567", "link": ""}, follow=True)
    assert "Saved. Arif Rahman reads it as soon as both" in page_of(sent)
    asked = page_of(engineer.get(home))
    assert "They would like to stay in touch" in asked
    assert "123 4567" not in asked.html
    engineer.post(to_official, {"email": "arif@example.org", "phone": "", "link": "example.org/arif"})
    page = page_of(official.get(home))
    assert "arif@example.org" in page
    assert page.attribute("a[href^='https:']", "href") == "https://example.org/arif"
    share = ContactShare.objects.get(giver=cast.official.person)
    card = official.get(f"{home}{share.pk}/contact.vcf")
    assert (card["Content-Type"], card["Content-Disposition"]) == (
        "text/vcard; charset=utf-8",
        'attachment; filename="contact.vcf"',
    )
    assert vobject.readOne(card.content.decode()).fn.value == "Arif Rahman"
    assert b"arif@example.org" in official.get(f"{home}connections.vcf").content
    assert b"arif@example.org" in official.get(f"{home}connections.csv").content
    assert engineer.get(f"{home}{share.pk}/contact.vcf").status_code == 404
    assert engineer.post(f"{home}{share.pk}/end/").status_code == 404
    ended = official.post(f"{home}{share.pk}/end/", follow=True)
    assert "Ended. Neither of you" in page_of(ended)
    for browser in (official, engineer):
        assert "No connections yet" in page_of(browser.get(home))


def test_what_cannot_be_used_is_said_at_its_field_and_stays_typed(after: Booking) -> None:
    official, _, to_engineer, _ = sides(after)
    for typed, words in (
        ({"email": "nobody"}, "“nobody” is not an e-mail address."),
        ({"phone": "ring me"}, "This is not a telephone number."),
        ({"link": "ftp://example.org"}, "This is not the address of a web page."),
        ({}, "Give at least one way to reach you"),
    ):
        answer = official.post(to_engineer, typed)
        assert answer.status_code == 400
        page = page_of(answer)
        assert words in page
        for name, value in typed.items():
            assert page.fields("main form")[name] == [value]
    assert not ContactShare.objects.exists()


def test_strangers_minors_and_whom_one_cannot_see_have_no_such_page(after: Booking) -> None:
    cast = after.cast
    official = client_of(cast.official.person)
    for other in cast.unseen:
        assert official.get(cast.address(f"people/{other.pk}/contact/")).status_code == 404
    minor = client_of(cast.minor.person)
    assert minor.get(cast.address(f"people/{cast.official.pk}/contact/")).status_code == 404
    assert client_of(cast.stranger).get(cast.address("connections/")).status_code == 404
    refused = official.post(cast.address(f"people/{cast.lawyer.pk}/contact/"), {"phone": "12345"})
    assert (refused.status_code, "once you have met" in page_of(refused)) == (400, True)


def test_who_appears_under_an_alias_reads_why_and_has_no_form(after: Booking) -> None:
    cast = after.cast
    _, engineer, _, to_official = sides(after)
    data = AliasData(name="Officer A", organisation="Police", real_name="Arif Rahman", real_organisation="X")
    set_alias_of(cast.event, cast.engineer.pk, data, is_wish=True, by=None, now=after.now)
    page = page_of(engineer.get(to_official))
    assert "You appear under an alias here." in page
    assert not page.has("main form")
    assert "You appear under an alias here." in page_of(engineer.get(cast.address("connections/")))


def test_my_data_counts_what_i_gave_and_holds_it_in_its_file(after: Booking) -> None:
    cast = after.cast
    official, _, to_engineer, _ = sides(after)
    official.post(to_engineer, {"phone": "+66 2 123 4567"})
    page = page_of(official.get(cast.address("my-data/")))
    assert "People I gave my contact details" in page
    [row] = official.get(cast.address("my-data/my-data.json")).json()["contacts_given"]
    assert (row["to"], row["phone"], row["email"]) == ("Arif Rahman", "+66 2 123 4567", "")


def test_over_the_api_it_is_the_same(after: Booking) -> None:
    cast = after.cast
    root = f"/api/v1/events/{cast.event.slug}/"
    official, engineer = APIClient(), APIClient()
    official.force_login(cast.official.person)
    engineer.force_login(cast.engineer.person)
    given = official.put(f"{root}people/{cast.engineer.pk}/contact/", {"email": "mali@example.org"}, format="json")
    [waiting] = given.json()["waiting"]
    assert waiting["mine"] == {"email": "mali@example.org", "phone": "", "link": ""}
    [asked] = engineer.get(f"{root}connections/").json()["to_answer"]
    assert (asked["other"]["name"], asked["connection"]) == ("Mali Wongsa", 0)
    engineer.put(f"{root}people/{cast.official.pk}/contact/", {"phone": "+62 21 123 456"}, format="json")
    [row] = official.get(f"{root}connections/").json()["connections"]
    assert row["here"] == 0
    assert row["theirs"] == {"email": "", "phone": "+62 21 123 456", "link": ""}
    address = f"{root}connections/{row['connection']}/"
    for file in (f"{address}contact.vcf", f"{root}connections/connections.vcf"):
        assert b"+62 21 123 456" in official.get(file).content
    assert official.get(f"{root}connections/connections.csv").content.count(b"\r\n") == 2
    refused = official.put(f"{root}people/{cast.engineer.pk}/contact/", {"link": "x" * 300}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_contact")
    assert engineer.delete(address).status_code == 404
    assert official.delete(address).status_code == 204
    assert engineer.get(f"{root}connections/").json() == {"connections": [], "to_answer": [], "waiting": []}


def test_after_a_meeting_one_notes_a_follow_up_and_says_that_it_is_done(after: Booking) -> None:
    cast, meeting = after.cast, after.cast.event.meetings.get()
    official, engineer = client_of(cast.official.person), client_of(cast.engineer.person)
    page = page_of(official.post(after.page(meeting, "attest/"), {"took_place": "yes"}, follow=True))
    assert page.text_of("#follow-up") == "What came of it"
    day = str(after.now.date() + dt.timedelta(days=7))
    typed = {"agreed": "Arif sends the log format", "due_on": day}
    noted = page_of(official.post(after.page(meeting, "follow-up/"), typed, follow=True))
    assert "Saved. Nobody but you reads it." in noted
    assert noted.fields(".follow-up")["agreed"] == ["Arif sends the log format"]
    assert "log format" not in page_of(engineer.get(after.page(meeting))).html
    kept = official.post(after.page(meeting, "follow-up/kept/"), {"answer": "yes"}, follow=True)
    assert "You said: it is done." in page_of(kept)
    refused = official.post(after.page(meeting, "follow-up/"), {"agreed": "Kept", "due_on": "2020-01-01"})
    assert refused.status_code == 400
    assert page_of(refused).fields(".follow-up")["agreed"] == ["Kept"]
    assert "at most a year away" in page_of(refused)
    Event.objects.update(state=Event.State.ARCHIVED)
    archived = page_of(official.get(after.page(meeting)))
    assert "Arif sends the log format" in archived
    assert not archived.has(".follow-up form")
    assert official.post(after.page(meeting, "follow-up/"), typed).status_code == 409
    desk = page_of(client_of(cast.organiser.person).get(cast.address("desk/progress/")))
    assert "Follow-ups that people noted with a day: fewer than 5; said to be done: fewer than 5." in desk


def test_a_follow_up_over_the_api(after: Booking) -> None:
    cast, meeting = after.cast, after.cast.event.meetings.get()
    root = f"/api/v1/events/{cast.event.slug}/meetings/"
    api = APIClient()
    api.force_login(cast.official.person)
    day = str(after.now.date() + dt.timedelta(days=7))
    noted = api.put(f"{root}{meeting.pk}/follow-up/", {"agreed": "A word", "due_on": day}, format="json")
    assert noted.json()["follow_up"] == {"agreed": "A word", "due_on": day, "kept": None}
    kept = api.post(f"{root}{meeting.pk}/follow-up/", {"kept": False}, format="json")
    assert kept.json()["follow_up"]["kept"] is False
    assert api.put(f"{root}{meeting.pk}/follow-up/", {}, format="json").json()["follow_up"] is None
    boss = APIClient()
    boss.force_login(cast.organiser.person)
    figures = boss.get(f"{root}overview/").json()
    assert (figures["follow_ups"], figures["follow_ups_kept"]) == (0, 0)


@pytest.mark.slow
def test_what_both_kept_is_read_saved_and_ended_once_the_forum_is_gone(after: Booking) -> None:
    cast = after.cast
    official, engineer, to_engineer, to_official = sides(after)
    stranger = client_of(make_attendee(make_event(slug="elsewhere")).person)
    official.post(to_engineer, {"email": "", "phone": "+66 2 123 4567", "link": ""})
    engineer.post(to_official, {"email": "arif@example.org", "phone": "", "link": ""})
    assert "My connections at all forums" not in page_of(stranger.get("/", follow=True))
    purge_event(event=cast.event, now=after.now + dt.timedelta(days=400))
    assert official.get(cast.address("connections/")).status_code == 404
    address = "/account/connections/"
    assert address in [link for _, link in page_of(official.get("/")).links()]
    page = page_of(official.get(address))
    assert "arif@example.org" in page
    assert "Arif Rahman" in page
    card = vobject.readOne(official.get(f"{address}connections.vcf").content.decode())
    assert card.email.value == "arif@example.org"
    for other in (stranger, Client()):
        assert "arif@example.org" not in other.get(address, follow=True).content.decode()
    (action,) = [one for one in page.attributes("form", "action") if one.startswith(address)]
    assert stranger.post(action).status_code == 404
    assert "No connections yet" in page_of(official.post(action, follow=True))
    assert "No connections yet" in page_of(engineer.get(address))
