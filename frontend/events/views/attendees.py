"""Everybody at the forum, for its organisers: a list to narrow, words to set, a file to import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.core.errors import BusinessError
from backend.directory import selectors as directory
from backend.events.models import Attendee, Event
from backend.events.services.importing import COLUMNS, EncodingNotConfirmed, import_attendees, read_csv
from backend.events.services.roles import RoleChange, change_roles
from frontend.access import Request, organiser

NAMES = tuple(dict.fromkeys(COLUMNS.values()))  # as a list's first line may write them
PAGE = 100
MOST_BYTES = 4_000_000
MOST_CARRIED = 2_200_000  # of a form without files Django reads 2.5 MB
SALT = "attendee-list"


class UnfitUpload(BusinessError):
    code = "unfit_upload"
    status = 400


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def attendees(request: Request, attendee: Attendee) -> HttpResponse:
    """The list, narrowed by what the address says; on POST, set what was chosen for those ticked."""
    event, refusal = attendee.event, None
    asked = (*directory.ROSTER_FILTERS, directory.WITHOUT_MEETING)
    filters = {name: request.GET.get(name, "").replace("\0", "") for name in asked}
    ids = directory.roster_ids(event=event, filters=filters)
    if request.method == "POST":
        said = {
            name: request.POST.get(f"set_{name}", "") for name in ("age_class", "visibility", "permission")
        }
        ticked = {
            int(text) for text in request.POST.getlist("attendee") if text.isdecimal() and len(text) < 18
        }
        try:
            changed = change_roles(
                event=event,
                attendee_ids=ids if request.POST.get("everybody") else ticked,
                change=RoleChange(**said),
                by=request.user,
                now=timezone.now(),
            )
        except BusinessError as refused:
            refusal = refused
        else:
            text = ngettext("%(count)d person changed.", "%(count)d people changed.", changed)
            messages.success(request, text % {"count": changed})
            return HttpResponseRedirect(request.get_full_path())
    rest = request.GET.copy()
    rest.pop("page", None)
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": directory.roster_rows(event=event, ids=list(page.object_list)),
        "page": page,
        "filters": filters,
        "choices": directory.roster_choices(event),
        "refusal": refusal,
        "rest": rest,
    }
    return render(request, "desk/attendees.html", context, status=refusal.status if refusal else 200)


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: Request, attendee: Attendee) -> HttpResponse:
    """Upload a list, read what it would do, confirm; nothing is kept on the server in between."""
    if request.method != "POST":
        return render(request, "desk/import.html", {"columns": NAMES})
    event, encoding = attendee.event, request.POST.get("encoding", "")
    context: dict[str, Any] = {"columns": NAMES, "encoding": encoding}
    try:
        data, context["carried"] = _file_of(request, event)
        table = read_csv(data, encoding=encoding, columns=frozenset(COLUMNS))
        report = import_attendees(
            event=event,
            table=table,
            by=request.user,
            now=timezone.now(),
            dry_run="confirm" not in request.POST,
        )
    except EncodingNotConfirmed as refused:
        return render(
            request, "desk/import.html", {**context, "refusal": refused, "guesses": refused.guesses}
        )
    except BusinessError as refused:
        context = {"columns": NAMES, "refusal": refused}
        return render(request, "desk/import.html", context, status=refused.status)
    if not report.dry_run:
        messages.success(request, " ".join(report.sentences))
        return redirect("attendees", event.slug)
    return render(request, "desk/import.html", {**context, "report": report})


def _file_of(request: Request, event: Event) -> tuple[bytes, str]:
    """The file uploaded now or carried along since, and the text to carry it along; refuses UnfitUpload."""
    carried = request.POST.get("carried", "")
    if carried:
        try:
            slug, text = signing.loads(carried, salt=SALT)
        except signing.BadSignature:
            slug, text = "", ""
        if slug != event.slug:
            raise UnfitUpload(_("This preview is not of this forum or was changed. Choose the file again."))
        return text.encode("latin-1"), carried
    file = request.FILES.get("file")
    if file is None:
        raise UnfitUpload(_("Choose a file first."))
    if (file.size or 0) > MOST_BYTES:
        raise UnfitUpload(_("The file is larger than 4 MB: split it, or import it by the command."))
    data = file.read()
    carried = signing.dumps([event.slug, data.decode("latin-1")], salt=SALT, compress=True)
    if len(carried) > MOST_CARRIED:
        raise UnfitUpload(_("The file is too large for this page: split it, or import it by the command."))
    return data, carried
