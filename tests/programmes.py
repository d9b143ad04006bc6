"""A forum whose programme is kept on another server, and the mails about its sessions."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core import mail

from backend.agenda.models import SessionMail
from backend.agenda.services.bookmarks import bookmark_session
from backend.agenda.services.session_mails import send_session_mail
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services.sources import SourceData, change_source
from tests.factories import NOW, make_attendee
from tests.https import Answer, Asked
from tests.registrations import Shop

FOLDER: Path = settings.BASE_DIR / "tests" / "fixtures" / "pretalx"
BY_TOKEN = "/api/events/forum/schedules/latest/exporters/schedule.json/"


def recorded(name: str) -> dict[str, str]:
    """What a pretalx answered, by path; the API as the page."""
    found: dict[str, str] = json.loads((FOLDER / f"{name}.json").read_text())
    return {**found, BY_TOKEN: found["/forum/schedule/export/schedule.json"]}


def answering(found: dict[str, str]) -> Callable[[Asked], Answer]:
    """As pretalx answers: its API to the token alone."""

    def answer(asked: Asked) -> Answer:
        path = asked.path + (f"?page={page}" if (page := "".join(asked.query.get("page", ()))) else "")
        if path not in found:
            return Answer(status=404)
        if path.startswith("/api/") and asked.headers.get("Authorization") != "Token very-secret":
            return Answer(b'{"detail": "Invalid token."}', status=401)
        return Answer(found[path].encode())

    return answer


def follow(shop: Shop, kind: str, path: str, token: str = "") -> None:
    """The forum's source is a programme at this path."""
    data = SourceData(kind=kind, name="Programme", address=shop.peer.address(path), token=token)
    Source.objects.update(token=None)
    shop.source = change_source(
        event=shop.event, source_id=shop.source.pk, data=data, by=shop.organiser.person, now=NOW
    )


def publish(shop: Shop, *sessions: tuple[str, ...]) -> None:
    """Sessions as lines of a CSV: id, title, starts, ends, room."""
    lines = ["id,title,starts,ends,room,abstract", *(",".join(one) for one in sessions)]
    shop.peer.answer = lambda _asked: Answer("\n".join(lines).encode())


def talk(number: int, *, title: str = "", hour: int = 0, room: str = "Hall") -> tuple[str, ...]:
    """A session of an hour on the first day, each number at another half of an hour."""
    minute = 30 * (number % 2)
    starts = hour or 8 + number // 2
    return (
        f"s{number}", title or f"Talk {number}",
        f"2026-12-09 {starts:02}:{minute:02}", f"2026-12-09 {starts + 1:02}:{minute:02}", room,
    )  # fmt: skip


def titles(shop: Shop) -> set[str]:
    return set(Session.objects.filter(event=shop.event).values_list("title", flat=True))


def follower(shop: Shop, name: str, *sessions: str) -> Attendee:
    """Somebody with these sessions, by title, in their agenda."""
    one = make_attendee(shop.event, name=name, email=f"{name.lower()}@example.org")
    for title in sessions:
        found = Session.objects.get(event=shop.event, title=title)
        bookmark_session(attendee=one, session_id=found.pk, by=one.person, now=NOW)
    return one


def mails(now: dt.datetime = NOW) -> dict[str, str]:
    """Send what waits, as the worker would; the bodies by address."""
    mail.outbox.clear()
    for pk in SessionMail.objects.order_by("pk").values_list("pk", flat=True):
        send_session_mail(mail_id=pk, now=now)
    assert len({one.to[0] for one in mail.outbox}) == len(mail.outbox)
    return {one.to[0]: str(one.body) for one in mail.outbox}
