"""Walks every address as every person of a random situation, and finds what the statement closes to them.

Everybody's name, organisation and texts hold a mark of their own. First all meet, as listed adults; then the
situation falls on them: ages, blocks, reports and the rest are written as they are.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations, product
from operator import getitem

from django.core import mail
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from backend.config import api_urls
from backend.events.models import (
    AgeAgreement,
    Appointment,
    Attendee,
    Event,
    Session,
    SessionPart,
    Slot,
    Table,
)
from backend.meetings import services
from backend.meetings.models import Availability, Closure, Meeting, Notice
from backend.meetings.services.notice_mails import mail_for
from backend.people.models import KnownMinor, Person
from backend.programme.models import Plan, PlannedMeeting
from backend.safeguarding.models import Block, Report
from frontend import urls
from tests import safeguarding_statement as statement
from tests.factories import make_attendee, make_event, make_run, make_session
from tests.frontend.suggestions.test_inspection import REPORT
from tests.random_situations import CLOSED, STATES
from tests.safeguarding_statement import EVENTS, Situation, draw_situation

MARK = re.compile(r"Z(first|last|organisation|title|texts)(\d+)x(\d)Z", re.IGNORECASE)
NO_EVENT = 9  # in the mark of a name, which is a person's at both events
SEES_NOBODY = {"logout", "demo_enter", "demo_enter_as", "demo_outbox", "demo_outbox_mail", "demo_outbox_file"}
API = "/api/v1/"
FILES = ["funnel.csv", "tables.xlsx", "network.graphml", "attendees.csv", "attendees.xlsx"]
LISTS = {  # for organisers and leads
    "page": re.compile(r"<slug:slug>/attendees/(<int:attendee_id>/.*)?$"),
    "file": re.compile("<slug:slug>/attendees/files/"),
    "link": re.compile("<slug:slug>/reports/<int:report_id>/about/"),
    "work": re.compile("<slug:slug>/(desk/(who|unmet|print|$)|matching/|programme/|plans/|stats/)"),
}


def mark(kind: str, person: int, event: int) -> str:
    return f"Z{kind}{person}x{event}Z"


@dataclass
class Stage:
    """A situation in the database, after everybody has met everybody."""

    situation: Situation
    now: dt.datetime
    events: dict[int, Event] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    attendees: dict[tuple[int, int], Attendee] = field(default_factory=dict)  # person, event
    feeds: dict[tuple[int, int], str] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    plans: dict[int, tuple[int, int]] = field(default_factory=dict)  # event: plan, planned meeting

    def of(self, event: int) -> dict[int, Attendee]:
        return {person: one for (person, at), one in self.attendees.items() if at == event}


def set_stage(situation: Situation, now: dt.datetime) -> Stage:
    stage = Stage(situation, now)
    day = now.date() + dt.timedelta(days=14)
    for event in EVENTS:
        stage.events[event] = make_event(f"forum-{event}", starts_on=day, ends_on=day + dt.timedelta(days=1))
    for person in range(situation.people):
        name = f"{mark('first', person, NO_EVENT)} {mark('last', person, NO_EVENT)}"
        stage.people[person] = Person.objects.create_user(f"p{person}@example.org", name=name)
    for part in situation.parts:
        stage.attendees[part.person, part.event] = _joined(stage, part.person, part.event)
    for event in EVENTS:
        _meet(stage, event)
    _fall(stage)
    return stage


def _joined(stage: Stage, person: int, event: int) -> Attendee:
    text = mark("texts", person, event)
    attendee = make_attendee(
        stage.events[event], person=stage.people[person], name=stage.people[person].name,
        title=mark("title", person, event), about=text, seeks=text, offers=text,
        seeks_topics=["sextortion"], offers_topics=["evidence-reporting"], sector=f"sector-{person % 3}",
        constituency=("government", "industry", "civil-society")[person % 3],
    )  # fmt: skip
    attendee.organisation.name = mark("organisation", person, event)
    attendee.organisation.save()
    return attendee


def _meet(stage: Stage, number: int) -> None:
    """Times, tables, sessions with speakers, lists of suggestions, requests, meetings and a plan."""
    event, here, now = stage.events[number], stage.of(number), stage.now
    starts_at = dt.datetime.combine(event.starts_on, dt.time(3), dt.UTC)
    half = dt.timedelta(minutes=30)
    slots = [
        Slot.objects.create(event=event, starts_at=starts_at + n * half, ends_at=starts_at + (n + 1) * half)
        for n in range(16)
    ]
    for table in range(4):
        Table.objects.create(event=event, label=f"T{table}")
    session = make_session(event)
    people = list(here.values())
    for attendee in people:
        Availability.objects.bulk_create(
            Availability(event=event, attendee=attendee, slot=slot) for slot in slots
        )
        SessionPart.objects.create(event=event, attendee=attendee, session=session, part="speaking")
        feed = services.make_feed(attendee=attendee, by=attendee.person, now=now)
        stage.feeds[attendee.person_id, number] = services.feed_address(feed)
    make_run(event, {one: [other for other in people if other != one] for one in people}, report=REPORT)
    for place, (one, other) in enumerate(combinations(people, 2)):
        wish = services.MeetingRequestData(
            slot_ids=(slots[place % 16].pk,), message=mark("texts", _number(stage, one), number)
        )
        meeting = services.request_meeting(attendee=one, other_id=other.pk, data=wish, by=one.person, now=now)
        if place % 3:
            services.accept_meeting(
                attendee=other, meeting_id=meeting.pk, slot_id=None, by=other.person, now=now
            )
    if len(people) > 1:
        plan = Plan.objects.create(event=event, work=Plan.Work.READY, value=1.0, bound=1.0)
        planned = PlannedMeeting.objects.create(
            event=event, plan=plan, first=people[0], second=people[1], slot=slots[15],
            table=event.tables.all()[0], value=1,
        )  # fmt: skip
        stage.plans[number] = plan.pk, planned.pk


def _number(stage: Stage, attendee: Attendee) -> int:
    return next(number for number, person in stage.people.items() if person.pk == attendee.person_id)


def _fall(stage: Stage) -> None:
    """What the situation says, written as it is."""
    situation, now, day = stage.situation, stage.now, dt.timedelta(days=1)
    for part in situation.parts:
        Attendee.objects.filter(pk=stage.attendees[part.person, part.event].pk).update(
            age_class=part.age, visibility="listed" if part.listed else "hidden",
            permission=part.permission, role=part.role,
            agreed_at=now if part.joined else None, agreement_version="1" if part.joined else "",
        )  # fmt: skip
    for event in EVENTS:
        Event.objects.filter(pk=stage.events[event].pk).update(
            shows_unjoined=event in situation.shows_unjoined
        )
    for one, other in sorted(situation.blocks):
        Block.objects.create(blocker=stage.people[one], blocked=stage.people[other])
    for made in situation.complaints:
        state, keeps_apart = (STATES | CLOSED)[made.state]
        is_closed = made.state in CLOSED
        stage.reports.append(
            Report.objects.create(
                event=stage.events[made.event], category="other", words="A word.", state=state,
                reporter=stage.attendees[made.reporter, made.event],
                reported=stage.attendees[made.reported, made.event], keeps_apart=keeps_apart,
                closed_at=now if is_closed else None, outcome="Spoken to." if is_closed else "",
            )
        )  # fmt: skip
    for one in list(stage.attendees.values())[:1]:
        stage.reports.append(
            Report.objects.create(
                event=one.event, category="unsafe", words="A word.", named="A name.", reporter=one
            )
        )
    for memory in situation.memories:
        known, _is_new = KnownMinor.objects.get_or_create(
            address_hash=stage.people[memory.person].address_hash, event=stage.events[memory.event],
            defaults={"expires_at": now - day if memory.expired else now + day},
        )  # fmt: skip
        for agreed in sorted(memory.agreed):
            AgeAgreement.objects.create(
                known_minor=known, event=stage.events[1 - memory.event], of_event=stage.events[agreed],
                agreed_at=now,
            )  # fmt: skip
    Person.objects.filter(pk__in=[stage.people[one].pk for one in situation.closed_accounts]).update(
        is_active=False
    )


@dataclass
class Reading:
    """What one walk read, and what of it was closed to its reader."""

    addresses: int = 0
    routes: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)  # routes that only answer to a form or a program's change
    leaks: list[str] = field(default_factory=list)


def walk_situations(
    seed: int,
    count: int,
    *,
    everybody: bool = False,
    every_number: bool = False,
    stop: Callable[[Reading], bool] = lambda found: False,
) -> Reading:
    """So many situations of four people, read by one of them or by all.

    `every_number`: each address with everything that it can name, else with one thing drawn.
    """
    found, chance = Reading(), random.Random(seed)
    for _ in range(count):
        with transaction.atomic():
            shows_unjoined = frozenset(event for event in EVENTS if chance.random() < 0.5)
            situation = draw_situation(chance, people=4, shows_unjoined=shows_unjoined)
            stage = set_stage(situation, timezone.now())
            pairs = [(person, event) for person in stage.people for event in EVENTS]
            readers = pairs if everybody else [chance.choice(sorted(stage.attendees))]
            read_everything(stage, readers, found, None if every_number else chance)
            transaction.set_rollback(True)
        mail.outbox.clear()
        if stop(found):
            break
    return found


def read_everything(
    stage: Stage, readers: Iterable[tuple[int, int]], found: Reading, chance: random.Random | None = None
) -> None:
    """Every address, as these people at these events, with their mails and feeds.

    With every number that an address can have; where there is `chance`, with one drawn by it.
    """
    for reader, event in readers:
        client = Client()
        client.force_login(stage.people[reader])
        for route, numbered in addresses(stage, event).items():
            for address in [chance.choice(numbered)] if chance else numbered:
                if route in found.forms:
                    break
                cache.clear()
                answer = client.get(address)
                found.addresses += 1
                (found.forms if answer.status_code == 405 else found.routes).add(route)
                _judge(stage, event, reader, route, address, text_of(answer), found)
        _try_to_meet(stage, event, reader, client, found)
        _count(stage, event, reader, client, found)
        _read_mails(stage, event, reader, found)
        if (feed := stage.feeds.get((stage.people[reader].pk, event))) is not None:
            address = "/" + feed.split("/", 3)[3]
            _judge(stage, event, reader, "feed", address, text_of(Client().get(address)), found)


def addresses(stage: Stage, event: int) -> dict[str, list[str]]:
    """The addresses of every page, file and reading operation of the API, by route."""
    found: dict[str, list[str]] = {}
    here = stage.of(event)
    attendees = [one.pk for one in here.values()]
    elsewhere = [one.pk for one in stage.of(1 - event).values()][:1]
    plan, planned = stage.plans.get(event, (1, 1))
    meetings = list(Meeting.objects.filter(event=stage.events[event]).values_list("pk", flat=True))
    values = {
        "slug": [stage.events[event].slug],
        "attendee_id": attendees + elsewhere, "other": attendees, "owner": attendees[:1],
        "meeting_id": meetings, "report_id": [report.pk for report in stage.reports] or [1],
        "session_id": [Session.objects.get(event=stage.events[event]).pk],
        "plan_id": [plan], "planned_id": [planned], "name": FILES,
        **_numbers_of(stage.events[event]),
    }  # fmt: skip
    patterns = [("/", pattern) for pattern in urls.urlpatterns if pattern.name not in SEES_NOBODY]
    patterns += [(API, pattern) for pattern in api_urls.urlpatterns]
    for root, pattern in patterns:
        route = root + str(pattern.pattern)
        names = re.findall(r"<\w+:(\w+)>", route)
        if any(name in {"token", "key"} for name in names):
            continue
        for numbers in product(*(values.get(name, [1]) for name in names)):
            address = route
            for value in numbers:
                address = re.sub(r"<\w+:\w+>", str(value), address, count=1)
            found.setdefault(route, []).append(address)
    return found


def _numbers_of(event: Event) -> dict[str, list[int]]:
    """The numbers that addresses name of the event's own rows, one of each kind; 1 where there is none."""
    found = {
        "table_id": event.tables, "theme_id": event.themes, "topic_id": event.topics,
        "organisation_id": event.organisations, "sector_id": event.sectors,
        "closure_id": Closure.objects.filter(event=event),
        "appointment_id": Appointment.objects.of(event),
        "block_id": Block.objects.filter(blocker__attendances__event=event),
    }  # fmt: skip
    return {name: list(rows.values_list("pk", flat=True)[:1]) or [1] for name, rows in found.items()}


def text_of(answer: object) -> str:
    """All that an answer says: a workbook's sheets unpacked, a calendar's lines unfolded."""
    body = b"".join(answer) if getattr(answer, "streaming", False) else answer.content  # type: ignore[attr-defined]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            body = b"\n".join(file.read(name) for name in file.namelist())
    return body.decode(errors="replace").replace("\r\n ", "")


def _read_mails(stage: Stage, event: int, reader: int, found: Reading) -> None:
    attendee = stage.of(event).get(reader)
    for notice in Notice.objects.filter(attendee=attendee).select_related("meeting") if attendee else []:
        if (letter := mail_for(notice, stage.now)) is None:
            continue
        parts = [
            part.get_payload(decode=True) or b""
            for part in letter.message().walk()
            if not part.is_multipart()
        ]
        text = letter.subject + b"\n".join(parts).decode(errors="replace").replace("\r\n ", "")
        _judge(stage, event, reader, f"mail {notice.kind}", f"mail {notice.kind}", text, found)


def _try_to_meet(stage: Stage, event: int, reader: int, client: Client, found: Reading) -> None:
    """Nobody who is closed to the reader can be asked to meet, judged or reached by a free time."""
    root = f"{API}events/{stage.events[event].slug}/"
    for target, other in stage.of(event).items():
        tries = {
            ("meeting", "post", "meetings/"): {"other": other.pk, "slots": []},
            ("suggestion", "put", f"suggestions/{other.pk}/feedback/"): {"verdict": "good"},
            ("meeting", "get", f"people/{other.pk}/free-slots/"): {},
        }
        for (channel, method, address), body in tries.items():
            if reader == target or statement.may_contact(stage.situation, event, reader, target, channel):
                continue
            options = {} if method == "get" else {"data": body, "content_type": "application/json"}
            answer = getattr(client, method)(root + address, **options)
            if answer.status_code < 400:
                found.leaks.append(f"{address}: {reader} to {target} at {event}: {stage.situation}")


def _count(stage: Stage, event: int, reader: int, client: Client, found: Reading) -> None:
    """S2: who is in the figures is whom matching reads, and nobody else."""
    root, stated = f"{API}events/{stage.events[event].slug}/", len(statement.matched(stage.situation, event))
    for address, *path in (("meetings/overview/", "people"), ("stats/", "edition", "attendees")):
        if (answer := client.get(root + address)).status_code == 200:
            people = reduce(getitem, path, answer.json())
            if people != stated:
                found.leaks.append(f"{address}: {people} people, not {stated}: {stage.situation}")


def _judge(
    stage: Stage, event: int, reader: int, route: str, address: str, text: str, found: Reading
) -> None:
    seen = {(kind.lower(), int(person), int(at)) for kind, person, at in MARK.findall(text)}
    for kind, target, at in sorted(seen):
        allowed = set()
        for where in {event} if "<slug:slug>" in route or route.startswith(("feed", "mail")) else EVENTS:
            if at in (where, NO_EVENT):
                on_list = next((kind for kind, route_of in LISTS.items() if route_of.search(route)), "")
                allowed |= statement.may_read(stage.situation, where, reader, target, on_list=on_list)
        if kind not in allowed and reader != target:
            found.leaks.append(f"{address}: {reader} reads {kind} of {target} at {event}: {stage.situation}")
