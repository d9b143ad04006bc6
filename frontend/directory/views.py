"""One's own home, the directory, and another attendee's page."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.directory.selectors import PAGE_SIZE, home_for, person_for, without_open_time
from backend.directory.services import find_people, wish_to_meet
from backend.events.models import Attendee
from backend.events.rules import is_event_open
from backend.events.selectors import profile_for, topic_names_for
from backend.meetings.selectors import open_contacts_for
from backend.safeguarding.rules import why_not_open
from backend.suggestions.models import Feedback
from backend.suggestions.selectors import suggestion_between
from backend.suggestions.services import record_views
from frontend.access import Request, participant
from frontend.directory.forms import FindForm
from frontend.directory.words import filter_choices, gap_text, to_go_words
from frontend.fields import BackForm

HOMES = {Attendee.Permission.ORGANISER: "desk", Attendee.Permission.SAFEGUARDING_LEAD: "reports"}


@participant
@require_safe
def event_home(request: Request, attendee: Attendee) -> HttpResponse:
    """My home; who has a role goes to its page, who has not joined to the steps.

    An organiser goes to the desk, in a draft to the set-up; a lead to the reports.
    """
    if attendee.permission == Attendee.Permission.ORGANISER and not is_event_open(attendee.event):
        return redirect("setup", attendee.event.slug)
    if attendee.permission in HOMES:
        return redirect(HOMES[Attendee.Permission(attendee.permission)], attendee.event.slug)
    if not attendee.has_joined and why_not_open(attendee) not in ("minor", "age"):
        return redirect("join", attendee.event.slug)
    return home_page(request, attendee)


@participant
@require_safe
def home(request: Request, attendee: Attendee) -> HttpResponse:
    """My home as an attendee, also for organisers and safeguarding leads."""
    return home_page(request, attendee)


def home_page(request: Request, attendee: Attendee) -> HttpResponse:
    """What I can do now."""
    now = timezone.now()
    found = home_for(attendee, now)
    shown = [card.other.attendee_id for card in found.suggestions]
    record_views(attendee=attendee, other_ids=shown, by=request.user, now=now)
    context = {
        "home": found,
        "to_go": "" if found.minutes_to_go is None else to_go_words(found.minutes_to_go),
        "gap": gap_text(found.gap, attendee.event),
        "underway": open_contacts_for(attendee, now),
        "without_time": without_open_time(viewer=attendee, ids=shown, now=now),
        "topic_names": topic_names_for(attendee.event),
    }
    return render(request, "directory/home.html", context)


@participant
@require_safe
def people(request: Request, attendee: Attendee) -> HttpResponse:
    """Whom I find by name and by filters; for htmx the list and the filters alone."""
    form = FindForm(request.GET)
    wanted, now = form.wanted(), timezone.now()
    found = find_people(viewer=attendee, wanted=wanted, page=form.page_number(), now=now)
    rest = request.GET.copy()
    rest.pop("page", None)
    context = {
        "event": attendee.event,
        "wanted": wanted,
        "found": found,
        "page": Paginator(range(found.total), PAGE_SIZE).get_page(found.page),
        "rest": rest,
        "choices": filter_choices(found, attendee.event),
        "absent": why_not_open(attendee) or ("" if attendee.has_joined else "unjoined"),
        "is_swap": bool(request.htmx),
    }
    return render(request, "directory/_people.html" if request.htmx else "directory/people.html", context)


@participant
@require_safe
def person(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """A person's profile: what they seek and offer, and why they are suggested."""
    now = timezone.now()
    page = person_for(viewer=attendee, attendee_id=attendee_id, now=now)
    profile = profile_for(attendee)
    themes = [
        (theme, [topic for topic in page.other.topics if topic.theme == theme.key])
        for theme in profile.themes
    ]
    context = {
        "page": page,
        "underway": open_contacts_for(attendee, now),
        "without_time": {} if page.has_open_time else {attendee_id: page.is_wished},
        "card": suggestion_between(attendee=attendee, other_id=attendee_id, now=now),
        "themes": [(theme, topics) for theme, topics in themes if topics],
        "topic_names": {topic.key: topic.name for theme in profile.themes for topic in theme.topics},
        "causes": Feedback.Cause.choices,
    }
    return render(request, "directory/person.html", context)


@participant
@require_POST
def wish(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Tell somebody without an open time that I would like to meet them."""
    wish_to_meet(attendee=attendee, other_id=attendee_id, by=request.user, now=timezone.now())
    messages.success(request, _("They are told that you would like to meet, and can open a time."))
    page = reverse("person", args=[attendee.event.slug, attendee_id])
    return HttpResponseRedirect(BackForm(request.POST).back(attendee.event, page))
