"""The page of the forum's sessions: what it shows, and bookmarking with and without htmx."""

from __future__ import annotations

import pytest

from backend.events.models.agenda import SessionPart
from backend.events.models.events import Theme
from tests.frontend.conftest import client_of
from tests.pages import page_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def keynote(booking):
    """A session over the first two slots, at which the engineer, the minor and one who blocks speak."""
    cast = booking.cast
    session = cast.event.sessions.create(
        title="Keynote & more",
        abstract="Who keeps <evidence>?",
        room="Hall A",
        stream_url="https://stream.example.org/1",
        theme=Theme.objects.get(event=cast.event, key="justice"),
        starts_at=booking.slots[0].starts_at,
        ends_at=booking.slots[1].ends_at,
    )
    for attendee in (cast.engineer, cast.minor, cast.blocked):
        session.parts.create(event=cast.event, attendee=attendee, part="speaking")
    return session


def text_of(answer):
    return answer.content.decode()


def post(client, booking, session, do, **options):
    address = booking.cast.address(f"sessions/{session.pk}/bookmark/")
    return client.post(address, {"do": do, **options.pop("data", {})}, **options)


def test_the_page_shows_what_is_on_and_names_only_speakers_one_may_see(booking, keynote, official):
    text = text_of(official.get(booking.cast.address("sessions/")))
    for word in ("Keynote &amp; more", "Who keeps &lt;evidence&gt;?", "Hall A", "Justice", "Arif Rahman"):
        assert word in text
    assert "https://stream.example.org/1" in [address for _, address in page_of(text).links()]
    assert "Wednesday 9 December" in text
    assert "Others read which sessions you bookmarked only if you let them." in text
    assert "Times are Bangkok time, UTC+07:00." in text
    for attendee in booking.cast.unseen:
        assert attendee.person.name not in text
    minor = text_of(client_of(booking.cast.minor.person).get(booking.cast.address("sessions/")))
    assert "You speak" in minor
    assert "Arif Rahman" not in minor
    assert "ask you to meet" not in minor


def test_times_of_the_readers_own_zone_stand_beside_the_forum_s(booking, keynote, official):
    official.cookies["zone"] = "Asia/Tokyo"
    text = text_of(official.get(booking.cast.address("sessions/")))
    assert "10:00–11:00" in page_of(text)
    assert "12:00–13:00 your time" in text


def test_a_bookmark_says_what_it_takes_and_leaving_it_out_gives_that_back(booking, keynote, official):
    answer = post(official, booking, keynote, "add", follow=True)
    assert answer.redirect_chain == [(booking.cast.address(f"sessions/#session-{keynote.pk}"), 302)]
    assert "Nobody can ask you for the 2 open times it takes." in text_of(answer)
    assert page_of(answer).has(f"#bookmark-{keynote.pk}[aria-pressed=true]")
    assert "Keynote &amp; more" in text_of(official.get(booking.cast.address("availability/")))
    assert "open times it takes" not in text_of(post(official, booking, keynote, "add", follow=True))
    answer = post(official, booking, keynote, "remove", follow=True)
    assert "The 2 times it took are open again." in text_of(answer)
    assert not SessionPart.objects.filter(attendee=booking.cast.official).exists()


def test_htmx_gets_the_list_with_the_button_pressed_and_the_message_beside_it(booking, keynote, official):
    answer = post(official, booking, keynote, "add", headers=HTMX, data={"theme": "justice"})
    text = text_of(answer)
    assert "<html" not in text
    shown = page_of(text)
    assert shown.has(f"#bookmark-{keynote.pk}[aria-pressed=true][value=remove]")
    assert shown.has('[hx-swap-oob="innerHTML:#messages"]')
    assert shown.has("#theme-justice")
    assert "<html" not in text_of(official.get(booking.cast.address("sessions/"), headers=HTMX))


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_session_during_an_agreed_meeting_is_refused_with_both_ways_out(booking, keynote, official, headers):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[5]))
    keynote.starts_at, keynote.ends_at = booking.slots[5].starts_at, booking.slots[5].ends_at
    keynote.save()
    assert "You meet then:" in text_of(official.get(cast.address("sessions/")))
    answer = post(official, booking, keynote, "add", headers=headers)
    text = text_of(answer)
    assert answer.status_code == 409
    assert "Cancel it first, or leave the session out." in text
    assert "Open your meeting" in text
    assert [address for _, address in page_of(text).links()].count(booking.page(meeting)) == 2
    assert not SessionPart.objects.filter(attendee=cast.official).exists()


def test_one_theme_is_shown_alone_and_stays_when_a_session_is_bookmarked(booking, keynote, official):
    cast = booking.cast
    cast.event.sessions.create(title="Lunch", starts_at=keynote.starts_at, ends_at=keynote.ends_at)
    assert "Lunch" in text_of(official.get(cast.address("sessions/")))
    assert "Lunch" not in text_of(official.get(cast.address("sessions/?theme=justice")))
    answer = post(official, booking, keynote, "add", data={"theme": "justice"})
    assert answer["Location"] == cast.address(f"sessions/?theme=justice#session-{keynote.pk}")


def test_a_talk_of_mine_stays_and_an_unknown_session_is_not_found(booking, keynote):
    cast = booking.cast
    engineer = client_of(cast.engineer.person)
    answer = post(engineer, booking, keynote, "remove")
    assert answer.status_code == 409
    assert "so it stays in your agenda" in text_of(answer)
    assert engineer.post(cast.address("sessions/999999/bookmark/")).status_code == 404
    assert engineer.get(cast.address(f"sessions/{keynote.pk}/bookmark/")).status_code == 405


def test_a_session_that_is_over_is_shown_without_a_button(booking, keynote, official, time_machine):
    time_machine.move_to(keynote.ends_at, tick=False)
    page = page_of(official.get(booking.cast.address("sessions/")))
    assert "Keynote" in page
    assert not page.has("[aria-pressed]")


def test_a_forum_without_sessions_says_what_to_do_meanwhile(cast, official):
    text = text_of(official.get(cast.address("sessions/")))
    assert "No session is announced yet" in text
    assert "See people to meet" in text


def test_a_minor_reads_nowhere_to_ask_somebody(cast):
    minor = client_of(cast.minor.person)
    for page in ("", "sessions/", "my-delegation-sessions/", "profile/", "safety/"):
        text = page_of(minor.get(cast.address(page), follow=True)).text
        assert "ask somebody" not in text, page
        assert "people to meet" not in text, page
