"""A session that moves takes its new time from the requests of those who have it in their agenda."""

from __future__ import annotations

import pytest

from backend.agenda.selectors.sessions import double_booked_counts
from backend.agenda.services.agenda import change_session, import_agenda
from backend.agenda.services.bookmarks import bookmark_session
from backend.agenda.services.files import read_agenda
from backend.agenda.services.sessions import SessionData, remove_session
from backend.core.period import Period
from backend.events.models.agenda import SessionPart
from tests.factories import make_attendee, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(forum):
    """A session in the last slot, which the first of the forum bookmarked."""
    session = make_session(forum.event, "Talk")
    session.starts_at, session.ends_at = forum.slots[5].starts_at, forum.slots[5].ends_at
    session.save()
    a = forum.people[0]
    bookmark_session(attendee=a, session_id=session.pk, by=a.person, now=forum.now)
    return session


@pytest.fixture
def boss(forum):
    return make_attendee(forum.event, permission="organiser", visibility="hidden")


def move(forum, talk, boss, slot):
    data = SessionData(title=talk.title, starts_at=slot.starts_at, ends_at=slot.ends_at)
    return change_session(event=forum.event, session_id=talk.pk, data=data, by=boss.person, now=forum.now)


def test_a_request_offers_other_times_once_the_session_moves_onto_its_own(forum, talk, boss):
    a, b, *_ = forum.people
    meeting = forum.ask(b, a, forum.slots[0])
    move(forum, talk, boss, forum.slots[0])
    offered = set(meeting.times.values_list("slot_id", flat=True))
    assert offered
    assert forum.slots[0].pk not in offered


def test_a_confirmed_meeting_stays_and_the_organiser_reads_how_many_are_double_booked(forum, talk, boss):
    a, b, *_ = forum.people
    meeting = forum.accept(a, forum.ask(b, a, forum.slots[0]))
    move(forum, talk, boss, forum.slots[0])
    meeting.refresh_from_db()
    assert meeting.state == "accepted"
    period = Period(forum.slots[0].starts_at, forum.slots[0].ends_at)
    assert double_booked_counts({talk.pk: period}) == {talk.pk: 1}
    assert double_booked_counts({talk.pk: Period(forum.slots[1].starts_at, forum.slots[1].ends_at)}) == {}


def test_a_session_renamed_in_place_changes_no_request(forum, talk, boss):
    a, b, *_ = forum.people
    meeting = forum.ask(b, a, forum.slots[0])
    data = SessionData(title="Talk of the day", starts_at=talk.starts_at, ends_at=talk.ends_at, room="Hall")
    change_session(event=forum.event, session_id=talk.pk, data=data, by=boss.person, now=forum.now)
    assert set(meeting.times.values_list("slot_id", flat=True)) == {forum.slots[0].pk}
    talk.refresh_from_db()
    assert (talk.title, talk.room) == ("Talk of the day", "Hall")


def test_an_imported_programme_frees_requests_like_a_change_by_hand(forum, talk, boss):
    a, b, *_ = forum.people
    meeting = forum.ask(b, a, forum.slots[0])
    slot = forum.slots[0]
    line = f"Talk,{slot.starts_at.isoformat()},{slot.ends_at.isoformat()}"
    file = read_agenda(f"title,starts,ends\n{line}\n".encode(), event=forum.event)
    changes = import_agenda(event=forum.event, file=file, remove_missing=False, by=boss.person, now=forum.now)
    assert [change.data.title for change in changes.moved] == ["Talk"]
    assert forum.slots[0].pk not in set(meeting.times.values_list("slot_id", flat=True))


def test_a_removed_session_leaves_everybody_s_agenda(forum, talk, boss):
    remove_session(event=forum.event, session_id=talk.pk, by=boss.person)
    assert not SessionPart.objects.exists()
