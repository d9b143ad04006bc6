"""Asking somebody to meet, and changing what was asked."""

import re

import pytest

from backend.booking.models.availability import Availability, MeetingRules
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.events.services.attendees import NewAttendee
from backend.events.services.mailboxes import add_to_mailbox
from backend.safeguarding.services.aliases import AliasData, set_alias
from tests.factories import make_attendee
from tests.frontend.conftest import client_of
from tests.pages import page_of


def ask_address(booking, other):
    return booking.cast.address(f"people/{other.pk}/ask/")


def form_data(*slots, **typed):
    return {"slots": [str(slot.pk) for slot in slots], "message": "Hello", "theme": "", "key": "k1"} | typed


def suggest_a_topic(cast):
    """The official's list gives a topic that both chose as its reason; both list English."""
    Attendee.objects.filter(pk=cast.engineer.pk).update(languages=["id", "en"])
    reason = {"code": "topic_offered", "weight": 1.0, "evidence": {"topic": "evidence-reporting"}}
    cast.official.suggestions.update(reasons=[reason])


def test_the_form_begins_with_a_message_about_a_topic_and_offers_the_free_times(booking):
    suggest_a_topic(booking.cast)
    answer = client_of(booking.cast.official.person).get(ask_address(booking, booking.cast.engineer))
    page = page_of(answer)
    fields = page.fields("main form")
    topic = Topic.objects.get(event=booking.cast.event, key="evidence-reporting").name
    assert fields["message"] == [
        f"Dear Arif Rahman,\n“{topic}” is among the topics you offer. I would value your advice on it. "
        "Could we meet for a few minutes?"
    ]
    assert not page.has(".starters")
    assert len(page.all("input[name=slots]")) == 6
    assert re.fullmatch("[0-9a-f]{32}", fields["key"][0])
    assert fields["theme"] == ["justice"]  # both declared a topic of this theme


def test_the_message_greets_by_the_name_the_other_wants_to_be_called(booking):
    suggest_a_topic(booking.cast)
    Attendee.objects.filter(pk=booking.cast.engineer.pk).update(short_name="Bang Arif")
    page = page_of(client_of(booking.cast.official.person).get(ask_address(booking, booking.cast.engineer)))
    assert page.fields("main form")["message"][0].startswith("Dear Bang Arif,\n")


@pytest.mark.slow
def test_without_a_reason_the_box_is_empty_and_each_of_three_starters_fills_it(booking):
    cast = booking.cast
    cast.official.suggestions.update(reasons=[{"code": "no_named_need", "weight": 0.0, "evidence": {}}])
    client, address = client_of(cast.official.person), ask_address(booking, cast.engineer)
    page = page_of(client.get(address))
    assert page.fields("main form")["message"] == [""]
    links = [link for _, link in page.links(".starters")]
    assert links == [f"?starter={number}#part-words" for number in (1, 2, 3)]
    filled = [page_of(client.get(address + link)).fields("main form")["message"][0] for link in links]
    assert len(set(filled)) == 3
    assert all(text.startswith("Dear Arif Rahman,\nI ") for text in filled)
    for unknown in ("0", "4", "x", "Pay+me"):
        assert page_of(client.get(f"{address}?starter={unknown}")).fields("main form")["message"] == [""]


def test_two_who_read_one_mailbox_are_each_greeted_by_their_own_name(booking):
    cast = booking.cast
    new = NewAttendee(email=cast.lawyer.person.email, name="Ben Cruz", age_class="adult")
    second = add_to_mailbox(event=cast.event, new=new, by=cast.organiser.person, now=booking.now)
    Attendee.objects.filter(pk=second.pk).update(agreed_at=booking.now, agreement_version="2026-11-26")
    for slot in booking.slots:
        Availability.objects.create(event=cast.event, attendee=second, slot=slot)
    for other, name in ((cast.lawyer, "Linh Tran"), (second, "Ben Cruz")):
        page = page_of(client_of(cast.official.person).get(ask_address(booking, other) + "?starter=2"))
        assert page.fields("main form")["message"][0].startswith(f"Dear {name},\nI have a question")


def test_somebody_under_an_alias_is_greeted_by_it_alone(booking):
    cast = booking.cast
    suggest_a_topic(cast)
    lead = make_attendee(cast.event, permission="safeguarding-lead")
    data = AliasData(name="Delegate Nine", real_name="Arif Rahman")
    set_alias(event=cast.event, attendee_id=cast.engineer.pk, data=data, is_wish=True, by=lead.person, now=booking.now)
    page = page_of(client_of(cast.official.person).get(ask_address(booking, cast.engineer)))
    assert page.fields("main form")["message"] == [""]
    assert page.attributes(".starters a", "data-text")[0].startswith("Dear Delegate Nine,\n")
    assert "Arif" not in page.html


def test_suggestions_and_the_persons_page_lead_here(booking):
    client = client_of(booking.cast.official.person)
    for where in ("suggestions/", f"people/{booking.cast.engineer.pk}/"):
        links = page_of(client.get(booking.cast.address(where))).links()
        at = f"?slots={booking.slots[0].pk}"
        assert ask_address(booking, booking.cast.engineer) + at in [address for _, address in links]


def test_whom_one_has_asked_is_shown_as_such_and_leads_to_the_request(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0])
    client = client_of(cast.official.person)
    for state in ("Waits for an answer", "Agreed"):
        for where in ("suggestions/", f"people/{cast.engineer.pk}/"):
            links = page_of(client.get(cast.address(where))).links()
            assert ask_address(booking, cast.engineer) not in [address for _, address in links]
            assert (f"{state} (Arif Rahman)", booking.page(meeting)) in links
        meeting = booking.accept(cast.engineer, meeting)


def test_three_times_are_asked_for_once_however_often_the_button_is_pressed(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    Table.objects.filter(label="T2").update(step_free=True)
    data = form_data(*booking.slots[:3], theme="justice", step_free="on")
    for _ in range(2):
        answer = client.post(ask_address(booking, cast.engineer), data)
        assert answer["Location"] == cast.address("meetings/")
    meeting = Meeting.objects.get()
    assert [time.slot_id for time in meeting.times.all()] == [slot.pk for slot in booking.slots[:3]]
    assert (meeting.message, meeting.theme.key, meeting.needs_step_free) == ("Hello", "justice", True)


def test_any_time_is_a_choice_of_its_own(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    address = ask_address(booking, cast.engineer)
    for data in (form_data(), form_data(booking.slots[0], any_time="on")):
        answer = client.post(address, data)
        assert answer.status_code == 422
        assert "up to three times, or any time." in page_of(answer)
        assert page_of(answer).fields("main form")["message"] == ["Hello"]
    client.post(address, form_data(any_time="on"))
    assert Meeting.objects.get().any_time


def add_online_room(booking):
    room = {"label": "Online", "is_online": True, "room_link": "https://meet.example.org/{meeting}"}
    Table.objects.create(event=booking.cast.event, **room)


@pytest.mark.slow
def test_only_places_that_exist_are_offered_and_without_any_the_page_says_so(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    address = ask_address(booking, cast.engineer)

    def offered():
        fields = page_of(client.get(address)).all("[name=online], [name=step_free]")
        return [(field.attributes["type"], field.attributes["name"]) for field in fields]

    assert offered() == []
    refused = client.post(address, form_data(booking.slots[0], online="on"))
    assert refused.status_code == 409
    assert "This forum has no online room. Please ask to meet at a table." in page_of(refused)
    add_online_room(booking)
    Table.objects.filter(label="T2").update(step_free=True)
    assert offered() == [("checkbox", "online"), ("checkbox", "step_free")]
    Table.objects.filter(is_online=False).delete()
    assert offered() == [("hidden", "online")]
    Table.objects.all().delete()
    page = page_of(client.get(address))
    assert "No place to meet yet" in page
    assert not page.has("[name=message]")


def test_a_time_taken_meanwhile_is_refused_with_the_next_free_ones_and_nothing_typed_is_lost(booking):
    cast = booking.cast
    add_online_room(booking)
    booking.accept(cast.lawyer, booking.ask(cast.official, cast.lawyer, booking.slots[0]))
    data = form_data(*booking.slots[:2], message="A long letter", theme="prevention", online="on")
    answer = client_of(cast.official.person).post(ask_address(booking, cast.engineer), data)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "One of these times is not free for you both." in page
    fields = page.fields("main form")
    typed = {name: fields[name] for name in ("message", "theme", "online", "key", "slots")}
    assert typed == {
        "message": ["A long letter"],
        "theme": ["prevention"],
        "online": ["on"],
        "key": ["k1"],
        "slots": [str(booking.slots[1].pk)],
    }
    offered = [address for _, address in page.links()]
    assert all(f"#slot-{slot.pk}" in offered for slot in booking.slots[1:4])
    assert not page.has(f"#slot-{booking.slots[0].pk}")
    assert Meeting.objects.count() == 1


@pytest.mark.slow
def test_each_guard_refuses_in_place_in_one_sentence(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    address = ask_address(booking, cast.engineer)
    refusals = [
        (form_data(*booking.slots[:4]), 400, "Offer one to 3 different times"),
        (form_data(booking.slots[0], message="x" * 1001), 400, "Please keep the message under 1,000 characters."),
        (form_data(booking.slots[0], key="x" * 65), 400, "A key is at most 64 characters"),
        (form_data(booking.slots[0], slots=["999999999999"]), 400, "not a meeting slot of this forum"),
        (form_data(booking.slots[0], theme="astrology"), 422, "Select a valid choice"),
    ]
    for data, status, sentence in refusals:
        answer = client.post(address, data)
        assert (answer.status_code, sentence in answer.content.decode()) == (status, True), sentence
    assert not Meeting.objects.exists()

    MeetingRules.objects.create(event=cast.event, open_requests=1)
    client.post(address, form_data(booking.slots[0]))
    again = client.post(address, form_data(booking.slots[1], key="k2"))
    assert again.status_code == 409
    assert "You have asked this person already" in page_of(again)
    assert booking.page(Meeting.objects.get()) in [address for _, address in page_of(again).links()]
    full = client.post(ask_address(booking, cast.lawyer), form_data(booking.slots[1], key="k3"))
    assert full.status_code == 409
    assert "You have 1 request waiting" in page_of(full)


def test_whoever_has_asked_already_is_led_to_that_request(booking):
    cast = booking.cast
    meeting = booking.ask(cast.official, cast.engineer)
    for one, other in ((cast.official, cast.engineer), (cast.engineer, cast.official)):
        answer = client_of(one.person).get(ask_address(booking, other))
        assert answer["Location"] == booking.page(meeting)


def test_without_open_times_the_page_says_what_to_do(booking):
    cast = booking.cast
    client = client_of(cast.official.person)
    quiet = make_attendee(cast.event, name="Quiet Person")
    assert "No time suits you both yet" in page_of(client.get(ask_address(booking, quiet)))
    Availability.objects.filter(attendee=cast.official).delete()
    page = page_of(client.get(ask_address(booking, cast.engineer)))
    assert "First say when you can meet" in page
    assert cast.address("availability/") in [address for _, address in page.links("main")]


def test_nobody_who_must_not_be_seen_can_be_asked(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    for other in cast.unseen:
        Availability.objects.create(event=cast.event, attendee=other, slot=booking.slots[0])
        assert client.get(ask_address(booking, other)).status_code == 404
        assert client.get(ask_address(booking, other) + "?starter=1").status_code == 404
        mine = ask_address(booking, cast.official) + "?starter=1"
        assert client_of(cast.minor.person).get(mine).status_code == 404
        assert client.post(ask_address(booking, other), form_data(booking.slots[0])).status_code == 404
    assert not Meeting.objects.exists()


def test_a_request_can_be_changed_until_it_is_answered_and_taken_back(booking):
    cast, client = booking.cast, client_of(booking.cast.official.person)
    meeting = booking.ask(cast.official, cast.engineer, booking.slots[0], message="First")
    form = page_of(client.get(booking.page(meeting, "change/"))).fields("main form")
    assert (form["slots"], form["message"]) == ([str(booking.slots[0].pk)], ["First"])
    client.post(booking.page(meeting, "change/"), form_data(booking.slots[2], message="Second"))
    meeting.refresh_from_db()
    assert meeting.message == "Second"
    assert [time.slot_id for time in meeting.times.all()] == [booking.slots[2].pk]

    booking.accept(cast.engineer, meeting)
    late = client.post(booking.page(meeting, "change/"), form_data(booking.slots[3], message="Third"))
    assert late.status_code == 409
    assert "no longer open" in page_of(late)
    assert page_of(late).fields("main form")["message"] == ["Third"]
    assert client.get(booking.page(meeting, "change/"))["Location"] == booking.page(meeting)

    other = booking.ask(cast.official, cast.lawyer)
    client.post(booking.page(other, "withdraw/"))
    other.refresh_from_db()
    assert other.state == Meeting.State.WITHDRAWN


def test_a_person_in_between_is_never_named_to_the_one_who_is_asked(booking):
    cast = booking.cast
    row = cast.official.suggestions.get(other=cast.engineer)
    Attendee.objects.filter(pk=cast.engineer.pk).update(languages=["id", "en"])
    between = {"code": "tie_through", "weight": 2.0, "evidence": {"person": cast.lawyer.pk}}
    topic = {"code": "topic_offered", "weight": 1.0, "evidence": {"topic": "evidence-reporting"}}
    row.reasons = [between, topic]
    row.save()
    page = page_of(client_of(cast.official.person).get(ask_address(booking, cast.engineer)))
    name = Topic.objects.get(event=cast.event, key="evidence-reporting").name
    assert f"“{name}” is among the topics you offer. I would value your advice on it." in page
    assert "Linh Tran" not in page.html
    assert page.fields("main form")["theme"] == ["justice"]
