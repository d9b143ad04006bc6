"""The forum's sessions: what is on, and which of them I keep."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.core.errors import BusinessError, NotFound
from backend.events.models import Attendee
from backend.meetings.selectors import SessionRow, sessions_for
from backend.meetings.services import bookmark_session, forget_session
from frontend.access import Request, participant
from frontend.meetings.words import day_in


@participant
@require_safe
def sessions(request: Request, attendee: Attendee) -> HttpResponse:
    """All sessions by day, or those of one theme; for htmx the list alone."""
    context = _list(attendee, request.GET.get("theme", ""), timezone.now())
    return render(request, "sessions/_list.html" if request.htmx else "sessions/page.html", context)


@participant
@require_POST
def bookmark(request: Request, attendee: Attendee, session_id: int) -> HttpResponse:
    """Keep a session in my agenda, or leave it out again; a refusal is shown at the session."""
    now, theme = timezone.now(), request.POST.get("theme", "")
    keep = request.POST.get("do") != "leave"
    before = sessions_for(attendee, now).row(session_id)
    refusal = None
    try:
        if keep:
            bookmark_session(attendee=attendee, session_id=session_id, by=request.user, now=now)
        else:
            forget_session(attendee=attendee, session_id=session_id, by=request.user)
    except NotFound:
        raise
    except BusinessError as refused:
        refusal = refused
    else:
        if before is not None and bool(before.part) != keep:
            messages.success(request, _said(before, keep))
        if not request.htmx:
            query = f"?{urlencode({'theme': theme})}" if theme else ""
            return redirect(f"{reverse('sessions', args=[attendee.event.slug])}{query}#session-{session_id}")
    context = _list(attendee, theme, now) | {"refusal": refusal, "refused_at": session_id}
    page = "sessions/_swap.html" if request.htmx else "sessions/page.html"
    return render(request, page, context, status=refusal.status if refusal else 200)


def _list(attendee: Attendee, theme: str, now: dt.datetime) -> dict[str, Any]:
    """What the page of sessions and its list show."""
    return {
        "attendee": attendee,
        "event": attendee.event,
        "found": sessions_for(attendee, now, theme=theme),
        "today": day_in(attendee.event, now),
    }


def _said(row: SessionRow, kept: bool) -> str:
    """What a bookmark did to my time."""
    named = {"title": row.title, "count": row.times}
    if kept and row.times:
        return (
            ngettext(
                "“%(title)s” is in your agenda. Nobody can ask you for the one open time it takes.",
                "“%(title)s” is in your agenda. Nobody can ask you for the %(count)d open times it takes.",
                row.times,
            )
            % named
        )
    if kept:
        return _("“%(title)s” is in your agenda.") % named
    if row.times:
        return (
            ngettext(
                "“%(title)s” is out of your agenda. The time it took is open again.",
                "“%(title)s” is out of your agenda. The %(count)d times it took are open again.",
                row.times,
            )
            % named
        )
    return _("“%(title)s” is out of your agenda.") % named
