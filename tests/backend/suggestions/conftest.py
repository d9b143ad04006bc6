"""A reader of suggestions and three others."""

import pytest

from tests.factories import make_attendee, make_event


@pytest.fixture
def reader_and_others():
    event = make_event()
    me = make_attendee(event, name="Mali", email="Mali@Example.org")
    others = [
        make_attendee(event, name=f"Other {place}", constituency=c, sector=c)
        for place, c in enumerate(["industry", "academia", "youth"])
    ]
    return event, me, others
