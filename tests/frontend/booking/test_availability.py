"""The grid of one's own times."""

import datetime as dt

import pytest

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.events.models.agenda import Slot
from tests.factories import make_session
from tests.frontend.conftest import client_of
from tests.pages import page_of


def open_ids(attendee):
    return list(Availability.objects.filter(attendee=attendee).order_by("slot").values_list("slot", flat=True))


def save(booking, attendee, *slots, **data):
    client = client_of(attendee.person)
    address = booking.cast.address("availability/")
    return client.post(address, {"slots": [str(slot.pk) for slot in slots]} | data, follow=True)


def test_what_is_ticked_is_open_and_the_rest_is_closed(booking):
    official = booking.cast.official
    answer = save(booking, official, *booking.slots[1:3])
    assert open_ids(official) == [slot.pk for slot in booking.slots[1:3]]
    assert "Saved. You can be asked at 2 times." in page_of(answer)
    assert "so nobody can ask you" in page_of(save(booking, official))
    assert open_ids(official) == []


def test_who_closes_the_last_time_of_requests_reads_that_they_ended(booking):
    cast = booking.cast
    booking.ask(cast.engineer, cast.official, booking.slots[0])
    booking.ask(cast.official, cast.lawyer, booking.slots[0], booking.slots[1])
    answer = page_of(save(booking, cast.official, *booking.slots[1:3]))
    assert answer.texts(".message") == ["Saved. You can be asked at 2 times."]
    assert "2 requests have no time left and ended" in page_of(save(booking, cast.official))


@pytest.mark.parametrize(
    ("button", "opened"),
    [
        ("open:", [0, 1, 2, 3, 4, 5]),
        ("open:2026-12-09", [0, 1, 2, 3, 4, 5]),
        ("open:2026-12-09:morning", [0, 1, 2, 3]),
        ("open:2026-12-09:afternoon", [0, 4, 5]),
        ("close:2026-12-09:morning", []),
        ("open:2026-12-10", [0]),
        ("shut:2026-12-09", [0]),
    ],
)
def test_one_button_opens_or_closes_all_a_day_or_half_of_it_and_keeps_what_is_ticked(booking, button, opened):
    lawyer = booking.cast.lawyer
    Availability.objects.filter(attendee=lawyer).delete()
    save(booking, lawyer, booking.slots[0], all=button)
    assert open_ids(lawyer) == [booking.slots[number].pk for number in opened]


def test_a_session_makes_its_times_busy_and_is_named_and_they_are_left_as_they_were(booking):
    cast = booking.cast
    session = make_session(cast.event, "Keynote on evidence")
    session.starts_at, session.ends_at = booking.slots[0].starts_at, booking.slots[0].ends_at
    session.save()
    session.parts.create(event=cast.event, attendee=cast.official)
    page = page_of(client_of(cast.official.person).get(cast.address("availability/")))
    assert "Keynote on evidence" in page
    assert len(page.all("input[name=slots]")) == 5
    save(booking, cast.official)
    assert open_ids(cast.official) == [booking.slots[0].pk]


@pytest.mark.slow
def test_closing_a_time_notifies_who_had_asked_for_it_and_leaves_agreed_meetings(booking):
    cast = booking.cast
    booking.ask(cast.official, cast.engineer, *booking.slots[:2])
    agreed = booking.accept(cast.engineer, booking.ask(cast.lawyer, cast.engineer, booking.slots[5]))
    save(booking, cast.engineer, *booking.slots[1:])
    assert Notice.objects.filter(kind="time_taken", attendee=cast.official).exists()
    agreed.refresh_from_db()
    assert agreed.state == Meeting.State.ACCEPTED


@pytest.mark.slow
def test_who_loses_every_time_that_was_offered_reads_that_the_times_are_new(booking):
    cast = booking.cast
    request = booking.ask(cast.official, cast.engineer, booking.slots[0])
    kept = booking.ask(cast.official, cast.lawyer, *booking.slots[:2])
    for one in (cast.engineer, cast.lawyer):
        save(booking, one, *booking.slots[1:])
    assert [time.slot for time in request.times.all()] == booking.slots[1:4]
    assert [time.slot for time in kept.times.all()] == booking.slots[1:2]
    pages = [
        client_of(who.person).get(cast.address("notices/")).content.decode() for who in (cast.official, cast.engineer)
    ]
    assert "The times you offered Arif Rahman are taken. The next ones are offered; you can" in pages[0]
    assert "A time you offered Linh Tran is taken; the request keeps the others." in pages[0]
    assert "The times Mali Wongsa offered are taken. The request now offers the next ones." in pages[1]


def test_a_slot_of_another_forum_or_of_the_past_is_refused_and_what_was_ticked_stays(booking, time_machine):
    cast = booking.cast
    strange = Slot.objects.create(
        event=cast.stranger.attendances.get().event,
        starts_at=booking.slots[0].starts_at,
        ends_at=booking.slots[0].ends_at,
    )
    Availability.objects.filter(attendee=cast.official).delete()
    answer = save(booking, cast.official, strange, booking.slots[2])
    page = page_of(answer)
    assert answer.status_code == 400
    assert "not a meeting slot to come of this forum" in page
    assert page.fields("form.grid-form")["slots"] == [str(booking.slots[2].pk)]
    assert open_ids(cast.official) == []

    time_machine.move_to(booking.slots[0].starts_at + dt.timedelta(minutes=1), tick=False)
    assert save(booking, cast.official, booking.slots[0]).status_code == 400
    page = page_of(client_of(cast.official.person).get(cast.address("availability/")))
    assert len(page.all("input[name=slots]")) == 5
    assert page.texts(".cell.past .because") == ["over"]


def test_a_forum_without_times_says_so(cast):
    page = page_of(client_of(cast.official.person).get(cast.address("availability/")))
    assert "There are no meeting times yet" in page


def test_once_the_forum_is_over_nobody_is_urged_to_open_times(booking, time_machine):
    cast = booking.cast
    Availability.objects.filter(attendee=cast.official).delete()
    client = client_of(cast.official.person)
    urged = "so nobody can ask you to meet"
    assert urged in page_of(client.get(cast.address("meetings/")))
    time_machine.move_to(dt.datetime(2026, 12, 10, 17, 0, tzinfo=dt.UTC), tick=False)  # the 11th in Bangkok
    page = client.get(cast.address("meetings/")).content.decode()
    assert urged not in page
    assert "When you can be asked" not in page
