"""The navigation of a forum's pages: a short bar, and the rest behind "More"."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.booking.selectors.open_contacts import waiting_answers
from backend.events.models.attendees import Attendee
from backend.safeguarding.rules import why_not_open
from backend.safeguarding.selectors.age_classes import waiting_age_questions
from backend.safeguarding.selectors.reports import waiting_reports
from frontend.access import Request

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
    "share_contact": "connections",
    "delegation_session": "delegation_sessions",
    "bridges": "desk",
    "progress": "desk",
    "method": "desk",
    "people_to_help": "desk",
    "unanswered": "desk",
    "desk_print": "desk",
    "nudge": "desk",
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
    "long_job": "attendees",
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


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> Navigation:
    """The navigation for whoever reads the page, in the role to which the page is open."""
    request: Request = context["request"]
    attendee = request.attendee
    if request.is_paused:
        bar = (_link(request, "safety", _("Safeguarding lead")),)
        more = (
            _link(request, "safety_news", _("News from the safeguarding lead")),
            _link(request, "my_data", _("My data")),
        )
        return Navigation(bar=bar, wide=(), more=more, roles=())
    permission, policy = attendee.permission, _policy(request)
    if permission == Attendee.Permission.ORGANISER and "organiser" in policy:
        return _organiser_navigation(request)
    if permission == Attendee.Permission.SAFEGUARDING_LEAD and "lead" in policy:
        return _lead_navigation(request)
    if why_not_open(attendee) == "minor":
        return _minor_navigation(request)
    return _own_navigation(request, context.get("waiting_answers"))


def _policy(request: Request) -> str:
    """To whom the page is open, as its access decorator says."""
    return getattr(request.resolver_match.func, "access_policy", "") if request.resolver_match else ""


def _own_navigation(request: Request, waiting: int | None) -> Navigation:
    """`waiting`: what waits for the reader's answer, where the page has counted it."""
    attendee = request.attendee
    home = "event_home" if attendee.permission == Attendee.Permission.PARTICIPANT else "home"
    roles: tuple[NavigationLink, ...] = ()
    if attendee.permission == Attendee.Permission.ORGANISER:
        roles = (_link(request, "desk", _("Desk")),)
    elif attendee.permission == Attendee.Permission.SAFEGUARDING_LEAD:
        roles = (_reports(request), _age_classes(request))
    if waiting is None:
        waiting = waiting_answers(attendee, timezone.now())
    return Navigation(
        bar=(
            _link(request, home, _("Home")),
            _link(request, "suggestions", _("Suggestions")),
            _link(request, "meetings", _("Meetings"), waiting),
        ),
        wide=(
            _link(request, "my_agenda", _("Agenda")),
            _link(request, "people", _("People")),
        ),
        more=(
            _link(request, "sessions", _("Sessions")),
            _link(request, "profile", _("My profile")),
            _link(request, "availability", _("My open times")),
            _link(request, "notices", _("News")),
            _link(request, "connections", _("Connections")),
            _link(request, "calendar", _("Calendar")),
            _link(request, "my_delegation_sessions", _("Sessions with a delegation")),
            _link(request, "zone", _("Time zone and mails")),
            _link(request, "my_data", _("My data")),
            _link(request, "api_access", _("API access")),
        ),
        roles=roles,
    )


def _organiser_navigation(request: Request) -> Navigation:
    return Navigation(
        bar=(
            _link(request, "desk", _("Desk")),
            _link(request, "attendees", _("Attendees")),
            _link(request, "setup", _("Set up")),
        ),
        wide=(
            _link(request, "matching", _("Lists")),
            _link(request, "programme", _("Programme")),
        ),
        more=(
            _link(request, "invitations", _("Invitations")),
            _link(request, "topics", _("Topics")),
            _link(request, "agenda", _("Sessions")),
            _link(request, "roles", _("Roles")),
            _link(request, "mails", _("Mail")),
            _link(request, "done", _("What was done")),
        ),
        roles=(_link(request, "home", _("My home")),),
    )


def _lead_navigation(request: Request) -> Navigation:
    return Navigation(
        bar=_lead_links(request),
        wide=(),
        more=(
            _link(request, "suspensions", _("Suspended people")),
            _link(request, "delegation_sessions", _("Sessions with a delegation")),
            _link(request, "supervision", _("Chaperones and checks")),
            _link(request, "aliases", _("Aliases")),
            _link(request, "country_contacts", _("Whom to ring")),
            _link(request, "roles", _("Roles")),
            _link(request, "suggestions", _("Suggestions")),
            _link(request, "people", _("People")),
            _link(request, "meetings", _("Meetings")),
            _link(request, "connections", _("Connections")),
            _link(request, "sessions", _("Sessions")),
            _link(request, "profile", _("My profile")),
        ),
        roles=(_link(request, "home", _("My home")),),
    )


def _lead_links(request: Request) -> tuple[NavigationLink, ...]:
    return (_reports(request), _age_classes(request), _link(request, "consents", _("Consents")))


def _minor_navigation(request: Request) -> Navigation:
    """Few and plain: of what the others do, nothing concerns a minor."""
    return Navigation(
        bar=(
            _link(request, "event_home", _("Home")),
            _link(request, "sessions", _("Sessions")),
            _link(request, "profile", _("My profile")),
        ),
        wide=(),
        more=(
            _link(request, "my_delegation_sessions", _("Sessions I am asked to")),
            _link(request, "safety", _("I do not feel safe")),
            _link(request, "zone", _("Time zone and mails")),
            _link(request, "my_data", _("My data")),
        ),
        roles=(),
    )


def _reports(request: Request) -> NavigationLink:
    return _link(request, "reports", _("Reports"), waiting_reports(request.attendee))


def _age_classes(request: Request) -> NavigationLink:
    waiting = waiting_age_questions(request.attendee, timezone.now())
    return _link(request, "age_classes", _("Age classes"), waiting)


def _link(request: Request, name: str, label: str, count: int = 0) -> NavigationLink:
    here = request.resolver_match.url_name if request.resolver_match else ""
    is_current = here == name or BELONGS_TO.get(here or "") == name
    return NavigationLink(name, label, _address(name, request.attendee.event.slug), is_current, count)


@lru_cache(maxsize=2_000)
def _address(name: str, slug: str) -> str:
    return reverse(name, args=[slug])
