"""Every page of meetings in a real browser: accessible in light and dark, on a phone and on a desk."""

from __future__ import annotations

import datetime as dt
import re

from django.utils import timezone

from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery
from backend.booking.services.answers import decline_meeting
from backend.booking.services.counter_offers import make_counter_offer
from tests.factories import make_attendee, make_session
from tests.journeys.conftest import accept, ask, mail_to

OFFICIAL = "A ministry official from Thailand"
ORGANISER = "The organiser"


def pages_of(forum, booking):
    """Every page of meetings, each with something of everything on it."""
    a, others = forum.official, forum.others
    agreed = [accept(ask(a, others[0], booking[0]), others[0]), accept(ask(others[1], a, booking[1]), a)]
    sent, received, long = ask(a, others[2]), ask(others[3], a, *booking[2:5]), ask(others[4], a)
    declined = ask(a, others[5], booking[6])
    decline_meeting(
        attendee=others[5], meeting_id=declined.pk, reason="Next year", by=others[5].person, now=timezone.now()
    )
    meetings = [*agreed, sent, received, long, declined]
    for meeting, by in ((received, a), (agreed[1], others[1])):
        make_counter_offer(
            attendee=by,
            meeting_id=meeting.pk,
            slot_ids=(booking[-1].pk, booking[-2].pk),
            by=by.person,
            now=timezone.now(),
        )
    session = forum.event.sessions.get()
    session.abstract, session.stream_url = "What changed since last year?", "https://stream.example.org/1"
    session.save()
    session.parts.create(event=forum.event, attendee=others[7], part="speaking")
    session.parts.create(event=forum.event, attendee=a)
    pages = ["meetings/", "agenda/", "sessions/", "availability/", "notices/", "calendar/", "zone/"]
    pages += ["availability/calendar/"]
    pages += ["meetings/sheet/"]
    pages += [f"meetings/{meeting.pk}/" for meeting in meetings]
    pages += [f"meetings/{agreed[0].pk}/other-times/"]
    pages += [f"meetings/{sent.pk}/change/", f"meetings/{sent.pk}/report/", f"people/{others[6].pk}/ask/"]
    return [forum.address(page) for page in pages]


def test_axe_finds_nothing_on_any_page_of_meetings(forum, booking, visit):
    empty = [forum.address(page) for page in ("meetings/", "agenda/", "sessions/", "notices/")]
    empty += [forum.address("meetings/sheet/")]
    assert visit(empty, OFFICIAL) == []
    assert visit(pages_of(forum, booking), OFFICIAL) == []
    passed = Meeting.objects.filter(state="accepted").earliest("pk")
    now = timezone.now()
    period = (now - dt.timedelta(hours=2), now - dt.timedelta(hours=1))
    passed.seats.update(period=period)
    passed.period = period
    passed.save()
    assert visit([forum.address("meetings/"), forum.address(f"meetings/{passed.pk}/")], OFFICIAL) == []


def test_axe_finds_nothing_on_the_pages_that_mails_lead_to(forum, booking, visit, post):
    a, b = forum.official, forum.others[0]
    meeting = ask(a, b, *booking[:3])
    texts = [mail_to(post, b, "Mali").get_body(("plain",)).get_content()]
    make_counter_offer(attendee=b, meeting_id=meeting.pk, slot_ids=(booking[4].pk,), by=b.person, now=timezone.now())
    texts.append(mail_to(post, a, "other times").get_body(("plain",)).get_content())
    links = [re.sub(r"^https?://[^/]+", "", link) for link in re.findall(r"http\S+/answer/\S+", "".join(texts))]
    assert len(links) >= 6
    assert visit(links) == []


def test_axe_finds_nothing_where_meetings_are_set_up(forum, booking, visit):
    make_attendee(
        forum.event, email="organiser@demo.example.org", name="Orla", permission="organiser", visibility="hidden"
    )
    agreed = accept(ask(forum.official, forum.others[3]), forum.others[3])
    parts = ("set-up/", "set-up/mail/", "set-up/told/", "set-up/speakers/", "meetings/", "set-up/topics/")
    session = make_session(forum.event, "Talk")
    own = ("set-up/sessions/import/", f"set-up/sessions/{session.pk}/", f"meetings/{agreed.pk}/call-off/")
    more = (
        "set-up/mail-texts/",
        "set-up/closed/",
        "set-up/sectors/",
        "set-up/names/",
        "set-up/contact/",
        "set-up/rehearsal/",
        "set-up/sessions/",
        "set-up/rehearsal/end/",
    )
    pages = [forum.address(part) for part in (*parts, *more, *own)]
    assert visit(pages, ORGANISER) == []
    in_trouble(forum, booking)
    assert visit(pages[:3], ORGANISER) == []


def in_trouble(forum, booking):
    """A meeting with two differing reports, one reported by one side only, and mails refused and waiting."""
    a, b, c, *_ = forum.others
    for other, words, state in ((b, ("held", "not_held"), "disputed"), (c, ("held", ""), "held")):
        meeting = accept(ask(a, other), other)
        Meeting.objects.filter(pk=meeting.pk).update(state=state)
        for seat, word in zip(meeting.seats.all(), words, strict=True):
            seat.word, seat.attested_at = word, timezone.now() if word else None
            seat.save()
    errors = zip(Delivery.objects.order_by("pk"), ("550", "421", "", "timeout"), strict=False)
    for delivery, error in errors:
        delivery.error, delivery.attempts = error, 2 if error else 0
        delivery.state = "failed" if error == "550" else "queued"
        delivery.tried_at = timezone.now() if error else None
        delivery.save()
