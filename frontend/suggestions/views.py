"""An attendee's own suggestions with feedback on them, and the organisers' pages on the lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backend.directory.selectors.own_people import saved_for
from backend.directory.selectors.people import contact_options_for, person_for
from backend.events.models.attendees import Attendee
from backend.events.rules.languages import language_name
from backend.events.selectors import Profile, attendee_for, profile_for, topic_names_for
from backend.safeguarding.rules import why_not_open
from backend.suggestions.models import Feedback
from backend.suggestions.selectors.inspection import (
    first_with_list,
    list_inspection_for,
    list_owners_for,
    pair_inspection_for,
)
from backend.suggestions.selectors.learning import earlier_edition_for, learning_status_for
from backend.suggestions.selectors.lists import Filters, SuggestionList, bookable_first, suggestions_for
from backend.suggestions.selectors.runs import run_status_for
from backend.suggestions.services.feedback import give_feedback, record_views, withdraw_feedback
from backend.suggestions.services.learning import request_learning, reset_weights, set_nightly_learning
from backend.suggestions.services.runs import request_build
from frontend.access import Request, organiser, participant
from frontend.events.words.countries import country_words
from frontend.fields import values_of
from frontend.people.words import constituency_label
from frontend.suggestions.forms import (
    FeedbackForm,
    InspectionForm,
    NightlyLearningForm,
    filters_in_address,
    filters_in_query,
)
from frontend.suggestions.words import cause_choices

SLOW_AFTER = dt.timedelta(seconds=45)


@dataclass(frozen=True, slots=True)
class FilterChoice:
    value: str
    name: str
    count: int


@participant
@require_safe
def suggestions(request: Request, attendee: Attendee) -> HttpResponse:
    """My ranked cards; for htmx the cards alone, or 204 while a new list is being computed."""
    now = timezone.now()
    context = list_context(attendee, filters_in_query(request.GET), now)
    if request.htmx.trigger == "refreshing" and context["found"].is_refreshing:
        return HttpResponse(status=204)
    shown = [card.other.attendee_id for card in context["found"].cards]
    record_views(attendee=attendee, other_ids=shown, by=request.user, now=now)
    return render(request, "suggestions/_cards.html" if request.htmx else "suggestions/page.html", context)


@participant
@require_POST
def feedback(request: Request, attendee: Attendee, other: int) -> HttpResponse:
    """Save somebody, take them off my list, or take either back."""
    now = timezone.now()
    values = values_of(FeedbackForm(request.POST, attendee.event))
    verdict, back = values["verdict"], values["next"]
    if verdict == FeedbackForm.WITHDRAW:
        withdraw_feedback(attendee=attendee, other_id=other, by=request.user, now=now)
        messages.info(request, _("Taken back."))
    else:
        give_feedback(
            attendee=attendee, other_id=other, verdict=verdict, cause=values["cause"], by=request.user, now=now
        )
        name = person_for(viewer=attendee, attendee_id=other, now=now).other.name
        if verdict == Feedback.Verdict.GOOD:
            messages.success(request, _("%(name)s is saved.") % {"name": name})
        else:
            undo = reverse("suggestion_feedback", args=[attendee.event.slug, other])
            text = _("%(name)s is off your list and will not be suggested again.") % {"name": name}
            messages.success(request, text, extra_tags=f"undo {undo}")
    if not request.htmx:
        return HttpResponseRedirect(back)
    if verdict != Feedback.Verdict.GOOD:  # the profile counts as changed: its list is computed again
        attendee = attendee_for(request.user, attendee.event.slug)
    context = list_context(attendee, filters_in_address(back), now) | {"form_address": back}
    return render(request, "suggestions/_cards.html", context)


def list_context(attendee: Attendee, filters: Filters, now: dt.datetime) -> dict[str, Any]:
    """What the page of suggestions and its cards show."""
    profile = profile_for(attendee)
    found = suggestions_for(attendee=attendee, now=now, filters=filters)
    options = contact_options_for(
        viewer=attendee,
        people=[card.other for card in found.cards],
        now=now,
        saved={card.other.attendee_id for card in found.cards if card.saved},
    )
    cards = bookable_first(found.cards, options.next_times, options.underway)
    theme_names = {theme.key: theme.name for theme in profile.themes}
    return {
        "attendee": attendee,
        "profile": profile,
        "found": found,
        "saved": saved_for(viewer=attendee, now=now),
        "state": state_of(profile, found),
        "is_slow": found.is_refreshing and now - attendee.changed_at > SLOW_AFTER,
        "choices": choices_in(found, theme_names),
        "topic_names": {topic.key: topic.name for theme in profile.themes for topic in theme.topics},
        "causes": cause_choices(),
        "options": options,
        "cards": cards,
    }


def choices_in(found: SuggestionList, theme_names: Mapping[str, str]) -> dict[str, tuple[FilterChoice, ...]]:
    """Per filter, the values in the whole list by name; a chosen one that is gone counts zero."""
    name_of: dict[str, Callable[[str], str]] = {
        "constituency": constituency_label,
        "theme": lambda key: theme_names.get(key, key),
        "country": country_words,
        "language": language_name,
    }
    choices = {}
    for filter_name, named in name_of.items():
        counts = dict(found.facets.get(filter_name, ()))
        if asked := getattr(found.filters, filter_name):
            counts.setdefault(asked, 0)
        rows = [FilterChoice(value, named(value), count) for value, count in counts.items()]
        choices[filter_name] = tuple(sorted(rows, key=lambda row: row.name))
    return choices


def state_of(profile: Profile, found: SuggestionList) -> str:
    """The state of the page: the list, or the one reason why there is none."""
    if reason := why_not_open(profile.attendee):
        return reason
    if found.cards:
        return "list"
    if not profile.attendee.has_joined:
        return "unjoined"
    if found.total:
        return "filtered"
    if profile.is_empty:
        return "empty"
    return "none" if found.computed_at else "waiting"


@organiser
@require_safe
def matching(request: Request, attendee: Attendee) -> HttpResponse:
    """The current Run's report: who is reached, how evenly, across which sectors, and what that cost."""
    context = {"page": run_status_for(attendee.event), "learning": learning_status_for(attendee.event)}
    return render(request, "suggestions/matching.html", context)


@organiser
@require_safe
def lists(request: Request, attendee: Attendee) -> HttpResponse:
    """The list of the attendee chosen by `of`, or of the first by name."""
    event = attendee.event
    owners = list_owners_for(event)
    wanted = InspectionForm(request.GET).attendee_id() or first_with_list(event, owners)
    found = list_inspection_for(event=event, attendee_id=wanted) if wanted else None
    context = {"found": found, "owners": owners, "wanted": wanted}
    return render(request, "suggestions/lists.html", context)


@organiser
@require_safe
def pair(request: Request, attendee: Attendee, owner: int, other: int) -> HttpResponse:
    """Every feature of one entry of a list."""
    found = pair_inspection_for(event=attendee.event, attendee_id=owner, other_id=other)
    context = {"found": found, "topic_names": topic_names_for(attendee.event)}
    return render(request, "suggestions/pair.html", context)


@organiser
@require_POST
def rebuild_lists(request: Request, attendee: Attendee) -> HttpResponse:
    """Have every list rebuilt."""
    request_build(event=attendee.event, by=request.user, now=timezone.now())
    messages.success(request, _("Every list is being rebuilt. The present lists stay until then."))
    return redirect("matching", attendee.event.slug)


@organiser
@require_POST
def reset_learned_weights(request: Request, attendee: Attendee) -> HttpResponse:
    """Have the next lists use the default weights."""
    reset_weights(event=attendee.event, by=request.user, now=timezone.now())
    messages.success(request, _("The next lists use the default weights."))
    return redirect("matching", attendee.event.slug)


@organiser
@require_POST
def learn_now(request: Request, attendee: Attendee) -> HttpResponse:
    """Have the weights learned now, as at night."""
    request_learning(event=attendee.event, by=request.user, now=timezone.now())
    messages.success(request, _("The weights are being learned. The present ones stay until then."))
    return redirect("matching", attendee.event.slug)


@organiser
@require_POST
def switch_nightly_learning(request: Request, attendee: Attendee) -> HttpResponse:
    """Have the weights learned every night, or no longer."""
    form = NightlyLearningForm(request.POST)
    chosen = values_of(form)
    is_on = chosen["is_on"]
    set_nightly_learning(
        event=attendee.event,
        is_on=is_on,
        since=earlier_edition_for(attendee.event, chosen["since"]) if is_on and chosen["since"] else None,
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("Learning every night is on.") if is_on else _("Learning every night is off."))
    return redirect("matching", attendee.event.slug)
