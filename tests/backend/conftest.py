"""Four people of one forum who opened every slot of it, and two tables to meet at."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pytest
from rest_framework.test import APIClient

from backend.assistants.models import Assistant
from backend.assistants.services.assistants import accept_principal, name_assistant
from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.counter_offers import (
    make_counter_offer,
    refuse_counter_offer,
    take_counter_offer,
    withdraw_counter_offer,
)
from backend.booking.services.meetings import cancel_meeting
from backend.booking.services.moving import move_meeting
from backend.booking.services.proposals import arrange_meeting, propose_meeting
from backend.booking.services.questions import answer_question, ask_question
from backend.booking.services.requests import MeetingRequestData, edit_request, request_meeting
from backend.booking.services.waiting_list import join_waiting_list
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.services.attestations import attest_meeting
from tests.factories import NOW, make_attendee, make_attendees, make_event


@dataclass
class Forum:
    """An event with its people; one method per service, called at `now`."""

    event: Event
    slots: list[Slot]
    tables: list[Table]
    people: list[Attendee] = field(default_factory=list)
    now: dt.datetime = NOW

    def join(self, count: int, **fields: object) -> list[Attendee]:
        """More attendees with every slot open."""
        joined = make_attendees(self.event, [fields] * count)
        open_slots(joined, self.slots)
        self.people += joined
        return joined

    def open(self, attendee: Attendee, slots: list[Slot]) -> None:
        open_slots([attendee], slots)

    def ask(self, asker: Attendee, other: Attendee, *slots: Slot, key: str = "", **wish: object) -> Meeting:
        return request_meeting(
            attendee=asker,
            other_id=other.pk,
            data=MeetingRequestData(slot_ids=tuple(slot.pk for slot in slots), **wish),
            key=key,
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

    def decline(self, attendee: Attendee, meeting: Meeting, reason: str = "") -> Meeting:
        return decline_meeting(
            attendee=attendee, meeting_id=meeting.pk, reason=reason, by=attendee.person, now=self.now
        )

    def withdraw(self, attendee: Attendee, meeting: Meeting) -> Meeting:
        return withdraw_request(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=self.now)

    def boss(self) -> Attendee:
        """An organiser whom nobody sees."""
        found = Attendee.objects.filter(event=self.event, permission="organiser").first()
        return found or make_attendee(self.event, permission="organiser", visibility="hidden")

    def propose(self, a: Attendee, b: Attendee, *slots: Slot, **more: object) -> Meeting:
        """As an organiser, propose to both that they meet."""
        return propose_meeting(
            event=self.event,
            pair=(a.pk, b.pk),
            slot_ids=[slot.pk for slot in slots],
            by=self.boss().person,
            now=self.now,
            **more,
        )

    def arrange(self, a: Attendee, b: Attendee, slot: Slot, **more: object) -> Meeting:
        """As an organiser, have both meet."""
        return arrange_meeting(
            event=self.event, pair=(a.pk, b.pk), slot_ids=[slot.pk], by=self.boss().person, now=self.now, **more
        )

    def move(self, meeting: Meeting, slot: Slot, table: Table | None = None) -> Meeting:
        """As an organiser, move an agreed meeting."""
        return move_meeting(
            event=self.event,
            meeting_id=meeting.pk,
            slot_id=slot.pk,
            table_id=table.pk if table else None,
            by=self.boss().person,
            now=self.now,
        )

    def counter(self, attendee: Attendee, meeting: Meeting, *slots: Slot) -> Meeting:
        return make_counter_offer(
            attendee=attendee,
            meeting_id=meeting.pk,
            slot_ids=tuple(slot.pk for slot in slots),
            by=attendee.person,
            now=self.now,
        )

    def take_counter(self, attendee: Attendee, meeting: Meeting, slot: Slot) -> Meeting:
        return take_counter_offer(
            attendee=attendee, meeting_id=meeting.pk, slot_id=slot.pk, by=attendee.person, now=self.now
        )

    def refuse_counter(self, attendee: Attendee, meeting: Meeting) -> Meeting:
        return refuse_counter_offer(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=self.now)

    def withdraw_counter(self, attendee: Attendee, meeting: Meeting) -> Meeting:
        return withdraw_counter_offer(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=self.now)

    def wait(self, attendee: Attendee, other: Attendee, **wish: object) -> WaitingListEntry:
        """Wait for a free time with the other."""
        return join_waiting_list(
            attendee=attendee, other_id=other.pk, data=MeetingRequestData(**wish), by=attendee.person, now=self.now
        )

    def assist(self, assistant: Attendee, principal: Attendee) -> Assistant:
        """The principal names the assistant, who agrees."""
        named = name_assistant(attendee=principal, email=assistant.person.email, by=principal.person, now=self.now)
        return accept_principal(attendee=assistant, assistant_id=named.pk, by=assistant.person, now=self.now)

    def question(self, attendee: Attendee, meeting: Meeting, text: str) -> Meeting:
        return ask_question(attendee=attendee, meeting_id=meeting.pk, text=text, by=attendee.person, now=self.now)

    def reply(self, attendee: Attendee, meeting: Meeting, text: str) -> Meeting:
        return answer_question(attendee=attendee, meeting_id=meeting.pk, text=text, by=attendee.person, now=self.now)

    def edit(self, attendee: Attendee, meeting: Meeting, *slots: Slot, **wish: object) -> Meeting:
        return edit_request(
            attendee=attendee,
            meeting_id=meeting.pk,
            data=MeetingRequestData(slot_ids=tuple(slot.pk for slot in slots), **wish),
            by=attendee.person,
            now=self.now,
        )

    def cancel(self, attendee: Attendee, meeting: Meeting, reason: str = "I fell ill") -> Meeting:
        return cancel_meeting(attendee=attendee, meeting_id=meeting.pk, reason=reason, by=attendee.person, now=self.now)

    def attest(self, attendee: Attendee, meeting: Meeting, took_place: bool, usefulness: int | None = None) -> Meeting:
        return attest_meeting(
            attendee=attendee,
            meeting_id=meeting.pk,
            took_place=took_place,
            usefulness=usefulness,
            by=attendee.person,
            now=self.now,
        )


def open_slots(people: list[Attendee], slots: list[Slot]) -> None:
    Availability.objects.bulk_create(
        Availability(event=attendee.event, attendee=attendee, slot=slot) for attendee in people for slot in slots
    )


def make_forum(people: int = 4, tables: int = 2, slots: int = 6, **fields: object) -> Forum:
    """An event whose first day has half-hour slots from 10:00 in its zone, one after the other."""
    event = make_event(**fields)
    starts_at = dt.datetime.combine(event.starts_on, dt.time(10), event.zone)
    half = dt.timedelta(minutes=30)
    forum = Forum(
        event=event,
        slots=Slot.objects.bulk_create(
            Slot(event=event, starts_at=starts_at + n * half, ends_at=starts_at + (n + 1) * half) for n in range(slots)
        ),
        tables=Table.objects.bulk_create(Table(event=event, label=f"T{n + 1}") for n in range(tables)),
    )
    forum.join(people)
    return forum


@pytest.fixture
def forum() -> Forum:
    return make_forum()


def mail_of(attendee: Attendee, forum: Forum) -> str:
    """The subject and text of the attendee's last notice as a mail; empty where none is sent."""
    mail = mail_for(Notice.objects.filter(attendee=attendee).latest("pk"), forum.now)
    return f"{mail.subject}\n{mail.body}" if mail else ""


def client_of(attendee: Attendee, **options: object) -> APIClient:
    """A client of the API in which this person has signed in."""
    client = APIClient(**options)
    client.force_login(attendee.person)
    return client


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def boss(event: Event) -> Attendee:
    return make_attendee(event, permission="organiser")
