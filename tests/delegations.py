"""A forum with all that a session with a delegation takes, for tests: who may sit in it, when and where."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.groups.services.delegation_sessions import (
    SessionPlan,
    answer_delegation_session,
    ask_delegation_session,
    confirm_delegation_session,
    propose_delegation_session,
)
from backend.safeguarding.models import Chaperone, DelegationSession, OpenPlace, Vetting
from tests.factories import LONG_AGO, NOW, make_attendee, make_event, make_organisation, provide_for_minors

FOREVER = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


@dataclass
class Delegations:
    """A lead, an adult who asks, a chaperone, a second adult, two minors of one delegation, time, place."""

    event: Event
    lead: Attendee
    asker: Attendee
    chaperone: Attendee
    vetted: Attendee
    minors: tuple[Attendee, Attendee]
    slots: tuple[Slot, Slot]
    table: Table
    now: dt.datetime = NOW

    @property
    def adults(self) -> tuple[Attendee, Attendee, Attendee]:
        return self.asker, self.chaperone, self.vetted

    def ask(self, **changed: Any) -> DelegationSession:
        values = {
            "attendee": self.asker,
            "topic_id": self.event.topics.get(key="sextortion").pk,
            "wish": "The youth council",
            "words": "Words for leads alone",
            "by": self.asker.person,
            "now": self.now,
        }
        return ask_delegation_session(**(values | changed))

    def plan(self, **changed: Any) -> SessionPlan:
        values = {
            "chaperone_id": self.chaperone.pk,
            "vetted_id": self.vetted.pk,
            "minor_ids": [minor.pk for minor in self.minors],
            "slot_id": self.slots[0].pk,
            "table_id": self.table.pk,
        }
        return SessionPlan(**(values | changed))

    def propose(self, session: DelegationSession, **changed: Any) -> DelegationSession:
        return propose_delegation_session(
            event=self.event, session_id=session.pk, plan=self.plan(**changed), by=self.lead.person, now=self.now
        )

    def answer(self, session: DelegationSession, attendee: Attendee, is_yes: bool = True) -> None:
        answer_delegation_session(
            attendee=attendee, session_id=session.pk, is_yes=is_yes, by=attendee.person, now=self.now
        )

    def confirm(self, session: DelegationSession) -> DelegationSession:
        return confirm_delegation_session(event=self.event, session_id=session.pk, by=self.lead.person, now=self.now)

    def confirmed(self) -> DelegationSession:
        """A session to which both adults and the first minor said yes, and the second nothing."""
        session = self.propose(self.ask())
        for one in (self.chaperone, self.vetted, self.minors[0]):
            self.answer(session, one)
        return self.confirm(session)


def vet(attendee: Attendee, until: dt.datetime = FOREVER) -> Vetting:
    return Vetting.objects.create(
        attendee=attendee, checked_by="Office", check_made="Police", recorded_at=LONG_AGO, expires_at=until
    )


def make_delegations(event: Event | None = None, now: dt.datetime = NOW) -> Delegations:
    event = event or make_event()
    youth = make_organisation(event, "youth", "youth", "Youth Council")
    minors = tuple(
        make_attendee(
            event, name=f"{name} Family", short_name=name, age_class="minor", organisation=youth, has_joined=False
        )
        for name in ("Kham", "Noy")
    )
    made = Delegations(
        event=event,
        lead=make_attendee(event, name="Lena Lead", permission="safeguarding-lead"),
        asker=make_attendee(event, name="Anan Asker"),
        chaperone=make_attendee(event, name="Chan Chaperone", role="chaperone"),
        vetted=make_attendee(event, name="Vera Vetted"),
        minors=minors,  # type: ignore[arg-type]
        slots=tuple(  # type: ignore[arg-type]
            Slot.objects.create(event=event, starts_at=at, ends_at=at + dt.timedelta(minutes=30))
            for hour in (3, 4)
            if (at := dt.datetime.combine(event.starts_on, dt.time(hour), dt.UTC))
        ),
        table=Table.objects.create(event=event, label="Foyer 1", place="Foyer"),
        now=now,
    )
    GuardianConsent.objects.filter(attendee__event=event).delete()
    provide_for_minors(event)
    OpenPlace.objects.create(table=made.table, recorded_at=now)
    vet(made.chaperone)
    vet(made.vetted)
    Chaperone.objects.create(event=event, attendee=made.chaperone, organisation=youth, recorded_at=now)
    return made
