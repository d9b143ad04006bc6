"""Load the demo into the database: in one transaction, or nothing where it is there already."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.demo.accounts import demo_accounts
from backend.demo.agenda import DemoSession, make_agenda
from backend.demo.meetings import load_meetings
from backend.demo.people import SEED, DemoPerson, demo_people, unlisted_people
from backend.demo.selectors import CURRENT, EARLIER
from backend.demo.texts import demo_text
from backend.demo.ties import draw_ties
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Theme, Tie
from backend.events.rules.agreements import current_agreement
from backend.events.rules.attendees import pair_of
from backend.events.rules.roles import leads_of
from backend.events.services.opening import open_event
from backend.people.models import Person
from backend.people.services import find_or_create_people
from backend.roster.services.csv_tables import CsvLine, CsvTable
from backend.roster.services.importing import import_attendees
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.consents import ask_consent, record_paper_consent
from backend.setup.services.events import appoint_lead, appoint_organiser, create_event

ZONE = "Asia/Bangkok"
NAME = "ASEAN ICT Forum on Child Online Protection"
FIRST_DAY = {CURRENT: dt.date(2026, 12, 9), EARLIER: dt.date(2025, 11, 19)}
AGENDA = {CURRENT: "current", EARLIER: "last"}
RETURNING = 200
SHOWS_SESSIONS = 2  # every second member lets others see their sessions
SECOND_LEAD = "second-lead@demo.example.org"
COLUMNS = (
    "email", "name", "short_name", "title", "organisation", "sector", "country", "languages", "age_class",
    "role", "about", "seeks", "offers", "topics_seek", "topics_offer",
)  # fmt: skip


class AddressTaken(BusinessError):
    """Somebody's account has an address of the demo: whoever visits could enter as them."""

    code = "address_taken"


@dataclass(frozen=True, slots=True)
class DemoForum:
    """What was loaded; `blocks` are pairs of people of whom the first blocked the second."""

    event: Event
    earlier: Event
    attendees: int
    ties: int
    blocks: tuple[tuple[Person, Person], ...]


@transaction.atomic
def load_demo(*, now: dt.datetime, notify: Callable[[str], object]) -> DemoForum | None:
    """Load both editions with their blocks and meetings; None, and nothing changed, if they are there.

    `notify` gets each step.
    """
    forum = load_forum(now=now, notify=notify)
    if forum is not None:
        for blocker, blocked in forum.blocks:
            block_person(blocked=blocked, by=blocker, now=now)
        notify("Meeting times, tables, and who asks whom")
        main = [account.person for account in demo_accounts()]
        load_meetings(event=forum.event, earlier=forum.earlier, main=main, now=now)
    return forum


@transaction.atomic
def load_forum(*, now: dt.datetime, notify: Callable[[str], object] = lambda _: None) -> DemoForum | None:
    """Load both editions; None, and nothing changed, if they are there already. `notify` gets each step.

    Refuses AddressTaken.
    """
    if Event.objects.filter(slug=CURRENT).exists():
        return None
    members, unlisted = demo_people(), unlisted_people()
    emails = {SECOND_LEAD, *(row["email"] for row in demo_text("accounts"))}
    emails |= {person.email for person in (*members, *unlisted)}
    _refuse_taken(emails)
    returning = _returning(members)
    notify(f"Earlier edition: {len(returning)} attendees")
    earlier = _load_edition(EARLIER, returning, now=now)
    notify(f"This edition: {len(members)} attendees and {len(unlisted)} who appear nowhere")
    event = _load_edition(CURRENT, members, previous=earlier, now=now)
    people = {person.email: person for person in Person.objects.filter(attendances__event=event)}
    notify("Who met whom last time")
    ties = _load_ties(earlier, returning, people)
    _load_organiser_lead_and_stranger((event, earlier), now=now)
    _load_unlisted(event, unlisted, now=now)  # open by now: no number to ring is made up for its minors
    Person.objects.filter(email__in=emails).update(
        is_demo=True,
        quiet_from=None,  # whoever tries the demo reads its outbox at once, whatever the hour at the forum
        quiet_until=None,
    )
    blocks = tuple((people[members[one].email], people[members[two].email]) for one, two in _blocked(members))
    return DemoForum(event, earlier, len(members), ties, blocks)


def _refuse_taken(emails: set[str]) -> None:
    theirs = Person.objects.filter(is_demo=False).annotate(address=Lower("email"))
    if taken := theirs.filter(address__in=emails).values_list("address", flat=True).first():
        message = _("“%(email)s” has an account that is not the demo's: nothing was loaded.")
        raise AddressTaken(message % {"email": taken})


def _load_edition(
    slug: str, members: Sequence[DemoPerson], *, previous: Event | None = None, now: dt.datetime
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
    agenda = make_agenda(AGENDA[slug], members)
    speakers = {place for item in agenda for place in item.speakers}
    roles = ["speaker" if place in speakers else member.role for place, member in enumerate(members)]
    _import(event, members, roles, now)
    showing = [member.email for member in members[::SHOWS_SESSIONS]]
    Attendee.objects.filter(event=event, person__email__in=showing).update(shows_sessions=True)
    Attendee.objects.filter(event=event, age_class=Attendee.AgeClass.ADULT).update(
        agreed_at=now, agreement_version=current_agreement().version
    )
    Event.objects.filter(pk=event.pk).update(shows_unjoined=True)
    _load_agenda(event, agenda, members)
    return event


def _load_unlisted(event: Event, unlisted: Sequence[DemoPerson], *, now: dt.datetime) -> None:
    """Who appears nowhere: of the minors one has a guardian's consent, and another's is asked for."""
    _import(event, unlisted, [member.role for member in unlisted], now)
    here = Attendee.objects.filter(event=event)
    hidden = [member.email for member in unlisted if member.visibility == Attendee.Visibility.HIDDEN]
    here.filter(person__email__in=hidden).update(visibility=Attendee.Visibility.HIDDEN)
    adults = here.filter(age_class=Attendee.AgeClass.ADULT, agreed_at=None)
    adults.update(agreed_at=now, agreement_version=current_agreement().version)
    lead = leads_of(event).order_by("pk").select_related("person")[0].person
    until = event.ends_on + dt.timedelta(days=30)
    first, second = here.filter(age_class=Attendee.AgeClass.MINOR).order_by("pk")[:2]
    record_paper_consent(
        event=event,
        attendee_id=first.pk,
        guardian="Araya Sornsawan",
        email="",
        seen_by="Amara Silva",
        until=until,
        by=lead,
        now=now,
    )
    ask_consent(
        event=event,
        attendee_id=second.pk,
        guardian="Wulan Arsaputra",
        email="guardian@demo.example.org",
        is_certified=True,
        until=until,
        by=lead,
        now=now,
    )


def _import(event: Event, members: Sequence[DemoPerson], roles: Sequence[str], now: dt.datetime) -> None:
    """Import them as every list is."""
    lines = (
        CsvLine(place, _cells(member, role))
        for place, (member, role) in enumerate(zip(members, roles, strict=True), start=2)
    )
    import_attendees(event=event, table=CsvTable(COLUMNS, tuple(lines), (), "utf-8"), now=now)


def _cells(member: DemoPerson, role: str) -> tuple[str, ...]:
    """The member as a line of an attendee list."""
    joined: Mapping[str, str] = {
        "languages": ";".join(member.languages),
        "topics_seek": ";".join(member.topics_seek),
        "topics_offer": ";".join(member.topics_offer),
        "role": role,
    }
    return tuple(joined[column] if column in joined else str(getattr(member, column)) for column in COLUMNS)


def _load_agenda(event: Event, agenda: Sequence[DemoSession], members: Sequence[DemoPerson]) -> None:
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
        SessionPart(event=event, session=session, attendee_id=attendees[members[place].email], part=part)
        for session, item in zip(sessions, agenda, strict=True)
        for part, places in ((SessionPart.Part.SPEAKING, item.speakers), (SessionPart.Part.BOOKMARKED, item.bookmarked))
        for place in places
    )


def _at(event: Event, day: int, time: dt.time) -> dt.datetime:
    date = event.starts_on + dt.timedelta(days=day - 1)
    return dt.datetime.combine(date, time, tzinfo=ZoneInfo(event.timezone))


def _returning(members: Sequence[DemoPerson]) -> list[DemoPerson]:
    """The two hundred who were at the earlier edition, the demo accounts among them."""
    chance = random.Random(f"{SEED} returning")  # noqa: S311 - not a secret
    known = {row["email"] for row in demo_text("accounts")}
    order = sorted(range(len(members)), key=lambda place: (members[place].email not in known, chance.random()))
    return [members[place] for place in sorted(order[:RETURNING])]


def _load_ties(earlier: Event, members: Sequence[DemoPerson], people: Mapping[str, Person]) -> int:
    ties = []
    for place, (one, two) in enumerate(draw_ties(members)):
        first, second = pair_of(people[members[one].email].pk, people[members[two].email].pk)
        met_on = earlier.starts_on + dt.timedelta(days=place % 2)
        ties.append(Tie(edition=earlier, first_id=first, second_id=second, met_on=met_on))
    return len(Tie.objects.bulk_create(ties))


def _load_organiser_lead_and_stranger(events: Sequence[Event], *, now: dt.datetime) -> None:
    emails = {row["key"]: row["email"] for row in demo_text("accounts")}
    for event in events:
        organiser = appoint_organiser(event=event, email=emails["organiser"], name="Orla Tanaka", now=now)
        appoint_lead(event=event, email=emails["safeguarding-lead"], name="Amara Silva", now=now)
        appoint_lead(event=event, email=SECOND_LEAD, name="Paolo Reyes", now=now)
        open_event(event=event, by=organiser.person, now=now)
    find_or_create_people(names={emails["stranger"]: "Stella Ferro"})


def _blocked(members: Sequence[DemoPerson]) -> list[tuple[int, int]]:
    """Three pairs with much in common, one of whom blocked the other: a block outweighs any score."""
    known = {row["email"] for row in demo_text("accounts")}
    pairs = []
    for one, member in enumerate(members):
        for two in range(one + 40, len(members)):
            other = members[two]
            sought = set(member.topics_seek) & set(other.topics_offer)
            if len(sought) > 1 and not {member.email, other.email} & known:
                pairs.append((one, two))
                break
    return pairs[:: max(1, len(pairs) // 3)][:3]
