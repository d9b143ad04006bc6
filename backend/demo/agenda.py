"""Who speaks at which session of the demo, and which sessions the others bookmarked."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.core.period import Period, overlaps
from backend.demo.people import SEED, DemoPerson
from backend.demo.texts import demo_text
from backend.events.rules.topics import shipped_themes

SPEAKERS = 3
BOOKMARKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSession:
    """One session: local times, and the places in `members` of those who take part."""

    title: str
    abstract: str
    theme: str
    room: str
    streamed: bool
    day: int
    starts: dt.time
    ends: dt.time
    speakers: tuple[int, ...]
    bookmarked: tuple[int, ...]

    @property
    def period(self) -> Period:
        """When it is, for comparing with other items: the day's number stands for a date."""
        date = dt.date(2000, 1, self.day)
        return Period(*(dt.datetime.combine(date, time, dt.UTC) for time in (self.starts, self.ends)))


def make_agenda(edition: str, members: Sequence[DemoPerson]) -> tuple[DemoSession, ...]:
    """The edition's sessions with three speakers each, of different sectors, and up to five bookmarks a head.

    Speakers offer topics of the session's theme; a bookmark goes to themes one seeks. Nobody is booked twice
    at one time.
    """
    items = [
        DemoSession(
            title=row["title"],
            abstract=row["abstract"],
            theme=row["theme"],
            room=row["room"],
            streamed=row["stream"],
            day=row["day"],
            starts=dt.time.fromisoformat(row["start"]),
            ends=dt.time.fromisoformat(row["end"]),
            speakers=(),
            bookmarked=(),
        )
        for row in demo_text("sessions")[edition]
    ]
    chance = random.Random(f"{SEED} agenda {edition}")  # noqa: S311 - not a secret
    speakers = _speakers(items, members, chance)
    bookmarks: list[list[int]] = [[] for _ in items]
    for place, member in enumerate(members):
        busy = [item for item, names in zip(items, speakers, strict=True) if place in names]
        themes = [theme_of(topic) for topic in member.topics_seek]
        order = sorted(range(len(items)), key=lambda i: (-themes.count(items[i].theme), chance.random()))
        wanted = chance.randint(2, BOOKMARKS)
        for index in order:
            if wanted and not any(overlaps(items[index].period, other.period) for other in busy):
                busy.append(items[index])
                bookmarks[index].append(place)
                wanted -= 1
    return tuple(
        replace(item, speakers=tuple(names), bookmarked=tuple(marks))
        for item, names, marks in zip(items, speakers, bookmarks, strict=True)
    )


def theme_of(topic: str) -> str:
    """Key of the theme a topic of the demo belongs to."""
    return _THEMES[topic]


_THEMES: dict[str, str] = {topic["key"]: theme["key"] for theme in shipped_themes() for topic in theme["topics"]}


def _speakers(items: Sequence[DemoSession], members: Sequence[DemoPerson], chance: random.Random) -> list[list[int]]:
    """Places in `members` of each session's speakers; nobody speaks twice."""
    taken: set[int] = set()
    chosen = []
    for item in items:
        fits = [
            (-sum(theme_of(topic) == item.theme for topic in member.topics_offer), chance.random(), place)
            for place, member in enumerate(members)
            if place not in taken
        ]
        here: list[int] = []
        for _, _, place in sorted(fits):
            if len(here) < SPEAKERS and members[place].sector not in [members[other].sector for other in here]:
                here.append(place)
        taken.update(here)
        chosen.append(here)
    return chosen
