"""The navigation of a forum's pages: a short bar, and the rest behind "More"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backend.booking.selectors.open_contacts import waiting_answers
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import why_not_open
from backend.safeguarding.selectors.age_classes import waiting_age_questions
from backend.safeguarding.selectors.reports import waiting_reports
from frontend.access import Request

KEPT = 500  # navigations of a role

register = template.Library()


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link of the navigation; `count` says how many things wait there."""

    name: str
    label: str
    address: str
    is_current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Navigation:
    """The bar of one role. `wide` stand in the bar on a wide screen and behind "More" on a phone.

    `roles` lead to the pages of the reader's other roles.
    """

    bar: tuple[NavigationLink, ...]
    wide: tuple[NavigationLink, ...]
    more: tuple[NavigationLink, ...]
    roles: tuple[NavigationLink, ...]

    @property
    def more_class(self) -> str:
        """Marks "More" where the page read is behind it: always, or on a phone alone."""
        if any(link.is_current for link in self.more):
            return "here"
        return "here-narrow" if any(link.is_current for link in self.wide) else ""


# Pages that belong to another page of the navigation.
BELONGS_TO = {
    "bookmark": "sessions",
    "home": "event_home",
    "leave": "my_data",
    "person": "people",
    "note": "people",
    "saved_people": "people",
    "session_companions": "people",
    "working_on": "people",
    "meeting": "meetings",
    "counter": "meetings",
    "day_sheet": "my_agenda",
    "assistants": "meetings",
    "acting_for": "meetings",
    "office_hour": "meetings",
    "new_office_hour": "meetings",
    "my_tables": "meetings",
    "open_roundtables": "meetings",
    "change_roundtable": "meetings",
    "share_contact": "connections",
    "delegation_session": "delegation_sessions",
    "bridges": "desk",
    "progress": "desk",
    "method": "desk",
    "people_to_help": "desk",
    "unanswered": "desk",
    "desk_print": "desk",
    "nudge": "desk",
    "move_forum": "roles",
    "report": "reports",
    "report_about": "reports",
    "report_contacts": "reports",
    "safety_news": "safety",
    "suspend": "suspensions",
    "consent": "consents",
    "alias": "aliases",
    "lift_alias": "aliases",
    "link_report": "reports",
    "import_list": "attendees",
    "sources": "attendees",
    "add_source": "attendees",
    "source": "attendees",
    "read_source": "attendees",
    "plan": "programme",
    "plan_doors": "programme",
    "plan_days": "programme",
    "planned": "programme",
    "by_hand": "programme",
    "all_rounds": "programme",
    "rounds": "programme",
    "lists": "matching",
    "pair": "matching",
    "session": "agenda",
    "import_agenda": "agenda",
    "sectors": "setup",
    "local_names": "setup",
    "contact_rules": "setup",
    "rehearsal": "setup",
    "mail_texts": "setup",
    "webhooks": "setup",
    "add_webhook": "setup",
    "webhook": "setup",
    "webhook_secret": "setup",
    "end_rehearsal": "setup",
}


class Place(NamedTuple):
    """Which page is read, and in which language: what the links of a role depend on, beside what waits."""

    slug: str
    page: str
    language: str | None


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> Navigation:
    """The navigation for whoever reads the page, in the role to which the page is open."""
    request: Request = context["request"]
    attendee = request.attendee
    page = request.resolver_match.url_name if request.resolver_match else None
    place = Place(attendee.event.slug, page or "", get_language())
    if request.is_paused:
        return _paused_navigation(place)
    permission, policy = attendee.permission, _policy(request)
    if permission == Attendee.Permission.ORGANISER and "organiser" in policy:
        return _organiser_navigation(place)
    if permission == Attendee.Permission.SAFEGUARDING_LEAD and "lead" in policy:
        return _lead_navigation(place, *_waiting_for_leads(attendee))
    if why_not_open(attendee) == "minor":
        return _minor_navigation(place)
    waiting: int | None = context.get("waiting_answers")  # where the page has counted it
    if waiting is None:
        waiting = waiting_answers(attendee, timezone.now())
    of_leads = _waiting_for_leads(attendee) if permission == Attendee.Permission.SAFEGUARDING_LEAD else (0, 0)
    return _own_navigation(place, permission, waiting, *of_leads)


def _policy(request: Request) -> str:
    """To whom the page is open, as its access decorator says."""
    return getattr(request.resolver_match.func, "access_policy", "") if request.resolver_match else ""


def _waiting_for_leads(attendee: Attendee) -> tuple[int, int]:
    """Reports, and questions about ages."""
    return waiting_reports(attendee), waiting_age_questions(attendee, timezone.now())


@lru_cache(maxsize=KEPT)
def _paused_navigation(place: Place) -> Navigation:
    return Navigation(
        bar=(_link(place, "safety", _("Safeguarding lead")),),
        wide=(),
        more=(_link(place, "safety_news", _("News from the safeguarding lead")), _link(place, "my_data", _("My data"))),
        roles=(),
    )


@lru_cache(maxsize=KEPT)
def _own_navigation(place: Place, permission: str, waiting: int, reports: int, ages: int) -> Navigation:
    """`waiting`: what waits for the reader's answer; of a lead, `reports` and questions about `ages`, too."""
    home = "event_home" if permission == Attendee.Permission.PARTICIPANT else "home"
    roles: tuple[NavigationLink, ...] = ()
    if permission == Attendee.Permission.ORGANISER:
        roles = (_link(place, "desk", _("Desk")),)
    elif permission == Attendee.Permission.SAFEGUARDING_LEAD:
        roles = _waiting_links(place, reports, ages)
    return Navigation(
        bar=(
            _link(place, home, _("Home")),
            _link(place, "suggestions", _("Suggestions")),
            _link(place, "meetings", _("Meetings"), waiting),
        ),
        wide=(_link(place, "my_agenda", _("Agenda")), _link(place, "people", _("People"))),
        more=(
            _link(place, "sessions", _("Sessions")),
            _link(place, "profile", _("My profile")),
            _link(place, "availability", _("My open times")),
            _link(place, "notices", _("News")),
            _link(place, "connections", _("Connections")),
            _link(place, "calendar", _("Calendar")),
            _link(place, "my_delegation_sessions", _("Sessions with a delegation")),
            _link(place, "zone", _("Time zone and mails")),
            _link(place, "my_data", _("My data")),
            _link(place, "api_access", _("API access")),
        ),
        roles=roles,
    )


@lru_cache(maxsize=KEPT)
def _organiser_navigation(place: Place) -> Navigation:
    return Navigation(
        bar=(
            _link(place, "desk", _("Desk")),
            _link(place, "attendees", _("Attendees")),
            _link(place, "setup", _("Set up")),
        ),
        wide=(_link(place, "matching", _("Lists")), _link(place, "programme", _("Programme"))),
        more=(
            _link(place, "invitations", _("Invitations")),
            _link(place, "topics", _("Topics")),
            _link(place, "agenda", _("Sessions")),
            _link(place, "roles", _("Roles")),
            _link(place, "mails", _("Mail")),
            _link(place, "done", _("What was done")),
        ),
        roles=(_link(place, "home", _("My home")),),
    )


@lru_cache(maxsize=KEPT)
def _lead_navigation(place: Place, reports: int, ages: int) -> Navigation:
    return Navigation(
        bar=(*_waiting_links(place, reports, ages), _link(place, "consents", _("Consents"))),
        wide=(),
        more=(
            _link(place, "suspensions", _("Suspended people")),
            _link(place, "delegation_sessions", _("Sessions with a delegation")),
            _link(place, "supervision", _("Chaperones and checks")),
            _link(place, "aliases", _("Aliases")),
            _link(place, "country_contacts", _("Whom to ring")),
            _link(place, "roles", _("Roles")),
            _link(place, "suggestions", _("Suggestions")),
            _link(place, "people", _("People")),
            _link(place, "meetings", _("Meetings")),
            _link(place, "connections", _("Connections")),
            _link(place, "sessions", _("Sessions")),
            _link(place, "profile", _("My profile")),
        ),
        roles=(_link(place, "home", _("My home")),),
    )


@lru_cache(maxsize=KEPT)
def _minor_navigation(place: Place) -> Navigation:
    """Few and plain: of what the others do, nothing concerns a minor."""
    return Navigation(
        bar=(
            _link(place, "event_home", _("Home")),
            _link(place, "sessions", _("Sessions")),
            _link(place, "profile", _("My profile")),
        ),
        wide=(),
        more=(
            _link(place, "my_delegation_sessions", _("Sessions I am asked to")),
            _link(place, "safety", _("I do not feel safe")),
            _link(place, "zone", _("Time zone and mails")),
            _link(place, "my_data", _("My data")),
        ),
        roles=(),
    )


def _waiting_links(place: Place, reports: int, ages: int) -> tuple[NavigationLink, ...]:
    return (_link(place, "reports", _("Reports"), reports), _link(place, "age_classes", _("Age classes"), ages))


def _link(place: Place, name: str, label: str, count: int = 0) -> NavigationLink:
    is_current = place.page == name or BELONGS_TO.get(place.page) == name
    return NavigationLink(name, label, reverse(name, args=[place.slug]), is_current, count)
