"""A table that was given free, on the pages of the two who did not come in time."""

from __future__ import annotations

import datetime as dt

from backend.booking.models.meetings import Meeting
from tests.frontend.conftest import Booking, client_of
from tests.pages import page_of


def test_the_two_read_that_their_table_is_free_and_get_one_by_saying_that_they_are_here(
    booking: Booking, time_machine
) -> None:
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    now = booking.slots[0].starts_at + dt.timedelta(minutes=16)
    Meeting.objects.filter(pk=meeting.pk).update(table_freed_at=now)
    time_machine.move_to(now, tick=False)
    mali, arif = client_of(cast.official.person), client_of(cast.engineer.person)
    for client in (mali, arif):
        page = page_of(client.get(booking.page(meeting)))
        assert "Your table was given free, as neither of you was there." in page
        assert "I am here" in page
    late = page_of(mali.post(booking.page(meeting, "here/"), follow=True))
    assert "Your table was given free" not in late
    assert "Arif Rahman sees that you are there." in late
