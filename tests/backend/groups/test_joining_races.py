"""Fifty who join the last place of a roundtable at once: the database gives it to one."""

from __future__ import annotations

import threading

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from backend.groups.services import open_roundtables, places
from backend.groups.services.open_roundtables import RoundtableFull
from tests.backend.booking.test_races import PATIENCE, PLACES, at_once, drop_constraint  # noqa: F401
from tests.factories import make_attendees
from tests.halls import OpenHall

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50
SENTENCE = r"^All places are taken\. Choose another roundtable, or look again later\.$"


def last_place(joining: int) -> tuple[OpenHall, Meeting, list[Attendee]]:
    """A roundtable with one of four places left, and so many who want it."""
    hall = OpenHall(people=3, tables=1, slots=1)
    meeting = hall.opened(*hall.people[1:])
    return hall, meeting, make_attendees(hall.event, [{}] * joining)


@pytest.fixture
def all_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four look, without waiting for a lock, then write."""
    all_have_looked, waited = threading.Barrier(4), threading.local()
    take_place = places._take_place

    def wait_first(seat: Seat) -> None:
        if threading.current_thread() is not threading.main_thread() and not hasattr(waited, "once"):
            waited.once = True
            all_have_looked.wait(PATIENCE)
        take_place(seat)

    monkeypatch.setattr(places, "_take_place", wait_first)
    monkeypatch.setattr(open_roundtables, "_lock_table", lambda pk: Meeting.objects.get(pk=pk))


def test_without_the_constraint_four_join_the_last_place(drop_constraint, all_look_first) -> None:  # noqa: F811
    hall, meeting, late = last_place(4)
    drop_constraint(Seat, PLACES)
    assert at_once(*(lambda one=one: hall.join(one, meeting) for one in late)) == ["ok"] * 4
    assert Seat.objects.filter(meeting=meeting, place=4).count() == 4


def test_with_it_and_without_locks_one_of_four_does(all_look_first) -> None:
    hall, meeting, late = last_place(4)
    calls = [lambda one=one: hall.join(one, meeting) for one in late]
    assert sorted(at_once(*calls)) == ["ok", *["roundtable_full"] * 3]
    assert sorted(Seat.objects.filter(meeting=meeting).values_list("place", flat=True)) == [1, 2, 3, 4]


def test_of_fifty_who_join_the_last_place_at_once_one_gets_it_and_49_read_one_sentence() -> None:
    hall, meeting, late = last_place(MANY)
    calls = [lambda one=one: hall.join(one, meeting) for one in late[1:]]
    assert sorted(at_once(*calls)) == ["ok", *["roundtable_full"] * (MANY - 2)]
    with pytest.raises(RoundtableFull, match=SENTENCE):
        hall.join(late[0], meeting)
    assert sorted(Seat.objects.filter(meeting=meeting).values_list("place", flat=True)) == [1, 2, 3, 4]
    assert Seat.objects.filter(meeting=meeting, is_active=True, attendee__in=late).count() == 1


def test_of_two_proposals_for_the_last_table_approved_at_once_one_is_opened() -> None:
    hall = OpenHall(people=2, tables=1, slots=1)
    both = [hall.propose(one) for one in hall.people]
    assert sorted(at_once(*(lambda one=one: hall.approve(one) for one in both))) == ["no_table_free", "ok"]
    assert Meeting.objects.get().table == Table.objects.get()


def test_one_who_joins_two_at_the_same_time_at_once_gets_one() -> None:
    hall = OpenHall(people=3, tables=2, slots=1)
    two = [hall.approve(hall.propose(one)) for one in hall.people[:2]]
    me = hall.people[2]
    assert sorted(at_once(*(lambda one=one: hall.join(me, one) for one in two))) == ["ok", "slot_taken"]
    assert Seat.objects.filter(attendee=me, is_active=True).count() == 1


def test_one_who_joins_while_the_host_leaves_is_refused_or_told() -> None:
    hall = OpenHall(people=2, tables=1, slots=1)
    host, me = hall.people
    meeting = hall.opened()
    joined, left = at_once(lambda: hall.join(me, meeting), lambda: hall.leave(host, meeting.pk))
    assert (joined in {"ok", "not_found"}, left) == (True, "ok")
    assert Meeting.objects.get().state == "cancelled"
    assert not Seat.objects.filter(is_active=True).exists()
