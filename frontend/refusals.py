"""The page on which a refused person goes on: one table for pages, forms and the refusal's own page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """A page to go to next."""

    address: str
    label: str


@dataclass(frozen=True, slots=True)
class _Next:
    """A page by its name; `row` is the detail of the refusal that says which person or meeting."""

    page: str
    label: _StrPromise
    row: str = ""
    anchor: str = ""


STEPS: Mapping[str, _Next] = {
    "already_asked": _Next("meeting", _("Open your meeting"), row="meeting"),
    "already_there": _Next("attendee", _("Open the page of this person"), row="attendee_id"),
    "asked_too_often": _Next("meetings", _("See my meetings and requests")),
    "cap_reached": _Next("meetings", _("See my meetings and requests")),
    "has_open_time": _Next("ask", _("Ask to meet them"), row="other"),
    "in_a_meeting": _Next("meeting", _("Open your meeting"), row="meeting"),
    "no_open_slots": _Next("person", _("Tell them that you would like to meet"), row="other"),
    "not_joined": _Next("join", _("Join the forum")),
    "part_paused": _Next("safety", _("Write to the safeguarding lead")),
    "old_agreement": _Next("join", _("Read them and join")),
    "request_expired": _Next("meetings", _("See my meetings and requests")),
    "times_free": _Next("ask", _("See the times"), row="other"),
    "unknown_slot": _Next("availability", _("See my meeting times")),
}
ORGANISERS_STEPS: Mapping[str, _Next] = {
    "bad_selection": _Next("invitations", _("Choose and preview again")),
    "cannot_propose": _Next("attendees", _("To the list of people")),
    "days_in_use": _Next("venue", _("Change the meeting times"), anchor="#times"),
    "last_organiser": _Next("roles", _("Name another organiser")),
    "no_such_mail": _Next("invitations", _("To the invitations")),
    "no_suggestions": _Next("matching", _("Compute the lists")),
    "no_times_to_come": _Next("venue", _("Add meeting times"), anchor="#slots"),
    "nobody_to_invite": _Next("attendees", _("To the list of people")),
    "nobody_to_match": _Next("attendees", _("Set who is an adult")),
    "nobody_to_open": _Next("invitations", _("Invite people")),
    "not_in_this_state": _Next("setup", _("Change the state of the forum"), anchor="#states"),
    "not_ready_to_open": _Next("roles", _("Organisers and safeguarding leads")),
    "nothing_to_plan_with": _Next("venue", _("Times, tables and rules")),
    "speaker_in_a_meeting": _Next("cancel_for_both", _("Call the meeting off"), row="meeting"),
    "too_many_drafts": _Next("programme", _("To the drafts")),
    "topic_in_use": _Next("topics", _("Merge it with another topic")),
}


def next_step(refusal: BusinessError, attendee: Attendee | None) -> Step | None:
    """Where the attendee goes on after the refusal; None where no page of theirs helps."""
    if refusal.code == "second_factor_required":  # also outside a forum
        return Step(reverse("mfa_index"), str(_("Set up a second factor")))
    if attendee is None:
        return None
    found = STEPS.get(refusal.code)
    if found is None and attendee.permission == Attendee.Permission.ORGANISER:
        found = ORGANISERS_STEPS.get(refusal.code)
    if found is None or (found.row and not refusal.details.get(found.row)):
        return None
    if found.page == "join" and attendee.has_joined:
        return None
    numbers = [refusal.details[found.row]] if found.row else []
    address = reverse(found.page, args=[attendee.event.slug, *numbers])
    return Step(address + found.anchor, str(found.label))
