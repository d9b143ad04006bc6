"""The page that a device keeps: one's own agenda alone, for adults."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_attendee
from tests.frontend.conftest import Booking, Cast, client_of
from tests.pages import page_of

pytestmark = pytest.mark.django_db


def test_it_holds_times_places_and_names_and_nothing_that_was_written(booking: Booking) -> None:
    cast = booking.cast
    booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer, booking.slots[0]))
    page = page_of(client_of(cast.official.person).get(cast.address("meetings/offline/")))
    assert cast.engineer.name in page
    assert "Shall we talk?" not in page
    assert not page.texts("form")
    assert not page.texts("script")


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_no_device_keeps_a_minors(cast: Cast, age_class: str) -> None:
    young = make_attendee(cast.event, age_class=age_class)
    assert client_of(young.person).get(cast.address("meetings/offline/")).status_code == 404


def test_the_script_is_open_and_never_kept_itself() -> None:
    answer = Client().get("/service-worker.js")
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
