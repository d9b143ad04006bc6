"""Waiting for a time with somebody whose times are all taken: who gets one that falls free, and when."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.agenda.services.bookmarks import remove_bookmark
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.rules import FREED_TIME_WAITS, MIN_NOTICE
from backend.booking.selectors.meetings import requests_to_answer
from backend.booking.services.availability import close_slots, open_slots
from backend.booking.services.changes import OFFER_FREED_TIMES
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.meeting_rules import set_rules
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.booking.services.waiting_list import end_refused_waiting, leave_waiting_list
from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models.agenda import Session, SessionPart, Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.groups.services.leaving import end_everything_of
from backend.notifications.services.notice_mails import mail_for
from tests.backend.conftest import Forum, mail_of, make_forum
from tests.factories import block_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def full() -> Forum:
    """A forum of two times: the first of its people meets the next two, and four more have both times."""
    forum = make_forum(people=7, tables=4, slots=2)
    wanted, b, c, *_ = forum.people
    forum.accept(wanted, forum.ask(b, wanted, forum.slots[0]))
    forum.accept(wanted, forum.ask(c, wanted, forum.slots[1]))
    return forum


def free(forum: Forum, place: int = 0) -> None:
    """The person whom the wanted one meets at this time cancels, and the job runs."""
    wanted, slot = forum.people[0], forum.slots[place]
    meeting = Meeting.objects.of(wanted).get(slot=slot, state="accepted")
    forum.cancel(wanted, meeting)
    offer(forum)


def offer(forum: Forum) -> int:
    return offer_freed_times(now=forum.now)


def states(*entries: WaitingListEntry) -> list[str]:
    return [WaitingListEntry.objects.get(pk=one.pk).state for one in entries]


def code(call) -> str:
    with pytest.raises(BusinessError) as refused:
        call()
    return refused.value.code


def test_the_first_whose_time_fits_gets_what_falls_free_for_two_hours_and_both_are_told(full: Forum):
    wanted, _, _, d, e, f, _g = full.people
    Attendee.objects.filter(pk=d.pk).update(visibility="listed")
    close_slots(attendee=d, slot_ids=[full.slots[0].pk], by=d.person, now=full.now)
    first, second, third = (full.wait(d, wanted), full.wait(e, wanted, message="Evidence"), full.wait(f, wanted))
    assert Notice.objects.filter(attendee=wanted, kind="requested").count() == 2  # nobody is told of waiting
    free(full)
    assert states(first, second, third) == ["waiting", "asked", "waiting"]  # d has no time then
    [row] = requests_to_answer(wanted, full.now)
    assert (row.other.attendee_id, row.message) == (e.pk, "Evidence")
    assert [time.slot_id for time in row.times] == [full.slots[0].pk]
    assert row.expires_at == full.now + FREED_TIME_WAITS
    assert "waited for a free time with you" in mail_of(wanted, full)
    assert "fell free" in mail_of(e, full)
    assert offer(full) == 0  # the time is given, and the job changes nothing
    meeting = full.accept(wanted, Meeting.objects.get(pk=row.meeting_id))
    assert (meeting.slot_id, states(second)) == (full.slots[0].pk, ["ended"])


@pytest.mark.slow
def test_without_an_answer_the_next_gets_it_after_two_hours(full: Forum):
    wanted, *_, e, f, g = full.people
    entries = [full.wait(one, wanted) for one in (e, f, g)]
    free(full)
    for place, waiter in enumerate((e, f, g)):
        [request] = Meeting.objects.open_at(full.now).requests()
        assert request.asker_id == waiter.pk
        assert states(*entries) == ["ended"] * place + ["asked"] + ["waiting"] * (2 - place)
        full.now += FREED_TIME_WAITS
        expire_requests(now=full.now)
        assert "the time goes to the next who waits" in mail_of(waiter, full)
        offer(full)
    assert states(*entries) == ["ended"] * 3


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["decline", "withdraw"])
def test_a_no_and_a_withdrawal_end_the_entry_and_pass_the_time_on(full: Forum, answer: str):
    wanted, *_, f, g = full.people
    first, second = full.wait(f, wanted), full.wait(g, wanted)
    free(full)
    request = Meeting.objects.requests().get()
    if answer == "decline":
        full.decline(wanted, request)
    else:
        full.withdraw(f, request)
    offer(full)
    assert states(first, second) == ["ended", "asked"]
    assert Meeting.objects.requests().get().asker_id == g.pk


@pytest.mark.slow
def test_a_changed_request_is_an_ordinary_one_and_so_is_one_to_which_other_times_are_offered(full: Forum):
    wanted, *_, f, g = full.people
    first, second = full.wait(f, wanted), full.wait(g, wanted)
    free(full)
    request = Meeting.objects.requests().get()
    full.edit(f, request, full.slots[0], message="A word more")
    offer(full)
    assert states(first, second) == ["ended", "asked"]


@pytest.mark.slow
def test_who_lost_the_time_to_somebody_else_has_the_old_place_again(full: Forum):
    wanted, _, _, d, _, f, g = full.people
    first, second = full.wait(f, wanted), full.wait(g, wanted)
    free(full)
    assert states(first, second) == ["asked", "waiting"]
    full.accept(wanted, full.ask(d, wanted, full.slots[0]))  # pending blocks nobody
    assert states(first, second) == ["waiting", "waiting"]
    assert "You have your old place again." in mail_of(f, full)
    full.now += dt.timedelta(hours=1)  # two requests of one to the same are an hour apart
    free(full)
    assert states(first, second) == ["asked", "waiting"]


def test_a_time_lost_by_ones_own_doing_is_not_said_to_be_the_others(full: Forum):
    wanted, *_, e, f, _ = full.people
    entry = full.wait(f, wanted)
    free(full)
    full.accept(f, full.ask(e, f, full.slots[0]))
    assert states(entry) == ["waiting"]
    lost = mail_for(Notice.objects.get(attendee=f, kind=Notice.Kind.EXPIRED), full.now)
    assert "are not both free any more" in lost.body
    assert "somebody else" not in lost.body


@pytest.mark.slow
def test_who_lost_three_times_waits_no_more_and_reads_no_word_of_waiting(full: Forum):
    wanted, _, _, d, _, f, _ = full.people
    entry = full.wait(f, wanted)
    for state in ("waiting", "waiting", "ended"):
        free(full)
        assert states(entry) == ["asked"]
        full.accept(wanted, full.ask(d, wanted, full.slots[0]))
        assert states(entry) == [state]
        full.now += dt.timedelta(hours=1)
    assert "expired" in mail_of(f, full)
    assert "place again" not in mail_of(f, full)


def test_an_answer_is_due_shortly_before_a_time_that_is_soon_and_none_is_offered_after_that(full: Forum):
    wanted, *_, f, g = full.people
    full.wait(f, wanted)
    full.now = full.slots[0].starts_at - dt.timedelta(hours=1)
    free(full)
    assert Meeting.objects.requests().get().expires_at == full.slots[0].starts_at - MIN_NOTICE
    full.now = full.slots[0].starts_at - MIN_NOTICE
    expire_requests(now=full.now)
    full.wait(g, wanted)
    assert offer(full) == 0


def test_in_the_quiet_hours_of_the_other_the_two_hours_begin_when_they_end(full: Forum):
    wanted, *_, g = full.people
    person = wanted.person
    person.quiet_from, person.quiet_until = dt.time(22), dt.time(7)
    person.save()
    full.wait(g, wanted)
    full.now = dt.datetime(2026, 12, 1, 23, tzinfo=full.event.zone)
    free(full)
    assert Meeting.objects.requests().get().expires_at == dt.datetime(2026, 12, 2, 9, tzinfo=full.event.zone)


def cancelled(forum: Forum, wanted: Attendee) -> None:
    free(forum)


def declined_hour_moved(forum: Forum, wanted: Attendee) -> None:
    new = Slot.objects.create(
        event=forum.event, starts_at=forum.slots[1].ends_at, ends_at=forum.slots[1].ends_at + dt.timedelta(minutes=30)
    )
    meeting = Meeting.objects.of(wanted).get(slot=forum.slots[0])
    other = meeting.asker
    for one in (wanted, other):
        forum.open(one, [new])
    forum.move(meeting, new)


def opened(forum: Forum, wanted: Attendee) -> None:
    new = Slot.objects.create(
        event=forum.event, starts_at=forum.slots[1].ends_at, ends_at=forum.slots[1].ends_at + dt.timedelta(minutes=30)
    )
    for one in forum.people[3:]:
        forum.open(one, [new])
    open_slots(attendee=wanted, slot_ids=[new.pk], by=wanted.person, now=forum.now)


def left(forum: Forum, wanted: Attendee) -> None:
    end_everything_of(attendee_ids=[forum.people[1].pk], now=forum.now)


def blocked(forum: Forum, wanted: Attendee) -> None:
    block_contact("block", wanted, forum.people[1])
    end_refused_meetings(now=forum.now)


def jobs_of(event: Event) -> int:
    """Jobs that are queued to offer a time, which go into the database with what frees it."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(task_name=OFFER_FREED_TIMES, args__event_id=event.pk).count()


@pytest.mark.slow
@pytest.mark.parametrize("freed", [cancelled, declined_hour_moved, opened, left, blocked])
def test_whatever_frees_a_time_queues_the_job_that_offers_it(full: Forum, freed):
    wanted, *_, g = full.people
    entry = full.wait(g, wanted)
    assert jobs_of(full.event) == 0
    freed(full, wanted)
    assert jobs_of(full.event) > 0
    offer(full)
    assert states(entry) == ["asked"]


def test_a_bookmark_removed_and_a_closed_time_opened_again_free_a_time(full: Forum):
    wanted, *_, _f, g = full.people
    slot = full.slots[0]
    session = Session.objects.create(event=full.event, title="Opening", starts_at=slot.starts_at, ends_at=slot.ends_at)
    SessionPart.objects.create(event=full.event, attendee=wanted, session=session, part="bookmarked")
    entry = full.wait(g, wanted)
    free(full)
    assert states(entry) == ["waiting"]
    remove_bookmark(attendee=wanted, session_id=session.pk, by=wanted.person)
    offer(full)
    assert states(entry) == ["asked"]


def test_nobody_waits_where_a_time_is_free_or_none_was_opened(forum: Forum):
    a, b, *_ = forum.people
    assert code(lambda: forum.wait(a, b)) == "times_free"
    close_slots(attendee=b, slot_ids=[one.pk for one in forum.slots], by=b.person, now=forum.now)
    assert code(lambda: forum.wait(a, b)) == "no_open_slots"


def test_waiting_counts_in_the_cap_and_an_offer_makes_no_difference_to_it(full: Forum):
    wanted, _b, _, _, _e, f, g = full.people
    set_rules(event=full.event, open_requests=1, expiry_hours=48, proposal_hours=72, by=full.boss().person)
    entry = full.wait(g, wanted)
    assert code(lambda: full.ask(g, f)) == "cap_reached"
    full.wait(g, wanted, message="Again keeps the place")
    assert WaitingListEntry.objects.get().pk == entry.pk
    free(full)
    assert states(entry) == ["asked"]
    assert code(lambda: full.ask(g, f)) == "cap_reached"


def test_the_rules_of_a_request_hold_when_one_joins_the_list(full: Forum):
    wanted, b, _, d, *_ = full.people
    assert code(lambda: full.wait(b, wanted)) == "already_asked"  # they meet
    assert code(lambda: full.wait(d, wanted, theme="no-such")) == "unknown_theme"
    assert code(lambda: full.wait(d, wanted, message="x" * 1001)) == "text_too_long"
    assert code(lambda: full.wait(d, wanted, is_online=True)) == "no_such_place"
    block_contact("block", wanted, d)
    assert code(lambda: full.wait(d, wanted)) == "not_found"
    Event.objects.filter(pk=full.event.pk).update(state="closed")
    full.people[4].event.refresh_from_db()
    late = Attendee.objects.select_related("event", "person").get(pk=full.people[4].pk)
    assert code(lambda: full.wait(late, wanted)) == "not_in_this_state"


@pytest.mark.parametrize("job", ["offer", "end"])
def test_whom_the_policy_parts_meanwhile_is_passed_over_and_waits_no_more(full: Forum, job: str):
    wanted, *_, f, g = full.people
    first, second = full.wait(f, wanted), full.wait(g, wanted)
    block_contact("block", f, wanted)
    if job == "end":
        assert end_refused_waiting(now=full.now) == 1
        assert states(first, second) == ["ended", "waiting"]
    free(full)
    assert states(first, second) == ["ended", "asked"]
    assert not Meeting.objects.filter(asker=f).exists()


def test_entries_end_where_the_forum_is_over_or_somebody_leaves(full: Forum):
    wanted, *_, e, f, g = full.people
    first, second, third = full.wait(e, wanted), full.wait(f, wanted), full.wait(g, wanted)
    end_everything_of(attendee_ids=[e.pk], now=full.now)
    assert states(first, second, third) == ["ended", "waiting", "waiting"]
    leave_waiting_list(attendee=f, entry_id=second.pk, by=f.person)
    leave_waiting_list(attendee=f, entry_id=second.pk, by=f.person)  # again: the same
    assert states(second, third) == ["left", "waiting"]
    with pytest.raises(NotFound):
        leave_waiting_list(attendee=f, entry_id=third.pk, by=f.person)
    with pytest.raises(NotYours):
        leave_waiting_list(attendee=g, entry_id=third.pk, by=f.person)
    Event.objects.filter(pk=full.event.pk).update(state="closed")
    end_refused_waiting(now=full.now)
    assert states(third) == ["ended"]


@pytest.mark.slow
def test_who_asks_or_meets_in_another_way_waits_no_more(full: Forum):
    wanted, *_, f, g = full.people
    first, second = full.wait(f, wanted), full.wait(g, wanted)
    meeting = Meeting.objects.of(wanted).get(slot=full.slots[0])
    full.cancel(wanted, meeting)
    full.ask(f, wanted, full.slots[0])
    assert states(first, second) == ["ended", "waiting"]
    full.accept(g, full.ask(wanted, g, full.slots[0]))
    assert states(second) == ["ended"]


@pytest.mark.slow
@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_no_minor_waits_or_is_waited_for(full: Forum, age_class: str):
    wanted, *_, f, g = full.people
    entry = full.wait(f, wanted)
    Attendee.objects.filter(pk=f.pk).update(age_class=age_class)
    young = Attendee.objects.select_related("event", "person").get(pk=f.pk)
    assert code(lambda: full.wait(young, wanted)) == "not_found"
    assert code(lambda: full.wait(g, young)) == "not_found"
    free(full)  # to whom became one while they waited, too, nothing is offered
    assert states(entry) == ["ended"]
    assert not Meeting.objects.requests().exists()
