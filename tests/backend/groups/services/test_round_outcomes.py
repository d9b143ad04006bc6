"""Being there, saying that it took place, follow-ups and connections, at tables of all three kinds."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import have_met
from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.groups.selectors.rounds import TableRow, own_table, own_tables
from backend.groups.services.round_outcomes import (
    answer_table_follow_up,
    arrive_at_table,
    attest_table,
    note_table_follow_up,
)
from backend.outcomes.selectors.connections import connections_for
from backend.outcomes.services.attestations import ask_whether_held, attest_meeting, settle_unattested
from backend.outcomes.services.connections import ContactData, share_contact
from backend.outcomes.services.follow_ups import remind_follow_ups
from tests.factories import block_contact
from tests.halls import ORDERS, Hall

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


class Table:
    """A table that three accepted, before, during and after it."""

    def __init__(self, kind: str) -> None:
        self.hall = Hall(kind=kind)
        self.hall.published()
        self.hall.accept_all()
        me = next(one for one in self.hall.people if len(own_tables(one, self.hall.now)) > 0)
        row = own_tables(me, self.hall.now)[0]
        self.meeting_id, self.begin, self.end = row.meeting_id, row.starts_at, row.ends_at
        ids = [me.pk, *(one.attendee_id for one in row.members)]
        self.people = [Attendee.objects.select_related("person", "event").get(pk=pk) for pk in ids]

    def row(self, number: int, now: dt.datetime) -> TableRow:
        return own_table(self.people[number], self.meeting_id, now)

    def does(self, change: object, number: int, now: dt.datetime, **data: object) -> object:
        attendee = self.people[number]
        return change(attendee=attendee, meeting_id=self.meeting_id, by=attendee.person, now=now, **data)

    def arrives(self, number: int, now: dt.datetime) -> object:
        return self.does(arrive_at_table, number, now)

    def says(self, number: int, took_place: bool, usefulness: int | None = None) -> object:
        return self.does(attest_table, number, self.end, took_place=took_place, usefulness=usefulness)

    def shares(self, number: int, other: int, now: dt.datetime) -> object:
        one, two = self.people[number], self.people[other]
        data = ContactData(email=f"{one.pk}@example.org")
        return share_contact(attendee=one, other_id=two.pk, data=data, by=one.person, now=now)


@pytest.fixture(params=sorted(ORDERS))
def table(request: pytest.FixtureRequest) -> Table:
    return Table(request.param)


@pytest.fixture
def trio() -> Table:
    return Table("trios")


def refusal_of(call: object) -> str:
    with pytest.raises(BusinessError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


def told(attendee: Attendee) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee).order_by("pk").values_list("kind", flat=True))


def test_the_others_see_who_is_there(table: Table) -> None:
    soon = table.begin - 15 * MINUTE
    assert "arrive" not in table.row(0, soon - MINUTE).actions
    assert refusal_of(lambda: table.arrives(0, soon - MINUTE)) == "too_early"
    assert "arrive" in table.row(0, soon).actions
    table.arrives(0, soon)
    table.arrives(0, soon)
    assert table.row(0, soon).i_am_here
    assert "arrive" not in table.row(0, soon).actions
    assert table.row(1, soon).here == (table.people[0].pk,)
    assert refusal_of(lambda: table.arrives(1, table.end)) == "too_late"


def test_each_says_of_the_group_that_it_took_place_and_nobody_of_another(table: Table) -> None:
    assert refusal_of(lambda: table.does(attest_table, 0, table.begin, took_place=True)) == "too_early"
    assert "attest" in table.row(0, table.end).actions
    table.says(0, True, 5)
    table.says(1, False)
    assert (table.row(0, table.end).my_word, table.row(0, table.end).my_usefulness) == ("held", 5)
    assert "attest" not in table.row(0, table.end).actions
    assert table.row(2, table.end).my_word == ""
    assert refusal_of(lambda: table.says(2, False, 3)) == "bad_usefulness"
    table.says(0, False)
    assert table.row(0, table.end).my_word == "not_held"
    assert settle_unattested(now=table.end + dt.timedelta(days=9)) == 0
    assert Meeting.objects.get(pk=table.meeting_id).state == Meeting.State.ACCEPTED


def test_all_who_said_yes_are_asked_once_whether_it_took_place(trio: Table) -> None:
    assert ask_whether_held(now=trio.end) == Meeting.objects.of_rounds().filter(period__endswith=trio.end).count()
    assert ask_whether_held(now=trio.end) == 0
    assert all(told(one)[-1] == "attest" for one in trio.people)


def test_two_of_a_table_have_met_unless_one_of_them_says_no(trio: Table) -> None:
    first, second, third = (one.pk for one in trio.people)
    assert not have_met(first, second, trio.begin - MINUTE)
    assert have_met(first, second, trio.begin)
    trio.says(0, False)
    assert not have_met(first, second, trio.end)
    assert have_met(second, third, trio.end)


def test_only_who_said_yes_has_met_anybody(trio: Table) -> None:
    trio.hall = Hall(kind="trios")
    trio.hall.published()
    someone = next(one for one in trio.hall.people if own_tables(one, trio.hall.now))
    row = own_tables(someone, trio.hall.now)[0]
    assert not have_met(someone.pk, row.members[0].attendee_id, row.ends_at)


def test_a_pair_connects_by_its_own_consent_and_the_third_with_nobody(table: Table) -> None:
    assert refusal_of(lambda: table.shares(0, 1, table.begin - MINUTE)) == "not_met"
    table.shares(0, 1, table.end)
    table.shares(1, 0, table.end)
    found = [connections_for(one.person, table.end) for one in table.people[:3]]
    assert [len(one.connections) for one in found] == [1, 1, 0]
    assert [len(one.to_answer) + len(one.waiting) for one in found] == [0, 0, 0]
    assert told(table.people[1])[-1] == "contact_offered"
    assert told(table.people[0])[-1] == "connected"
    assert not {"contact_offered", "connected"} & set(told(table.people[2]))


def test_what_came_of_it_is_for_oneself_alone(table: Table) -> None:
    due = table.end.date() + dt.timedelta(days=3)
    assert (
        refusal_of(lambda: table.does(note_table_follow_up, 0, table.begin - MINUTE, agreed="A call", due_on=due))
        == "too_early"
    )
    table.does(note_table_follow_up, 0, table.end, agreed="A call", due_on=due)
    note = table.row(0, table.end).follow_up
    assert note is not None
    assert (note.agreed, note.due_on, note.kept) == ("A call", due, None)
    assert table.row(1, table.end).follow_up is None
    assert remind_follow_ups(now=table.end + dt.timedelta(days=4)) == 1
    assert told(table.people[0])[-1] == "follow_up"
    table.does(answer_table_follow_up, 0, table.end, kept=True)
    assert table.row(0, table.end).follow_up.kept is True


@pytest.mark.parametrize("how", ["block", "report"])
def test_whom_the_policy_parts_says_nothing_of_the_table_and_connects_with_nobody_there(table: Table, how: str) -> None:
    table.arrives(1, table.begin)
    block_contact(how, table.people[0], table.people[1])
    assert table.row(0, table.end).actions == table.row(0, table.end).here == ()
    for call in (
        lambda: table.arrives(0, table.begin),
        lambda: table.says(0, True),
        lambda: table.does(note_table_follow_up, 0, table.end, agreed="x", due_on=None),
        lambda: table.does(answer_table_follow_up, 0, table.end, kept=True),
        lambda: table.shares(0, 1, table.end),
        lambda: table.shares(1, 0, table.end),
    ):
        assert refusal_of(call) == "not_found"


def test_nobody_says_anything_of_a_table_they_did_not_accept(table: Table) -> None:
    Seat.objects.filter(meeting=table.meeting_id, attendee=table.people[0]).update(is_active=False, answer="")
    stranger = table.hall.boss
    for call in (
        lambda: table.arrives(0, table.begin),
        lambda: table.says(0, True),
        lambda: arrive_at_table(attendee=stranger, meeting_id=table.meeting_id, by=stranger.person, now=table.begin),
        lambda: attest_meeting(
            attendee=table.people[1],
            meeting_id=table.meeting_id,
            took_place=True,
            by=table.people[1].person,
            now=table.end,
        ),
    ):
        assert refusal_of(call) == "not_found"
