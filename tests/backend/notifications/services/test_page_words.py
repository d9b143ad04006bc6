"""What a notice on the page says depends on who asked, who ended it, and the facts of its moment."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.booking.selectors.meetings import meeting_for
from backend.notifications.services import page_words
from tests.backend.conftest import Forum, make_forum

MINE, ORGANISERS = {"asked_by_me": True}, {"by_organisers": True}
CASES: list[tuple[str, dict[str, bool], dict[str, bool], str]] = [
    ("requested", {}, {}, "asks to meet you"),
    ("requested", {}, {"waited": True}, "waited for a free time with you"),
    ("accepted", ORGANISERS, {}, "the organisers proposed it and you both said yes"),
    ("accepted", MINE, {}, "accepted."),
    ("accepted", {}, {}, "You accepted"),
    ("expired", ORGANISERS, {}, "did not come about"),
    ("expired", MINE, {"waits_again": True}, "your old place in the waiting list"),
    ("expired", MINE, {"waited": True}, "You can wait for another time"),
    ("expired", {}, {"waited": True}, "The request between you and"),
    ("cancelled", {"ended_by_me": True}, {}, "You cancelled"),
    ("cancelled", {}, {}, "is cancelled"),
    ("time_taken", ORGANISERS, {"are_new": True}, "answer for the next one"),
    ("time_taken", ORGANISERS, {}, "the proposal keeps the others"),
    ("time_taken", MINE, {"are_new": True}, "The next ones are offered"),
    ("time_taken", {}, {"are_new": True}, "now offers the next ones"),
    ("time_taken", MINE, {}, "A time you offered"),
    ("time_taken", {}, {}, "offered is taken; the request keeps the others"),
    ("reminder_half", ORGANISERS, {}, "The organisers wait for your answer"),
    ("reminder_half", {}, {}, "still waits for your answer"),
]


@pytest.fixture
def forum(db: None) -> Forum:
    return make_forum(people=2)


def test_each_sentence_is_that_of_its_case(forum: Forum) -> None:
    asker, asked = forum.people
    meeting = forum.ask(asker, asked, forum.slots[0])
    row = replace(meeting_for(asked, meeting.pk, forum.now), asked_by_me=False, by_organisers=False, ended_by_me=False)
    for word, state, facts, said in CASES:
        changed: dict[str, Any] = state
        assert said in getattr(page_words, word)(replace(row, **changed), facts), (word, state, facts)
