"""Everybody at the forum, for its organisers: a list with filters, roles to set, a file to import."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend.core.errors import BusinessError
from backend.core.spreadsheets import csv_file
from backend.directory.selectors.roster import (
    ROSTER_FILTERS,
    SEARCH,
    SORT,
    TICKS,
    roster_choices,
    roster_ids,
    roster_rows,
)
from backend.directory.services.files import check_list_name, export_attendees
from backend.directory.services.times import open_times_for
from backend.events.models.attendees import Attendee
from backend.events.services.long_jobs import MANY, answer_later
from backend.invitations.services.sending import preview_invitations
from backend.roster.services.columns import columns_to_choose
from backend.roster.services.csv_tables import CsvTable, EncodingNotConfirmed
from backend.roster.services.files import read_list
from backend.roster.services.importing import import_attendees
from backend.roster.services.roles import NobodyChosen, change_roles
from backend.roster.services.rows import COLUMNS, NAME_PARTS, BadColumns
from backend.safeguarding.services.age_classes import AdultsNotConfirmed, LeadHasToConsent
from backend.stats.selectors.names import attendee_count
from frontend.access import Request, fresh_proof, organiser
from frontend.fields import values_of
from frontend.roster.forms import ImportForm, RolesForm, columns_text
from frontend.roster.words import COLUMN_WORDS

SAMPLE_COLUMNS = (
    "email", "name", "short_name", "title", "organisation", "sector", "country", "languages",
    "translating_device", "age_class", "role", "seeks", "offers",
)  # fmt: skip
SAMPLE_ROWS = (
    (
        "mai.nguyen@example.org", "Nguyen Thi Mai", "Mai", "Programme officer", "Example Ministry",
        "government", "Viet Nam", "vi; en", "yes", "adult", "delegate", "A partner for a training",
        "A guide we have tested",
    ),
    (
        "jo.tan@example.org", "Jo Tan", "", "Head of partnerships", "Example Company", "industry",
        "Singapore", "en; zh", "", "adult", "speaker", "Research on what works",
        "Data to share with researchers",
    ),
)  # fmt: skip
COLUMN_NAMES = tuple(name for name in dict.fromkeys(COLUMNS.values()) if name not in NAME_PARTS)
"""As the first line of a list may write them."""
PAGE_SIZE = 100
SORT_NAMES = (
    ("name", gettext_lazy("Name")),
    ("organisation", gettext_lazy("Organisation")),
    ("newest", gettext_lazy("Newest first")),
    ("not_joined", gettext_lazy("Not joined yet first")),
)


@organiser
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def attendees(request: Request, attendee: Attendee) -> HttpResponse:
    """The list under the address's filters; a POST sets roles for those ticked or for all found."""
    event, refusal, kept = attendee.event, None, {}
    filters = roster_filters(request)
    ids = roster_ids(event=event, filters=filters)
    if request.method == "POST":
        form = RolesForm(request.POST, attendee)
        try:
            do, chosen = values_of(form)["do"], form.attendee_ids(ids)
            if len(chosen) > MANY:
                answer_later(request, attendee, _("A change of many people"), now=timezone.now())
            if do == RolesForm.INVITE:
                return _preview_invitations(request, attendee, chosen)
            if do == RolesForm.OPEN_TIMES:
                return _open_times(request, attendee, chosen)
            if form.has_to_name(ids):
                return _name_people(request, attendee, form, chosen)
            changed = _change_roles(request, attendee, form, ids)
        except AdultsNotConfirmed as question:
            return ask_about_adults(request, attendee, form, question.details["attendee_ids"])
        except LeadHasToConsent as question:
            return ask_about_adults(request, attendee, form, [question.details["attendee_id"]], is_minor=True)
        except BusinessError as error:  # and what was typed is kept
            refusal, kept = error, form.kept()
        else:
            text = ngettext("%(count)d person changed.", "%(count)d people changed.", changed)
            messages.success(request, text % {"count": changed})
            return HttpResponseRedirect(request.get_full_path())
    query = request.GET.copy()
    query.pop("page", None)
    page = Paginator(ids, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "rows": roster_rows(event=event, ids=list(page.object_list)),
        "page": page,
        "filters": filters,
        "attendee_count": 0 if any(filters.values()) else attendee_count(event),
        "is_narrowed": any(words for name, words in filters.items() if name != SEARCH),
        "choices": roster_choices(event),
        "sorts": SORT_NAMES,
        "refusal": refusal,
        "kept": kept,
        "rest": query,
    }
    return render(request, "roster/attendees.html", context, status=refusal.status if refusal else 200)


def _preview_invitations(request: Request, attendee: Attendee, ids: Collection[int]) -> HttpResponse:
    """What inviting these would send; nothing is sent before that was read."""
    if not ids:
        raise NobodyChosen(_("Tick at least one person."))
    preview = preview_invitations(event=attendee.event, attendee_ids=list(ids), by=request.user, now=timezone.now())
    return render(request, "invitations/preview.html", {"preview": preview})


def _open_times(request: Request, attendee: Attendee, ids: Collection[int]) -> HttpResponse:
    """Open all times for those of these who have none, and say for how many."""
    if not ids:
        raise NobodyChosen(_("Tick at least one person."))
    count = open_times_for(event=attendee.event, attendee_ids=ids, by=request.user, now=timezone.now())
    messages.success(request, opened_words(count))
    return HttpResponseRedirect(request.get_full_path())


def opened_words(count: int) -> str:
    """For how many people all times were opened."""
    text = ngettext(
        "All meeting times are open for %(count)d person, who is told by mail and can change them.",
        "All meeting times are open for %(count)d people, who are told by mail and can change them.",
        count,
    )
    return text % {"count": count}


def roster_filters(request: Request) -> dict[str, str]:
    """What the address narrows and sorts the list by."""
    names = (*ROSTER_FILTERS, *TICKS, SEARCH, SORT)
    return {name: request.GET.get(name, "").replace("\0", "")[:200] for name in names}


def _change_roles(request: Request, attendee: Attendee, form: RolesForm, found: Collection[int]) -> int:
    """How many the form changed; refuses what `change_roles` refuses."""
    return change_roles(
        event=attendee.event,
        attendee_ids=form.attendee_ids(found),
        change=form.change(),
        by=request.user,
        now=timezone.now(),
        confirmed_adults=form.cleaned_data["confirmed_adults"],
    )


def _name_people(request: Request, attendee: Attendee, form: RolesForm, ids: Collection[int]) -> HttpResponse:
    """Everybody who would be changed, by name, and what would be set; yes sends their ids."""
    rows = roster_rows(event=attendee.event, ids=list(ids))
    if not rows:
        raise NobodyChosen(_("Tick at least one person."))
    change = form.change()
    labels = {
        _("Age class"): dict(Attendee.AgeClass.choices).get(change.age_class),
        _("Visibility"): dict(Attendee.Visibility.choices).get(change.visibility),
    }
    context = {
        "rows": rows,
        "ids": form.shown("named").sign(row.attendee_id for row in rows),
        "labels": [(name, label) for name, label in labels.items() if label],
        "sent": [pair for pair in form.sent() if pair[0].startswith("set_")],
    }
    return render(request, "roster/change_several.html", context)


def ask_about_adults(
    request: Request, attendee: Attendee, form: RolesForm, ids: object, *, is_minor: bool = False, back: str = ""
) -> HttpResponse:
    """Everybody who would count as an adult, by name, and the question whether they are adults.

    Yes sends the same form again with their ids; of a minor it is a proposal to the safeguarding leads.
    """
    assert isinstance(ids, list)
    context = {
        "rows": roster_rows(event=attendee.event, ids=ids),
        "ids": ids[0] if is_minor else form.shown("confirmed_adults").sign(ids),
        "sent": form.sent(),
        "is_minor": is_minor,
        "back": back or request.get_full_path(),
    }
    return render(request, "safeguarding/adults.html", context)


@organiser
@fresh_proof(to_read=True)
@require_safe
def download(request: Request, attendee: Attendee, name: str) -> HttpResponse:
    """The list under the address's filters as CSV or XLSX, to change and to import again."""
    check_list_name(name)
    now = timezone.now()
    answer_later(request, attendee, _("A file of the attendees"), back="attendees", now=now)
    file = export_attendees(event=attendee.event, name=name, filters=roster_filters(request), by=request.user, now=now)
    response = HttpResponse(file.content, content_type=file.media_type)
    response["Content-Disposition"] = f'attachment; filename="{attendee.event.slug}-{name}"'
    return response


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def import_list(request: Request, attendee: Attendee) -> HttpResponse:
    """Upload a list, read what it would do, confirm; each of the two is a long job."""
    if request.method != "POST":
        return render(request, "roster/import.html", {"columns": COLUMN_NAMES})
    form = ImportForm(request.POST, request.FILES, attendee)
    try:
        table = _read_list(request, attendee, form)
    except EncodingNotConfirmed as refusal:
        context = {"refusal": refusal, "guesses": refusal.guesses, "carried": form.carried_text}
        return render(request, "roster/import.html", context)
    except BusinessError as refusal:
        context = {"columns": COLUMN_NAMES, "refusal": refusal}
        return render(request, "roster/import.html", context, status=refusal.status)
    try:
        report = import_attendees(
            event=attendee.event,
            table=table,
            by=request.user,
            now=timezone.now(),
            dry_run=not form.is_confirmed(),
            confirmed_adults=form.cleaned_data["confirmed_adults"] or (),
            column_choices=form.columns(),
        )
    except BadColumns as refusal:
        context = _chosen_columns(attendee, form, table) | {"refusal": refusal}
        return render(request, "roster/import.html", context, status=refusal.status)
    except BusinessError as refusal:
        context = {"columns": COLUMN_NAMES, "refusal": refusal}
        return render(request, "roster/import.html", context, status=refusal.status)
    if not report.dry_run:
        messages.success(request, " ".join(report.sentences))
        return redirect("attendees", attendee.event.slug)
    chosen = _chosen_columns(attendee, form, table)
    shown = form.shown_adults(chosen["shown_columns"])
    adults = shown.sign(one.attendee_id for one in report.unconfirmed_adults)
    return render(request, "roster/import.html", chosen | {"report": report, "adults": adults})


def _read_list(request: Request, attendee: Attendee, form: ImportForm) -> CsvTable:
    """The lines of the form's file; refuses what cannot be read."""
    values = values_of(form)
    answer_later(request, attendee, _("Reading a list of attendees"), now=timezone.now())
    return read_list(form.content, encoding=values["encoding"])


def _chosen_columns(attendee: Attendee, form: ImportForm, table: CsvTable) -> dict[str, Any]:
    """The headings for which a column can be chosen, with what each is read as, and the file carried on."""
    try:
        headings = columns_to_choose(attendee.event, table, form.columns())
    except BadColumns:  # no column of a list was chosen: begin with what is guessed
        headings = columns_to_choose(attendee.event, table, {})
    return {
        "carried": form.carried_text,
        "encoding": form.cleaned_data["encoding"],
        "headings": headings,
        "has_left_out": any(not one.column for one in headings),
        "column_names": COLUMN_WORDS,
        "shown_columns": columns_text({one.position: one.column for one in headings}),
    }


@organiser
@require_safe
def sample_list(request: Request, attendee: Attendee) -> HttpResponse:  # noqa: ARG001
    """A small list of made-up people, to fill in and import."""
    response = HttpResponse(csv_file(SAMPLE_COLUMNS, SAMPLE_ROWS), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="attendees-sample.csv"'
    return response
