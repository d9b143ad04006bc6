"""The minute job of meetings: what fails stops neither its step nor those that follow, and is counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.waiting_list import end_refused_waiting
from backend.core.models import StepFailure
from backend.notifications.services.reminders import remind_people
from backend.setup import jobs
from tests.backend.conftest import Forum, make_forum
from tests.database import refusing


def failures() -> dict[str, int]:
    return dict(StepFailure.objects.values_list("step", "failed"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("booking.end_refused_meetings", "hidden"),
        ("booking.expire_requests", "expiry"),
        ("notifications.remind_people", "half-way"),
        ("outcomes.ask_whether_held", "held"),
    ],
)
def test_one_row_that_fails_leaves_the_others_of_its_step_done(
    forum: Forum, time_machine: Any, caplog: pytest.LogCaptureFixture, step: str, after: str
) -> None:
    asker, *others = forum.people
    meetings = [forum.ask(asker, other, slot) for other, slot in zip(others, forum.slots, strict=False)]
    if after == "held":
        for other, meeting in zip(others, meetings, strict=True):
            forum.accept(other, meeting)
    if after == "hidden":
        asker.visibility = "hidden"
        asker.save()
    begin, until = meetings[0].asked_at, meetings[0].expires_at
    now = {"hidden": begin, "half-way": begin + (until - begin) / 2, "expiry": until, "held": forum.slots[3].ends_at}[
        after
    ]
    Notice.objects.all().delete()
    time_machine.move_to(now, tick=False)
    with refusing("booking_notice", f"row.meeting_id = {meetings[0].pk}"):
        for times in (1, 2):
            caplog.clear()
            jobs.run_meeting_deadlines(0)
            said = [record.getMessage() for record in caplog.records if "failed" in record.getMessage()]
            assert [line.split(" (")[0] for line in said] == [f"{step}: 1 of {3 if times == 1 else 1} failed"]
            assert failures() == {f"{step}": times}
    told = set(Notice.objects.values_list("meeting", flat=True))
    assert told == {meetings[1].pk, meetings[2].pk}
    jobs.run_meeting_deadlines(0)  # and once it no longer fails it is done, too
    assert meetings[0].pk in set(Notice.objects.values_list("meeting", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_whole_stops_none_of_those_that_follow(forum: Forum, time_machine: Any) -> None:
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    time_machine.move_to(forum.slots[0].ends_at, tick=False)
    with connection.cursor() as cursor:
        cursor.execute("alter table booking_waitinglistentry rename to away")
        try:
            jobs.run_meeting_deadlines(0)
        finally:
            cursor.execute("alter table away rename to booking_waitinglistentry")
    assert failures() == {"booking.end_refused_waiting": 1, "booking.offer_freed_times": 1}
    assert Notice.objects.filter(meeting=meeting, kind=Notice.Kind.ATTEST).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_reminder_of_one_forum_waits_for_no_other_forum(forum: Forum) -> None:
    asked = [forum.ask(forum.people[0], other, forum.slots[0]) for other in forum.people[1:3]]
    half_way = asked[0].asked_at + (asked[0].expires_at - asked[0].asked_at) / 2
    with CaptureQueriesContext(connection) as caught:
        assert remind_people(now=half_way) == 2
    begun = [query["sql"] for query in caught if query["sql"].startswith("BEGIN")]
    assert len(begun) == 2


@pytest.mark.django_db
def test_asking_the_policy_costs_the_same_for_one_who_waits_and_for_many() -> None:
    forum = make_forum(people=8, slots=1)
    wanted, taken, *rest = forum.people
    forum.accept(wanted, forum.ask(taken, wanted, forum.slots[0]))

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert end_refused_waiting(now=forum.now) == 0
            assert end_refused_meetings(now=forum.now) == 0
        return len(caught)

    forum.wait(rest[0], wanted)
    of_one = queries()
    for one in rest[1:]:
        forum.wait(one, wanted)
    others = forum.join(4)
    for one, other in zip(others[::2], others[1::2], strict=True):
        forum.ask(one, other)
    assert queries() == of_one
    assert WaitingListEntry.objects.waiting().count() == len(rest)
