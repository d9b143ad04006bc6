"""An online room is open to the two alone, from ten minutes before their meeting until ten minutes after."""

from __future__ import annotations

import datetime as dt

import jwt
import pytest
from pytest_django import Settings

from backend.booking.models.meetings import Meeting
from backend.booking.selectors.meetings import meeting_for
from backend.booking.selectors.places import ROOM_MARGIN, Place
from backend.core.errors import NotFound
from backend.events.models.agenda import Table
from backend.events.models.attendees import Attendee
from tests.backend.conftest import Forum
from tests.factories import block_contact

pytestmark = pytest.mark.django_db

JITSI, SECRET = "https://jitsi.example.org", "s" * 32
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def meeting(forum: Forum) -> Meeting:
    a, b, *_ = forum.people
    Table.objects.create(event=forum.event, label="Online", is_online=True, room_link=f"{JITSI}/forum-{{meeting}}")
    return forum.accept(b, forum.ask(a, b, forum.slots[0], is_online=True))


def place(reader: Attendee, meeting: Meeting, now: dt.datetime) -> Place:
    found = meeting_for(reader, meeting.pk, now).place
    assert found is not None
    return found


def test_the_link_is_there_from_ten_minutes_before_until_ten_minutes_after(forum: Forum, meeting: Meeting) -> None:
    a, _b, c, *_ = forum.people
    start, end = forum.slots[0].starts_at, forum.slots[0].ends_at
    room = f"{JITSI}/forum-{meeting.uid.hex}"
    early = place(a, meeting, start - ROOM_MARGIN - MINUTE)
    assert (early.link, early.opens_at) == ("", start - ROOM_MARGIN)
    assert [place(a, meeting, now).link for now in (start - ROOM_MARGIN, end + ROOM_MARGIN)] == [room, room]
    late = place(a, meeting, end + ROOM_MARGIN + MINUTE)
    assert (late.link, late.opens_at) == ("", None)
    with pytest.raises(NotFound):
        meeting_for(c, meeting.pk, start)


def test_after_a_block_the_room_is_shut(forum: Forum, meeting: Meeting) -> None:
    a, b, *_ = forum.people
    block_contact("block", a, b)
    with pytest.raises(NotFound):
        meeting_for(b, meeting.pk, forum.slots[0].starts_at)


def test_a_jitsi_gets_a_token_for_this_room_under_the_name_the_other_reads(
    forum: Forum, meeting: Meeting, settings: Settings
) -> None:
    settings.TITIAN_JITSI, settings.TITIAN_JITSI_SECRET = JITSI, SECRET
    a, b, *_ = forum.people
    start, end = forum.slots[0].starts_at, forum.slots[0].ends_at
    for reader, other in ((a, b), (b, a)):
        room, token = place(reader, meeting, start).link.split("?jwt=")
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="titian", options={"verify_exp": False})
        assert room == f"{JITSI}/{claims['room']}"
        assert claims["room"] == f"forum-{meeting.uid.hex}"
        assert dt.datetime.fromtimestamp(claims["exp"], dt.UTC) == end + ROOM_MARGIN
        shown = meeting_for(other, meeting.pk, start).other.name
        assert claims["context"]["user"] == {"name": shown, "affiliation": "owner", "moderator": True}


def test_a_room_elsewhere_gets_no_token(forum: Forum, meeting: Meeting, settings: Settings) -> None:
    settings.TITIAN_JITSI, settings.TITIAN_JITSI_SECRET = "https://jitsi.example.or", SECRET
    assert "jwt" not in place(forum.people[0], meeting, forum.slots[0].starts_at).link
