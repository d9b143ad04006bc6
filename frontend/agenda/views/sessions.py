"""The sessions of the event, and bookmarks."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from backend.agenda.selectors.sessions import sessions_for
from backend.agenda.services.bookmarks import bookmark_session, remove_bookmark
from backend.events.models.attendees import Attendee
from frontend.access import Request, catch_refusal, participant
from frontend.agenda.forms import BookmarkForm
from frontend.agenda.words import bookmark_words
from frontend.booking.words import day_in
from frontend.fields import values_of


@participant
@require_safe
def sessions(request: Request, attendee: Attendee) -> HttpResponse:
    """All sessions by day, or those of one theme; for htmx the list alone."""
    context = _list(attendee, request.GET.get("theme", ""), timezone.now())
    return render(request, "agenda/sessions/_list.html" if request.htmx else "agenda/sessions/page.html", context)


@participant
@require_POST
def bookmark(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """Bookmark a session, or remove the bookmark; a refusal is shown at the session."""
    now, values = timezone.now(), values_of(BookmarkForm(request.POST))
    is_bookmarked, theme = values["do"] != "remove", values["theme"]
    query = f"?{urlencode({'theme': theme})}" if theme else ""
    page_address = f"{reverse('sessions', args=[attendee.event.slug])}{query}"
    before = sessions_for(attendee, now).row(session_id)
    with catch_refusal() as outcome:
        if is_bookmarked:
            bookmark_session(attendee=attendee, session_id=session_id, by=request.user, now=now)
        else:
            remove_bookmark(attendee=attendee, session_id=session_id, by=request.user)
    refusal = outcome.refusal
    if refusal is None:
        if before is not None and bool(before.part) != is_bookmarked:
            messages.success(request, bookmark_words(before, is_bookmarked))
        if not request.htmx:
            return redirect(f"{page_address}#session-{session_id}")
    context = _list(attendee, theme, now) | {"refusal": refusal, "refused_at": session_id}
    context["form_address"] = page_address
    page = "agenda/sessions/_swap.html" if request.htmx else "agenda/sessions/page.html"
    return render(request, page, context, status=refusal.status if refusal else 200)


def _list(attendee: Attendee, theme: str, now: dt.datetime) -> dict[str, Any]:
    """The context of the page of sessions and of its list."""
    return {
        "attendee": attendee,
        "event": attendee.event,
        "found": sessions_for(attendee, now, theme=theme),
        "today": day_in(attendee.event, now),
    }
