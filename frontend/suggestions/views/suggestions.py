"""My suggestions, and what I say of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.directory.selectors import person_for, saved_for
from backend.events.models import Attendee
from backend.events.selectors import Profile, attendee_for, profile_for
from backend.meetings.selectors.underway import underway_for
from backend.suggestions.models import Feedback
from backend.suggestions.selectors import Filters, SuggestionList, suggestions_for
from backend.suggestions.services import give_feedback, record_views, withdraw_feedback
from frontend.access import Request, participant
from frontend.events.words.languages import language_name
from frontend.forms import filters_in, filters_of
from frontend.templatetags.ui import constituency_label

PATIENCE = dt.timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class FilterChoice:
    value: str
    name: str
    count: int


@participant
@require_safe
def suggestions(request: Request, attendee: Attendee) -> HttpResponse:
    """My ranked cards; for htmx the cards alone, or nothing new while they are still being computed."""
    now = timezone.now()
    context = list_context(attendee, filters_in(request.GET), now)
    if request.htmx.trigger == "refreshing" and context["found"].is_refreshing:
        return HttpResponse(status=204)
    shown = [card.face.attendee_id for card in context["found"].cards]
    record_views(attendee=attendee, other_ids=shown, by=request.user, now=now)
    return render(request, "suggestions/_cards.html" if request.htmx else "suggestions/page.html", context)


@participant
@require_POST
def feedback(request: Request, attendee: Attendee, other: int) -> HttpResponse:
    """Save somebody, take them off my list, or take either back."""
    now = timezone.now()
    verdict = request.POST.get("verdict", "")
    if verdict == "withdraw":
        withdraw_feedback(attendee=attendee, other_id=other, by=request.user, now=now)
        messages.info(request, _("Taken back."))
    else:
        cause = request.POST.get("cause", "")
        give_feedback(
            attendee=attendee, other_id=other, verdict=verdict, cause=cause, by=request.user, now=now
        )
        name = person_for(viewer=attendee, attendee_id=other, now=now).face.name
        if verdict == Feedback.Verdict.GOOD:
            messages.success(request, _("%(name)s is saved.") % {"name": name})
        else:
            undo = reverse("suggestion_feedback", args=[attendee.event.slug, other])
            text = _("%(name)s is off your list and will not be suggested again.") % {"name": name}
            messages.success(request, text, extra_tags=f"undo {undo}")
    back = _page_to_return_to(request, attendee)
    if not request.htmx:
        return HttpResponseRedirect(back)
    if (
        verdict != Feedback.Verdict.GOOD
    ):  # the list is being made anew; saving somebody need not wait for that
        attendee = attendee_for(request.user, attendee.event.slug)
    context = list_context(attendee, filters_of(back), now) | {"standing_on": back}
    return render(request, "suggestions/_cards.html", context)


def list_context(attendee: Attendee, filters: Filters, now: dt.datetime) -> dict[str, Any]:
    """What the page of suggestions and its cards show."""
    profile = profile_for(attendee)
    found = suggestions_for(attendee=attendee, now=now, filters=filters)
    theme_names = {theme.key: theme.name for theme in profile.themes}
    return {
        "attendee": attendee,
        "profile": profile,
        "found": found,
        "saved": saved_for(viewer=attendee, now=now),
        "state": state_of(profile, found),
        "is_slow": found.is_refreshing and now - attendee.changed_at > PATIENCE,
        "choices": choices_in(found, theme_names),
        "topic_names": {topic.key: topic.name for theme in profile.themes for topic in theme.topics},
        "theme_names": theme_names,
        "causes": Feedback.Cause.choices,
        "underway": underway_for(attendee, now),
    }


def choices_in(found: SuggestionList, theme_names: Mapping[str, str]) -> dict[str, list[FilterChoice]]:
    """Per filter, the values of the whole list by name; one that was asked for and is gone counts zero."""
    name_of: dict[str, Callable[[str], str]] = {
        "constituency": constituency_label,
        "theme": lambda key: theme_names.get(key, key),
        "country": str,
        "language": language_name,
    }
    choices = {}
    for filter_name, named in name_of.items():
        counts = dict(found.facets.get(filter_name, ()))
        if asked := getattr(found.filters, filter_name):
            counts.setdefault(asked, 0)
        rows = [FilterChoice(value, named(value), count) for value, count in counts.items()]
        choices[filter_name] = sorted(rows, key=lambda row: row.name)
    return choices


def state_of(profile: Profile, found: SuggestionList) -> str:
    """Which of the page's faces to show: the list, or the one reason why there is none."""
    attendee = profile.attendee
    if attendee.age_class == Attendee.AgeClass.MINOR:
        return "minor"
    if attendee.age_class != Attendee.AgeClass.ADULT:
        return "age"
    if attendee.visibility == Attendee.Visibility.HIDDEN:
        return "hidden"
    if found.cards:
        return "list"
    if found.total:
        return "filtered"
    if profile.is_empty:
        return "empty"
    return "none" if found.computed_at else "waiting"


def _page_to_return_to(request: Request, attendee: Attendee) -> str:
    """The page of this event the form was on; anything else leads to the suggestions."""
    back = request.POST.get("next", "")
    home = reverse("event_home", args=[attendee.event.slug])
    own = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and urlsplit(back).path.startswith(home)
    return back if own else reverse("suggestions", args=[attendee.event.slug])
