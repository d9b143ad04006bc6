"""Concurrent writes: without the constraint or the locks, to see the bug; then with them, and no bug."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, models

from backend.agenda.services import bookmarks as sessions
from backend.agenda.services.bookmarks import bookmark_session
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services import answers, booking, locks
from backend.booking.services.requests import expire_requests
from backend.core.errors import BusinessError, Refused
from backend.events.models.agenda import SessionPart, Table
from backend.events.models.attendees import Attendee
from backend.events.services.venue import TableData
from backend.groups.services import office_hours, places
from backend.groups.services.office_hours import (
    OfficeHourData,
    add_guest,
    cancel_office_hour,
    leave_office_hour,
    open_office_hour,
)
from backend.groups.services.round_tables import give_place
from backend.outcomes.models import ContactShare
from backend.outcomes.selectors.connections import connections_for
from backend.outcomes.services.connections import ContactData, end_connection, share_contact
from backend.setup.services.tables import change_table
from tests.backend.conftest import Forum, make_forum, open_slots
from tests.factories import NOW, make_attendee, make_attendees
from tests.halls import Hall

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = "seat_one_guest_per_place"
SEATS = "seat_one_per_attendee_at_a_time"
TABLES = "meeting_one_per_table_at_a_time"
PATIENCE = 120  # seconds until a test that hangs fails


@pytest.fixture
def drop_constraint():
    """A function that takes a constraint away until the test ends; what it let in is removed first."""
    dropped: list[tuple[type[models.Model], models.BaseConstraint]] = []

    def drop(model: type[models.Model], name: str) -> None:
        constraint = next(one for one in model._meta.constraints if one.name == name)
        with connection.schema_editor() as editor:
            editor.remove_constraint(model, constraint)
        dropped.append((model, constraint))

    yield drop
    Meeting.objects.all().delete()
    for model, constraint in dropped:
        with connection.schema_editor() as editor:
            editor.add_constraint(model, constraint)


@pytest.fixture
def lets_look_first(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A function: so many who take a place of an office hour wait for no lock, and all look, then write."""

    def prepare(writers: int) -> None:
        monkeypatch.setattr(office_hours, "lock_attendees", lambda ids: None)
        monkeypatch.setattr(office_hours, "lock_requests", lambda ids, now: None)
        monkeypatch.setattr(office_hours, "release_requests", lambda **arguments: None)
        monkeypatch.setattr(office_hours, "_locked_one", lambda pk: Meeting.objects.get(pk=pk))
        all_have_looked, waited = threading.Barrier(writers), threading.local()
        take_place = places._take_place

        def wait_first(*arguments: object) -> None:
            if not hasattr(waited, "once"):
                waited.once = True
                all_have_looked.wait(PATIENCE)
            take_place(*arguments)

        monkeypatch.setattr(places, "_take_place", wait_first)

    return prepare


def at_once(*calls: Callable[[], object]) -> list[str]:
    """Each call in a thread and a connection of its own, begun together: ok, or the refusal's code."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> str:
        try:
            start.wait(PATIENCE)
            call()
        except BusinessError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "ok"

    with ThreadPoolExecutor(len(calls)) as pool:
        return [job.result(PATIENCE) for job in [pool.submit(run, call) for call in calls]]


def without_locks(monkeypatch: pytest.MonkeyPatch, writers: int) -> threading.Barrier:
    """Nobody waits for anybody, and all have looked before the first one writes."""
    monkeypatch.setattr(locks, "lock_attendees", lambda ids: None)
    # These lock or write other requests and count on the locks.
    monkeypatch.setattr(booking, "lock_requests", lambda ids, now: None)
    monkeypatch.setattr(answers, "release_requests", lambda **arguments: None)
    all_have_looked = threading.Barrier(writers)
    waits_for(monkeypatch, all_have_looked, answers, "book_meeting")
    return all_have_looked


def waits_for(monkeypatch: pytest.MonkeyPatch, others: threading.Barrier, owner: object, name: str) -> None:
    """Let a function begin when all others have come as far."""
    function = getattr(owner, name)

    def wait_first(*arguments: object, **named: object) -> object:
        others.wait(PATIENCE)
        return function(*arguments, **named)

    monkeypatch.setattr(owner, name, wait_first)


def two_places_left() -> tuple[Meeting, list[Callable[[], object]]]:
    """An office hour with six guests, and four more who asked, whom the host adds each in their own tab."""
    forum = make_forum(people=11)
    host, *askers = forum.people
    now = forum.now
    requests = [forum.ask(asker, host, forum.slots[0]) for asker in askers]
    data = OfficeHourData(
        request_ids=tuple(one.pk for one in requests[:6]), slot_id=forum.slots[1].pk, about="Evidence"
    )
    meeting = open_office_hour(attendee=host, data=data, by=host.person, now=now)
    target = {"attendee": host, "meeting_id": meeting.pk, "by": host.person, "now": now}
    return meeting, [lambda pk=request.pk: add_guest(**target, request_id=pk) for request in requests[6:]]


def places_of(meeting: Meeting) -> list[int]:
    seats = Seat.objects.filter(meeting=meeting, part="guest", is_active=True)
    return sorted(seats.values_list("place", flat=True))


def test_without_the_constraint_and_the_locks_four_take_the_two_last_places(drop_constraint, lets_look_first):
    meeting, calls = two_places_left()
    drop_constraint(Seat, PLACES)
    lets_look_first(4)
    assert at_once(*calls) == ["ok"] * 4
    assert places_of(meeting) == [1, 2, 3, 4, 5, 6, 7, 7, 7, 7]


def test_the_constraint_alone_gives_the_two_last_places_to_two(lets_look_first):
    meeting, calls = two_places_left()
    lets_look_first(4)
    assert sorted(at_once(*calls)) == ["office_hour_full"] * 2 + ["ok"] * 2
    assert places_of(meeting) == list(range(1, 9))


def test_with_constraint_and_locks_two_get_the_last_places_and_the_other_requests_stay_open():
    meeting, calls = two_places_left()
    assert sorted(at_once(*calls)) == ["office_hour_full"] * 2 + ["ok"] * 2
    assert places_of(meeting) == list(range(1, 9))
    assert Meeting.objects.requests().count() == 2


def test_an_office_hour_opened_twice_at_once_with_one_key_is_one():
    forum = make_forum(people=4)
    host, *askers = forum.people
    ids = tuple(forum.ask(asker, host, forum.slots[0]).pk for asker in askers)
    data = OfficeHourData(request_ids=ids, slot_id=forum.slots[1].pk, about="Evidence")
    open_it = {"attendee": host, "data": data, "key": "once", "by": host.person, "now": forum.now}
    assert at_once(*[lambda: open_office_hour(**open_it)] * 4) == ["ok"] * 4
    assert Meeting.objects.office_hours().count() == 1


def test_a_guest_who_leaves_while_the_host_cancels_is_told_once_that_it_is_off():
    meeting, _calls = two_places_left()
    host, guest = meeting.asker, Seat.objects.get(meeting=meeting, place=1).attendee
    by = {"meeting_id": meeting.pk, "now": NOW}
    answers_ = at_once(
        lambda: leave_office_hour(attendee=guest, by=guest.person, **by),
        lambda: cancel_office_hour(attendee=host, reason="Ill", by=host.person, **by),
    )
    assert answers_[1] == "ok"
    assert answers_[0] in ("ok", "already_answered")
    assert Notice.objects.filter(meeting=meeting, attendee=guest, kind="cancelled").count() == 1


def accepts(forum: Forum, count: int) -> list[Callable[[], object]]:
    """The first of the cast is asked by `count` others for the same slot, and accepts all of them."""
    me, *requesters = forum.people
    meetings = [forum.ask(requester, me, forum.slots[0]) for requester in requesters[:count]]
    return [lambda meeting=meeting: forum.accept(me, meeting, forum.slots[0]) for meeting in meetings]


def double_booked() -> int:
    """Pairs of active seats of one attendee that overlap, counted without the help of any constraint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM booking_seat a JOIN booking_seat b ON a.attendee_id = b.attendee_id "
            "AND a.id < b.id AND a.is_active AND b.is_active AND a.period && b.period"
        )
        return cursor.fetchone()[0]


def tables_taken_twice() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM booking_meeting a JOIN booking_meeting b ON a.table_id = b.table_id "
            "AND a.id < b.id AND a.state = 'accepted' AND b.state = 'accepted' "
            "AND NOT a.is_online AND a.period && b.period"
        )
        return cursor.fetchone()[0]


def test_without_the_constraint_and_the_locks_eight_accepts_book_one_person_eight_times(monkeypatch, drop_constraint):
    forum = make_forum(people=9, tables=8)
    calls = accepts(forum, 8)
    drop_constraint(Seat, SEATS)
    without_locks(monkeypatch, 8)
    assert at_once(*calls) == ["ok"] * 8
    assert double_booked() == 28


def test_the_constraint_alone_lets_one_of_eight_accepts_through(monkeypatch):
    forum = make_forum(people=9, tables=8)
    calls = accepts(forum, 8)
    without_locks(monkeypatch, 8)
    answers = at_once(*calls)
    assert sorted(answers) == ["ok"] + ["slot_taken"] * 7
    assert double_booked() == 0


def test_with_constraint_and_locks_one_of_eight_is_booked_and_the_rest_get_new_times():
    forum = make_forum(people=9, tables=8)
    assert sorted(at_once(*accepts(forum, 8))) == ["ok"] + ["slot_taken"] * 7
    assert double_booked() == 0
    losers = Meeting.objects.requests()
    assert losers.count() == 7
    assert all([time.slot for time in loser.times.all()] == forum.slots[1:4] for loser in losers)


def pairs_at_one_table(forum: Forum) -> list[Callable[[], object]]:
    a, b, c, d = forum.people
    meetings = [(b, forum.ask(a, b, forum.slots[0])), (d, forum.ask(c, d, forum.slots[0]))]
    return [lambda who=who, meeting=meeting: forum.accept(who, meeting) for who, meeting in meetings]


def test_without_the_constraint_two_pairs_sit_down_at_the_same_table(monkeypatch, drop_constraint):
    forum = make_forum(tables=2)
    calls = pairs_at_one_table(forum)
    drop_constraint(Meeting, TABLES)
    both_have_chosen(monkeypatch)
    assert at_once(*calls) == ["ok", "ok"]
    assert tables_taken_twice() == 1


def test_two_pairs_that_choose_the_same_table_get_two_tables(monkeypatch):
    forum = make_forum(tables=2)
    calls = pairs_at_one_table(forum)
    both_have_chosen(monkeypatch)
    assert at_once(*calls) == ["ok", "ok"]
    assert tables_taken_twice() == 0
    assert set(Meeting.objects.values_list("table", flat=True)) == {table.pk for table in forum.tables}


def test_of_two_pairs_and_one_table_one_is_refused_with_no_table_free(monkeypatch):
    forum = make_forum(tables=1)
    calls = pairs_at_one_table(forum)
    both_have_chosen(monkeypatch)
    assert sorted(at_once(*calls)) == ["no_table_free", "ok"]
    waiting = Meeting.objects.get(state="requested")
    assert not Seat.objects.filter(meeting=waiting, is_active=True).exists()


def both_have_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read which tables are free before either takes one."""
    both = threading.Barrier(2)
    free_tables = booking.free_tables

    def choose(*arguments: object) -> list[Table]:
        chosen = free_tables(*arguments)
        both.wait(PATIENCE)
        return chosen

    monkeypatch.setattr(booking, "free_tables", choose)


@pytest.mark.parametrize("attempt", range(4))
def test_accepts_in_crossed_order_never_wait_for_each_other(attempt):
    forum = make_forum(people=4, tables=4)
    a, b, c, d = forum.people
    asked = [(a, b), (b, c), (c, d), (d, a)]
    meetings = [(other, forum.ask(asker, other, forum.slots[0])) for asker, other in asked]
    answers = at_once(*(lambda w=who, m=meeting: forum.accept(w, m) for who, meeting in meetings))
    assert set(answers) <= {"ok", "slot_taken"}
    assert answers.count("ok") >= 2
    assert double_booked() == 0


def test_the_same_key_sent_eight_times_at_once_makes_one_meeting():
    forum = make_forum(people=2)
    a, b = forum.people
    answers = at_once(*[lambda: forum.ask(a, b, forum.slots[0], key="double tap")] * 8)
    assert answers == ["ok"] * 8
    assert Meeting.objects.count() == 1


def test_two_who_ask_each_other_at_once_make_one_request():
    forum = make_forum(people=2)
    a, b = forum.people
    answers = at_once(lambda: forum.ask(a, b, forum.slots[0]), lambda: forum.ask(b, a, forum.slots[1]))
    assert sorted(answers) == ["already_asked", "ok"]
    assert Meeting.objects.count() == 1


def test_the_cap_holds_against_many_requests_at_once():
    forum = make_forum(people=12)
    me, *others = forum.people
    answers = at_once(*(lambda other=other: forum.ask(me, other) for other in others))
    assert sorted(answers) == ["cap_reached"] * 3 + ["ok"] * 8


def bookmark_and_accept() -> list[Callable[[], object]]:
    """One of two bookmarks a session at the time at which the other accepts."""
    forum = make_forum(people=2)
    a, b = forum.people
    meeting, slot = forum.ask(a, b, forum.slots[0]), forum.slots[0]
    session = forum.event.sessions.create(title="Opening", starts_at=slot.starts_at, ends_at=slot.ends_at)
    keep = {"attendee": a, "session_id": session.pk, "by": a.person, "now": forum.now}
    return [lambda: forum.accept(b, meeting, slot), lambda: bookmark_session(**keep)]


def booked_in_a_session() -> int:
    """Active seats that overlap a session of the same attendee."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM booking_seat s JOIN events_sessionpart p ON p.attendee_id = s.attendee_id "
            "JOIN events_session x ON x.id = p.session_id "
            "WHERE s.is_active AND s.period && tstzrange(x.starts_at, x.ends_at)"
        )
        return cursor.fetchone()[0]


def test_without_the_locks_a_bookmark_and_an_accept_take_the_same_time(monkeypatch):
    calls = bookmark_and_accept()
    both_have_looked = without_locks(monkeypatch, 2)
    monkeypatch.setattr(sessions, "lock_attendees", lambda ids: None)
    monkeypatch.setattr(sessions, "release_requests", lambda **arguments: None)
    waits_for(monkeypatch, both_have_looked, SessionPart.objects, "create")
    assert at_once(*calls) == ["ok", "ok"]
    assert booked_in_a_session() == 1


def test_a_bookmark_and_an_accept_at_once_never_both_take_the_time():
    for _ in range(5):
        calls = bookmark_and_accept()
        assert sorted(at_once(*calls)) in (["in_a_meeting", "ok"], ["ok", "slot_taken"])
        assert booked_in_a_session() == 0


def test_a_cancel_and_an_expiry_job_at_once_end_a_meeting_once():
    forum = make_forum(people=2)
    a, b = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    at_once(*[lambda: forum.cancel(a, meeting)] * 4, *[lambda: forum.cancel(b, meeting)] * 4)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence) == ("cancelled", 1)
    assert meeting.notices.filter(kind="cancelled").count() == 2
    late = forum.now + dt.timedelta(days=3)
    again = forum.ask(a, b, forum.slots[1])
    at_once(*[lambda: expire_requests(now=late)] * 4)
    assert again.notices.filter(kind="expired").count() == 2


def test_a_table_that_loses_its_mark_after_it_was_chosen_is_not_given_to_who_needs_it(monkeypatch):
    forum = make_forum(people=2, tables=1)
    Table.objects.update(step_free=True)
    boss = make_attendee(forum.event, permission="organiser").person
    a, b = forum.people
    meeting = forum.ask(a, b, forum.slots[0], needs_step_free=True)
    is_chosen, has_changed = threading.Barrier(2), threading.Barrier(2)
    waits_for(monkeypatch, has_changed, booking, "book_table")
    waits_for(monkeypatch, is_chosen, booking, "book_table")

    def change() -> None:
        is_chosen.wait(PATIENCE)
        data = TableData(label="T1", step_free=False)
        change_table(event=forum.event, table_id=forum.tables[0].pk, data=data, by=boss, now=forum.now)
        has_changed.wait(PATIENCE)

    assert at_once(lambda: forum.accept(b, meeting, forum.slots[0]), change) == ["no_table_free", "ok"]
    assert Meeting.objects.get().state == "requested"


@pytest.mark.parametrize("rival", ["accepts as asked", "accepts somebody else then"])
def test_who_takes_an_offered_time_while_it_goes_gets_it_or_is_refused_and_nobody_is_booked_twice(rival):
    forum = make_forum(people=3, tables=2)
    a, b, c = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    forum.counter(b, meeting, forum.slots[1])
    if rival == "accepts as asked":
        accept = lambda: forum.accept(b, meeting, forum.slots[0])  # noqa: E731
    else:
        other = forum.ask(c, b, forum.slots[1])
        accept = lambda: forum.accept(b, other, forum.slots[1])  # noqa: E731
    answers = at_once(accept, lambda: forum.take_counter(a, meeting, forum.slots[1]))
    assert "ok" in answers
    assert set(answers) <= {"ok", "slot_taken", "no_counter_offer", "already_answered"}
    assert answers.count("ok") == 1
    assert double_booked() == tables_taken_twice() == 0


def test_a_meeting_cancelled_while_it_moves_is_cancelled_or_moved_and_holds_no_seat_twice():
    forum = make_forum(people=2, tables=2)
    a, b = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.counter(a, meeting, forum.slots[1])
    moved, cancelled = at_once(lambda: forum.take_counter(b, meeting, forum.slots[1]), lambda: forum.cancel(a, meeting))
    assert cancelled == "ok"
    assert moved in ("ok", "no_counter_offer")
    meeting.refresh_from_db()
    assert meeting.state == "cancelled"
    assert not Seat.objects.filter(is_active=True).exists()


def two_who_met() -> Forum:
    forum = make_forum(people=2)
    a, b = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.now = forum.slots[1].ends_at
    return forum


def share(forum: Forum, giver: Attendee, other: Attendee) -> ContactShare:
    return share_contact(
        attendee=giver, other_id=other.pk, data=ContactData(email=giver.person.email), by=giver.person, now=forum.now
    )


def test_two_who_share_at_once_each_twice_are_connected_once():
    forum = two_who_met()
    a, b = forum.people
    both = [lambda: share(forum, a, b), lambda: share(forum, b, a)]
    assert at_once(*both, *both) == ["ok"] * 4
    assert ContactShare.objects.count() == 2
    [row] = connections_for(a.person, forum.now).connections
    assert row.theirs.email == b.person.email


def test_a_connection_that_both_end_at_once_while_one_shares_anew_is_shown_to_nobody_half():
    forum = two_who_met()
    a, b = forum.people
    mine, theirs = share(forum, a, b), share(forum, b, a)
    answers = at_once(
        lambda: end_connection(connection_id=mine.pk, by=a.person),
        lambda: end_connection(connection_id=theirs.pk, by=b.person),
        lambda: share(forum, a, b),
    )
    assert answers[2] == "ok"
    assert set(answers) <= {"ok", "not_found"}
    assert not ContactShare.objects.filter(giver=b.person).exists()
    for person in (a.person, b.person):
        assert connections_for(person, forum.now).connections == ()


def test_what_is_taken_back_is_never_read_after_that():
    forum = two_who_met()
    a, b = forum.people
    mine = share(forum, a, b)
    share(forum, b, a)
    ended = threading.Event()
    late: list[int] = []

    def end() -> None:
        end_connection(connection_id=mine.pk, by=a.person)
        ended.set()

    def read() -> None:
        for _look in range(20):
            was_ended = ended.is_set()
            found = connections_for(b.person, forum.now)
            late.append(len(found.connections) if was_ended else 0)

    assert at_once(end, read) == ["ok", "ok"]
    assert late == [0] * 20


def last_place_at_a_table() -> tuple[Meeting, list[Callable[[], object]]]:
    """A table of a round with one place left, and four latecomers who are put there at the same moment."""
    hall = Hall(people=3, tables=1, slots=1)
    hall.published(most=4)
    late = make_attendees(hall.event, [{} for _ in range(4)])
    meeting = Meeting.objects.of_rounds().get()
    return meeting, [lambda pk=one.pk: give_or_refuse(meeting.pk, pk, hall) for one in late]


def give_or_refuse(meeting_id: int, attendee_id: int, hall: Hall) -> None:
    if not give_place(meeting_id, attendee_id, most=4, now=hall.now):
        raise Refused("table_full", "All places are taken.")


@pytest.fixture
def all_look_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """All four who take a place at a table look, then write."""
    all_have_looked, waited = threading.Barrier(4), threading.local()
    take_place = places._take_place

    def wait_first(seat: Seat) -> None:
        if not hasattr(waited, "once"):
            waited.once = True
            all_have_looked.wait(PATIENCE)
        take_place(seat)

    monkeypatch.setattr(places, "_take_place", wait_first)


def test_without_the_constraint_four_get_the_last_place_at_a_table(drop_constraint, all_look_first):
    meeting, calls = last_place_at_a_table()
    drop_constraint(Seat, PLACES)
    assert at_once(*calls) == ["ok"] * 4
    assert Seat.objects.filter(meeting=meeting, place=4).count() == 4


def test_of_four_who_are_put_at_the_last_place_of_a_table_at_once_one_gets_it(all_look_first):
    meeting, calls = last_place_at_a_table()
    assert sorted(at_once(*calls)) == ["ok", *["table_full"] * 3]
    assert sorted(Seat.objects.filter(meeting=meeting).values_list("place", flat=True)) == [1, 2, 3, 4]


def test_a_meeting_and_a_table_accepted_at_once_give_one_of_them():
    hall = Hall(people=4, tables=1, slots=1)
    hall.published(most=4)
    me, other = hall.people[:2]
    Table.objects.create(event=hall.event, label="Another")
    open_slots([me, other], hall.forum.slots)
    request = hall.forum.ask(other, me, hall.forum.slots[0])
    table = Meeting.objects.of_rounds().get()
    done = at_once(lambda: hall.accept(me, table.pk), lambda: hall.forum.accept(me, request))
    assert "ok" in done
    assert Seat.objects.filter(attendee=me, is_active=True).count() == 1
