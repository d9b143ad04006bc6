"""For organisers: the themes of an event and the topics under each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.selectors import topic_counts_for
from backend.setup.services.topics import (
    add_theme,
    add_topic,
    change_topic,
    merge_topics,
    move_theme,
    move_topic,
    remove_theme,
    remove_topic,
    rename_theme,
)
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.events.forms.setup import TopicsForm
from frontend.fields import BadForm, values_of


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def topics(request: Request, attendee: Attendee) -> HttpResponse:
    """Themes with their topics and how many chose each; on POST, one change."""
    event, outcome, sent = attendee.event, Outcome(), {}
    if request.method == "POST":
        form = TopicsForm(request.POST)
        with catch_refusal(even_not_found=True) as outcome:
            sent = values_of(form)
            text = _change(request, event, sent)
            if text:
                messages.success(request, text)
            return redirect("topics", event.slug)
    context = {"themes": topic_counts_for(event), "refusal": outcome.refusal, "sent": sent}
    return render(request, "events/topics.html", context, status=outcome.status)


def _change(request: Request, event: Event, sent: dict[str, Any]) -> str:
    """Carry out what was asked; what to say then, or nothing where the page shows it."""
    do, by, now = sent["do"], request.user, timezone.now()
    theme_id, topic_id = sent["theme_id"] or 0, sent["topic_id"] or 0
    match do:
        case "add_theme":
            add_theme(event=event, name=sent["name"], by=by)
            return _("The theme is added.")
        case "rename_theme":
            rename_theme(event=event, theme_id=theme_id, name=sent["name"], by=by)
            return _("The theme is renamed.")
        case "theme_up" | "theme_down":
            move_theme(event=event, theme_id=theme_id, up=do == "theme_up", by=by)
            return ""
        case "remove_theme":
            remove_theme(event=event, theme_id=theme_id, by=by)
            return _("The theme is removed.")
        case "add_topic":
            add_topic(event=event, theme_id=theme_id, name=sent["name"], description=sent["description"], by=by)
            return _("The topic is added.")
        case "change_topic":
            change_topic(
                event=event,
                topic_id=topic_id,
                theme_id=theme_id,
                name=sent["name"],
                description=sent["description"],
                by=by,
                now=now,
            )
            return _("The topic is changed.")
        case "topic_up" | "topic_down":
            move_topic(event=event, topic_id=topic_id, up=do == "topic_up", by=by)
            return ""
        case "merge_topic":
            into_id = sent["into_id"] or 0
            count = merge_topics(event=event, topic_id=topic_id, into_id=into_id, by=by, now=now)
            text = ngettext(
                "The topics are merged; the choice of %(count)d person is kept.",
                "The topics are merged; the choices of %(count)d people are kept.",
                count,
            )
            return text % {"count": count}
        case "remove_topic":
            remove_topic(event=event, topic_id=topic_id, by=by)
            return _("The topic is removed.")
        case _:
            raise BadForm(_("There is no such button on this page: load it again."))
