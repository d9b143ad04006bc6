"""Views of one event: for its attendees, its organisers, and its organisers and leads."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.errors import OrganisersOnly
from backend.core.queue import jobs_before
from backend.events import selectors
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.long_jobs import LongJob
from backend.events.rules.attendees import check_organiser
from backend.events.rules.roles import LEAD, ORGANISER, check_admission, check_open_to_minors
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.long_jobs import ANSWER_LONG_JOB, AnsweredLater, answer_later
from backend.events.services.second_factors import check_fresh_proof, check_second_factor
from backend.people.api.me import ORGANISE, READ_OR_ACT, PersonView


class LongJobSerializer(serializers.Serializer[LongJob]):
    """Work on many people that goes on after the answer 202: `done` of `total`, where that is known.

    `before`: how many others come first. `answer`: where to fetch what the operation gives, or why it was
    refused, with its own status: once, until `expires_at`. Of a job that failed do the same again.
    """

    address = serializers.SerializerMethodField()
    title = serializers.CharField()
    state = serializers.CharField(help_text=f"One of {', '.join(LongJob.State.values)}.")
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    before = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField(allow_null=True)
    expires_at = serializers.DateTimeField()

    def get_address(self, job: LongJob) -> str:
        return f"/api/v1/events/{job.event.slug}/jobs/{job.pk}/"

    def get_before(self, job: LongJob) -> int:
        return jobs_before(ANSWER_LONG_JOB, job_id=job.pk)

    def get_answer(self, job: LongJob) -> str | None:
        return f"{self.get_address(job)}answer/" if job.state == LongJob.State.DONE else None


class ParticipantView(PersonView):
    """A view of one event for its attendees; 404 to others, 403 to participants while it is a draft."""

    token_scopes = READ_OR_ACT
    fresh_proof_for: tuple[str, ...] = ()  # methods that a browser's session proves anew, as on the pages
    even_paused = False  # open also to people a safeguarding lead suspended

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Admit before the body is looked at."""
        super().initial(request, *args, **kwargs)
        self.attendee  # noqa: B018 - refuses strangers, and participants of a draft

    def answer_later(self, title: str) -> None:
        """Have a worker answer this request, whose body is checked: 202. Returns where the worker asks."""
        sent = None if self.request.method in SAFE_METHODS else self.request.data
        answer_later(self.request._request, self.attendee, title, now=timezone.now(), sent=sent)

    def handle_exception(self, error: Exception) -> Response:
        if not isinstance(error, AnsweredLater):
            return super().handle_exception(error)
        body = LongJobSerializer(error.job).data
        return Response(body, status=202, headers={"Location": body["address"]})

    def takes(self, request: Request) -> bool:
        """Whether the view has an operation of this method; any other is refused to everybody, with 405."""
        return hasattr(self, str(request.method).lower())

    @cached_property
    def attendee(self) -> Attendee:
        attendee = selectors.attendee_for(self.person, self.kwargs["slug"])
        check_admission(attendee, even_paused=self.even_paused)
        if not self.even_paused:
            check_open_to_minors(attendee)
        return attendee

    def check_second_factor(self) -> None:
        """Refuse SecondFactorRequired and ProofRequired; a program acts where its owner has a factor."""
        session, now = self.request._request if self.request.auth is None else None, timezone.now()
        check_second_factor(person=self.person, request=session, now=now)
        if self.request.method in self.fresh_proof_for:
            self.check_proof()

    def check_proof(self) -> None:
        """Refuse ProofRequired to a browser's session without a fresh proof; a program is not asked.

        A session that fetches what a program had made is asked.
        """
        self.request._request.needs_proof = True  # type: ignore[attr-defined]
        if self.request.auth is None:
            check_fresh_proof(person=self.person, request=self.request._request, now=timezone.now())


class OrganiserView(ParticipantView):
    """A view of one event for its organisers; 403 to other attendees, 404 to others."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request):
            check_organiser(self.person, self.attendee.event)
            self.check_second_factor()
            if request.method not in SAFE_METHODS:
                check_allowed(self.attendee.event, Activity.EDIT)

    @property
    def event(self) -> Event:
        return self.attendee.event


class TeamView(ParticipantView):
    """A view of one event for its organisers and leads; 403 to other attendees, 404 to others."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request) and self.attendee.permission not in (LEAD, ORGANISER):
            raise OrganisersOnly(_("Only the forum's organisers and safeguarding leads can do this. Ask one of them."))
        if self.takes(request):
            self.check_second_factor()

    @property
    def event(self) -> Event:
        return self.attendee.event
