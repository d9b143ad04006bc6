"""Which needs nobody at an event answers, and which offers nobody seeks, by theme; for organisers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max

from backend.core.spreadsheets import csv_file
from backend.events.models import Event, Interest, Theme, Topic
from backend.events.selectors import ChosenTopics, PersonNamed, chosen_topics, people_named
from backend.safeguarding.rules import matchable
from backend.suggestions import engine
from backend.suggestions.models import Suggestion
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
class UnmetNeeds:
    """Unmet needs and unsought offers by theme, and how many people each concerns.

    `is_known` is False before the first Run: nothing can be said yet.
    """

    is_known: bool
    needs: tuple[UnmetTheme, ...] = ()
    offers: tuple[UnmetTheme, ...] = ()

    @property
    def seekers(self) -> int:
        return _people_in(self.needs)

    @property
    def givers(self) -> int:
        return _people_in(self.offers)


def unmet_needs_for(event: Event) -> UnmetNeeds:
    """The needs nobody answers and the offers nobody seeks, among listed adults and the current Run's lists.

    A need is unmet where the best place of its person's list is only worth a look and nobody else offers a
    topic it names; an offer is unsought where its person's best place on others' lists is, or there is none,
    and nobody else seeks a topic it names. A constant number of queries.
    """
    run = current_run(event)
    if run is None:
        return UnmetNeeds(is_known=False)
    people = matchable(event).order_by("person__name", "pk")
    named = people_named(people)
    texts = {pk: (seeks, offers) for pk, seeks, offers in people.values_list("pk", "seeks", "offers")}
    chosen = chosen_topics(Interest.objects.filter(attendee__in=list(named)))
    topics = Topic.objects.filter(event=event).order_by("position").values_list("pk", "theme", "name")
    topic_of = {pk: (theme, name) for pk, theme, name in topics}
    themes = list(Theme.objects.filter(event=event).order_by("position", "pk"))
    places = Suggestion.objects.filter(run=run, attendee__in=list(named), other__in=list(named))
    best_own = dict(places.order_by().values_list("attendee").annotate(Max("score")))
    best_of_others = dict(places.order_by().values_list("other").annotate(Max("score")))
    nobody = ChosenTopics()
    sought = {pk: chosen.get(pk, nobody).seeks for pk in named}
    offered = {pk: chosen.get(pk, nobody).offers for pk in named}

    def by_theme(
        side: int, own: Mapping[int, frozenset[int]], answers: Mapping[int, frozenset[int]],
        best: Mapping[int, float],
    ) -> tuple[UnmetTheme, ...]:  # fmt: skip
        holders = _holders(answers)
        rows: dict[int | None, list[UnmetRow]] = defaultdict(list)
        for pk, person in named.items():
            text = texts[pk][side]
            is_weak = engine.strength_of(best.get(pk, 0.0)) == engine.Strength.WORTH_A_LOOK
            if not (text or own[pk]) or not is_weak or any(holders[topic] - {pk} for topic in own[pk]):
                continue
            names: dict[int | None, list[str]] = defaultdict(list)
            for topic, (theme, name) in topic_of.items():
                if topic in own[pk]:
                    names[theme].append(name)
            for theme_id in names or [None]:
                rows[theme_id].append(UnmetRow(person, text, tuple(names[theme_id])))
        found = [UnmetTheme(t.key, t.name, tuple(rows[t.pk])) for t in themes if t.pk in rows]
        return (*found, *([UnmetTheme("", "", tuple(rows[None]))] if None in rows else []))

    return UnmetNeeds(
        is_known=True,
        needs=by_theme(0, sought, offered, best_own),
        offers=by_theme(1, offered, sought, best_of_others),
    )


def _holders(topics: Mapping[int, frozenset[int]]) -> dict[int, set[int]]:
    """Who names each topic."""
    found: dict[int, set[int]] = defaultdict(set)
    for pk, named in topics.items():
        for topic in named:
            found[topic].add(pk)
    return found


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
