"""Answering from a mail: the link shows a page, and only its button answers."""

import datetime as dt
from urllib.parse import urlsplit

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.attendees import Attendee
from backend.events.rules.agreements import current_agreement
from backend.notifications.selectors.answer_links import make_answer_link
from tests.factories import block_contact, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of


def link(meeting, attendee, purpose, slot=None):
    address = make_answer_link(meeting.pk, attendee, purpose, slot_id=slot.pk if slot else None)
    return urlsplit(address).path


def state_of(meeting):
    meeting.refresh_from_db()
    return meeting.state


def test_opening_the_link_changes_nothing_and_its_button_accepts(booking, client):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, *booking.slots[:3], message="Dear Arif")
    address = link(meeting, cast.engineer, "accept", booking.slots[1])
    for _ in range(2):
        page = page_of(client.get(address))
    assert "Meet Mali Wongsa?" in page
    assert "Dear Arif" in page
    assert state_of(meeting) == Meeting.State.REQUESTED
    for _ in range(2):  # pressing twice answers once
        done = page_of(client.post(address, {"slot": booking.slots[1].pk}))
        assert done.text_of("h1") == "You meet Mali Wongsa"
        assert "10:30–11:00" in done
        assert done.text_of("dd strong") == "T1"
    assert state_of(meeting) == Meeting.State.ACCEPTED
    assert Seat.objects.filter(is_active=True).count() == 2


def test_the_page_is_kept_by_no_cache_and_needs_its_token(booking, client):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    address = link(meeting, cast.engineer, "decline")
    assert "no-store" in client.get(address)["Cache-Control"]
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.post(address).status_code == 403
    assert state_of(meeting) == Meeting.State.REQUESTED


def test_a_time_taken_meanwhile_leaves_the_others_to_choose_from(booking, client):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, *booking.slots[:2])
    address = link(meeting, cast.engineer, "accept", booking.slots[0])
    booking.accept(cast.engineer, booking.ask(cast.lawyer, cast.engineer, booking.slots[0]))
    answer = client.post(address)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "This time is no longer free for you both." in page
    assert page.attributes("button[name=slot]", "value") == [str(booking.slots[1].pk)]
    assert client.post(address, {"slot": booking.slots[1].pk}).status_code == 200
    assert state_of(meeting) == Meeting.State.ACCEPTED


def test_declining_by_mail_keeps_the_reason_and_what_was_typed(booking, client):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    address = link(meeting, cast.engineer, "decline")
    long = "because " * 100
    answer = client.post(address, {"reason": long})
    assert answer.status_code == 400
    assert page_of(answer).fields("main form")["reason"] == [long]
    client.post(address, {"reason": "Next year"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.reason) == (Meeting.State.DECLINED, "Next year")


@pytest.mark.parametrize(("purpose", "word", "usefulness"), [("held", "held", 4), ("not_held", "not_held", None)])
def test_whether_it_took_place_is_answered_by_link(booking, client, time_machine, purpose, word, usefulness):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    time_machine.move_to(booking.slots[0].ends_at + dt.timedelta(hours=1), tick=False)
    address = link(meeting, cast.engineer, purpose)
    assert client.get(address).status_code == 200
    assert "Thank you, noted" in page_of(client.post(address, {"usefulness": "4"}))
    seat = Seat.objects.get(attendee=cast.engineer)
    assert (seat.word, seat.usefulness) == (word, usefulness)


def test_a_link_with_nothing_left_to_answer_says_why(booking, client):
    cast = booking.cast
    taken_back = booking.ask(cast.official, cast.engineer)
    Meeting.objects.filter(pk=taken_back.pk).update(state="withdrawn")
    expired = booking.ask(cast.lawyer, cast.engineer)
    Meeting.objects.filter(pk=expired.pk).update(expires_at=booking.now)
    for meeting, sentence in ((taken_back, "was taken back"), (expired, "has expired")):
        answer = client.get(link(meeting, cast.engineer, "accept"))
        assert answer.status_code == 410
        assert "There is nothing left to answer" in page_of(answer)
        assert sentence in page_of(answer)


def test_a_broken_link_and_one_between_people_who_may_not_meet_lead_nowhere(booking, client, blocked_by):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    address = link(meeting, cast.engineer, "accept")
    assert client.get(address[:-4] + "/").status_code == 404
    block_contact(blocked_by, cast.official, cast.engineer)
    for method in (client.get, client.post):
        answer = method(address)
        assert answer.status_code == 404
        assert "Mali Wongsa" not in answer.content.decode()
        # Whoever wrote something foul and hid at once can be reported from the mail all the same.
        assert booking.page(meeting, "report/") in [link for _, link in page_of(answer).links()]
    assert state_of(meeting) == Meeting.State.REQUESTED
    broken = client.get(address[:-4] + "/").content.decode()
    assert "/report/" not in broken
    assert client_of(cast.engineer.person).get(booking.page(meeting, "report/")).status_code == 200


def unjoin(attendee):
    """As somebody whom a version before joining was asked of anybody let answer by mail alone."""
    Attendee.objects.filter(pk=attendee.pk).update(agreed_at=None, agreement_version="")


def test_who_never_joined_reads_notice_and_pledge_and_joins_by_answering(booking, client):
    cast, agreement = booking.cast, current_agreement()
    meeting = booking.ask(cast.official, cast.engineer, *booking.slots[:2])
    address = link(meeting, cast.engineer, "accept", booking.slots[0])
    assert "Conduct pledge" not in page_of(client.get(address))
    unjoin(cast.engineer)
    page = page_of(client.get(address))
    assert "Meet Mali Wongsa?" in page
    assert all(paragraph in page for paragraph in (*agreement.notice, *agreement.pledge))
    sent = {"slot": booking.slots[0].pk, "agree": "on", "version": agreement.version}
    for lacking in ({"agree": ""}, {"version": ""}, {"version": "2025-01-01"}):
        refused = client.post(address, sent | lacking)
        assert refused.status_code == 409
        assert "the privacy notice" in page_of(refused).text_of(".problems").lower()
        assert state_of(meeting) == Meeting.State.REQUESTED
    assert Attendee.objects.get(pk=cast.engineer.pk).agreed_at is None
    assert page_of(client.post(address, sent)).text_of("h1") == "You meet Mali Wongsa"
    assert state_of(meeting) == Meeting.State.ACCEPTED
    joined = Attendee.objects.get(pk=cast.engineer.pk)
    assert (joined.agreed_at, joined.agreement_version) == (booking.now, agreement.version)


@pytest.mark.parametrize("purpose", ["decline", "counter", "held", "not_held"])
def test_whatever_the_answer_nobody_gives_it_without_joining(booking, client, time_machine, purpose):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    if purpose in ("held", "not_held"):
        booking.accept(cast.engineer, meeting)
        time_machine.move_to(booking.slots[0].ends_at + dt.timedelta(hours=1), tick=False)
        cast.event.state = "closed"  # in which nobody joins otherwise
        cast.event.save()
    unjoin(cast.engineer)
    address, before = link(meeting, cast.engineer, purpose), state_of(meeting)
    assert client.get(address).status_code == 200
    sent = {"slots": [booking.slots[1].pk]}
    assert client.post(address, sent).status_code == 409
    assert state_of(meeting) == before
    sent |= {"agree": "on", "version": current_agreement().version}
    assert client.post(address, sent).status_code == 200
    assert Attendee.objects.get(pk=cast.engineer.pk).has_joined


def known_as_a_minor_elsewhere(attendee):
    make_attendee(make_event(), person=attendee.person, age_class="minor")


def set_fields(**fields):
    return lambda attendee: Attendee.objects.filter(pk=attendee.pk).update(**fields)


@pytest.mark.parametrize(
    "close",
    [
        set_fields(age_class="minor"),
        set_fields(age_class="unknown"),
        known_as_a_minor_elsewhere,
        set_fields(visibility="hidden"),
    ],
    ids=["minor", "unknown age", "known minor", "hidden"],
)
def test_no_link_lets_a_minor_or_somebody_hidden_join_or_answer(booking, client, close):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    address = link(meeting, cast.engineer, "accept")
    unjoin(cast.engineer)
    close(cast.engineer)
    sent = {"agree": "on", "version": current_agreement().version, "slot": booking.slots[0].pk}
    for answer in (client.get(address), client.post(address, sent)):
        assert answer.status_code == 404
        assert "Conduct pledge" not in page_of(answer)
        assert "Mali Wongsa" not in page_of(answer)
    assert state_of(meeting) == Meeting.State.REQUESTED
    assert not Attendee.objects.get(pk=cast.engineer.pk).has_joined


def test_a_link_shows_nobody_who_has_not_joined(booking, client):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    unjoin(cast.engineer)
    unjoin(cast.official)
    sent = {"agree": "on", "version": current_agreement().version, "slot": booking.slots[0].pk}
    address = link(meeting, cast.engineer, "accept")
    for answer in (client.get(address), client.post(address, sent)):
        assert answer.status_code == 404
        assert "Mali Wongsa" not in page_of(answer)
    assert not Attendee.objects.get(pk=cast.engineer.pk).has_joined
