"""For organisers: what the forum, its topics, sectors and sessions are called in other languages."""

from __future__ import annotations

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.events.models.attendees import Attendee
from backend.setup.selectors.local_names import named_rows_for
from backend.setup.services.local_names import set_local_names
from frontend.access import Outcome, Request, catch_refusal, organiser
from frontend.setup.forms import LocalNamesForm

HEADINGS = {
    "event": gettext_lazy("The forum"),
    "theme": gettext_lazy("Themes"),
    "topic": gettext_lazy("Topics"),
    "sector": gettext_lazy("Sectors"),
    "session": gettext_lazy("Sessions"),
    "about": gettext_lazy("About"),
    "opening": gettext_lazy("Opening"),
    "signature": gettext_lazy("Signature"),
    "subject": gettext_lazy("Subject of the invitation"),
    "text": gettext_lazy("Text of the invitation"),
    "reminder_subject": gettext_lazy("Subject of the reminders"),
    "reminder_text": gettext_lazy("Text of the reminders"),
}


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def local_names(request: Request, attendee: Attendee) -> HttpResponse:
    """The names in one language, the first offered unless `language` says another; on POST, keep them."""
    event, outcome = attendee.event, Outcome()
    offered = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    language = request.GET.get("language", "")
    if language not in offered:
        language = next((code for code in offered if code in event.languages), offered[0] if offered else "")
    rows = named_rows_for(event, language)
    form = LocalNamesForm(rows, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        with catch_refusal() as outcome:
            set_local_names(event=event, language=language, names=form.names(), by=request.user)
            messages.success(request, _("Saved."))
            return redirect(f"{reverse('local_names', args=[event.slug])}?language={language}")
    fields = [(row, form[f"{row.kind}-{row.row_id}"]) for row in rows]
    context = {
        "languages": [get_language_info(code) for code in offered],
        "language": language,
        "parts": [
            (HEADINGS[kind], [field for _row, field in part])
            for kind, part in groupby(fields, key=lambda found: found[0].kind)
        ],
        "missing": sum(not row.local for row in rows),
        "refusal": outcome.refusal,
    }
    return render(request, "setup/local_names.html", context, status=outcome.status)
