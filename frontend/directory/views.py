"""One's own home, the directory, another attendee's page, and people one saved or shares sessions with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.booking.selectors.open_contacts import open_contacts_for
from backend.core.limits import Kind
from backend.directory.selectors.finding import PAGE_SIZE
from backend.directory.selectors.home import home_for, meetings_to_come, minor_home_for, minutes_to_go
from backend.directory.selectors.own_people import recently_seen_for, saved_for
from backend.directory.selectors.people import ContactOptions, contact_options_for, next_times_with, person_for
from backend.directory.services.finding import find_people
from backend.directory.services.own_people import clear_visits, find_session_companions, find_working_on, record_visit
from backend.directory.services.times import wish_to_meet
from backend.events.models.attendees import Attendee
from backend.events.rules.states import is_event_open, is_over
from backend.events.selectors import profile_for, topic_names_for
from backend.safeguarding.rules import why_not_open
from backend.suggestions.models import Feedback
from backend.suggestions.selectors.lists import suggestion_between
from backend.suggestions.services.feedback import give_feedback, record_views
from frontend.access import Request, counted, participant
from frontend.directory.forms import BackToForm, FindForm, NoteForm, RowForm, TopicForm, VersionForm
from frontend.directory.words import filter_choices, gap_text, next_meeting_words
from frontend.fields import BackForm, values_of
from frontend.suggestions.words import cause_choices

HOMES = {Attendee.Permission.ORGANISER: "desk", Attendee.Permission.SAFEGUARDING_LEAD: "reports"}


@participant
@require_safe
def event_home(request: Request, attendee: Attendee) -> HttpResponse:
    """My home; people with a role go to its page, people who have not joined to the steps.

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
    if why_not_open(attendee) == "minor":
        return render(request, "directory/minor_home.html", {"page": minor_home_for(attendee, now)})
    found = home_for(attendee, now)
    shown = [card.other.attendee_id for card in found.suggestions]
    record_views(attendee=attendee, other_ids=shown, by=request.user, now=now)
    context = {
        "home": found,
        "waiting_answers": len(found.to_answer),
        "next": next_meeting_words(found.next_meeting, found.minutes_to_go, is_over=found.is_over),
        "gap": gap_text(found.gap, attendee.event),
        "options": found.options,
        "topic_names": topic_names_for(attendee.event),
    }
    return render(request, "directory/home.html", context)


@participant
@require_safe
def next_meeting(request: Request, attendee: Attendee) -> HttpResponse:
    """That part of home alone; 204 where the page has this version already."""
    now = timezone.now()
    row = next(iter(meetings_to_come(attendee, now)), None)
    found = next_meeting_words(row, minutes_to_go(row, now), is_over=is_over(attendee.event, now))
    if values_of(VersionForm(request.GET))["version"] == found.version:
        return HttpResponse(status=204)
    return render(request, "directory/_next.html", {"next": found, "event": attendee.event})


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
        "options": contact_options_for(viewer=attendee, people=found.people, now=now),
        "page": Paginator(range(found.pages * PAGE_SIZE), PAGE_SIZE).get_page(found.page),
        "rest": rest,
        "choices": filter_choices(found, attendee.event),
        "absent": why_not_open(attendee) or ("" if attendee.has_joined else "unjoined"),
        "is_swap": bool(request.htmx),
    }
    return render(request, "directory/_people.html" if request.htmx else "directory/people.html", context)


@participant
@require_safe
@counted(Kind.PROFILE_READ, method="GET")
def person(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """A person's profile: what they seek and offer, and why they are suggested."""
    now = timezone.now()
    context = person_context(attendee, attendee_id, now) | {"back": BackToForm(request.GET).back_to(attendee.event)}
    if request.method == "GET":
        record_visit(attendee=attendee, other_id=attendee_id, by=request.user, now=now)
    return render(request, "directory/person.html", context)


@participant
@require_safe
@counted(Kind.PROFILE_READ, method="GET")
def opened_row(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """What the row of somebody opens to, for htmx; else their page, which says as much."""
    form = RowForm(request.GET)
    if not request.htmx or not form.is_valid():
        return redirect("person", attendee.event.slug, attendee_id)
    context = person_context(attendee, attendee_id, timezone.now())
    place = {
        "at": form.cleaned_data["at"],
        "other": context["page"].other,
        "time": context["options"].next_times.get(attendee_id),
        "form_address": request.htmx.current_url_abs_path,
    }
    return render(request, "suggestions/_more.html", context | place)


def person_context(attendee: Attendee, attendee_id: int, now: dt.datetime) -> dict[str, Any]:
    """What a person's page shows."""
    page = person_for(viewer=attendee, attendee_id=attendee_id, now=now)
    profile = profile_for(attendee)
    themes = [(theme, [topic for topic in page.other.topics if topic.theme == theme.key]) for theme in profile.themes]
    return {
        "page": page,
        "form": NoteForm(initial={"note": page.note}),
        "options": ContactOptions(
            underway=open_contacts_for(attendee, now),
            next_times=next_times_with(attendee, [page.other], now),
            without_time={} if page.has_open_time else {attendee_id: page.is_wished},
            saved={attendee_id} if page.is_saved else (),
        ),
        "card": suggestion_between(attendee=attendee, other_id=attendee_id, now=now),
        "themes": [(theme, topics) for theme, topics in themes if topics],
        "topic_names": {topic.key: topic.name for theme in profile.themes for topic in theme.topics},
        "causes": cause_choices(),
    }


@participant
@require_POST
def note(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Save somebody with a note for myself."""
    now, form = timezone.now(), NoteForm(request.POST)
    back = BackToForm(request.GET).back_to(attendee.event)
    if not form.is_valid():
        context = person_context(attendee, attendee_id, now) | {"form": form, "back": back}
        return render(request, "directory/person.html", context, status=422)
    name = person_for(viewer=attendee, attendee_id=attendee_id, now=now).other.name
    note, verdict = form.cleaned_data["note"], Feedback.Verdict.GOOD
    give_feedback(attendee=attendee, other_id=attendee_id, verdict=verdict, note=note, by=request.user, now=now)
    messages.success(request, _("%(name)s is saved.") % {"name": name})
    page = reverse("person", args=[attendee.event.slug, attendee_id])
    return HttpResponseRedirect(f"{page}?{urlencode({'from': back.address})}")


@participant
@require_safe
def saved(request: Request, attendee: Attendee) -> HttpResponse:
    """Whom I saved, with my notes, and whose pages I read last."""
    now = timezone.now()
    kept, seen = saved_for(viewer=attendee, now=now), recently_seen_for(viewer=attendee, now=now)
    people = [*(row.other for row in kept), *seen]
    context = {
        "event": attendee.event,
        "saved": kept,
        "seen": seen,
        "options": contact_options_for(viewer=attendee, people=people, now=now),
    }
    return render(request, "directory/saved.html", context)


@participant
@require_POST
def clear_seen(request: Request, attendee: Attendee) -> HttpResponse:
    """Forget whose pages I read."""
    clear_visits(attendee=attendee, by=request.user)
    messages.success(request, _("The list is empty now."))
    return redirect("saved_people", attendee.event.slug)


@participant
@require_safe
def session_companions(request: Request, attendee: Attendee) -> HttpResponse:
    """Who is at sessions of mine and lets others see it."""
    form, now = FindForm(request.GET), timezone.now()
    found = find_session_companions(viewer=attendee, page=form.page_number(), now=now)
    people = [row.other for row in found.people]
    context = {
        "event": attendee.event,
        "found": found,
        "options": contact_options_for(viewer=attendee, people=people, now=now),
        "page": Paginator(range(found.total), PAGE_SIZE).get_page(found.page),
    }
    return render(request, "directory/session_companions.html", context)


@participant
@require_safe
def working_on(request: Request, attendee: Attendee) -> HttpResponse:
    """Who seeks or offers something in a topic or theme, by sector."""
    now = timezone.now()
    found = find_working_on(viewer=attendee, now=now, **TopicForm(request.GET).chosen())
    people = [row.other for group in found.sectors for row in group.people]
    options = contact_options_for(viewer=attendee, people=people, now=now)
    context = {"event": attendee.event, "found": found, "options": options}
    return render(request, "directory/working_on.html", context)


@participant
@require_POST
@counted(Kind.MESSAGE_SENT)
def wish(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Tell somebody without an open time that I would like to meet them."""
    wish_to_meet(attendee=attendee, other_id=attendee_id, by=request.user, now=timezone.now())
    messages.success(request, _("We let them know that you would like to meet. They can open a time."))
    page = reverse("person", args=[attendee.event.slug, attendee_id])
    return HttpResponseRedirect(BackForm(request.POST).back(attendee.event, page))
