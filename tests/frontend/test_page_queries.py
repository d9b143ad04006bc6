"""How many queries the pages that are read most take: so many at most, however much there is to show."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.agenda import Session
from tests.factories import make_attendee, make_event, make_run
from tests.frontend.conftest import client_of

MOST = {"suggestions": 19, "people": 22, "sessions": 19, "meetings": 31, "home": 32, "person": 27}


def queries_of_pages(slug: str, rows: int) -> dict[str, int]:
    """By page, the queries at its second reading where there are so many people, sessions and requests."""
    event, now = make_event(slug), timezone.now()
    me = make_attendee(event, seeks="Evidence across borders")
    others = [
        make_attendee(event, offers_topics=["sextortion"], seeks_topics=["evidence-reporting"])
        for _ in range(rows)
    ]
    # About no topic: of those who ask about the same each pair is looked at, for an office hour of theirs.
    words = {"code": "words", "weight": 0.5, "evidence": {"terms": "chat, evidence"}}
    make_run(event, {me: others}, reasons=[words])
    for number, other in enumerate(others):
        begins = now + dt.timedelta(days=2, hours=number)
        session = Session.objects.create(
            event=event, title=f"Session {number}", starts_at=begins, ends_at=begins + dt.timedelta(hours=1)
        )
        session.parts.create(event=event, attendee=other, part="speaking")
        meeting = Meeting.objects.create(
            event=event, asker=other, any_time=True, asked_at=now, expires_at=now + dt.timedelta(days=1)
        )
        for attendee, part in ((other, Seat.Part.ASKER), (me, Seat.Part.INVITED)):
            Seat.objects.create(event=event, meeting=meeting, attendee=attendee, part=part)
    client, counts = client_of(me.person), {}
    for name in MOST:
        address = f"/e/{slug}/people/{others[0].pk}/" if name == "person" else f"/e/{slug}/{name}/"
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        counts[name] = len(found)
    return counts


def test_sixty_rows_take_as_many_queries_as_ten_and_no_page_more_than_this(db: None) -> None:
    ten, sixty = queries_of_pages("ten", 10), queries_of_pages("sixty", 60)
    assert ten == sixty
    assert {name: count for name, count in sixty.items() if count > MOST[name]} == {}
