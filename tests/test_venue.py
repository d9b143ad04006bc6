"""Thirty people behind one address sign in, and one of them who guesses does not; `make soak` has 500."""

from __future__ import annotations

import pytest

from backend.core.models import UseCount
from tests.factories import make_attendee, make_event
from tests.servers import address_of_the_database, web_process
from tests.venue import Venue, Visitor, guess, sent_codes


@pytest.mark.django_db(transaction=True)
def test_a_venue_behind_one_address_gets_in_and_who_guesses_codes_does_not() -> None:
    event = make_event()
    emails = [make_attendee(event).person.email for _person in range(31)]
    with web_process(address_of_the_database()) as (port, _process):
        venue = Venue(port)
        right = Visitor(venue, emails.pop())
        right.ask()
        right.codes = [sent_codes()[right.email]]
        guesser = Visitor(venue, right.email)
        assert guess(guesser, most=100) == 15
        assert 0 < int(guesser.wait) <= 600
        assert right.type_codes()
        assert venue.sign_in(emails, at_once=8) == 30
    kept = " ".join(UseCount.objects.values_list("key", flat=True))
    assert "127.0.0.1" not in kept
    assert "@" not in kept
