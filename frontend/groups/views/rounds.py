"""Small groups: drafted, read and published by organisers; my own tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.groups.selectors.open_roundtables import proposals_for
from backend.groups.selectors.rounds import (
    all_rounds_for,
    own_table,
    own_tables_of,
    rounds_choices_for,
    rounds_for,
    rounds_page_for,
)
from backend.groups.services import round_outcomes, round_tables, rounds
from backend.groups.services.rounds import order_rounds, publish_rounds, seat_by_hand, seat_latecomers
from frontend.access import Outcome, Request, catch_refusal, organiser, participant, refused_on
from frontend.fields import YesOrNoForm, values_of
from frontend.groups.forms.rounds import AnswerByForm, RoundForm, RoundsForm, SeatForm
from frontend.outcomes.forms import AttestForm, FollowUpForm

NO_TABLE = 0  # of no such label


@organiser
@require_http_methods(["GET", "HEAD", "POST"])
def all_rounds(request: Request, attendee: Attendee) -> HttpResponse:
    """All small groups of the forum; on POST, order a draft of new ones."""
    return rounds_page(request, attendee)


def rounds_page(request: Request, attendee: Attendee, refusal: BusinessError | None = None, **_of: int) -> HttpResponse:
    """The page of all of them, with the refusal of what was done to one that an attendee proposed."""
    event, now = attendee.event, timezone.now()
    choices = rounds_choices_for(event, now)
    form = RoundsForm(request.POST if request.method == "POST" and refusal is None else None, choices, event)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            made = order_rounds(event=event, options=form.options(), by=request.user, now=now)
            return redirect("rounds", event.slug, made.pk)
    context = {
        "form": form,
        "choices": choices,
        "rows": all_rounds_for(event),
        "proposed": proposals_for(event, now),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "groups/rounds/list.html", context, status=status)


@organiser
@require_safe
def one_rounds(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """One of them with who sits where; a fragment of it while it is being worked on."""
    return _page(request, attendee, rounds_id)


def _page(
    request: Request,
    attendee: Attendee,
    rounds_id: int,
    refusal: BusinessError | None = None,
    form: AnswerByForm | None = None,
) -> HttpResponse:
    page = rounds_page_for(rounds_for(attendee.event, rounds_id))
    number = RoundForm(request.GET).number(len(page.each))
    context = {
        "page": page,
        "rounds": page.rounds,
        "each": page.each[number - 1] if page.each else None,
        "form": form or AnswerByForm(None, attendee.event, page.answer_by_proposed),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if form and form.errors else 200
    is_part = request.htmx and not request.htmx.boosted
    template = "groups/rounds/_one.html" if is_part else "groups/rounds/one.html"
    return render(request, template, context, status=status)


_refused_on_its_page = refused_on(_page)


@organiser
@require_POST
@_refused_on_its_page
def draft_again(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Plan a draft anew."""
    rounds.draft_again(event=attendee.event, rounds_id=rounds_id, by=request.user)
    return redirect("rounds", attendee.event.slug, rounds_id)


@organiser
@require_POST
def publish(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Put the places forward, to be accepted by an hour."""
    form = AnswerByForm(request.POST, attendee.event, None)
    outcome = Outcome()
    if form.is_valid():
        with catch_refusal() as outcome:
            publish_rounds(
                event=attendee.event,
                rounds_id=rounds_id,
                answer_by=form.answer_by(),
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("Published. Everybody with a place is asked to accept it."))
            return redirect("rounds", attendee.event.slug, rounds_id)
    return _page(request, attendee, rounds_id, refusal=outcome.refusal, form=form)


@organiser
@require_POST
@_refused_on_its_page
def latecomers(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Put those who joined since at the tables."""
    seat_latecomers(event=attendee.event, rounds_id=rounds_id, by=request.user)
    return redirect("rounds", attendee.event.slug, rounds_id)


@organiser
@require_POST
@_refused_on_its_page
def cancel(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Cancel them; who has a place is told."""
    rounds.cancel_rounds(event=attendee.event, rounds_id=rounds_id, by=request.user, now=timezone.now())
    messages.success(request, _("Cancelled. Whoever had a place is told."))
    return redirect("rounds", attendee.event.slug, rounds_id)


@organiser
@require_POST
@refused_on(_page, even_not_found=True)
def seat(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Move somebody of a draft to another table of a round, or out of it."""
    values = values_of(SeatForm(request.POST))
    cells = rounds_page_for(rounds_for(attendee.event, rounds_id)).each
    labels = {one.table.label: one.table.pk for each in cells for one in each.tables}
    seat_by_hand(
        event=attendee.event,
        rounds_id=rounds_id,
        slot_id=values["slot"],
        attendee_id=values["attendee"],
        table_id=labels.get(values["table"], NO_TABLE) if values["table"] else None,
        by=request.user,
    )
    messages.success(request, _("Moved.") if values["table"] else _("Taken out."))
    number = RoundForm(request.GET).number(len(cells))
    return redirect(f"{reverse('rounds', args=[attendee.event.slug, rounds_id])}?round={number}")


@participant
@require_safe
def my_tables(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """My tables of these groups, with who else sits there."""
    return _my_page(request, attendee, rounds_id)


def _my_page(
    request: Request, attendee: Attendee, rounds_id: int, refusal: BusinessError | None = None
) -> HttpResponse:
    now = timezone.now()
    rows = own_tables_of(attendee, rounds_id, now)
    asked = [row for row in rows if row.is_asked]
    context = {
        "rows": [(row, FollowUpForm(None, row.follow_up)) for row in rows],
        "asked": asked,
        "first": rows[0],
        "refusal": refusal,
        "now": now,
    }
    status = refusal.status if refusal else 200
    return render(request, "groups/rounds/mine.html", context, status=status)


@participant
@require_POST
def accept_all(request: Request, attendee: Attendee, rounds_id: int) -> HttpResponse:
    """Say yes to all tables of these rounds that wait for my answer and whose time I have."""
    now, taken, refusal = timezone.now(), 0, None
    for row in own_tables_of(attendee, rounds_id, now):
        if row.is_asked:
            with catch_refusal() as outcome:
                round_tables.accept_table(attendee=attendee, meeting_id=row.meeting_id, by=request.user, now=now)
                taken += 1
            refusal = refusal or outcome.refusal
    if refusal:
        return _my_page(request, attendee, rounds_id, refusal)
    messages.success(request, accepted_words(taken))
    return redirect("my_tables", attendee.event.slug, rounds_id)


def accepted_words(count: int) -> str:
    return ngettext("You have a place at %(count)d table.", "You have a place at %(count)d tables.", count) % {
        "count": count
    }


@participant
@require_POST
def accept_table(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say yes to one table."""
    return _change(request, attendee, meeting_id, round_tables.accept_table, accepted_words(1))


@participant
@require_POST
def leave_table(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Give my place at one table back, accepted or not."""
    said = _("You have no place at this table any more, and the time is yours.")
    return _change(request, attendee, meeting_id, round_tables.leave_table, said)


@participant
@require_POST
def arrive(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say that I am at the table."""
    said = _("They see now that you are there.")
    return _change(request, attendee, meeting_id, round_outcomes.arrive_at_table, said)


@participant
@require_POST
def attest(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say whether it took place with me there and, if so, how useful it was."""

    def change(**at: Any) -> None:
        values = values_of(AttestForm(request.POST))
        took_place = values["took_place"] == "yes"
        usefulness = values["usefulness"] if took_place else None
        round_outcomes.attest_table(took_place=took_place, usefulness=usefulness, **at)

    return _change(request, attendee, meeting_id, change, _("Thank you, noted."))


@participant
@require_POST
def follow_up(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Note what was agreed, and the day to follow it up."""

    def change(**at: Any) -> None:
        round_outcomes.note_table_follow_up(**values_of(FollowUpForm(request.POST)), **at)

    return _change(request, attendee, meeting_id, change, _("Saved. Nobody but you reads it."))


@participant
@require_POST
def follow_up_kept(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """Say whether the follow-up was kept."""

    def change(**at: Any) -> None:
        form = YesOrNoForm(request.POST)
        round_outcomes.answer_table_follow_up(kept=values_of(form)["answer"] == form.YES, **at)

    return _change(request, attendee, meeting_id, change, _("Thank you, noted."))


def _change(
    request: Request, attendee: Attendee, meeting_id: int, change: Callable[..., object], said: str
) -> HttpResponse:
    """Change something at a table of mine, and show them again; a form is read once it is mine."""
    now = timezone.now()
    row = own_table(attendee, meeting_id, now)
    with catch_refusal() as outcome:
        change(attendee=attendee, meeting_id=meeting_id, by=request.user, now=now)
        messages.success(request, said)
        return redirect("my_tables", attendee.event.slug, row.rounds_id)
    return _my_page(request, attendee, row.rounds_id, outcome.refusal)
