"""Office hours: one slot and one accept for many who asked the same."""

from __future__ import annotations

import pytest

from backend.agenda.selectors.agenda import agenda_for
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.requests import MeetingRequestData
from backend.booking.services.waiting_list import join_waiting_list
from backend.core.errors import BusinessError, NotFound
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.groups.selectors.office_hours import (
    office_hour_for,
    office_hours_for,
    requests_to_gather,
    those_together,
    with_office_hours,
)
from backend.groups.services.leaving import end_everything_of
from backend.groups.services.office_hours import (
    OfficeHourData,
    add_guest,
    arrive_at_office_hour,
    cancel_office_hour,
    end_refused_seats,
    leave_office_hour,
    open_office_hour,
)
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, make_attendee

pytestmark = pytest.mark.django_db


def asked_by(forum: Forum, askers: list[Attendee], *slots: Slot) -> list[Meeting]:
    """The first of the cast is asked by these."""
    return [forum.ask(asker, forum.people[0], *(slots or forum.slots[:1])) for asker in askers]


def opened(forum: Forum, requests: list[Meeting], slot: Slot, **more: object) -> Meeting:
    host = forum.people[0]
    key = str(more.pop("key", ""))
    data = {"about": "Evidence across borders"} | more
    return open_office_hour(
        attendee=host,
        data=OfficeHourData(request_ids=tuple(one.pk for one in requests), slot_id=slot.pk, **data),
        key=key,
        by=host.person,
        now=forum.now,
    )


def added(forum: Forum, meeting: Meeting, request: Meeting) -> Meeting:
    host = forum.people[0]
    return add_guest(attendee=host, meeting_id=meeting.pk, request_id=request.pk, by=host.person, now=forum.now)


def left(forum: Forum, guest: Attendee, meeting: Meeting) -> Meeting:
    return leave_office_hour(attendee=guest, meeting_id=meeting.pk, by=guest.person, now=forum.now)


def cancelled(forum: Forum, meeting: Meeting, reason: str = "I fell ill") -> Meeting:
    host = forum.people[0]
    return cancel_office_hour(attendee=host, meeting_id=meeting.pk, reason=reason, by=host.person, now=forum.now)


def states(requests: list[Meeting]) -> list[str]:
    return list(Meeting.objects.filter(pk__in=[one.pk for one in requests]).values_list("state", flat=True))


def names_beside(viewer: Attendee, meeting: Meeting, forum: Forum) -> set[str]:
    return {guest.name for guest in office_hour_for(viewer, meeting.pk, forum.now).guests}


def told(attendee: Attendee) -> list[str]:
    return list(Notice.objects.filter(attendee=attendee).order_by("pk").values_list("kind", flat=True))


def refusal_of(call: object) -> str:
    with pytest.raises(BusinessError) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


@pytest.mark.slow
def test_one_accept_seats_everybody_who_asked_and_answers_their_requests() -> None:
    forum = make_forum(people=6)
    host, *askers = forum.people
    requests = asked_by(forum, askers)
    meeting = opened(forum, requests, forum.slots[3])
    assert (meeting.kind, meeting.state, meeting.slot) == ("office_hours", "accepted", forum.slots[3])
    assert states(requests) == ["gathered"] * 5
    assert all(one.office_hour_id == meeting.pk for one in Meeting.objects.requests())
    seats = Seat.objects.filter(meeting=meeting, is_active=True).order_by("place")
    assert [(seat.part, seat.place) for seat in seats] == [*(("guest", place) for place in range(1, 6)), ("host", None)]
    assert [told(asker) for asker in askers] == [["office_hour"]] * 5
    assert told(host) == ["requested"] * 5


def test_everybody_in_it_reads_who_else_comes_and_has_it_in_their_agenda() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    meeting = opened(forum, asked_by(forum, askers), forum.slots[0])
    mine = office_hour_for(askers[0], meeting.pk, forum.now)
    assert (mine.host.name, mine.about, mine.actions) == (host.name, "Evidence across borders", ("leave",))
    assert names_beside(askers[0], meeting, forum) == {one.name for one in askers[1:]}
    assert names_beside(host, meeting, forum) == {one.name for one in askers}
    for one in forum.people:
        items = agenda_for(one, forum.now).days[0].items
        assert [item.office_hour.meeting_id for item in items if item.office_hour] == [meeting.pk]


@pytest.mark.slow
def test_who_is_not_free_then_keeps_their_request_untouched() -> None:
    forum = make_forum(people=5)
    _host, busy, *others = forum.people
    requests = asked_by(forum, [busy, *others], forum.slots[0])
    forum.accept(busy, forum.ask(others[0], busy, forum.slots[3]))
    before = Meeting.objects.get(pk=requests[0].pk)
    meeting = opened(forum, requests, forum.slots[3])
    assert states(requests) == ["requested", "requested", "gathered", "gathered"]
    assert Meeting.objects.get(pk=requests[0].pk).changed_at == before.changed_at
    assert "office_hour" not in told(busy)
    assert Seat.objects.filter(meeting=meeting).count() == 3


@pytest.mark.parametrize("how", ["block", "report"])
def test_nobody_sits_beside_whom_the_policy_parts_and_nothing_tells_why(how: str) -> None:
    forum = make_forum(people=5)
    host, first, second, *others = forum.people
    requests = asked_by(forum, [first, second, *others])
    block_contact(how, second, first)
    proposed = those_together(host, requests_to_gather(host, forum.now))
    assert {row.other.name for row in proposed} == {one.name for one in (first, *others)}
    meeting = opened(forum, requests, forum.slots[0])
    assert states(requests) == ["gathered", "requested", "gathered", "gathered"]
    assert refusal_of(lambda: added(forum, meeting, requests[1])) == "slot_taken"
    rows = requests_to_gather(host, forum.now)
    assert [row.office_hours for row in with_office_hours(host, rows, forum.now)] == [()]


def test_a_block_between_two_guests_or_with_the_host_ends_a_place_at_once() -> None:
    forum = make_forum(people=5)
    host, a, b, c, d = forum.people
    meeting = opened(forum, asked_by(forum, [a, b, c, d]), forum.slots[0])
    block_contact("block", a, c)
    block_contact("block", host, d)
    assert names_beside(a, meeting, forum) == {b.name}
    assert office_hour_for(c, meeting.pk, forum.now).state == "cancelled"
    assert office_hours_for(d, forum.now) == ()
    assert office_hour_for(host, meeting.pk, forum.now).places_left == 6
    assert end_refused_seats(now=forum.now) == 1
    assert list(Seat.objects.filter(meeting=meeting, is_active=True).values_list("attendee", flat=True)) == [
        host.pk, a.pk, b.pk,
    ]  # fmt: skip
    assert told(c)[-1] == told(d)[-1] == "cancelled"
    assert end_refused_seats(now=forum.now) == 0


@pytest.mark.slow
def test_only_adults_whose_age_is_known_are_ever_guests() -> None:
    forum = make_forum(people=5)
    _host, young, unknown, *others = forum.people
    requests = asked_by(forum, [young, unknown, *others])
    Attendee.objects.filter(pk=young.pk).update(age_class="minor")
    Attendee.objects.filter(pk=unknown.pk).update(age_class="unknown")
    opened(forum, requests, forum.slots[0])
    assert states(requests) == ["requested", "requested", "gathered", "gathered"]


def test_a_guest_who_leaves_frees_a_place_and_the_host_gives_it_to_another() -> None:
    forum = make_forum(people=10)
    host, *askers = forum.people
    requests = asked_by(forum, askers[:8])
    meeting = opened(forum, requests, forum.slots[0])
    late = forum.ask(askers[8], host, forum.slots[1])
    assert refusal_of(lambda: added(forum, meeting, late)) == "office_hour_full"
    left(forum, askers[2], meeting)
    assert left(forum, askers[2], meeting).sequence == 1  # again it changes nothing
    assert told(host)[-1] == "office_left"
    assert office_hour_for(askers[2], meeting.pk, forum.now).state == "cancelled"
    (row,) = with_office_hours(host, requests_to_gather(host, forum.now), forum.now)
    assert [place.meeting_id for place in row.office_hours] == [meeting.pk]
    added(forum, meeting, late)
    assert added(forum, meeting, late).sequence == 2  # once
    assert Seat.objects.get(meeting=meeting, attendee=askers[8]).place == 3
    assert told(askers[8]) == ["office_hour"]
    assert states([late]) == ["gathered"]


def test_who_left_and_asked_again_can_be_put_into_it_again() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    meeting = opened(forum, asked_by(forum, askers), forum.slots[0])
    left(forum, askers[0], meeting)
    added(forum, meeting, forum.ask(askers[0], host, forum.slots[1]))
    assert office_hour_for(askers[0], meeting.pk, forum.now).state == "accepted"
    assert Seat.objects.filter(meeting=meeting, is_active=True).count() == 4


def test_with_the_last_guest_the_office_hour_ends() -> None:
    forum = make_forum(people=3)
    host, *askers = forum.people
    meeting = opened(forum, asked_by(forum, askers), forum.slots[0])
    for asker in askers:
        left(forum, asker, meeting)
    assert states([meeting]) == ["cancelled"]
    assert not Seat.objects.filter(meeting=meeting, is_active=True).exists()
    assert told(host)[-2:] == ["office_left", "cancelled"]
    forum.accept(host, forum.ask(askers[0], host, forum.slots[0]))  # the time is theirs again


def test_when_the_host_cancels_everybody_is_told_and_free_again() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    meeting = opened(forum, asked_by(forum, askers), forum.slots[0])
    assert refusal_of(lambda: cancelled(forum, meeting, " ")) == "reason_needed"
    cancelled(forum, meeting)
    assert cancelled(forum, meeting).sequence == 1
    assert [told(one)[-1] for one in askers] == ["cancelled"] * 3
    assert office_hour_for(askers[0], meeting.pk, forum.now).reason == "I fell ill"
    forum.accept(host, forum.ask(askers[0], host, forum.slots[0]))


def test_the_same_key_opens_one_office_hour() -> None:
    forum = make_forum(people=4)
    requests = asked_by(forum, forum.people[1:])
    first = opened(forum, requests, forum.slots[0], key="one")
    assert opened(forum, requests, forum.slots[1], key="one") == first
    assert Meeting.objects.office_hours().count() == 1
    other = forum.join(1)[0]
    assert refusal_of(lambda: forum.ask(forum.people[0], other, forum.slots[2], key="one")) == "key_reused"


def test_what_cannot_be_opened_is_refused_and_nothing_is_stored() -> None:
    forum = make_forum(people=11, tables=1)
    host, *askers = forum.people
    requests = asked_by(forum, askers[:9])
    slot = forum.slots[0]
    assert refusal_of(lambda: opened(forum, requests, slot)) == "too_many_guests"
    assert refusal_of(lambda: opened(forum, requests[:1], slot)) == "too_few_guests"
    assert refusal_of(lambda: opened(forum, requests[:3], slot, about=" ")) == "about_needed"
    assert refusal_of(lambda: opened(forum, requests[:3], slot, about="x" * 121)) == "text_too_long"
    assert refusal_of(lambda: opened(forum, requests[:3], slot, theme="no")) == "unknown_theme"
    assert refusal_of(lambda: opened(forum, requests[:3], slot, is_online=True)) == "no_table_free"
    elsewhere = make_forum(slots=1).slots[0]
    assert refusal_of(lambda: opened(forum, requests[:3], elsewhere)) == "bad_times"
    not_to_host = forum.ask(askers[0], askers[1], slot)
    assert refusal_of(lambda: opened(forum, [requests[0], not_to_host], slot)) == "too_few_guests"
    forum.accept(host, requests[8])
    assert refusal_of(lambda: opened(forum, requests[:3], slot)) == "slot_taken"
    assert not Meeting.objects.office_hours().exists()


def test_nobody_acts_in_an_office_hour_of_others() -> None:
    forum = make_forum(people=5)
    host, *askers, stranger = forum.people
    meeting = opened(forum, asked_by(forum, askers), forum.slots[0])
    late = forum.ask(stranger, host, forum.slots[1])
    mine = {"attendee": stranger, "meeting_id": meeting.pk, "by": stranger.person, "now": forum.now}
    guest = mine | {"attendee": askers[0], "by": askers[0].person}
    for arguments in (mine, guest):
        with pytest.raises(NotFound):
            cancel_office_hour(**arguments, reason="No")
        with pytest.raises(NotFound):
            add_guest(**arguments, request_id=late.pk)
    with pytest.raises(NotFound):
        leave_office_hour(**mine)
    with pytest.raises(NotFound):
        arrive_at_office_hour(**mine)
    with pytest.raises(NotFound):
        office_hour_for(stranger, meeting.pk, forum.now)
    with pytest.raises(NotFound):  # a host leaves nothing, they cancel
        leave_office_hour(**mine | {"attendee": host, "by": host.person})
    assert refusal_of(lambda: leave_office_hour(**mine | {"attendee": host})) == "not_yours"


def test_what_two_do_with_a_meeting_of_two_is_not_for_an_office_hour() -> None:
    forum = make_forum(people=3)
    host, a, b = forum.people
    meeting = opened(forum, asked_by(forum, [a, b]), forum.slots[0])
    for call in (
        lambda: forum.cancel(a, meeting),
        lambda: forum.counter(a, meeting, forum.slots[3]),
        lambda: forum.attest(a, meeting, True),
        lambda: forum.move(meeting, forum.slots[2]),
        lambda: forum.withdraw(host, meeting),
    ):
        with pytest.raises(NotFound):
            call()
    forum.accept(b, forum.ask(a, b, forum.slots[1]))  # and two guests may still meet one to one


def test_a_guest_says_that_they_are_there_and_the_others_see_it() -> None:
    forum = make_forum(people=3)
    host, a, b = forum.people
    meeting = opened(forum, asked_by(forum, [a, b]), forum.slots[0])
    now = forum.slots[0].starts_at
    arrive_at_office_hour(attendee=a, meeting_id=meeting.pk, by=a.person, now=now)
    assert office_hour_for(host, meeting.pk, now).here == (a.pk,)
    assert office_hour_for(b, meeting.pk, now).here == (a.pk,)
    assert office_hour_for(a, meeting.pk, now).i_am_here


def test_who_leaves_the_forum_leaves_their_place_and_a_host_ends_the_office_hour() -> None:
    forum = make_forum(people=5)
    host, a, *others = forum.people
    meeting = opened(forum, asked_by(forum, [a, *others]), forum.slots[0])
    end_everything_of(attendee_ids=[a.pk], now=forum.now)
    assert names_beside(host, meeting, forum) == {one.name for one in others}
    end_everything_of(attendee_ids=[host.pk], now=forum.now)
    assert states([meeting]) == ["cancelled"]
    assert all(told(one)[-1] == "cancelled" for one in others)


def test_the_step_free_table_is_taken_where_one_of_them_needs_it() -> None:
    forum = make_forum(people=3)
    forum.tables[1].step_free = True
    forum.tables[1].save()
    host, a, b = forum.people
    needs = forum.ask(a, host, forum.slots[0], needs_step_free=True)
    meeting = opened(forum, [needs, forum.ask(b, host, forum.slots[0])], forum.slots[0])
    assert meeting.table == forum.tables[1]


def test_a_closed_forum_opens_no_office_hour_and_lets_guests_leave() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    requests = asked_by(forum, askers[:2])
    late = forum.ask(askers[2], host, forum.slots[1])
    meeting = opened(forum, requests, forum.slots[0])
    forum.event.state = "closed"
    forum.event.save()
    for one in forum.people:
        one.event.refresh_from_db()
    assert refusal_of(lambda: added(forum, meeting, late)) == "not_in_this_state"


def test_somebody_elses_attendee_is_refused() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    requests = asked_by(forum, askers)
    data = OfficeHourData(request_ids=tuple(one.pk for one in requests), slot_id=forum.slots[0].pk, about="x")
    other = make_attendee(forum.event)
    assert refusal_of(lambda: open_office_hour(attendee=host, data=data, by=other.person, now=forum.now)) == "not_yours"


def test_what_falls_free_by_it_is_offered_to_who_waits_and_who_comes_waits_no_longer() -> None:
    forum = make_forum(people=4, slots=1)
    host, a, b, waiting = forum.people
    requests = asked_by(forum, [a, b])
    meeting = opened(forum, requests, forum.slots[0])
    join_waiting_list(attendee=waiting, other_id=host.pk, data=MeetingRequestData(), by=waiting.person, now=forum.now)
    assert offer_freed_times(now=forum.now) == 0
    cancelled(forum, meeting)
    assert offer_freed_times(now=forum.now) == 1
    asked = Meeting.objects.requests().get(asker=waiting)
    again = asked_by(forum, [a])
    opened(forum, [asked, *again], forum.slots[0])
    assert WaitingListEntry.objects.get(attendee=waiting).state == "ended"


def test_who_lost_their_place_reads_no_more_where_the_others_sit() -> None:
    forum = make_forum(people=4)
    _host, a, b, c = forum.people
    meeting = opened(forum, asked_by(forum, [a, b, c]), forum.slots[0])
    assert office_hour_for(c, meeting.pk, forum.now).place.label == "T1"
    block_contact("block", a, c)
    assert office_hour_for(c, meeting.pk, forum.now).place is None
    left(forum, b, meeting)
    assert office_hour_for(b, meeting.pk, forum.now).place is None


def test_a_request_that_the_policy_hides_is_not_there_to_add() -> None:
    forum = make_forum(people=6)
    host, a, b, hidden, withdrawn, overdue = forum.people
    requests = asked_by(forum, [a, b, hidden, withdrawn, overdue])
    meeting = opened(forum, requests[:2], forum.slots[0])
    forum.withdraw(withdrawn, requests[3])
    for one in (hidden, withdrawn):
        block_contact("block", one, host)
    assert [refusal_of(lambda one=one: added(forum, meeting, one)) for one in requests[2:4]] == ["not_found"] * 2
    Meeting.objects.filter(pk=requests[4].pk).update(expires_at=forum.now)
    assert refusal_of(lambda: added(forum, meeting, requests[4])) == "request_expired"


@pytest.mark.slow
def test_who_needs_a_table_without_steps_is_added_to_no_other() -> None:
    forum = make_forum(people=5, tables=1)
    host, a, b, c, d = forum.people
    flat = Table.objects.create(event=forum.event, label="Flat", step_free=True)
    requests = asked_by(forum, [a, b], forum.slots[0])
    requests += [forum.ask(one, host, forum.slots[0], needs_step_free=True) for one in (c, d)]
    meeting = opened(forum, requests[:2], forum.slots[0])
    offered = {
        row.meeting_id: row.office_hours
        for row in with_office_hours(host, requests_to_gather(host, forum.now), forum.now)
    }
    assert offered == {requests[2].pk: (), requests[3].pk: ()}
    assert refusal_of(lambda: added(forum, meeting, requests[2])) == "no_table_free"
    Meeting.objects.filter(pk=meeting.pk).update(table=flat)
    assert added(forum, meeting, requests[2]).needs_step_free


@pytest.mark.slow
def test_the_office_hours_of_many_requests_cost_a_few_queries(django_assert_max_num_queries) -> None:
    forum = make_forum(people=16, slots=2)
    host, *askers = forum.people
    opened(forum, asked_by(forum, askers, forum.slots[0])[:7], forum.slots[1])
    rows = requests_to_gather(host, forum.now)
    with django_assert_max_num_queries(10):
        found = with_office_hours(host, rows, forum.now)
    assert [len(row.office_hours) for row in found] == [1] * 8
    with django_assert_max_num_queries(6):
        assert len(those_together(host, rows)) == len(rows)
