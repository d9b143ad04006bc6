"""The browser of the safeguarding lead."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.events.models.attendees import Attendee
from tests.frontend.conftest import client_of


@pytest.fixture
def desk(lead: Attendee) -> Client:
    return client_of(lead.person)
