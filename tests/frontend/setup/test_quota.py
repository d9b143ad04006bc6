"""An administrator gives a forum its share of the installation; its organisers read where that is used up."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.config.forum_usage import forum_usage_at
from backend.core.models import MailDay
from backend.core.queue import MAIL, enqueue
from backend.events.models.events import Event
from backend.events.models.pictures import Picture
from backend.people.models import Person
from backend.suggestions.services.runs import queue_build
from tests.factories import NOW, make_attendee, make_attendees, make_event, make_run
from tests.frontend.conftest import Cast, client_of
from tests.pages import page_of

LIMITS = {"max_people": "7", "max_mails_a_day": "20", "max_pictures": "3", "max_picture_mb": "4"}


def administrator() -> Person:
    return Person.objects.create_user("ada@example.org", name="Ada", is_staff=True, is_superuser=True)


def usage(page: object) -> list[list[str]]:
    return page.rows("section[aria-labelledby=usage]", cells="th, td")  # type: ignore[attr-defined, no-any-return]


def test_an_administrator_sets_limits_that_its_organisers_read_and_nobody_else_finds_the_page(cast: Cast) -> None:
    client, address = client_of(administrator()), f"/forums/{cast.event.slug}/limits/"
    assert page_of(client.get(address)).attributes("input[name=max_people]", "value") == ["20000"]
    wrong = client.post(address, LIMITS | {"max_people": "0"})
    assert (wrong.status_code, Event.objects.get(pk=cast.event.pk).max_people) == (422, 20_000)
    page = page_of(client.post(address, LIMITS, follow=True))
    assert "are saved" in page
    assert usage(page)[0] == [
        f"{cast.event.name} {cast.event.slug} At its limit",
        "7 / 7",
        "0 / 20",
        "0 / 3",
        "0.0 / 4",
        "–",
        "0",
    ]
    for person in (cast.organiser.person, cast.stranger):
        assert client_of(person).get(address).status_code == 404
    boss = client_of(cast.organiser.person)
    assert "as many people as it may" in page_of(boss.get(cast.address("set-up/")))
    assert "Set the limits of the forum" in page_of(boss.get(cast.address("desk/done/")))
    MailDay.objects.create(event=cast.event, day=timezone.now().astimezone(cast.event.zone).date(), sent=20)
    assert "sent tomorrow" in page_of(boss.get(cast.address("invitations/")))


def test_status_says_what_each_forum_uses(db: None) -> None:
    event, now = make_event(), timezone.now()
    people = make_attendees(event, [{}, {}, {"age_class": "minor"}])
    Picture.objects.create(attendee=people[0], small=b"x" * 100_000, large=b"x" * 500_000, made_at=NOW)
    make_run(event, {}, report={"seconds": [["pairs", 1.25], ["lists", 2.0]]})
    MailDay.objects.create(event=event, day=now.astimezone(event.zone).date(), sent=12)
    queue_build(event=event)
    enqueue("safeguarding.send_outside_alert", lock="x", queue=MAIL, event_id=event.pk)  # of a report: not told
    page = page_of(client_of(administrator()).get("/forums/status/"))
    numbers = ["3 / 20,000", "12 / 50,000", "1 / 20,000", "0.6 / 1,000", "3.3", "1"]
    assert usage(page) == [[f"{event.name} {event.slug}", *numbers]]


def test_thirty_forums_take_as_many_queries_as_three(db: None) -> None:
    taken = []
    for number in range(30):
        event = make_event(f"forum-{number}")
        make_run(event, {make_attendee(event): []}, report={"seconds": [["pairs", 1.0]]})
        if number in (2, 29):
            with CaptureQueriesContext(connection) as queries:
                assert len(forum_usage_at(timezone.now())) == number + 1
            taken.append(len(queries))
    assert taken == [6, 6]


def test_of_very_many_the_first_are_shown(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontend.events.views.status.MOST_SHOWN", 2)
    for number in range(3):
        make_attendees(make_event(f"forum-{number}"), [{} for _ in range(number)])
    page = page_of(client_of(administrator()).get("/forums/status/"))
    assert "2 of 3 forums" in page
