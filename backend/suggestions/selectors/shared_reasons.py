"""Why two people should meet, said to both at once, as organisers say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.events.models.events import Event, Topic
from backend.events.rules.attendees import pair_of
from backend.people.models import Constituency
from backend.suggestions.models import Run, Suggestion

MAX_SENTENCES, MAX_LETTERS = 2, 450
Evidence = Mapping[str, Any]


def shared_reason_for(event: Event, pair: tuple[int, int]) -> str:
    """One or two sentences, true of both attendees (ids), from what the current Run suggests them for.

    They quote no profile and name nobody, so they may stand in what is kept. Empty without such a reason.
    """
    one, other = pair_of(*pair)
    found = Suggestion.objects.filter(run__event=event, run__state=Run.State.CURRENT).filter(
        Q(attendee=one, other=other) | Q(attendee=other, other=one)
    )
    reasons = [reason for row in found.order_by("rank", "pk") for reason in row.reasons]
    reasons.sort(key=lambda reason: -reason["weight"])
    topics = dict(Topic.objects.filter(event=event).values_list("key", "name")) if reasons else {}
    sentences: list[str] = []
    for code, sentence_for in _SENTENCES.items():
        for reason in reasons:
            if reason["code"] == code and (sentence := sentence_for(reason["evidence"], topics)):
                sentences.append(sentence)
                break
    kept = [one for one in dict.fromkeys(sentences) if len(one) < MAX_LETTERS // MAX_SENTENCES]
    return " ".join(kept[:MAX_SENTENCES])


def _topic(evidence: Evidence, topics: Mapping[str, str]) -> str:
    if evidence["topic"] not in topics:
        return ""
    return _("One of you seeks “%(topic)s”, and the other offers it.") % {"topic": topics[evidence["topic"]]}


def _text(_evidence: Evidence, _topics: Mapping[str, str]) -> str:
    return _("What one of you writes to seek is near what the other offers.")


def _session(evidence: Evidence, _topics: Mapping[str, str]) -> str:
    return _("You both follow the session “%(session)s”.") % {"session": evidence["session"]}


def _similar(_evidence: Evidence, _topics: Mapping[str, str]) -> str:
    return _("You do similar work.")


def _bridge(evidence: Evidence, _topics: Mapping[str, str]) -> str:
    ends = sorted(str(Constituency(evidence[name]).label).lower() for name in ("from", "to"))
    return _("You see it from two sides: %(one)s and %(other)s.") % {"one": ends[0], "other": ends[1]}


# By reason, those that tell most first.
_SENTENCES: dict[str, Callable[[Evidence, Mapping[str, str]], str]] = {
    "topic_offered": _topic,
    "topic_sought": _topic,
    "seeks_offers": _text,
    "offers_seeks": _text,
    "session": _session,
    "about_about": _similar,
    "bridge": _bridge,
}
