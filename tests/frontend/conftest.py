"""The cast of the pages: who is at the forum, who must not be seen, and who has no business there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.services.answers import accept_meeting
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person
from backend.safeguarding.models import Block
from tests.factories import NOW, make_attendee, make_attendees, make_event, make_run, provide_for_minors
from tests.languages import MARKED, OTHER, SECOND, languages_offered, write_marked

SEEK = "Preserving chat evidence across borders"
OFFER = "ฝึกอบรมอัยการเรื่องความช่วยเหลือทางกฎหมาย"
CAST = [
    {"name": "Mali Wongsa", "seeks": SEEK, "seeks_topics": ["evidence-reporting"], "languages": ["th", "en"]},
    {
        "name": "Arif Rahman", "constituency": "industry", "sector": "large-company", "country": "Indonesia",
        "title": "Head of trust", "languages": ["id"],
        "offers": OFFER, "offers_topics": ["evidence-reporting", "sextortion"],
    },
    {
        "name": "Linh Tran", "constituency": "civil-society", "sector": "ngo", "country": "Viet Nam",
        "languages": ["vi"],
    },
    {"name": "Young Delegate", "age_class": "minor", "constituency": "youth", "sector": "youth"},
    {"name": "Hidden Delegate", "visibility": "hidden"},
    {"name": "Blocked Delegate"},
    {"name": "Olga Organiser", "permission": "organiser", "visibility": "hidden"},
]  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """An official whose list holds all others; only the engineer and the lawyer may be seen by them."""

    event: Event
    official: Attendee
    engineer: Attendee
    lawyer: Attendee
    minor: Attendee
    hidden: Attendee
    blocked: Attendee
    organiser: Attendee
    stranger: Person

    @property
    def unseen(self) -> tuple[Attendee, ...]:
        return self.minor, self.hidden, self.blocked

    def address(self, page: str = "") -> str:
        return f"/e/{self.event.slug}/{page}"


@pytest.fixture
def cast(db: None) -> Cast:
    event = make_event()
    official, engineer, lawyer, minor, hidden, blocked, organiser = make_attendees(event, deepcopy(CAST))
    provide_for_minors(event)
    Block.objects.create(blocker=blocked.person, blocked=official.person, created_at=NOW)
    stranger = make_attendee(make_event("elsewhere"), name="Stranger").person
    found = Cast(event, official, engineer, lawyer, minor, hidden, blocked, organiser, stranger)
    reason = {"code": "seeks_offers", "weight": 1.25, "evidence": {"seek": SEEK, "offer": OFFER}}
    make_run(event, {official: [engineer, minor, hidden, blocked, lawyer]}, reasons=[reason])
    return found


@pytest.fixture
def official(cast: Cast) -> Client:
    return client_of(cast.official.person)


def block_contact_by_page(cast: Cast, how: str, by: Attendee, other: Attendee) -> HttpResponse:
    """Block or report the other from their page."""
    fields = {"category": "harassment", "words": "Too close."} if how == "report" else {}
    return client_of(by.person).post(cast.address(f"people/{other.pk}/{how}/"), fields, follow=True)


def client_of(person: Person, **options: object) -> Client:
    """A browser, in English unless told otherwise, in which this person has signed in."""
    client = Client(**{"headers": {"accept-language": "en"}} | options)
    client.force_login(person)
    return client


@pytest.fixture(scope="session")
def two_catalogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogues of two made-up languages, `MARKED` and `SECOND`."""
    folder = tmp_path_factory.mktemp("locale")
    write_marked(folder, MARKED)
    write_marked(folder, SECOND, marks=OTHER)
    return folder


@pytest.fixture
def two_languages(two_catalogues: Path) -> Iterator[None]:
    """Both are offered beside English."""
    with languages_offered(two_catalogues, tet="Tetun", lo="ພາສາລາວ"):
        yield


OPENING = dt.datetime(2026, 12, 9, 3, 0, tzinfo=dt.UTC)  # 10:00 in Bangkok


@dataclass
class Booking:
    """The cast with times: they ask and answer by one word each, at `now`."""

    cast: Cast
    slots: list[Slot]
    now: dt.datetime

    def ask(self, asker: Attendee, other: Attendee, *slots: Slot, **wish: object) -> Meeting:
        return request_meeting(
            attendee=asker,
            other_id=other.pk,
            data=MeetingRequestData(slot_ids=tuple(slot.pk for slot in slots), **wish),
            by=asker.person,
            now=self.now,
        )

    def accept(self, attendee: Attendee, meeting: Meeting, slot: Slot | None = None) -> Meeting:
        return accept_meeting(
            attendee=attendee,
            meeting_id=meeting.pk,
            slot_id=slot.pk if slot else None,
            by=attendee.person,
            now=self.now,
        )

    def page(self, meeting: Meeting, verb: str = "") -> str:
        return self.cast.address(f"meetings/{meeting.pk}/{verb}")


def lay_out(cast: Cast, *people: Attendee) -> Booking:
    """Six half hours from 10:00 on the first day, two tables, and everybody named open at all of them."""
    half = dt.timedelta(minutes=30)
    slots = Slot.objects.bulk_create(
        Slot(event=cast.event, starts_at=OPENING + n * half, ends_at=OPENING + (n + 1) * half) for n in range(6)
    )
    Table.objects.bulk_create(Table(event=cast.event, label=label, place="Gallery") for label in ("T1", "T2"))
    Availability.objects.bulk_create(
        Availability(event=cast.event, attendee=attendee, slot=slot) for attendee in people for slot in slots
    )
    return Booking(cast, slots, dt.datetime(2026, 12, 8, 3, 0, tzinfo=dt.UTC))


@pytest.fixture
def booking(cast: Cast, time_machine: object) -> Booking:
    """The day before the forum, with times laid out."""
    found = lay_out(cast, cast.official, cast.engineer, cast.lawyer)
    time_machine.move_to(found.now, tick=False)  # type: ignore[attr-defined]
    return found


@pytest.fixture
def lead(cast: Cast) -> Attendee:
    """Lea reads reports; hidden, as a lead who only does that is."""
    return make_attendee(cast.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")


@pytest.fixture
def boss(cast: Cast) -> Client:
    return client_of(cast.organiser.person)


@pytest.fixture
def desk(db: None, client: Client) -> tuple[Event, Client]:
    """A forum of its own, and the browser of its organiser."""
    event = make_event("desk")
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    client.force_login(organiser.person)
    return event, client
