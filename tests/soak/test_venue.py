"""Five hundred people behind one address sign in within ten minutes, while one account guesses codes."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.factories import make_attendee, make_event
from tests.servers import address_of_the_database, web_process
from tests.venue import Venue, Visitor, guess

TEN_MINUTES = 600.0


@pytest.mark.django_db(transaction=True)
def test_five_hundred_people_of_a_venue_get_in_within_ten_minutes_and_who_guesses_does_not(
    amount: Callable[[int], int], capsys: pytest.CaptureFixture[str]
) -> None:
    event = make_event()
    emails = [make_attendee(event).person.email for _person in range(amount(500))]
    with web_process(address_of_the_database()) as (port, _process):
        venue, guesser = Venue(port), Visitor(Venue(port), make_attendee(event).person.email)
        typed = guess(guesser, most=1_000)
        began = time.monotonic()
        came_in = venue.sign_in(emails, at_once=20)
        seconds = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{came_in} of {len(emails)} signed in within {seconds:.0f} s; {typed} codes guessed\n{venue}")
    assert came_in == len(emails)
    assert seconds < TEN_MINUTES
    assert typed <= 20
