"""Access decorators: each view has exactly one; domain errors become responses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from backend.core.errors import BusinessError, NotFound, OrganisersOnly, Refused
from backend.core.limits import Kind, count_use
from backend.core.transactions import Busy
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.long_jobs import LongJob
from backend.events.rules.roles import (
    LEAD,
    ORGANISER,
    can_start_forums,
    check_admission,
    check_open_to_minors,
    is_administrator,
    is_paused,
)
from backend.events.rules.second_factors import ProofRequired
from backend.events.rules.states import Activity, check_allowed
from backend.events.selectors import attendee_for, seen_as
from backend.events.services.long_jobs import AnsweredLater, long_job_for
from backend.events.services.second_factors import check_fresh_proof, check_second_factor
from backend.people.models import Person
from backend.people.rules import event_language, language_of_person, offered_language
from frontend.fields import RefusableForm
from frontend.kept_forms import ask_for_proof
from frontend.refusals import next_step

View = Callable[..., HttpResponse]
Arguments = dict[str, Any]
SEEN_AS = "seen_as"  # in the session: the id of the made-up attendee for whom an organiser stands in
NEVER_SEEN_AS = {"api_access", "end_api_access", "leave"}  # a token outlasts the visit, and an erasure, too
# Whoever is suspended turns to the leads there, and reads what they write; their data stays theirs.
OPEN_TO_PAUSED = {"safety", "report_sent", "safety_news", "my_data", "my_data_file", "leave"}
Admission = Callable[["Request", Arguments], HttpResponse | None]


class Request(HttpRequest):
    """What a view receives once middleware and a decorator of this file have seen the request."""

    user: Person
    htmx: HtmxDetails
    attendee: Attendee
    is_seen_as: bool
    is_paused: bool
    needs_factor: bool  # they act in the one sign-in that may go without a second factor


def event_of_page(request: HttpRequest) -> dict[str, Event]:
    """The forum whose page this is, as `event` of every template (a context processor)."""
    attendee: Attendee | None = getattr(request, "attendee", None)
    return {"event": attendee.event} if attendee else {}


def public(reason: str) -> Callable[[View], View]:
    """Open without sign-in; the reason says why that is right."""
    return lambda view: _guarded(view, f"public: {reason}", lambda _request, _arguments: None)


def signed_in(view: View) -> View:
    """Open to whoever is signed in, for what concerns their own account alone."""
    return _guarded(view, "signed in", _ask_to_sign_in)


def participant(view: View) -> View:
    """Open to the event's attendees: the view gets `attendee` for `slug`; a stranger gets 404.

    While the event is a draft, participants are told that it is not open yet. In a rehearsal its organiser
    may stand in for a made-up person here, and `request.user` is that person then.
    """
    return _guarded(view, "participant", _admit_participant_or_stand_in)


def organiser(view: View) -> View:
    """Open to the event's organisers: 403 to other attendees, 404 to a stranger."""
    return _guarded(view, "organiser", _admit_organiser)


def safeguarding_lead(view: View) -> View:
    """Open to the event's safeguarding leads; to everybody else, organisers included, it does not exist."""
    return _guarded(view, "safeguarding lead", _admit_lead)


def organiser_or_lead(view: View) -> View:
    """Open to the event's organisers and safeguarding leads: 403 to other attendees, 404 to a stranger."""
    return _guarded(view, "organiser or safeguarding lead", _admit_organiser_or_lead)


def long_job_owner(view: View) -> View:
    """Open to whoever asked for a long job, while they have the permission they had: `job` for `job_id`.

    To everybody else it does not exist.
    """
    return _guarded(view, "the organiser or lead who asked for it", _admit_long_job_owner)


def forum_starter(view: View) -> View:
    """Open to people who may start forums; to everybody else who is signed in it does not exist."""
    return _guarded(view, "who may start forums", _admit_starter)


def administrator(view: View) -> View:
    """Open to the installation's administrators; to everybody else who is signed in it does not exist."""
    return _guarded(view, "administrator", _admit_administrator)


def demo_only(view: View) -> View:
    """Open without sign-in while the demo is on; otherwise 404."""
    return _guarded(view, "demo only", _admit_in_demo)


def counted(kind: Kind, *, method: str = "POST") -> Callable[[View], View]:
    """Worn below the access policy: counts each such request as this kind; refuses TooOften."""

    def decorate(view: View) -> View:
        @wraps(view)
        def run(request: Request, *given: Any, **named: Any) -> HttpResponse:
            if request.method == method:
                count_use(kind, account=request.user.pk)
            return view(request, *given, **named)

        return run

    return decorate


def shows_secret(view: View) -> View:
    """Worn below the access policy: what it answers is sent uncompressed, as its length would tell of it."""
    view.shows_secret = True  # type: ignore[attr-defined]
    return view


def fresh_proof(*, to_read: bool = False) -> Callable[[View], View]:
    """Under an access decorator: the form needs a proof of the last 15 minutes; `to_read`: the page, too."""

    def wrapper(view: View) -> View:
        @wraps(view)
        def asking(request: Request, **arguments: Any) -> HttpResponse:
            if to_read or request.method not in ("GET", "HEAD"):
                check_fresh_proof(person=request.user, request=request, now=timezone.now())
            return view(request, **arguments)

        return asking

    return wrapper


@dataclass
class Outcome:
    """What a service refused, or None; and the status of the page that shows it."""

    refusal: BusinessError | None = None

    @property
    def status(self) -> int:
        return self.refusal.status if self.refusal else 200


@contextmanager
def catch_refusal(form: RefusableForm | None = None, *, even_not_found: bool = False) -> Iterator[Outcome]:
    """Keep a refusal of the block for the page that shows it in place, or for its form.

    What follows success, a `return` included, stands in the block as well. NotFound ends the view, unless
    `even_not_found`.
    """
    outcome = Outcome()
    try:
        yield outcome
    except BusinessError as refusal:
        if isinstance(refusal, NotFound) and not even_not_found:
            raise
        outcome.refusal = refusal
        if form is not None:
            form.add_refusal(refusal)


def refused_on(page: View, *, even_not_found: bool = False) -> Callable[[View], View]:
    """Show a refusal of a view on this page, which takes the same arguments."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: Request, **named: Any) -> HttpResponse:
            with catch_refusal(even_not_found=even_not_found) as outcome:
                return view(request, **named)
            return page(request, refusal=outcome.refusal, **named)

        return wrapped

    return decorate


def refused(request: HttpRequest, refusal: BusinessError) -> HttpResponse:
    """The refusal's sentence with its status: in the frame, or for htmx in the page's line of messages."""
    step = next_step(refusal, getattr(request, "attendee", None))
    context = {"sentence": refusal.message, "status": refusal.status, "code": refusal.code, "step": step}
    if getattr(request, "htmx", False):
        response = render(request, "_refusal.html", context, status=refusal.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
    else:
        response = render(request, "refused.html", context, status=refusal.status)
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def speak(request: HttpRequest, language: str) -> None:
    """Answer in this language, unless the reader chose another here."""
    if not getattr(request, "language_is_chosen", True):
        activate(language)


def speak_to(request: HttpRequest, person: Person, event: Event) -> None:
    """Answer in the language of whom a link was mailed to, who need not have signed in."""
    if own := offered_language(person.language):
        speak(request, own)
    elif getattr(request, "language_is_open", False):
        activate(language_of_person(person, event))


def _guarded(view: View, policy: str, admit: Admission) -> View:
    if hasattr(view, "access_policy"):
        raise TypeError(f"{view.__name__} already wears an access policy; one is enough.")

    @wraps(view)
    def guarded(request: Request, **arguments: Any) -> HttpResponse:
        try:
            response = admit(request, arguments)
            if response is None:
                response = view(request, **arguments)
            if isinstance(response, HttpResponseNotAllowed):
                allowed = response["Allow"]
                response = refused(
                    request, Refused("wrong_method", _("This address only answers to a form."), status=405)
                )
                response["Allow"] = allowed
        except ProofRequired:
            response = ask_for_proof(request)
        except AnsweredLater as later:
            response = redirect("long_job", later.job.event.slug, later.job.pk)
        except BusinessError as refusal:
            response = refused(request, refusal)
        if response.status_code == Busy.status:
            response.setdefault("Retry-After", str(Busy.retry_after))
        patch_vary_headers(response, ["HX-Request"])
        is_personal = request.user.is_authenticated  # a public page shows them their own things
        if is_personal or not policy.startswith("public"):
            patch_cache_control(response, private=True, no_store=True)
        return response

    guarded.access_policy = policy  # type: ignore[attr-defined]
    return guarded


def _ask_to_sign_in(request: Request, _arguments: Arguments) -> HttpResponse | None:
    if request.user.is_authenticated:
        return None
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    target = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if request.htmx:
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)


def _check_may_act(request: Request) -> None:
    request.needs_factor = check_second_factor(person=request.user, request=request, now=timezone.now())


def _admit_attendee(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _ask_to_sign_in(request, arguments)) is not None:
        return asked
    attendee = attendee_for(request.user, arguments.pop("slug"))
    page = request.resolver_match.url_name if request.resolver_match else ""
    request.is_paused = is_paused(attendee)
    if request.is_paused:  # the way to the leads stands on the page that refuses
        request.attendee = attendee
    check_admission(attendee, even_paused=not request.is_paused or page in OPEN_TO_PAUSED)
    if page not in OPEN_TO_PAUSED:
        check_open_to_minors(attendee)
    request.attendee = arguments["attendee"] = attendee
    if getattr(request, "language_is_open", False):
        activate(event_language(attendee.event))
    return None


def _admit_participant_or_stand_in(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _admit_attendee(request, arguments)) is not None:
        return asked
    page = request.resolver_match.url_name if request.resolver_match else ""
    made_up = seen_as(request.attendee, request.session.get(SEEN_AS)) if page not in NEVER_SEEN_AS else None
    if made_up is not None:
        request.is_seen_as = True
        request.user = made_up.person
        request.attendee = arguments["attendee"] = made_up
    return None


def _admit_organiser(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _admit_attendee(request, arguments)) is not None:
        return asked
    if request.attendee.permission != ORGANISER:
        raise OrganisersOnly(_("This page is for the forum's organisers. Ask one of them if you need it."))
    _check_may_act(request)
    if request.method not in ("GET", "HEAD"):
        check_allowed(request.attendee.event, Activity.EDIT)
    return None


def _admit_organiser_or_lead(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _admit_attendee(request, arguments)) is not None:
        return asked
    if request.attendee.permission not in (ORGANISER, LEAD):
        raise OrganisersOnly(_("This page is for the forum's organisers and safeguarding leads."))
    _check_may_act(request)
    return None


def _admit_lead(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _admit_attendee(request, arguments)) is not None:
        return asked
    if request.attendee.permission != LEAD:
        raise NotFound(_("There is no such page."))
    _check_may_act(request)
    return None


def _admit_long_job_owner(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _admit_attendee(request, arguments)) is not None:
        return asked
    attendee, now = arguments.pop("attendee"), timezone.now()
    job: LongJob = long_job_for(attendee, arguments.pop("job_id"), now=now, of_program=False)
    _check_may_act(request)
    if job.needs_proof:
        check_fresh_proof(person=request.user, request=request, now=now)
    arguments["job"] = job
    return None


def _admit_starter(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _ask_to_sign_in(request, arguments)) is not None:
        return asked
    if not can_start_forums(request.user):
        raise NotFound(_("There is no such page."))
    _check_may_act(request)
    return None


def _admit_administrator(request: Request, arguments: Arguments) -> HttpResponse | None:
    if (asked := _ask_to_sign_in(request, arguments)) is not None:
        return asked
    if not is_administrator(request.user):
        raise NotFound(_("There is no such page."))
    _check_may_act(request)
    return None


def _admit_in_demo(_request: Request, _arguments: Arguments) -> HttpResponse | None:
    if not settings.TITIAN_DEMO:
        raise NotFound(_("There is no such page."))
    return None
