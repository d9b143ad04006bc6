"""Needs that nobody at an event answers, and offers that nobody seeks, by theme; for organisers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from backend.core.spreadsheets import csv_file
from backend.events.models.attendees import Interest
from backend.events.models.events import Event, Theme, Topic
from backend.events.selectors import ChosenTopics, PersonNamed, chosen_topics, people_named
from backend.safeguarding.rules import matchable
from backend.suggestions.selectors.runs import current_run

COLUMNS = ["kind", "theme", "name", "organisation", "constituency", "country", "topics", "text"]


@dataclass(frozen=True, slots=True)
class UnmetRow:
    """Somebody with an unmet need or an unsought offer: its text, and its topics under one theme."""

    person: PersonNamed
    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnmetTheme:
    """The rows under one theme; without a key and name, those that name no topic."""

    key: str
    name: str
    rows: tuple[UnmetRow, ...]


@dataclass(frozen=True, slots=True)
class UnmetCounts:
    """How many people have an unmet need, and how many an unsought offer."""

    seekers: int
    givers: int


@dataclass(frozen=True, slots=True)
class UnmetNeeds:
    """Unmet needs and unsought offers by theme, and how many people each concerns.

    `computed_at`: when every list was last computed; None where that was never, or by an older version, and
    nothing is known.
    """

    computed_at: dt.datetime | None = None
    needs: tuple[UnmetTheme, ...] = ()
    offers: tuple[UnmetTheme, ...] = ()

    @property
    def seekers(self) -> int:
        return _people_in(self.needs)

    @property
    def givers(self) -> int:
        return _people_in(self.offers)


def unmet_needs_for(event: Event) -> UnmetNeeds:
    """The needs nobody answers and the offers nobody seeks, as the current Run found them.

    Of listed adults only, with their present texts and topics. A constant number of queries.
    """
    run = current_run(event)
    if run is None or "unmet_needs" not in run.report:
        return UnmetNeeds()
    unmet, unsought = set(run.report["unmet_needs"]), set(run.report["unsought_offers"])
    people = matchable(event).filter(pk__in=unmet | unsought).order_by("name", "pk")
    named = people_named(people)
    texts = {pk: (seeks, offers) for pk, seeks, offers in people.values_list("pk", "seeks", "offers")}
    chosen = chosen_topics(Interest.objects.filter(attendee__in=list(named)))
    topics = list(Topic.objects.filter(event=event).order_by("position"))
    themes = list(Theme.objects.filter(event=event).order_by("position", "pk"))

    def by_theme(ids: set[int], *, is_need: bool) -> tuple[UnmetTheme, ...]:
        rows: dict[int | None, list[UnmetRow]] = defaultdict(list)
        for pk, person in named.items():
            seeks, offers = texts[pk]
            topic_ids = chosen.get(pk, ChosenTopics())
            text, own = (seeks, topic_ids.seeks) if is_need else (offers, topic_ids.offers)
            if pk not in ids or not (text or own):
                continue
            names: dict[int | None, list[str]] = defaultdict(list)
            for topic in topics:
                if topic.pk in own:
                    names[topic.theme_id].append(topic.name)
            for theme_id in list(names) or [None]:
                rows[theme_id].append(UnmetRow(person, text, tuple(names[theme_id])))
        found = [UnmetTheme(t.key, t.name, tuple(rows[t.pk])) for t in themes if t.pk in rows]
        return (*found, *([UnmetTheme("", "", tuple(rows[None]))] if None in rows else []))

    return UnmetNeeds(
        computed_at=run.published_at, needs=by_theme(unmet, is_need=True), offers=by_theme(unsought, is_need=False)
    )


def unmet_counts_for(event: Event) -> UnmetCounts | None:
    """The numbers of `unmet_needs_for` alone; None where nothing is known."""
    run = current_run(event)
    if run is None or "unmet_needs" not in run.report:
        return None
    people, chosen = matchable(event), Interest.objects.filter(attendee=OuterRef("pk"))
    seeks = ~Q(seeks="") | Q(Exists(chosen.filter(seeks=True)))
    offers = ~Q(offers="") | Q(Exists(chosen.filter(offers=True)))
    return UnmetCounts(
        people.filter(seeks, pk__in=run.report["unmet_needs"]).count(),
        people.filter(offers, pk__in=run.report["unsought_offers"]).count(),
    )


def _people_in(themes: Iterable[UnmetTheme]) -> int:
    return len({row.person.attendee_id for theme in themes for row in theme.rows})


def unmet_needs_csv(found: UnmetNeeds) -> bytes:
    """Both lists as CSV; somebody whose topics are under two themes has a row for each."""
    return csv_file(
        COLUMNS,
        (
            (
                kind,
                theme.name,
                row.person.name,
                row.person.organisation,
                row.person.constituency,
                row.person.country,
                ", ".join(row.topics),
                row.text,
            )
            for kind, themes in (("need", found.needs), ("offer", found.offers))
            for theme in themes
            for row in theme.rows
        ),
    )
