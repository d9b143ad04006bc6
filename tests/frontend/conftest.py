"""The cast of the pages: who is at the forum, who must not be seen, and who has no business there."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client

from backend.events.models import Attendee, Event
from backend.people.models import Person
from backend.safeguarding.models import Block
from tests.factories import NOW, make_attendee, make_event, make_run

SEEK = "Preserving chat evidence across borders"
OFFER = "ฝึกอบรมอัยการเรื่องความช่วยเหลือทางกฎหมาย"


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
    official = make_attendee(
        event, name="Mali Wongsa", seeks=SEEK, seeks_topics=["evidence-reporting"], languages=["th", "en"]
    )
    engineer = make_attendee(
        event, name="Arif Rahman", constituency="industry", sector="large-company", country="Indonesia",
        title="Head of trust", languages=["id"],
        offers=OFFER, offers_topics=["evidence-reporting", "sextortion"],
    )  # fmt: skip
    lawyer = make_attendee(
        event,
        name="Linh Tran",
        constituency="civil-society",
        sector="ngo",
        country="Viet Nam",
        languages=["vi"],
    )
    minor = make_attendee(
        event, name="Young Delegate", age_class="minor", constituency="youth", sector="youth"
    )
    hidden = make_attendee(event, name="Hidden Delegate", visibility="hidden")
    blocked = make_attendee(event, name="Blocked Delegate")
    Block.objects.create(blocker=blocked.person, blocked=official.person, created_at=NOW)
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    stranger = make_attendee(make_event("elsewhere"), name="Stranger").person
    found = Cast(event, official, engineer, lawyer, minor, hidden, blocked, organiser, stranger)
    reason = {"code": "seeks_offers", "weight": 1.25, "evidence": {"seek": SEEK, "offer": OFFER}}
    make_run(event, {official: [engineer, minor, hidden, blocked, lawyer]}, reasons=[reason])
    return found


@pytest.fixture
def official(cast: Cast) -> Client:
    return client_of(cast.official.person)


def part_by_page(cast: Cast, how: str, by: Attendee, other: Attendee) -> HttpResponse:
    """Block or report the other from their page."""
    said = {"category": "harassment", "words": "Too close."} if how == "report" else {}
    return client_of(by.person).post(cast.address(f"people/{other.pk}/{how}/"), said, follow=True)


def client_of(person: Person, **options: object) -> Client:
    """A browser in which this person has signed in."""
    client = Client(**options)
    client.force_login(person)
    return client
