"""The paragraph a report begins with: what was built, what is missing, what to do; of a release alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backend.stats.models import Release
from backend.stats.selectors.headlines import bridge_text, pair_names

HEADS = (gettext_lazy("What was built."), gettext_lazy("What is missing."), gettext_lazy("What to do."))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a release tells. `facts`: of its headlines, the first of each code. A count withheld is None.

    `bridge`: the pair of constituencies furthest below chance, what it has and what chance would give it.
    """

    facts: dict[str, dict[str, Any]]
    strong: str
    people: int | None
    alone: int | None
    meetings: int | None
    waiting: int | None
    bridge: dict[str, Any] | None
    is_over: bool


def summary_for(release: Release) -> list[tuple[str | Promise, str]]:
    """The three parts of the paragraph, each with its head; every figure in it is one of the release."""
    told = _read(release)
    parts = (_built(told), _missing(told), _to_do(told))
    return [(head, " ".join(part)) for head, part in zip(HEADS, parts, strict=True)]


def _read(release: Release) -> _Told:
    tables, headlines = {one.name: one for one in release.worksheets}, release.content["headlines"]

    def count(measure: str) -> int | None:
        value = tables["network"].row(measure).get("value")
        return value if isinstance(value, int) else None

    facts = {one["code"].removesuffix("_since"): one["facts"] for one in reversed(headlines)}
    missing, matrix = facts.get("missing", {}), tables.get(f"matrix-{release.content['step']}")
    row = matrix.row(*missing["pair"]) if matrix and "pair" in missing else {}
    chance = round(float(row["expected"] or 0)) if row else 0
    names = pair_names(*missing["pair"]) if row else {}
    return _Told(
        facts=facts,
        strong=bridge_text(facts["bridge"], release.content["step"]) if "bridge" in facts else "",
        people=count("people"),
        alone=count("people without a meeting"),
        meetings=count("meetings to come or held"),
        waiting=count("requests waiting for an answer"),
        bridge=missing
        | names
        | {"first": names["one"].lower(), "chance": chance, "short": chance - missing["meetings"]}
        if row
        else None,
        is_over=release.phase != Release.Phase.RUNNING,
    )


def _built(told: _Told) -> Iterator[str]:
    facts = {"people": told.people, "meetings": told.meetings, **told.facts.get("across", {})}
    if "no_meetings" in told.facts:
        yield _("No meeting is agreed yet.")
        return
    if told.people is None:
        yield _("Some of those who came have a meeting.")
    elif told.alone is None:
        some = _("Some of %(people)d attendees have a meeting.")
        yield (_("Nearly all of %(people)d attendees have a meeting.") if "nearly_all" in told.facts else some) % facts
    else:
        sentence = ngettext(
            "%(met)d of %(people)d attendee has a meeting.",
            "%(met)d of %(people)d attendees have a meeting.",
            told.people,
        )
        yield sentence % {**facts, "met": told.people - told.alone}
    if told.meetings is not None and "share" in facts:
        yield (_("Of %(meetings)d meetings agreed or held, %(share)d %% bring two constituencies together.") % facts)
    elif told.meetings is not None:
        yield _("%(meetings)d meetings are agreed or held.") % facts
    if "chance" in facts:
        yield _("Chance would give %(chance)d %%.") % facts
    if "meetings_before" in facts:
        yield _("At %(edition)s it was %(before)d %% of %(meetings_before)d.") % facts
    if told.strong:
        yield told.strong


def _missing(told: _Told) -> Iterator[str]:
    if told.bridge:
        yield (_("%(one)s and %(other)s have %(meetings)d meetings, where chance would give %(chance)d.") % told.bridge)
    if told.alone:
        sentence = ngettext("%(count)d attendee has no meeting.", "%(count)d attendees have no meeting.", told.alone)
        yield sentence % {"count": told.alone}
    if told.waiting:
        sentence = ngettext(
            "%(count)d request waits for an answer.", "%(count)d requests wait for an answer.", told.waiting
        )
        yield sentence % {"count": told.waiting}
    if told.alone is None and told.people is not None:
        few = _("Few, if any, have none; to count them would tell who they are.")
        yield (few if "nearly_all" in told.facts else _("Some may have none; to count them would tell who they are."))
    elif told.people is not None and not (told.bridge or told.alone or told.waiting):
        yield _("Nobody is without a meeting.")


def _to_do(told: _Told) -> Iterator[str]:
    alone, waiting = {"count": told.alone}, {"count": told.waiting}
    if told.is_over:
        if told.bridge:
            sentence = _(
                "At the next forum, plan meetings between %(first)s and %(other)s early: here %(short)d more "
                "would have been what chance gives."
            )
            yield sentence % told.bridge
        if told.alone:
            yield _("Plan one for each attendee before it begins: %(count)d went without.") % alone
        if not (told.bridge or told.alone):
            yield _("Nothing is left to do.")
        return
    if told.bridge:
        yield _("Plan %(short)d more meetings between %(first)s and %(other)s.") % told.bridge
    if told.alone:
        yield _("Plan a meeting for each of the %(count)d attendees without one.") % alone
    if told.waiting:
        yield _("Remind those asked: %(count)d requests are open.") % waiting
    if not (told.bridge or told.alone or told.waiting):
        yield _("Have people join, open meeting times, and look at the requests that wait.")
