"""Attestations by both, by one or by nobody; and the reminders before a meeting."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import AlreadyAnswered, TooEarly
from backend.booking.selectors.meetings import meeting_for
from backend.core.errors import NotFound
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.attestations import ask_whether_held, settle_unattested
from backend.stats.selectors.overview import overview_for
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def met(forum):
    """A meeting whose time has just come to its end."""
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.now = forum.slots[0].ends_at
    return meeting


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "state"),
    [(True, True, "held"), (False, False, "not_held"), (True, False, "disputed"), (False, True, "disputed")],
)
def test_what_both_say_decides(forum, met, first, second, state):
    a, b, *_ = forum.people
    forum.attest(a, met, first)
    met.refresh_from_db()
    assert met.state == "accepted"
    forum.attest(b, met, second)
    met.refresh_from_db()
    assert met.state == state


def test_a_dispute_is_shown_to_nobody_but_the_organiser(forum, met):
    a, b, *_ = forum.people
    forum.attest(a, met, True, 5)
    forum.attest(b, met, False)
    shown = [meeting_for(who, met.pk, forum.now) for who in (a, b)]
    assert [row.state for row in shown] == ["held", "not_held"]
    assert [(row.my_word, row.my_usefulness) for row in shown] == [("held", 5), ("not_held", None)]
    assert overview_for(forum.event, forum.now).disputed == (met.pk,)


def test_a_report_can_be_changed_until_the_other_has_reported(forum, met):
    a, b, *_ = forum.people
    forum.attest(a, met, False)
    forum.attest(a, met, True, 4)
    forum.attest(b, met, True, 3)
    forum.attest(b, met, True, 2)  # how useful it was may be thought over
    with refuses("already_settled"):
        forum.attest(a, met, False)
    met.refresh_from_db()
    assert met.state == "held"


@pytest.mark.parametrize("spoken_after", [0, 70, 100])
def test_that_they_met_counts_by_one_after_72_unanswered_hours_and_the_other_can_still_speak(forum, met, spoken_after):
    a, b, *_ = forum.people
    forum.now = forum.slots[0].ends_at + spoken_after * HOUR
    forum.attest(a, met, True)
    forum.now += 72 * HOUR - dt.timedelta.resolution
    assert settle_unattested(now=forum.now) == 0
    forum.now += dt.timedelta.resolution
    assert [settle_unattested(now=forum.now) for _ in range(2)] == [1, 0]
    met.refresh_from_db()
    assert met.state == "held"
    assert overview_for(forum.event, forum.now).held_by_one == 1
    forum.attest(b, met, False)
    met.refresh_from_db()
    assert met.state == "disputed"


def test_one_report_of_not_held_does_not_decide_for_both(forum, met):
    a, b, *_ = forum.people
    forum.attest(a, met, False)
    forum.now += 1000 * HOUR
    assert settle_unattested(now=forum.now) == 0
    met.refresh_from_db()
    assert met.state == "accepted"
    overview = overview_for(forum.event, forum.now)
    assert (overview.not_held, overview.not_held_by_one) == (0, 1)
    assert meeting_for(b, met.pk, forum.now).actions == ("attest",)
    forum.attest(b, met, True)
    met.refresh_from_db()
    assert met.state == "disputed"
    assert overview_for(forum.event, forum.now).not_held_by_one == 0


def test_where_nobody_speaks_nothing_is_concluded(forum, met):
    forum.now += 100 * HOUR
    assert settle_unattested(now=forum.now) == 0
    met.refresh_from_db()
    assert met.state == "accepted"


def test_nobody_speaks_of_a_meeting_before_its_time_of_others_or_one_that_was_cancelled(forum, met):
    a, _b, c, _d = forum.people
    with pytest.raises(NotFound):
        forum.attest(c, met, True)
    slot = forum.slots[0]
    for early in (slot.starts_at - HOUR, slot.ends_at - dt.timedelta.resolution):
        forum.now = early
        with pytest.raises(TooEarly):
            forum.attest(a, met, True)
        assert "attest" not in meeting_for(a, met.pk, forum.now).actions
    forum.cancel(a, met)
    forum.now = forum.slots[0].ends_at
    with pytest.raises(AlreadyAnswered):
        forum.attest(a, met, True)


@pytest.mark.parametrize(("took_place", "usefulness"), [(True, 0), (True, 6), (False, 3)])
def test_usefulness_is_one_to_five_of_a_meeting_that_took_place(forum, met, took_place, usefulness):
    with refuses("bad_usefulness"):
        forum.attest(forum.people[0], met, took_place, usefulness)


def test_both_are_asked_once_whether_it_took_place(forum, met):
    assert ask_whether_held(now=forum.now) == 1
    assert ask_whether_held(now=forum.now + HOUR) == 0
    asked = Notice.objects.filter(kind="attest").values_list("attendee_id", flat=True)
    assert sorted(asked) == [forum.people[0].pk, forum.people[1].pk]


def kinds(meeting: Meeting) -> list[tuple[str, int]]:
    found = Notice.objects.filter(meeting=meeting, kind__startswith="reminder")
    return list(found.order_by("pk").values_list("kind", "attendee_id"))


def test_the_one_who_was_asked_is_reminded_once_half_way_to_the_expiry(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, forum.slots[0])
    half = meeting.asked_at + (meeting.expires_at - meeting.asked_at) / 2
    assert remind_people(now=half - dt.timedelta(seconds=1)) == 0
    assert [remind_people(now=half) for _ in range(2)] == [1, 0]
    assert kinds(meeting) == [("reminder_half", b.pk)]


def test_both_are_reminded_a_day_and_ten_minutes_before_and_who_agreed_late_only_then(forum):
    a, b, c, d = forum.people
    early = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    starts_at = forum.slots[0].starts_at
    remind_people(now=starts_at - 25 * HOUR)
    assert kinds(early) == []
    forum.now = starts_at - 23 * HOUR
    remind_people(now=forum.now)
    late = forum.accept(d, forum.ask(c, d, forum.slots[0]))
    remind_people(now=forum.now + HOUR)
    remind_people(now=starts_at - dt.timedelta(minutes=9))
    remind_people(now=starts_at - dt.timedelta(minutes=8))
    days = [("reminder_day", a.pk), ("reminder_day", b.pk)]
    assert kinds(early) == [*days, ("reminder_soon", a.pk), ("reminder_soon", b.pk)]
    assert kinds(late) == [("reminder_soon", c.pk), ("reminder_soon", d.pk)]
    forum.cancel(a, early)
    assert remind_people(now=starts_at - dt.timedelta(minutes=7)) == 0
