"""Principal and assistant at the same moment: one answer counts, and an end holds from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.assistants.models import Assistant
from backend.assistants.services.assistants import end_assistant
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.services import acting
from backend.booking.services.answers import accept_meeting
from tests.backend.booking.test_lock_order import begin, holding, wait_until_waiting
from tests.backend.booking.test_races import at_once
from tests.backend.conftest import Forum, make_forum

pytestmark = pytest.mark.django_db(transaction=True)


def minister_and_request() -> tuple[Forum, Meeting]:
    """The first person's request to answer; the second acts for them."""
    forum = make_forum(people=3)
    minister, ana, other = forum.people
    forum.assist(ana, minister)
    return forum, forum.ask(other, minister, forum.slots[0])


def accept_as_assistant(forum: Forum, meeting: Meeting) -> Meeting:
    minister, ana, _ = forum.people
    return accept_meeting(attendee=minister, meeting_id=meeting.pk, by=ana.person, now=forum.now)


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_answers_at_once_one_counts_and_the_other_reads_how_it_stands(attempt: int) -> None:
    forum, meeting = minister_and_request()
    minister = forum.people[0]
    answers = at_once(lambda: accept_as_assistant(forum, meeting), lambda: forum.decline(minister, meeting))
    assert sorted(answers) == ["already_answered", "ok"]
    meeting.refresh_from_db()
    accepted = meeting.state == Meeting.State.ACCEPTED
    assert accepted == (answers[0] == "ok")
    assert meeting.seats.filter(assistant__isnull=False).exists() == accepted
    assert {one.kind for one in Notice.objects.exclude(kind="requested")} == {"accepted" if accepted else "declined"}


def accept_while_it_ends() -> str:
    """The answer of an accept that began before the end, and got its turn after it."""
    forum, meeting = minister_and_request()
    minister, *_ = forum.people
    row = Assistant.objects.get()
    with ThreadPoolExecutor(2) as pool:
        with holding(minister):
            (ended,) = begin(
                pool, lambda: end_assistant(attendee=minister, assistant_id=row.pk, by=minister.person, now=forum.now)
            )
            wait_until_waiting(1)
            (answered,) = begin(pool, lambda: accept_as_assistant(forum, meeting))
            wait_until_waiting(2)
        assert ended() == "ok"
        return answered()


def test_who_waits_while_it_ends_is_refused() -> None:
    assert accept_while_it_ends() == "not_yours"
    assert Meeting.objects.get().state == Meeting.State.REQUESTED


def test_without_asking_under_the_locks_they_would_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acting, "may_act_for", lambda assistant, principal, now: True)
    assert accept_while_it_ends() == "ok"
