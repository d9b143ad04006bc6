"""The set-up page: the state of the forum, and what it has and lacks, each with its page."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import TextChoices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from backend.core.errors import BusinessError
from backend.core.zones import zone_place
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import NEXT_STATES, SENTENCES, Activity, is_allowed, is_event_open
from backend.events.selectors import rehearsal_of
from backend.events.services.opening import change_state
from backend.safeguarding.selectors.reports import names_of_leads
from backend.setup.selectors.quotas import reached_quotas
from backend.setup.selectors.set_up import SetUp, set_up_for
from backend.suggestions.selectors.runs import has_lists
from frontend.access import Request, organiser, organiser_or_lead, refused_on
from frontend.booking.words import duration_words
from frontend.events.words.quotas import REACHED
from frontend.fields import values_of
from frontend.roles.words import needs_by_doer
from frontend.setup.forms import StateForm

State = Event.State
ONWARD = {
    State.INVITING: gettext_lazy("Invite people first"),
    State.OPEN: gettext_lazy("Open the forum"),
    State.LIVE: gettext_lazy("It takes place now"),
    State.CLOSED: gettext_lazy("Close the forum"),
    State.ARCHIVED: gettext_lazy("Archive the forum"),
}
BACK = {
    State.DRAFT: gettext_lazy("Back to a draft"),
    State.INVITING: gettext_lazy("Back to inviting"),
    State.OPEN: gettext_lazy("Back to open"),
    State.LIVE: gettext_lazy("Back to live"),
    State.CLOSED: gettext_lazy("Close it again"),
}
CHANGED = {
    State.DRAFT: gettext_lazy("The forum is a draft again."),
    State.INVITING: gettext_lazy("People can be invited now."),
    State.OPEN: gettext_lazy("The forum is open now."),
    State.LIVE: gettext_lazy("The forum takes place now."),
    State.CLOSED: gettext_lazy("The forum is closed now."),
    State.ARCHIVED: gettext_lazy("The forum is archived now."),
}
ORDER = list(State.values)


class Progress(TextChoices):
    """How far a part of the set-up is: done by somebody, or not, and whether anybody has to."""

    DONE = "done", gettext_lazy("Done")
    MISSING = "missing", gettext_lazy("Missing")
    UNDER_WAY = "under-way", gettext_lazy("Under way")
    PRESET = "preset", gettext_lazy("Preset")
    OPTIONAL = "optional", gettext_lazy("Optional")
    AUTOMATIC = "automatic", gettext_lazy("Automatic")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the set-up page: a page, how far its part is, and what there is or comes next."""

    address: str
    title: str
    state: Progress
    words: str


@organiser
@require_safe
def checklist(request: Request, attendee: Attendee) -> HttpResponse:
    """What the forum has and lacks, and its state."""
    return _page(request, attendee)


def _page(request: Request, attendee: Attendee, refusal: BusinessError | None = None) -> HttpResponse:
    event = attendee.event
    found, is_matched = set_up_for(event, timezone.now()), has_lists(event)
    steps = [(state, *_step(event, State(state))) for state in NEXT_STATES[event.state]]
    context = {
        "sentence": SENTENCES[event.state],
        "steps": sorted(steps, key=lambda step: (not step[2], -ORDER.index(step[0]))),
        "is_draft": not is_event_open(event),
        "needs": needs_by_doer(found.opening_needs),
        "not_joined": found.not_joined if is_allowed(event, Activity.INVITE) else 0,
        "leads": names_of_leads(event),
        "items": _items(event, found, is_matched=is_matched),
        "has_people": bool(found.people),
        "is_matched": is_matched,
        "reached": [REACHED[name] for name in reached_quotas(event, timezone.now())],
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "setup/checklist.html", context, status=status)


@organiser_or_lead
@require_POST
@refused_on(_page, even_not_found=True)
def change_forum_state(request: Request, attendee: Attendee) -> HttpResponse:
    """Move the forum to its next state, or back; organisers alone, in an archived forum, too."""
    state = values_of(StateForm(request.POST))["state"]
    change_state(event=attendee.event, state=state, by=request.user, now=timezone.now())
    messages.success(request, str(CHANGED[State(attendee.event.state)]))
    return redirect("setup", attendee.event.slug)


def _step(event: Event, state: Event.State) -> tuple[str | Promise, bool]:
    """The words of the button to this state, and whether it leads on."""
    is_onward = ORDER.index(state) > ORDER.index(event.state)
    return (ONWARD if is_onward else BACK)[state], is_onward


def _items(event: Event, found: SetUp, *, is_matched: bool) -> list[Item]:
    def item(
        page: str, title: str, is_done: object, words: str, anchor: str = "", *, otherwise: Progress = Progress.MISSING
    ) -> Item:
        state = Progress.DONE if is_done else otherwise
        return Item(reverse(page, args=[event.slug]) + anchor, title, state, words)

    place = _("%(venue)s, by the clock of %(zone)s") % {
        "venue": event.venue or _("No venue yet"),
        "zone": zone_place(event.timezone),
    }
    rehearsed = rehearsal_of(event)
    return [
        item("about", _("About"), event.venue, place),
        item(
            "topics", _("Themes and topics"), found.has_own_topics,
            _("Themes: %(themes)s, topics: %(topics)s") % {"themes": found.themes, "topics": found.topics}
            if found.topics else _("People seek and offer by topic: add some."),
            otherwise=Progress.PRESET if found.topics else Progress.MISSING,
        ),
        item(
            "sectors", _("Sectors"),
            found.has_own_sectors or (found.organisations and not found.in_no_sector),
            _("Sectors: %(count)s; organisations counted in none of them: %(other)s")
            % {"count": found.sectors, "other": found.in_no_sector}
            if found.in_no_sector else _("Sectors: %(count)s") % {"count": found.sectors},
            otherwise=Progress.PRESET,
        ),
        item(
            "local_names", _("Names in other languages"), event.names,
            _("What the forum, its topics and sessions are called in the languages of its people"),
            otherwise=Progress.OPTIONAL,
        ),
        item(
            "agenda", _("Sessions"), found.sessions,
            _("Sessions: %(count)s") % {"count": found.sessions}
            if found.sessions else _("People choose what they attend, and are busy then: add the agenda."),
        ),
        item(
            "venue", _("Meeting times"), found.slots,
            _("Times: %(count)s") % {"count": found.slots}
            if found.slots else _("Nobody can ask for a meeting before there are times."), "#slots",
        ),
        item(
            "venue", _("Tables and online rooms"), found.tables + found.rooms,
            _("Tables: %(tables)s, online rooms: %(rooms)s") % {"tables": found.tables, "rooms": found.rooms}
            if found.tables + found.rooms else _("A meeting needs a table or an online room."), "#tables",
        ),
        item(
            "venue", _("Rules"), found.has_own_rules,
            _("Requests one may have waiting: %(count)s; without an answer each expires after %(time)s")
            % {"count": found.open_requests, "time": duration_words(found.expiry_hours)}, "#rules",
            otherwise=Progress.PRESET,
        ),
        item(
            "contact_rules", _("Contact rules"), found.contact_rules,
            _("Pairs of groups kept apart: %(count)s") % {"count": found.contact_rules}
            if found.contact_rules else _("No groups are kept apart."),
            otherwise=Progress.OPTIONAL,
        ),
        item(
            "roles", _("Organisers and safeguarding leads"),
            not any(need.blocks for need in found.opening_needs),
            _("Safeguarding leads: %(count)s") % {"count": found.leads},
        ),
        item(
            "attendees", _("Attendees"), found.people,
            _("On the list to take part: %(count)s; not joined: %(missing)s")
            % {"count": found.people, "missing": found.not_joined}
            if found.people else _("Import the list of those who registered."),
        ),
        item(
            "invitations", _("Invitations"), found.people and not found.not_joined,
            _("Everybody has joined.") if found.people and not found.not_joined
            else _("A mail with a link to join, to all or some; reminders follow by a schedule."),
            otherwise=Progress.UNDER_WAY if found.people > found.not_joined else Progress.MISSING,
        ),
        item(
            "mail_texts", _("Mail texts"), found.reply_to,
            _("Answers to mails go to %(address)s.") % {"address": found.reply_to} if found.reply_to
            else _("Answers to mails reach nobody: say where they go, who writes, and with which words."),
        ),
        item(
            "rehearsal", _("Rehearsal"), rehearsed or event.is_rehearsal,
            _("Made-up people are in it: try the desk, the programme, and closing a day.")
            if rehearsed or event.is_rehearsal
            else _("A copy of the forum with made-up people, to try everything before anybody real comes."),
            otherwise=Progress.OPTIONAL,
        ),
        item(
            "matching", _("Suggestions"), is_matched,
            _("Everybody who may be suggested has a list; it follows their profiles.") if is_matched
            else _("Computed when the forum opens, and kept as people come and change."),
            otherwise=Progress.AUTOMATIC if not is_event_open(event) else Progress.MISSING,
        ),
        item(
            "mails", _("Mail"), False,
            _("Mails that do not get through: %(count)s") % {"count": found.mails_in_trouble}
            if found.mails_in_trouble else _("No mail is refused."),
            otherwise=Progress.MISSING if found.mails_in_trouble else Progress.AUTOMATIC,
        ),
    ]  # fmt: skip
