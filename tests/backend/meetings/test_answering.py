"""The main path: asked, agreed, called off."""

import pytest

from backend.meetings.models import Meeting, Notice, Seat

pytestmark = pytest.mark.django_db


def told(meeting):
    """Who was told what of a meeting, in order."""
    return list(Notice.objects.filter(meeting=meeting).order_by("pk").values_list("kind", "attendee_id"))


def test_a_request_is_accepted_at_one_of_its_times_and_both_are_seated_at_a_table(forum):
    a, b, *_ = forum.people
    meeting = forum.ask(a, b, *forum.slots[:3], message="Shall we talk about evidence?")
    assert Seat.objects.filter(is_active=True).count() == 0  # pending blocks nobody

    forum.accept(b, meeting, forum.slots[1])

    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.ACCEPTED
    assert (meeting.slot, meeting.table) == (forum.slots[1], forum.tables[0])
    seats = {seat.attendee_id: seat for seat in Seat.objects.filter(meeting=meeting)}
    assert set(seats) == {a.pk, b.pk}
    assert all(seat.is_active and seat.period == meeting.period for seat in seats.values())
    assert meeting.period.lower == forum.slots[1].starts_at
    assert told(meeting) == [("requested", b.pk), ("accepted", a.pk), ("accepted", b.pk)]


def test_a_cancelled_meeting_frees_both_and_the_table_and_raises_the_sequence(forum):
    a, b, *_ = forum.people
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.cancel(b, meeting, reason="The minister calls")
    meeting.refresh_from_db()
    assert (meeting.state, meeting.sequence, meeting.ended_by) == ("cancelled", 1, b)
    assert meeting.reason == "The minister calls"
    assert not Seat.objects.filter(is_active=True).exists()
    again = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    assert again.table == forum.tables[0]
