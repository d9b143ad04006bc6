"""Requests about many people: a worker answers them by the same view, and the person who asked fetches it.

Docs: docs/decisions/0015-lists-in-batches.md.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import pghistory
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import load_backend
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import F
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve, reverse
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from backend.core.encryption import decrypt, encrypt
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.outages import is_outage
from backend.core.progress import showing_progress
from backend.core.queue import LONG, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.long_jobs import LONG_JOB_LIFE, LongJob
from backend.people.models import ApiToken, Person
from backend.people.rules import account_mark
from backend.people.selectors import is_sign_in_open, sign_in_id_of

ANSWER_LONG_JOB = "events.answer_long_job"
MANY = 200  # people: what concerns more is answered later; so many are written in one transaction
MAX_JOBS = 60  # of one account, waiting or to be fetched
MAX_ATTEMPTS = 2  # then it fails, before the queue gives it up (`MAX_ABANDONED`)
MAX_SECONDS = 1_200  # of one attempt; ten thousand people are imported in a third of it
ENDS = ("ROLLBACK", "RELEASE")  # of savepoints, whatever the time
SECONDS_BETWEEN_REPORTS = 0.5
KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Location", "Retry-After")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
State = LongJob.State
UNFINISHED = (State.WAITING, State.RUNNING)
_PURPOSE = "long job"
_BEGUN_AGAIN = gettext_lazy(
    "This was interrupted and begun again. What was saved before stays, and is not counted here as new."
)


class AnsweredLater(Exception):
    """The request is a job now; whoever asked is told where to look."""

    def __init__(self, job: LongJob) -> None:
        super().__init__(f"long job {job.pk}")
        self.job = job


class TookTooLong(Exception):
    """A job is at work for longer than MAX_SECONDS."""


class TooManyJobs(BusinessError):
    code = "too_many_jobs"
    status = 429
    retry_after = 60


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """What a view needs to answer later; of cookies the browser's zone alone, and no secret.

    `sent`: the JSON of a program. `files`: their names and bytes (base64) by field. `account`: its mark,
    which changes when its person signs out everywhere. `token` and `sign_in`: by which of them was asked.
    """

    method: str
    path: str
    query: str
    fields: str
    files: dict[str, tuple[str, str]]
    sent: str
    language: str
    zone: str
    account: str
    token: int | None = None
    sign_in: int | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A view's answer: `notes` are messages for the next page, each with its level and tags."""

    status: int
    headers: dict[str, str]
    notes: list[tuple[int, str, str]]
    content: bytes


def answer_later(
    request: HttpRequest, attendee: Attendee, title: str, *, now: dt.datetime, back: str = "", sent: Any = None
) -> None:
    """Have a worker answer this request: raises AnsweredLater. Returns where it is the worker that asks.

    `title` says what is done, `back` names the page to return to, else the request's own. `sent` is the
    checked body of a program. The same request that still waits is that job. Refuses TooManyJobs.
    """
    if not is_answered_later(request):
        raise AnsweredLater(_start(request, attendee, title, back, sent, now))


def is_answered_later(request: HttpRequest | None) -> bool:
    """Whether a worker asks, for somebody admitted with the request and again with the answer."""
    return hasattr(request, "long_job_id")


@in_transaction
def _start(request: HttpRequest, attendee: Attendee, title: str, back: str, sent: Any, now: dt.datetime) -> LongJob:
    # One press of a button after another.
    person = Person.objects.select_for_update(no_key=True).get(pk=attendee.person_id)
    kept = json.dumps(asdict(_kept_request(request, person, sent))).encode()
    key = salted_hmac(_PURPOSE, kept, algorithm="sha256").hexdigest()
    own = LongJob.objects.filter(person=attendee.person_id)
    if found := own.filter(event=attendee.event_id, key=key, state__in=UNFINISHED).first():
        return found
    if own.exclude(state__in=[State.FAILED, State.FETCHED]).count() >= MAX_JOBS:
        raise TooManyJobs(
            _(
                "%(count)d files and changes of yours are being worked on or wait to be fetched. Fetch those "
                "that are ready, then do this again."
            )
            % {"count": MAX_JOBS}
        )
    job = LongJob.objects.create(
        event=attendee.event,
        person_id=attendee.person_id,
        permission=attendee.permission,
        needs_proof=getattr(request, "needs_proof", False),
        is_of_program=sent is not None or request.path.startswith("/api/"),
        title=title,
        back=reverse(back, args=[attendee.event.slug]) if back else request.path,
        key=key,
        request=encrypt(kept, purpose=_PURPOSE, now=now),
        asked_at=now,
        expires_at=now + LONG_JOB_LIFE,
    )
    enqueue(ANSWER_LONG_JOB, lock=f"long:{attendee.person_id}", queue=LONG, in_turns=True, job_id=job.pk)
    return job


def _kept_request(request: HttpRequest, person: Person, sent: Any) -> KeptRequest:
    fields = QueryDict(mutable=True)
    if sent is None and request.method not in SAFE_METHODS:
        fields.update(request.POST)  # type: ignore[arg-type]
        fields.pop("csrfmiddlewaretoken", None)
    files: dict[str, Any] = {} if sent is not None else dict(request.FILES.items())
    token = getattr(request, "auth", None)
    return KeptRequest(
        method=str(request.method).replace("HEAD", "GET"),
        path=request.path,
        query=request.GET.urlencode(),
        fields=fields.urlencode(),
        files={name: (file.name or "", base64.b64encode(_whole(file)).decode()) for name, file in files.items()},
        sent="" if sent is None else json.dumps(sent),
        language=get_language() or settings.LANGUAGE_CODE,
        zone=request.COOKIES.get("zone", "")[:60],
        account=account_mark(person),
        token=token.pk if isinstance(token, ApiToken) else None,
        sign_in=None if token else sign_in_id_of(request.session.session_key),
    )


def _whole(file: Any) -> bytes:
    """All of an uploaded file, which a form may have read before."""
    file.seek(0)
    return bytes(file.read())


def answer_job(*, job_id: int, now: dt.datetime) -> None:
    """Answer the request of a job by its view, for whoever asked; the answer can be fetched for an hour.

    Nothing, where the job is over. One that ended its worker twice fails.
    """
    own = LongJob.objects.filter(pk=job_id, state__in=UNFINISHED, expires_at__gt=now)
    if not own.update(state=State.RUNNING, attempts=F("attempts") + 1, done=0, total=0):
        return
    job = own.select_related("event").get()
    try:
        answer = _answer(job, now) if job.attempts <= MAX_ATTEMPTS else None
    except Exception as error:
        if not is_outage(error):
            own.update(state=State.FAILED, request=None)
        raise
    if answer is None:
        own.update(state=State.FAILED, request=None)
        return
    disposition = answer.headers.get("Content-Disposition", "")
    own.update(
        state=State.DONE,
        request=None,
        answer=_encrypted(answer, now),
        file_name=disposition.partition('filename="')[2].strip('"')[:200],
        shown=job.shown,
        expires_at=now + LONG_JOB_LIFE,
    )


def _answer(job: LongJob, now: dt.datetime) -> KeptAnswer | None:
    """The view's answer; None where the request is too old, or who asked is signed out since."""
    content = decrypt(bytes(job.request or b""), purpose=_PURPOSE, within=LONG_JOB_LIFE, now=now)
    person = load_backend(settings.AUTHENTICATION_BACKENDS[0]).get_user(job.person_id)  # type: ignore[attr-defined]
    if content is None or person is None:
        return None
    kept = KeptRequest(**json.loads(content))
    if not _is_signed_in(kept, person, now):
        return None
    request = _request_of(job, kept, person)
    job.shown = _shown_state(job.event, None)
    with override(kept.language), _showing_progress(job.pk), _within(MAX_SECONDS):
        if kept.method in SAFE_METHODS:
            response = _response(request)
        else:
            with pghistory.context(user=person.pk):
                response = _response(request)
            if job.attempts > 1:
                messages.info(request, _BEGUN_AGAIN)
    notes = request._messages._queued_messages  # type: ignore[attr-defined]
    return KeptAnswer(
        status=response.status_code,
        headers={name: response[name] for name in KEPT_HEADERS if name in response},
        notes=[(note.level, str(note.message), note.extra_tags or "") for note in notes],
        content=response.content,
    )


def _is_signed_in(kept: KeptRequest, person: Person, now: dt.datetime) -> bool:
    """Whether the account, and the browser or the token that asked, are what they were."""
    if kept.account != account_mark(person) or (kept.sign_in is not None and not is_sign_in_open(kept.sign_in, now)):
        return False
    return kept.token is None or ApiToken.objects.filter(pk=kept.token, expires_at__gt=now).exists()


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    """The first statement after so many seconds raises TookTooLong, and so does every one after it.

    One statement that takes as long is ended by the database.
    """
    ends_at = time.monotonic() + seconds

    def execute(run: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if time.monotonic() >= ends_at and not str(sql).startswith(ENDS):
            raise TookTooLong
        return run(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {max(1, round(seconds))}000")
    try:
        with connection.execute_wrapper(execute):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


def _response(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match
    assert match is not None
    response: Any = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response.render()
    return cast(HttpResponse, response)


def _request_of(job: LongJob, kept: KeptRequest, person: Person) -> HttpRequest:
    """The request as the view has it behind the middleware, without a session of anybody."""
    address, sent = urlsplit(settings.TITIAN_ADDRESS), kept.sent.encode()
    request: Any = WSGIRequest(
        {
            "REQUEST_METHOD": kept.method,
            "PATH_INFO": kept.path.encode().decode("latin-1"),
            "QUERY_STRING": kept.query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(sent)),
            "HTTP_HOST": address.netloc,
            "HTTP_COOKIE": f"zone={kept.zone}",
            "SERVER_NAME": address.hostname or "localhost",
            "SERVER_PORT": str(address.port or 80),
            "wsgi.url_scheme": address.scheme,
            "wsgi.input": io.BytesIO(sent),
        }
    )
    if not kept.sent:
        request._post = QueryDict(kept.fields)
        request._files = MultiValueDict(
            {name: [SimpleUploadedFile(file, base64.b64decode(data))] for name, (file, data) in kept.files.items()}
        )
    request.long_job_id = job.pk
    request.user = request._force_auth_user = person
    request.session = SessionStore()
    request._messages = CookieStorage(request)
    request.htmx = HtmxDetails(request)
    request.resolver_match = resolve(kept.path)
    return request  # type: ignore[no-any-return]


@contextmanager
def _showing_progress(job_id: int) -> Iterator[None]:
    """Writes what is done now and then, on a connection beside the transactions of the block."""
    beside, shown_at = connections.create_connection(DEFAULT_DB_ALIAS), -math.inf

    def show(done: int, total: int) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at < SECONDS_BETWEEN_REPORTS:
            return
        shown_at = time.monotonic()
        with beside.cursor() as cursor:
            cursor.execute("UPDATE events_longjob SET done = %s, total = %s WHERE id = %s", [done, total, job_id])

    try:
        with showing_progress(show):
            yield
    finally:
        beside.close()


def _shown_state(event: Event, last: int | None) -> str:
    """What decides what organisers see of each attendee, up to the one of the id `last`, as a digest."""
    people = Attendee.with_left.filter(event=event).order_by("pk")
    if last is not None:
        people = people.filter(pk__lte=last)
    rows = list(people.values_list("pk", "age_class", "left_at", "person"))
    aliases = Alias.objects.filter(attendee__in=[row[0] for row in rows]).order_by("pk")
    named = list(aliases.values_list("pk", "attendee"))
    digest = hashlib.sha256(repr((rows, named)).encode()).hexdigest()[:40]
    return f"{rows[-1][0] if rows else 0}:{digest}"


def _encrypted(answer: KeptAnswer, now: dt.datetime) -> bytes:
    head = {"status": answer.status, "headers": answer.headers, "notes": answer.notes}
    return encrypt(json.dumps(head).encode() + b"\n" + answer.content, purpose=_PURPOSE, now=now)


def long_job_for(attendee: Attendee, job_id: int, *, now: dt.datetime, of_program: bool) -> LongJob:
    """The attendee's own job, while they have the permission they asked with. Refuses NotFound."""
    found = LongJob.objects.select_related("event").filter(
        pk=job_id,
        event=attendee.event_id,
        person=attendee.person_id,
        permission=attendee.permission,
        is_of_program=of_program,
        expires_at__gt=now,
    )
    if (job := found.defer("request", "answer").first()) is None:
        raise NotFound(_("There is no such page, or it is older than an hour."))
    return job


def fetch_answer(*, job: LongJob, now: dt.datetime) -> KeptAnswer:
    """The answer of a job, once: it is deleted. Refuses NotFound where there is none, and `outdated`."""
    token, shown = _take_answer(job.pk)
    content = decrypt(token, purpose=_PURPOSE, within=LONG_JOB_LIFE, now=now)
    if content is None:
        raise NotFound(_("This is not ready, was fetched already, or is older than an hour. If need be, do it again."))
    head, _end, rest = content.partition(b"\n")
    answer = KeptAnswer(**json.loads(head), content=rest)
    is_of_people = "Location" not in answer.headers
    if is_of_people and shown != _shown_state(job.event, int(shown.partition(":")[0])):
        raise Refused(
            "outdated",
            _(
                "Since this was made, somebody left, or their age class or alias was changed, so it is not "
                "shown. Do the same again."
            ),
        )
    return answer


@in_transaction
def _take_answer(job_id: int) -> tuple[bytes, str]:
    job = LongJob.objects.select_for_update(no_key=True).filter(pk=job_id, state=State.DONE).first()
    if job is None:
        return b"", ""
    LongJob.objects.filter(pk=job_id).update(state=State.FETCHED, answer=None)
    return bytes(job.answer or b""), job.shown


def delete_expired_jobs(*, now: dt.datetime) -> int:
    """Delete jobs, uploads and answers older than an hour; gives how many."""
    return LongJob.objects.filter(expires_at__lte=now).delete()[0]
