"""The demo forum into the database: all of it in one transaction, or nothing because it is there."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.demo.agenda import AgendaItem, agenda_of
from backend.demo.content import content
from backend.demo.people import SEED, CastMember, cast_of_demo, unlisted_of_demo
from backend.demo.ties import ties_of
from backend.events.models import Attendee, Event, Session, SessionPart, Theme, Tie
from backend.events.services import appoint_lead, appoint_organiser, create_event
from backend.events.services.importing import CsvLine, CsvTable, import_attendees
from backend.people.models import Person
from backend.people.services import find_or_create_people

ZONE = "Asia/Bangkok"
NAME = "ASEAN ICT Forum on Child Online Protection"
CURRENT, EARLIER = "demo-2026", "demo-2025"
FIRST_DAY = {CURRENT: dt.date(2026, 12, 9), EARLIER: dt.date(2025, 11, 19)}
AGENDA = {CURRENT: "current", EARLIER: "last"}
RETURNING = 200
COLUMNS = (
    "email", "name", "title", "organisation", "sector", "country", "languages", "age_class", "role", "about",
    "seeks", "offers", "topics_seek", "topics_offer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoForum:
    """What was loaded; `blocks` are pairs of people who want nothing to do with each other."""

    event: Event
    earlier: Event
    attendees: int
    ties: int
    blocks: tuple[tuple[Person, Person], ...]


@transaction.atomic
def load_forum(*, now: dt.datetime, tell: Callable[[str], object] = lambda _: None) -> DemoForum | None:
    """Load both editions of the demo; None, and nothing changed, if they are there already.

    `tell` hears of each step.
    """
    if Event.objects.filter(slug=CURRENT).exists():
        return None
    cast, unlisted = cast_of_demo(), unlisted_of_demo()
    returning = _returning(cast)
    tell(f"Earlier edition: {len(returning)} attendees")
    earlier = _load_edition(EARLIER, returning, now=now)
    tell(f"This edition: {len(cast)} attendees and {len(unlisted)} who appear nowhere")
    event = _load_edition(CURRENT, cast, unlisted, previous=earlier, now=now)
    people = {person.email: person for person in Person.objects.filter(attendances__event=event)}
    tell("Who met whom last time")
    ties = _load_ties(earlier, returning, people)
    _load_organiser_lead_and_stranger((event, earlier), now=now)
    blocks = tuple((people[cast[one].email], people[cast[two].email]) for one, two in _blocked(cast))
    return DemoForum(event, earlier, len(cast), ties, blocks)


def _load_edition(
    slug: str,
    cast: Sequence[CastMember],
    unlisted: Sequence[CastMember] = (),
    *,
    previous: Event | None = None,
    now: dt.datetime,
) -> Event:
    first = FIRST_DAY[slug]
    event = create_event(
        slug=slug,
        name=f"{NAME} {first.year} (demo)",
        starts_on=first,
        ends_on=first + dt.timedelta(days=1),
        timezone=ZONE,
        venue="Lotus Convention Hall, Bangkok",
        previous=previous,
        now=now,
    )
    agenda = agenda_of(AGENDA[slug], cast)
    speakers = {place for item in agenda for place in item.speakers}
    lines = [
        CsvLine(place + 2, _cells(member, "speaker" if place in speakers else member.role))
        for place, member in enumerate((*cast, *unlisted))
    ]
    import_attendees(event=event, table=CsvTable(COLUMNS, tuple(lines), (), "utf-8"), now=now)
    hidden = [member.email for member in unlisted if member.visibility == Attendee.Visibility.HIDDEN]
    Attendee.objects.filter(event=event, person__email__in=hidden).update(
        visibility=Attendee.Visibility.HIDDEN
    )
    _load_agenda(event, agenda, cast)
    return event


def _cells(member: CastMember, role: str) -> tuple[str, ...]:
    """The member as a line of an attendee list: the demo comes in by the same door as everybody."""
    said: Mapping[str, str] = {
        "languages": ";".join(member.languages),
        "topics_seek": ";".join(member.topics_seek),
        "topics_offer": ";".join(member.topics_offer),
        "role": role,
    }
    return tuple(said[column] if column in said else str(getattr(member, column)) for column in COLUMNS)


def _load_agenda(event: Event, agenda: Sequence[AgendaItem], cast: Sequence[CastMember]) -> None:
    themes = {theme.key: theme for theme in Theme.objects.filter(event=event)}
    attendees = dict(Attendee.objects.filter(event=event).values_list("person__email", "id"))
    sessions = Session.objects.bulk_create(
        Session(
            event=event,
            theme=themes[item.theme],
            title=item.title,
            abstract=item.abstract,
            room=item.room,
            stream_url=f"https://stream.example.org/{event.slug}/{place}" if item.streamed else "",
            starts_at=_at(event, item.day, item.starts),
            ends_at=_at(event, item.day, item.ends),
        )
        for place, item in enumerate(agenda, start=1)
    )
    SessionPart.objects.bulk_create(
        SessionPart(event=event, session=session, attendee_id=attendees[cast[place].email], part=part)
        for session, item in zip(sessions, agenda, strict=True)
        for part, places in (
            (SessionPart.Part.SPEAKING, item.speakers),
            (SessionPart.Part.BOOKMARKED, item.bookmarked),
        )
        for place in places
    )


def _at(event: Event, day: int, time: dt.time) -> dt.datetime:
    date = event.starts_on + dt.timedelta(days=day - 1)
    return dt.datetime.combine(date, time, tzinfo=ZoneInfo(event.timezone))


def _returning(cast: Sequence[CastMember]) -> list[CastMember]:
    """The two hundred who were at the earlier edition, the personas among them."""
    chance = random.Random(f"{SEED} returning")  # noqa: S311 - not a secret
    known = {row["email"] for row in content("personas")}
    order = sorted(range(len(cast)), key=lambda place: (cast[place].email not in known, chance.random()))
    return [cast[place] for place in sorted(order[:RETURNING])]


def _load_ties(earlier: Event, cast: Sequence[CastMember], people: Mapping[str, Person]) -> int:
    ties = []
    for place, (one, two) in enumerate(ties_of(cast)):
        first, second = sorted((people[cast[one].email].pk, people[cast[two].email].pk))
        met_on = earlier.starts_on + dt.timedelta(days=place % 2)
        ties.append(Tie(edition=earlier, first_id=first, second_id=second, met_on=met_on))
    return len(Tie.objects.bulk_create(ties))


def _load_organiser_lead_and_stranger(events: Sequence[Event], *, now: dt.datetime) -> None:
    emails = {row["key"]: row["email"] for row in content("personas")}
    for event in events:
        appoint_organiser(event=event, email=emails["organiser"], name="Orla Tanaka", now=now)
        appoint_lead(event=event, email=emails["safeguarding-lead"], name="Amara Silva", now=now)
    find_or_create_people(names={emails["stranger"]: "Stella Ferro"})


def _blocked(cast: Sequence[CastMember]) -> list[tuple[int, int]]:
    """Three pairs with much to say to each other who do not wish to: a block outweighs any score."""
    known = {row["email"] for row in content("personas")}
    pairs = []
    for one, member in enumerate(cast):
        for two in range(one + 40, len(cast)):
            other = cast[two]
            sought = set(member.topics_seek) & set(other.topics_offer)
            if len(sought) > 1 and not {member.email, other.email} & known:
                pairs.append((one, two))
                break
    return pairs[:: max(1, len(pairs) // 3)][:3]
