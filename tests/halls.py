"""A forum with a hall of tables, for tests of small groups."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables, rounds_for
from backend.groups.services.open_roundtables import (
    RoundtableData,
    change_roundtable,
    join_roundtable,
    propose_roundtable,
)
from backend.groups.services.round_tables import accept_table, leave_table
from backend.groups.services.round_work import work_on_rounds
from backend.groups.services.rounds import RoundsOptions, approve_roundtable, order_rounds, publish_rounds
from tests.backend.conftest import make_forum
from tests.factories import make_attendee, make_attendees

SECONDS = 0.15
KINDS = ("government", "industry", "civil-society")
ORDERS = {"rounds": {}, "roundtables": {"least": 3, "most": 4}, "trios": {}}
PARTS = ({"seeks_topics"}, {"offers_topics"}, {"seeks_topics", "offers_topics"})  # of the three constituencies

each_unfit = pytest.mark.parametrize(
    "change",
    [
        {"age_class": "minor"},
        {"age_class": "unknown"},
        {"visibility": "hidden"},
        {"agreed_at": None, "agreement_version": ""},
    ],
    ids=["minor", "unknown", "hidden", "not-joined"],
)


class Hall:
    """A forum with people of three constituencies, tables and times, and its organiser.

    `kind`: what is drafted. For roundtables and trios all seek or offer the first topic: their topic.
    """

    def __init__(
        self,
        people: int = 12,
        tables: int = 3,
        slots: int = 3,
        kind: str = "rounds",
        now: dt.datetime | None = None,
        **event: object,
    ) -> None:
        self.forum = make_forum(people=0, tables=tables, slots=slots, **event)
        self.event, self.now = self.forum.event, now or self.forum.now
        self.boss = make_attendee(self.event, permission="organiser", visibility="hidden")
        self.kind, self.topic = kind, self.event.topics.order_by("key")[0].key
        sectors = {"government": "ict-ministry", "industry": "large-company", "civil-society": "ngo"}
        self.people = make_attendees(
            self.event,
            [
                {"constituency": kind, "sector": sectors[kind], **self.interests(number)}
                for number in range(people)
                for kind in [KINDS[number % 3]]
            ],
        )

    def interests(self, number: int) -> dict[str, list[str]]:
        """What somebody of the constituency of this number seeks and offers."""
        return {part: [self.topic] for part in PARTS[number % 3] if self.kind != "rounds"}

    def ordered(self, **more: object) -> Rounds:
        options = {
            "kind": self.kind,
            "title": "Everybody meets everybody",
            "slot_ids": tuple(slot.pk for slot in self.forum.slots),
            "table_ids": tuple(table.pk for table in self.forum.tables),
            "least": 2,
            "most": 4,
            "topic": "" if self.kind == "rounds" else self.topic,
            **ORDERS[self.kind],
            **more,
        }
        return order_rounds(event=self.event, options=RoundsOptions(**options), by=self.boss.person, now=self.now)

    def work(self, rounds: Rounds, now: dt.datetime | None = None, seconds: float = SECONDS) -> Rounds:
        rounds.refresh_from_db()
        work_on_rounds(rounds_id=rounds.pk, version=rounds.version, now=now or self.now, seconds=seconds)
        return rounds_for(self.event, rounds.pk)

    def drafted(self, **more: object) -> Rounds:
        return self.work(self.ordered(**more))

    def published(self, **more: object) -> Rounds:
        rounds = self.drafted(**more)
        publish_rounds(
            event=self.event, rounds_id=rounds.pk, answer_by=self.answer_by, by=self.boss.person, now=self.now
        )
        return self.work(rounds)

    @property
    def answer_by(self) -> dt.datetime:
        return self.now + dt.timedelta(hours=1)

    def accept(self, attendee: Attendee, meeting_id: int, now: dt.datetime | None = None) -> Meeting:
        return accept_table(attendee=attendee, meeting_id=meeting_id, by=attendee.person, now=now or self.now)

    def accept_all(self, *people: Attendee) -> None:
        for attendee in people or self.people:
            for row in own_tables(attendee, self.now):
                self.accept(attendee, row.meeting_id)

    def leave(self, attendee: Attendee, meeting_id: int) -> Meeting:
        return leave_table(attendee=attendee, meeting_id=meeting_id, by=attendee.person, now=self.now)


class OpenHall(Hall):
    """A hall in which attendees propose roundtables and join them."""

    def propose(self, host: Attendee, slot: int = 0, **more: object) -> Rounds:
        data = {"about": "Evidence that reaches the police", "slot_id": self.forum.slots[slot].pk, "seats": 4, **more}
        return propose_roundtable(attendee=host, data=RoundtableData(**data), by=host.person, now=self.now)

    def change(self, rounds: Rounds, slot: int = 0, **more: object) -> Rounds:
        host = rounds.tables.get().host
        data = {"about": "Evidence, in one form", "slot_id": self.forum.slots[slot].pk, "seats": 4, **more}
        own = {"attendee": host, "rounds_id": rounds.pk, "by": host.person}
        return change_roundtable(**own, data=RoundtableData(**data), now=self.now)

    def approve(self, rounds: Rounds, now: dt.datetime | None = None) -> Meeting:
        """The table of it, once the organiser approved it."""
        read = {"rounds_id": rounds.pk, "version": rounds.version}
        approve_roundtable(event=self.event, **read, by=self.boss.person, now=now or self.now)
        return Meeting.objects.get(round_table__rounds=rounds)

    def opened(self, *joining: Attendee, **more: object) -> Meeting:
        """One of the first of the people, which these have joined."""
        meeting = self.approve(self.propose(self.people[0], **more))
        for one in joining:
            self.join(one, meeting)
        return meeting

    def join(self, attendee: Attendee, meeting: Meeting, now: dt.datetime | None = None) -> Meeting:
        return join_roundtable(attendee=attendee, meeting_id=meeting.pk, by=attendee.person, now=now or self.now)
