"""Somebody who looks for people."""

from __future__ import annotations

import pytest

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from tests.factories import make_attendee


@pytest.fixture
def viewer(event: Event) -> Attendee:
    return make_attendee(event, name="Reader Reading")
