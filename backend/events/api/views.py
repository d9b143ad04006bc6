"""Views of one event: for its attendees, its organisers, and its organisers and leads."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from backend.core.errors import OrganisersOnly
from backend.events import selectors
from backend.events.models import Attendee, Event
from backend.events.rules import LEAD, ORGANISER, Doing, check_admission, check_allowed, check_organiser
from backend.people.api import ORGANISE, READ_OR_ACT, PersonView


class ParticipantView(PersonView):
    """A view of one event for its attendees; 404 to others, 403 to participants while it is a draft."""

    token_scopes = READ_OR_ACT
    even_paused = False  # open also to whom a safeguarding lead suspended

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Admit before the body is looked at."""
        super().initial(request, *args, **kwargs)
        self.attendee  # noqa: B018 - refuses strangers, and participants of a draft

    def takes(self, request: Request) -> bool:
        """Whether the view has an operation of this method; any other is refused to everybody, with 405."""
        return hasattr(self, str(request.method).lower())

    @cached_property
    def attendee(self) -> Attendee:
        attendee = selectors.attendee_for(self.person, self.kwargs["slug"])
        check_admission(attendee, even_paused=self.even_paused)
        return attendee


class OrganiserView(ParticipantView):
    """A view of one event for its organisers; 403 to other attendees, 404 to others."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request):
            check_organiser(self.person, self.attendee.event)
            if request.method not in SAFE_METHODS:
                check_allowed(self.attendee.event, Doing.EDIT)

    @property
    def event(self) -> Event:
        return self.attendee.event


class TeamView(ParticipantView):
    """A view of one event for its organisers and leads; 403 to other attendees, 404 to others."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request) and self.attendee.permission not in (LEAD, ORGANISER):
            raise OrganisersOnly(
                _("Only the forum's organisers and safeguarding leads can do this. Ask one of them.")
            )

    @property
    def event(self) -> Event:
        return self.attendee.event
