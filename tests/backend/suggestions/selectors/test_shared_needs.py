"""What several asked one person about: by topic, by the reasons of the current Run, or by theme."""

from __future__ import annotations

import pytest

from backend.events.models.attendees import Attendee, Interest
from backend.events.models.events import Topic
from backend.suggestions.selectors.shared_needs import shared_needs_for
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact, make_run

pytestmark = pytest.mark.django_db


def interest(attendee: Attendee, key: str, **fields: bool) -> None:
    topic = Topic.objects.get(event=attendee.event, key=key)
    Interest.objects.create(event=attendee.event, attendee=attendee, topic=topic, **fields)


def needs(forum: Forum) -> list[tuple[str, set[str]]]:
    found = shared_needs_for(forum.people[0], forum.now)
    return [(need.key, {row.other.name for row in need.requests}) for need in found]


def names(*people: Attendee) -> set[str]:
    return {one.name for one in people}


def test_a_topic_that_three_seek_and_the_host_offers_is_one_need() -> None:
    forum = make_forum(people=6)
    host, *askers = forum.people
    interest(host, "sextortion", offers=True)
    interest(host, "victim-support", seeks=True)
    for asker in askers[:3]:
        interest(asker, "sextortion", seeks=True)
    for asker in askers:
        interest(asker, "victim-support", seeks=True)  # which the host does not offer
        forum.ask(asker, host, forum.slots[0])
    assert needs(forum) == [("topic:sextortion", names(*askers[:3]))]
    (need,) = shared_needs_for(host, forum.now)
    assert (need.name, need.theme) == ("Sextortion", "prevention")


def test_the_reasons_of_the_current_run_name_a_need_whichever_list_holds_them() -> None:
    forum = make_forum(people=4)
    host, a, b, c = forum.people
    reasons = [{"code": "topic_offered", "weight": 1.0, "evidence": {"topic": "evidence-reporting"}}]
    make_run(forum.event, {host: [a], b: [host], c: [host]}, reasons=reasons)
    for asker in (a, b, c):
        forum.ask(asker, host, forum.slots[0])
    assert needs(forum) == [("topic:evidence-reporting", names(a, b, c))]


def test_without_a_topic_the_theme_of_the_requests_is_the_need() -> None:
    forum = make_forum(people=5)
    host, *askers = forum.people
    for asker in askers:
        forum.ask(asker, host, forum.slots[0], theme="justice" if asker != askers[3] else "")
    assert needs(forum) == [("theme:justice", names(*askers[:3]))]


def test_every_request_is_in_one_need_and_the_larger_comes_first() -> None:
    forum = make_forum(people=10)
    host, *askers = forum.people
    for key, people in (("sextortion", askers[:6]), ("evidence-reporting", askers[4:])):
        interest(host, key, offers=True)
        for asker in people:
            interest(asker, key, seeks=True)
    for asker in askers:
        forum.ask(asker, host, forum.slots[0])
    assert needs(forum) == [("topic:sextortion", names(*askers[:6])), ("topic:evidence-reporting", names(*askers[6:]))]


def test_two_are_no_need_and_whom_the_policy_parts_from_an_earlier_one_is_not_counted() -> None:
    forum = make_forum(people=4)
    host, a, b, c = forum.people
    requests = [forum.ask(asker, host, forum.slots[0], theme="justice") for asker in (a, b, c)]
    block_contact("block", c, a)
    assert needs(forum) == []
    block_contact("block", c, b)
    more = forum.join(1)[0]
    forum.ask(more, host, forum.slots[0], theme="justice")
    assert needs(forum) == [("theme:justice", names(a, b, more))]
    forum.withdraw(a, requests[0])
    assert needs(forum) == []


def test_no_office_hour_is_proposed_where_nobody_can_ask() -> None:
    forum = make_forum(people=4)
    host, *askers = forum.people
    for asker in askers:
        forum.ask(asker, host, forum.slots[0], theme="justice")
    forum.event.state = "closed"
    forum.event.save()
    assert needs(forum) == []
