"""Figures in words: causes, and one sentence for each picture."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.directory.rules import Cause
from backend.stats.engine.figures import ACCEPTED, HELD, USEFUL, EventStats, percent_across
from backend.stats.selectors.names import STEPS

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


def funnel_sentence(stats: EventStats) -> str:
    """The step at which most drop out."""
    if not stats.funnel[0].count and not stats.edition.requested:
        return _("Nobody has been suggested to anybody yet, and nobody was asked to meet.")
    shares = [step for step in stats.funnel if step.share is not None]
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
        "%(reached)d of %(people)d people are connected in one network; %(alone)d have no meeting. "
        "%(share)d %% of meetings cross constituencies."
    ) % {
        "reached": network.largest_component,
        "people": network.people,
        "alone": network.isolates,
        "share": percent_across(network.ei or 0.0),
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
