"""Figures in words: causes, what to do today, and one sentence for each picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.booking.selectors.waiting_list import WantedRow
from backend.directory.rules import Cause
from backend.directory.selectors.needs_help import HelpCounts
from backend.events.models.events import Event
from backend.events.rules.states import Activity, is_allowed, is_closed, is_event_open
from backend.people.models import Constituency
from backend.stats.engine.figures import ACCEPTED, HELD, USEFUL, EventStats
from backend.stats.selectors.headlines import MissingBridge
from backend.stats.selectors.names import STEPS
from backend.suggestions.selectors.unmet import UnmetCounts

BEFORE = {
    ACCEPTED: gettext_lazy("requested or proposed"),
    HELD: gettext_lazy("accepted and due"),
    USEFUL: gettext_lazy("held and rated"),
}
# Why somebody needs help, as an organiser reads it.
HINDRANCES = {
    Cause.NOT_JOINED: gettext_lazy("has not joined yet"),
    Cause.UNANSWERED: gettext_lazy("has not answered a request or proposal"),
    Cause.NO_TIME: gettext_lazy("has no open meeting time"),
    Cause.EMPTY_PROFILE: gettext_lazy("has an empty profile"),
    Cause.WAITING: gettext_lazy("waits for the answer of others"),
    Cause.NONE_AGREED: gettext_lazy("asked, and nothing came of it"),
    Cause.ASKED_NOBODY: gettext_lazy("has asked nobody"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """What the lines of the day are made of. `unmet` is None while no list was computed.

    `proposed`: the roundtables of attendees that wait for an organiser.
    """

    stats: EventStats
    help: HelpCounts
    wanted: Sequence[WantedRow]
    unmet: UnmetCounts | None
    missing: Sequence[MissingBridge]
    proposed: int


@dataclass(frozen=True, slots=True)
class Task:
    """A line of the day: a figure, what it counts, and the pages that help, by label and address."""

    key: str
    count: int
    text: str
    links: tuple[tuple[str, str], ...]


def tasks_for(event: Event, found: Found) -> list[Task]:
    """The lines of the day, those with something to do first; none once the forum is closed."""
    if is_closed(event):
        return []

    def to(page: str) -> str:
        return reverse(page, args=[event.slug])

    tasks = [*_tasks_of_people(event, found, to), *_tasks_of_the_forum(found, to)]
    return sorted(tasks, key=lambda task: not task.count)


def _tasks_of_people(event: Event, found: Found, to: Callable[[str], str]) -> Iterator[Task]:
    stats = found.stats
    if unjoined := stats.network.people - stats.joined:
        text = _("of %(people)d attendees have not joined yet") % {"people": stats.network.people}
        invite = (_("Invite them"), to("invitations"))
        first = invite if is_event_open(event) else (_("Open the forum to them"), to("setup"))
        who = (_("Who they are"), to("attendees") + "?without_joining=1")
        yield Task("unjoined", unjoined, text, (first, who))
    if is_allowed(event, Activity.ASK):
        yield from _tasks_of_nudging(found, to)
        if found.proposed:
            text = ngettext(
                "roundtable that an attendee proposes waits for your yes or no",
                "roundtables that attendees propose wait for your yes or no",
                found.proposed,
            )
            read = (_("Read what they propose"), to("all_rounds") + "#proposed")
            yield Task("proposed", found.proposed, text, (read,))
    plan = (_("Plan for them"), to("programme") + "?scope=without_meeting#new")
    text = _("of %(joined)d who have joined have no meeting") % {"joined": stats.joined}
    alone = sum(one.has_joined for one in stats.without_meeting)
    yield Task("alone", alone, text, (plan, (_("Who they are"), to("people_to_help"))))


def _tasks_of_nudging(found: Found, to: Callable[[str], str]) -> Iterator[Task]:
    text = ngettext(
        "person can be nudged now, by a mail that names what hinders them",
        "people can be nudged now, each by a mail that names what hinders them",
        found.help.to_nudge,
    )
    yield Task("to-nudge", found.help.to_nudge, text, ((_("See the mails"), to("nudge")),))
    waiting = next(row.count for row in found.stats.exits if row.cause == "waiting")
    text = ngettext("request waits for an answer", "requests wait for an answer", waiting)
    links = ((_("See who to nudge"), to("nudge") + "#unanswered-title"),)
    yield Task("requests", waiting, text, links)


def _tasks_of_the_forum(found: Found, to: Callable[[str], str]) -> Iterator[Task]:
    if found.unmet:
        text = ngettext(
            "person seeks what nobody here offers; %(count)d offer what nobody seeks",
            "people seek what nobody here offers; %(count)d offer what nobody seeks",
            found.unmet.seekers,
        )
        text %= {"count": found.unmet.givers}
        yield Task("unmet", found.unmet.seekers, text, ((_("See what is missing"), to("unanswered")),))
    text, links = _("bridges between constituencies are missing"), [(_("All bridges"), to("bridges"))]
    for pair in found.missing[:1]:
        text = ngettext(
            "missing bridge: %(one)s and %(other)s have %(has)d meetings, chance would give %(chance)d",
            "missing bridges; first %(one)s and %(other)s: %(has)d meetings, chance would give %(chance)d",
            len(found.missing),
        )
        text %= {
            "one": str(Constituency(pair.one).label).lower(),
            "other": str(Constituency(pair.other).label).lower(),
            "has": pair.observed,
            "chance": round(pair.expected),
        }
        between = f"?scope=between&first={pair.one}&second={pair.other}#new"
        links.insert(0, (_("Plan between them"), to("programme") + between))
    yield Task("missing", len(found.missing), text, tuple(links))
    more = (_("Add meeting times"), to("venue") + "#slots")
    who = (_("Who they are"), to("people_to_help") + "#waiting")
    text = ngettext(
        "person has no time left, and others wait for one",
        "people have no time left, and others wait for one",
        len(found.wanted),
    )
    yield Task("waiting", len(found.wanted), text, (more, who))


def funnel_sentence(stats: EventStats) -> str:
    """The step at which most drop out, of those at which anything was counted."""
    if not stats.funnel[0].count and not stats.edition.requested:
        return _("Nobody has been suggested to anybody yet, and nobody was asked to meet.")
    shares = [step for step in stats.funnel if step.share]
    if not shares:
        return _("There are suggestions, but no views or requests yet.")
    least = min(shares, key=lambda step: step.share or 0.0)
    before = stats.funnel[stats.funnel.index(least) - 1]
    return _("Most drop out here: %(share)d %% of those %(before)s became %(step)s.") % {
        "before": str(BEFORE.get(least.step, STEPS[before.step])).lower(),
        "share": round(100 * (least.share or 0.0)),
        "step": str(STEPS[least.step]).lower(),
    }


def network_sentence(stats: EventStats) -> str:
    """How many people are connected, and how many have no meeting."""
    network = stats.network
    if not network.pairs:
        return _("Nobody has a meeting yet.")
    return _(
        "%(reached)d of %(people)d attendees are connected in one network; %(alone)d have no meeting. "
        "%(outside)d of %(meetings)d meetings cross constituencies."
    ) % {
        "reached": network.largest_component,
        "people": network.people,
        "alone": network.isolates,
        "outside": network.outside,
        "meetings": network.meetings,
    }


def days_sentence(stats: EventStats) -> str:
    """The busiest day."""
    if not stats.days:
        return _("Nothing has happened yet.")
    top = max(stats.days, key=lambda day: (day.requested, day.date))
    held = max(stats.days, key=lambda day: (day.held, day.date))
    sentence = _("Most requests on one day: %(count)d, on %(date)s.") % {
        "count": top.requested,
        "date": date_format(top.date, "j M Y"),
    }
    if held.held:
        sentence += " " + _("Most meetings held: %(count)d, on %(date)s.") % {
            "count": held.held,
            "date": date_format(held.date, "j M Y"),
        }
    return sentence
