"""Block and report people; read and close reports."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.booking.selectors.meetings import meeting_for, other_attendee_id
from backend.core.errors import BusinessError, NotFound
from backend.events.models.attendees import Attendee
from backend.events.selectors import appointments_for, country_contacts_of, outside_contact_of
from backend.groups.selectors.office_hours import office_hours_for
from backend.outcomes.services.reports import report_meeting as file_report_of_meeting
from backend.outcomes.services.reports import report_unsafe
from backend.safeguarding.models import Report
from backend.safeguarding.selectors.age_classes import waiting_age_questions
from backend.safeguarding.selectors.aliases import can_appear_under_alias
from backend.safeguarding.selectors.blocks import block_made_by
from backend.safeguarding.selectors.consents import consents_for
from backend.safeguarding.selectors.public_profiles import person_for_attendee, visible_ids_for
from backend.safeguarding.selectors.reports import (
    asked_to_hear,
    has_reader,
    last_report_by,
    leads_to_hand_over_to,
    leads_who_read,
    people_called,
    person_of_event,
    report_page_for,
    reports_for,
)
from backend.safeguarding.selectors.suspensions import count_suspended
from backend.safeguarding.services import reports as services
from backend.safeguarding.services.blocks import block_person, unblock_person
from backend.safeguarding.services.reports import hand_over_report, hand_over_reports
from frontend.access import Request, catch_refusal, fresh_proof, participant, safeguarding_lead
from frontend.fields import values_of
from frontend.safeguarding.forms import LIFT, CloseForm, FindForm, HandOverForm, ReportForm, UnsafeForm
from frontend.safeguarding.views.opening import opened_report
from frontend.safeguarding.views.report_entries import report_page


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def block(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Say what blocking does and ask; on POST, block."""
    now = timezone.now()
    target = person_for_attendee(viewer=attendee, attendee_id=attendee_id, now=now)
    if request.method != "POST":
        visible = visible_ids_for(viewer=attendee, ids=[attendee_id], channel="page", now=now)
        context = {"name": target.name, "attendee_id": attendee_id, "is_seen": bool(visible)}
        return render(request, "safeguarding/block.html", context)
    block_person(blocked=target.person, by=request.user, now=now)
    done = _("%(name)s is blocked.") % {"name": target.name} if target.name else _("This person is blocked.")
    after = _("You no longer appear to each other. What the two of you had agreed is called off.")
    messages.success(request, f"{done} {after}")
    return redirect("suggestions", attendee.event.slug)


@participant
@require_POST
def unblock(request: Request, attendee: Attendee, block_id: int) -> HttpResponse:
    """Take one of my blocks back."""
    blocked = block_made_by(request.user, block_id).blocked
    unblock_person(blocked=blocked, by=request.user, now=timezone.now())
    messages.success(request, _("The block is lifted. You may appear to each other again."))
    return redirect("profile", attendee.event.slug)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def report_person(request: Request, attendee: Attendee, attendee_id: int) -> HttpResponse:
    """Say what a report does and ask for it; on POST, report."""
    now = timezone.now()
    name = person_for_attendee(viewer=attendee, attendee_id=attendee_id, now=now).name

    def send(category: str, words: str, wants_news: bool) -> Report:
        return services.report_person(
            reporter=attendee,
            reported_id=attendee_id,
            category=category,
            words=words,
            wants_news=wants_news,
            by=request.user,
            now=now,
        )

    return _report_form_page(request, attendee, attendee_id, name, send)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def report_meeting(request: Request, attendee: Attendee, meeting_id: int) -> HttpResponse:
    """The same about the other person of one of my meetings, named only while I may see them."""
    now = timezone.now()
    other_id = other_attendee_id(attendee, meeting_id)
    if other_id is None:
        raise NotFound(_("There is no such meeting, or you cannot see it."))
    hours = [row for row in office_hours_for(attendee, now) if row.meeting_id == meeting_id]
    try:
        host = hours[0].host if hours else None
        name = host.name if host else meeting_for(attendee, meeting_id, now).other.name
    except NotFound:
        name = ""

    def send(category: str, words: str, wants_news: bool) -> Report:
        return file_report_of_meeting(
            attendee=attendee,
            meeting_id=meeting_id,
            category=category,
            words=words,
            wants_news=wants_news,
            by=request.user,
            now=now,
        )

    return _report_form_page(request, attendee, other_id, name, send, is_about_meeting=True)


def _report_form_page(
    request: Request,
    attendee: Attendee,
    other_id: int,
    name: str,
    send: Callable[[str, str, bool], Report],
    *,
    is_about_meeting: bool = False,
) -> HttpResponse:
    """The form of a report; `send` takes its category and words, and whether the reporter wants news."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with catch_refusal(form):
            send(*(form.cleaned_data[name] for name in ("category", "words", "wants_news")))
            return redirect("report_sent", attendee.event.slug)
    context = {
        "form": form,
        "name": name,
        "is_about_meeting": is_about_meeting,
        "has_reader": has_reader(attendee, other_id),
        "contact": outside_contact_of(attendee.event_id),
    }
    return render(request, "safeguarding/report.html", context, status=422 if form.errors else 200)


@participant
@require_http_methods(["GET", "HEAD", "POST"])
def safety(request: Request, attendee: Attendee) -> HttpResponse:
    """I do not feel safe, or want to report somebody: for everybody, minors too; to the leads alone."""
    form = UnsafeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        with catch_refusal(form):
            report_unsafe(
                attendee=attendee,
                words=values["words"],
                named=values["named"],
                lead_id=values["lead"],
                wants_news=values["wants_news"],
                by=request.user,
                now=timezone.now(),
            )
            return redirect("report_sent", attendee.event.slug)
    leads = leads_who_read(attendee)
    context = {
        "form": form,
        "leads": leads,
        "contact": None if leads else outside_contact_of(attendee.event_id),
        "chosen": form["lead"].value() or "",
        "contacts": country_contacts_of(attendee.event_id),
        "has_news": asked_to_hear(attendee),
        "can_ask_for_alias": bool(leads) and can_appear_under_alias(attendee),
    }
    return render(request, "safeguarding/safety.html", context, status=422 if form.errors else 200)


@participant
@require_safe
def report_sent(request: Request, attendee: Attendee) -> HttpResponse:
    """Who reads the report just made, and what happens meanwhile."""
    made = last_report_by(attendee)
    if made is None:
        return redirect("suggestions", attendee.event.slug)
    return render(request, "safeguarding/sent.html", {"made": made})


@safeguarding_lead
@require_safe
def reports(request: Request, attendee: Attendee) -> HttpResponse:
    """The leads' desk: all reports by their due time, without names or texts, and what else waits."""
    roles = appointments_for(attendee.event, request.user)
    found, now = reports_for(attendee), timezone.now()
    context = {
        "reports": found,
        "overdue": {one.report_id for one in found if one.is_overdue(now)},
        "others": leads_to_hand_over_to(attendee),
        "to_confirm": sum(row.may_confirm for row in roles),
        "consents": consents_for(attendee, now),
        "age_questions": waiting_age_questions(attendee, now),
        "suspended": count_suspended(attendee),
    }
    return render(request, "safeguarding/reports.html", context)


@safeguarding_lead
@fresh_proof()
@require_POST
def hand_over_all(request: Request, attendee: Attendee) -> HttpResponse:
    """Let another lead read all that I may read."""
    to_id = values_of(HandOverForm(request.POST))["lead"]
    count = hand_over_reports(lead=attendee, to_id=to_id, by=request.user, now=timezone.now())
    text = ngettext("%(count)d report is handed over.", "%(count)d reports are handed over.", count)
    messages.success(request, text % {"count": count})
    return redirect("reports", attendee.event.slug)


@safeguarding_lead
@fresh_proof()
@require_POST
def hand_over(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Let another lead read this report."""
    to_id = values_of(HandOverForm(request.POST))["lead"]
    hand_over_report(lead=attendee, report_id=report_id, to_id=to_id, by=request.user, now=timezone.now())
    messages.success(request, _("The report is handed over. This is written down."))
    return redirect("report", attendee.event.slug, report_id)


@safeguarding_lead
@require_safe
def report_about(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Find whom a report in free words is about, by name."""
    opened = opened_report(request, attendee, report_id)
    form = FindForm(request.GET)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    context = {
        "page": report_page_for(opened),
        "name": name,
        "people": people_called(opened.event_id, name, but_for=opened.reporter_id),
    }
    return render(request, "safeguarding/about.html", context)


@safeguarding_lead
@require_http_methods(["GET", "HEAD", "POST"])
def link_report(request: Request, attendee: Attendee, report_id: int, attendee_id: int) -> HttpResponse:
    """Say what naming this person does and ask; on POST, keep the two apart."""
    now = timezone.now()
    if request.method != "POST":
        opened = opened_report(request, attendee, report_id)
        page = report_page_for(opened)
        person = person_of_event(opened.event_id, attendee_id, but_for=opened.reporter_id)
        if person is None or not page.can_link:
            raise NotFound(_("There is no such person here, or the report is about somebody already."))
        return render(request, "safeguarding/link.html", {"page": page, "person": person})
    try:
        services.link_report(lead=attendee, report_id=report_id, attendee_id=attendee_id, by=request.user, now=now)
    except NotFound:
        raise
    except BusinessError as refusal:  # said on the page that follows
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The two are kept apart from now on. Neither is told."))
    if attendee_id == attendee.pk:  # who is part of a report no longer reads it
        return redirect("reports", attendee.event.slug)
    return redirect("report", attendee.event.slug, report_id)


@safeguarding_lead
@require_safe
def report(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """One report; opening it is recorded, and the page lists who opened it."""
    return report_page(request, attendee, report_id)


@safeguarding_lead
@require_POST
def close_report(request: Request, attendee: Attendee, report_id: int) -> HttpResponse:
    """Close a report with its outcome; contact between the two stays blocked, or not."""
    form = CloseForm(request.POST)
    if form.is_valid():
        with catch_refusal(form):
            services.close_report(
                lead=attendee,
                report_id=report_id,
                outcome=form.cleaned_data["outcome"],
                lift=form.cleaned_data["then"] == LIFT,
                final_word=form.cleaned_data["final_word"],
                by=request.user,
                now=timezone.now(),
            )
            done = _("The report is closed. Neither of the two is told.")
            if form.cleaned_data["final_word"]:
                done = _("The report is closed. Whoever made it can read your final word.")
            messages.success(request, done)
            return redirect("reports", attendee.event.slug)
    return report_page(request, attendee, report_id, form=form)
