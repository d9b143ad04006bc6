"""Long jobs over HTTP: how far one is, and its answer, for the person who asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import IgnoreAcceptHeader
from backend.events.api.views import LongJobSerializer, ParticipantView
from backend.events.models.long_jobs import LongJob
from backend.events.services.long_jobs import fetch_answer, long_job_for
from backend.events.services.second_factors import check_fresh_proof
from backend.people.api.me import ORGANISE


class LongJobView(ParticipantView):
    """How far work on many people is, for the person who asked, in the role they had; 404 to all others."""

    token_scopes = ORGANISE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if self.takes(request):
            now, number = timezone.now(), self.kwargs["job_id"]
            self.job: LongJob = long_job_for(self.attendee, number, now=now, of_program=True)
            self.check_second_factor()
            if self.job.needs_proof and request.auth is None:
                check_fresh_proof(person=self.person, request=request._request, now=now)

    @extend_schema(operation_id="jobs_read", responses={200: LongJobSerializer})
    def get(self, request: Request, slug: str, job_id: int) -> Response | HttpResponse:  # noqa: ARG002
        return Response(LongJobSerializer(self.job).data)


class LongJobAnswerView(LongJobView):
    """What the work gave: a file, or a body as its operation describes it; a second time 404."""

    content_negotiation_class = IgnoreAcceptHeader
    refuses = (400, 409)  # as the operation itself would have, and where it has to be done anew
    http_method_names = ["get", "options"]

    @extend_schema(operation_id="jobs_answer", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, job_id: int) -> HttpResponse:  # noqa: ARG002
        answer = fetch_answer(job=self.job, now=timezone.now())
        return HttpResponse(answer.content, status=answer.status, headers=answer.headers)
