"""Two entries of one person: found and made one by organisers, and asked of the person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.directory.selectors.roster import SEARCH, closed_to, roster_ids, roster_person, roster_rows
from backend.events.models.attendees import Attendee
from backend.privacy.selectors import merges_waiting_for
from backend.privacy.services.merging import answer_merge, merge_attendees
from frontend.access import Request, catch_refusal, fresh_proof, organiser_or_lead, participant
from frontend.fields import YesOrNoForm, values_of

MOST_FOUND = 20


@organiser_or_lead
@require_safe
def choose_duplicate(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Whom of the list this attendee may be, too: those of the same name, or those a search finds."""
    event = attendee.event
    closed = closed_to(attendee, timezone.now())
    person = roster_person(event=event, attendee_id=attendee_id, closed=closed)
    searched = request.GET.get("q", "").replace("\0", "")[:200]
    found = roster_ids(event=event, filters={SEARCH: searched or person.name}, closed=closed)
    ids = [pk for pk in found if pk != attendee_id][:MOST_FOUND]
    rows = roster_rows(event=event, ids=ids, closed=closed)
    context = {"person": person, "rows": rows, "searched": searched}
    return render(request, "events/choose_duplicate.html", context)


@organiser_or_lead
@fresh_proof()
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: Request, attendee: Attendee, attendee_id: int, duplicate_id: int) -> HttpResponse:
    """What each entry shows, side by side; a POST keeps the first, or asks both addresses."""
    event, refusal = attendee.event, None
    closed = closed_to(attendee, timezone.now())
    kept = roster_person(event=event, attendee_id=attendee_id, closed=closed)
    duplicate = roster_person(event=event, attendee_id=duplicate_id, closed=closed)
    if request.method == "POST":
        with catch_refusal() as outcome:
            done = merge_attendees(
                event=event, kept_id=attendee_id, duplicate_id=duplicate_id, by=request.user, now=timezone.now()
            )
        refusal = outcome.refusal
        if refusal is None:
            messages.success(
                request,
                _("The two entries are one now.")
                if done.done_at
                else _("Both addresses are asked by mail. It is done once both have said yes."),
            )
            is_organiser = attendee.permission == Attendee.Permission.ORGANISER
            return redirect("attendee" if is_organiser else "choose_duplicate", event.slug, attendee_id)
    context = {
        "kept": kept,
        "duplicate": duplicate,
        "ages": dict(Attendee.AgeClass.choices),
        "visibilities": dict(Attendee.Visibility.choices),
        "refusal": refusal,
    }
    return render(request, "events/merge.html", context, status=refusal.status if refusal else 200)


@participant
@require_safe
def twice(request: Request, attendee: Attendee) -> HttpResponse:
    """Whether another entry of the list is me, too, where an organiser thinks so."""
    return render(request, "events/twice.html", {"waiting": merges_waiting_for(attendee, timezone.now())})


@participant
@require_POST
def answer_twice(request: Request, attendee: Attendee, merge_id: int) -> HttpResponse:
    """My yes or my no; with the second yes the two entries are one, and only one of them can go on."""
    is_same = values_of(YesOrNoForm(request.POST))["answer"] == YesOrNoForm.YES
    merge = answer_merge(attendee=attendee, merge_id=merge_id, is_same=is_same, by=request.user, now=timezone.now())
    if merge.done_at:
        messages.success(request, _("The two entries are one now. A mail says with which address you sign in."))
        return redirect("welcome")
    messages.success(
        request,
        _("Thank you. Say yes with your other address as well.") if is_same else _("Thank you. Nothing is changed."),
    )
    return redirect("twice", attendee.event.slug)
