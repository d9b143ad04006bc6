"""A forum in two weeks, with people on its list who have not joined, and a real mail server."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.utils import timezone

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.invitations.services.sending import preview_invitations, send_invitations
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.smtp import MailServer


@dataclass
class Forum:
    event: Event
    organiser: Attendee

    def add(self, email: str, **fields: object) -> Attendee:
        """Somebody on the list who has not joined."""
        return make_attendee(self.event, email=email, **{"has_joined": False, **fields})

    def invite(self, *people: Attendee) -> int:
        """Preview and send, as the organiser does."""
        now = timezone.now()
        preview = preview_invitations(
            event=self.event, attendee_ids=[one.pk for one in people], by=self.organiser.person, now=now
        )
        return send_invitations(event=self.event, confirmation=preview.confirmation, by=self.organiser.person, now=now)


@pytest.fixture
def forum(db: None) -> Forum:
    event = make_event(name="Forum on Child Safety", **in_two_weeks())
    return Forum(event, make_attendee(event, name="Olga Organiser", permission="organiser"))


@pytest.fixture(autouse=True)
def _real_mail(settings: object, post: MailServer) -> None:
    settings.DEFAULT_FROM_EMAIL = "Titian <titian@example.org>"  # type: ignore[attr-defined]
