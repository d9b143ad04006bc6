"""Walks every address as somebody of random situations, and finds what the statement closes to them.

Everybody's name, organisation and texts hold a mark of their own. First they meet, as listed adults; then the
situation falls on them: ages, blocks, reports and the rest are written as they are.

Situations of four people are read several at once: they share their two events and their reader, and nobody
of one has to do with anybody of another, so that a page is read once for all of them.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from backend.agenda.services.calendar_feeds import feed_address, make_feed
from backend.assistants.models import Assistant
from backend.booking.models.availability import Availability
from backend.booking.models.closures import Closure
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.answers import accept_meeting
from backend.booking.services.requests import MeetingRequestData, request_meeting
from backend.config import api_urls
from backend.core.models import UseCount
from backend.events.api.views import OrganiserView, TeamView
from backend.events.models.age_classes import AgeAgreement
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.attendees import Attendee, Organisation
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.events.models.suspensions import Suspension
from backend.integrations.models import Source, Webhook, WebhookDelivery
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.models import ContactShare
from backend.people.models import KnownMinor, Person
from backend.programme.models import Plan, PlannedMeeting
from backend.safeguarding.models import Block, Chaperone, Report
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from frontend import urls
from tests import safeguarding_statement as statement
from tests.factories import appoint, host_contact, make_attendee, make_event, make_run, make_session
from tests.frontend.suggestions.test_inspection import REPORT
from tests.long_jobs import read
from tests.pages import page_of
from tests.random_situations import CLOSED, STATES, Venue, write_consent_and_vetting
from tests.safeguarding_statement import EVENTS, Situation, draw_situation

MARK = re.compile(r"Z(first|last|organisation|title|texts)(\d+)x(\d)Z", re.IGNORECASE)
READER = 0
FEW = 3  # who meet at the event that is not read
OTHERS = 3  # in a situation, beside its reader
TOGETHER = 5  # situations that share their reader
NO_EVENT = 9  # in the mark of a name, which is a person's at both events
SEES_NOBODY = {
    "logout", "demo_enter", "demo_enter_as", "demo_preparation", "demo_outbox", "demo_outbox_mail",
    "demo_outbox_file",
}  # fmt: skip
API = "/api/v1/"
# The permissions to which an access policy opens a page, or a class an operation of the API.
ADMITTED: dict[object, set[str]] = {
    "organiser": {"organiser"},
    "safeguarding lead": {"safeguarding-lead"},
    "organiser or safeguarding lead": {"organiser", "safeguarding-lead"},
    "administrator": set(),
    "who may start forums": set(),
    OrganiserView: {"organiser"},
    TeamView: {"organiser", "safeguarding-lead"},
}
FREE_TIMES = f"{API}events/<slug:slug>/people/<int:attendee_id>/free-slots/"
FILES = ["funnel.csv", "tables.xlsx", "network.graphml", "attendees.csv", "attendees.xlsx"]
OWN_BLOCKS = re.compile(r"<slug:slug>/profile/$")
OWN_DATA = re.compile(r"my-data\.json$|^/?api/v1/me/data/$|/connections/")  # of every forum
AGE_CLASSES = re.compile(r"<slug:slug>/age-classes/$")
LISTS = {  # for organisers and leads, but for the page from which everybody reports
    "safety": re.compile(r"<slug:slug>/(safety|reports/(sent|<int:report_id>))/$"),
    "roles": re.compile(r"<slug:slug>/(roles|move)/$"),
    "page": re.compile(r"<slug:slug>/attendees/(<int:attendee_id>/.*)?$"),
    "file": re.compile("<slug:slug>/attendees/files/"),
    "link": re.compile("<slug:slug>/(reports/<int:report_id>/(about|contacts)|suspensions)/"),
    "supervision": re.compile(r"<slug:slug>/(supervision|delegation-sessions)/"),
    "alias": re.compile("<slug:slug>/aliases/<int:attendee_id>/$"),
    "work": re.compile("<slug:slug>/(desk/(who|unmet|print|files|$)|matching/|programme/|plans/|stats/)"),
}


def are_together(one: int, other: int) -> bool:
    """Whether the two people are in one situation: its reader, and three others."""
    return READER in (one, other) or (one - 1) // OTHERS == (other - 1) // OTHERS


def mark(kind: str, person: int, event: int) -> str:
    return f"Z{kind}{person}x{event}Z"


@dataclass
class Stage:
    """Two events whose people have met, and the situation that fell on them."""

    situation: Situation
    now: dt.datetime
    events: dict[int, Event] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    attendees: dict[tuple[int, int], Attendee] = field(default_factory=dict)  # person, event
    feeds: dict[tuple[int, int], str] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    plans: dict[int, int] = field(default_factory=dict)  # by event

    def of(self, event: int) -> dict[int, Attendee]:
        return {person: one for (person, at), one in self.attendees.items() if at == event}


def set_stage(situation: Situation, now: dt.datetime) -> Stage:
    """The situation, on people who met before at the events that they attend in it."""
    return fall(meet(situation.people, {(part.person, part.event) for part in situation.parts}, now), situation)


def meet(people: int, attending: Collection[tuple[int, int]], now: dt.datetime) -> Stage:
    """So many people, of whom some attend an event (person, event), as adults who meet there."""
    stage = Stage(Situation(people, ()), now)
    day = now.date() + dt.timedelta(days=14)
    for event in EVENTS:
        stage.events[event] = make_event(f"forum-{event}", starts_on=day, ends_on=day + dt.timedelta(days=1))
    for person in range(people):
        name = f"{mark('first', person, NO_EVENT)} {mark('last', person, NO_EVENT)}"
        stage.people[person] = Person.objects.create_user(f"p{person}@example.org", name=name)
    for person, event in sorted(attending):
        stage.attendees[person, event] = _joined(stage, person, event)
    for event in EVENTS:
        _meet(stage, event)
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
    """Times, tables, sessions with speakers, lists of suggestions, requests, meetings and a plan.

    Everybody meets the reader, and the others of a situation the first of them.
    """
    event, here, now = stage.events[number], stage.of(number), stage.now
    starts_at = dt.datetime.combine(event.starts_on, dt.time(3), dt.UTC)
    half = dt.timedelta(minutes=30)
    slots = [
        Slot.objects.create(event=event, starts_at=starts_at + n * half, ends_at=starts_at + (n + 1) * half)
        for n in range(20)
    ]
    session = make_session(event)
    Source.objects.create(event=event, kind="table", name="List", address="https://127.0.0.1/list.csv")
    Webhook.objects.create(event=event, address="https://127.0.0.1/in", types=Webhook.Type.values, secret=b"none")
    people = list(here.values())
    pairs = [
        (here[one], here[other])
        for one, other in combinations(here, 2)
        if one == READER or (are_together(one, other) and one % OTHERS == 1)
    ]
    for table in range(len(pairs)):
        Table.objects.create(event=event, label=f"T{table}")
    for attendee in people:
        Availability.objects.bulk_create(Availability(event=event, attendee=attendee, slot=slot) for slot in slots)
        SessionPart.objects.create(event=event, attendee=attendee, session=session, part="speaking")
        feed = make_feed(attendee=attendee, by=attendee.person, now=now)
        stage.feeds[attendee.person_id, number] = feed_address(feed)
    make_run(event, {one: [other for other in people if other != one] for one in people}, report=REPORT)
    _let_act(event, here, now)
    busy = set()
    for place, pair in enumerate(pairs):
        one, other = pair if place % 2 else pair[::-1]
        slot = next(slot for slot in slots if not busy & {(one, slot), (other, slot)})
        busy |= {(one, slot), (other, slot)}
        wish = MeetingRequestData(slot_ids=(slot.pk,), message=mark("texts", _number(stage, one), number))
        meeting = request_meeting(attendee=one, other_id=other.pk, data=wish, by=one.person, now=now)
        if place % 3:
            accept_meeting(attendee=other, meeting_id=meeting.pk, slot_id=None, by=other.person, now=now)
    reader = [one for number, one in here.items() if number == READER]
    for seat in Seat.objects.filter(meeting__event=event).exclude(attendee__in=reader):
        mates = [one for pk, one in here.items() if are_together(_number(stage, seat.attendee), pk)]
        seat.assistant = next((one for one in reversed(mates) if one != seat.attendee), None)
        seat.save(update_fields=["assistant"])
    ContactShare.objects.bulk_create(
        ContactShare(
            event=event, giver=giver.person, receiver=receiver.person,
            phone=mark("last", _number(stage, giver), NO_EVENT),
        )
        for pair in pairs
        for giver, receiver in (pair, pair[::-1])
    )  # fmt: skip
    plan = Plan.objects.create(event=event, work=Plan.Work.READY, value=1.0, bound=1.0)
    PlannedMeeting.objects.bulk_create(
        PlannedMeeting(event=event, plan=plan, first=first, second=second, slot=slots[-1], table=table, value=1)
        for first, second, table in zip(people[::2], people[1::2], event.tables.all(), strict=False)
    )
    stage.plans[number] = plan.pk


def _let_act(event: Event, here: dict[int, Attendee], now: dt.datetime) -> None:
    """The reader, where they are here, acts for everybody, and the first of each situation for the reader."""
    reader = here.get(READER)
    if reader is None:
        return
    pairs = [(one, reader) for one in here.values() if one != reader]
    pairs += [(reader, one) for number, one in here.items() if number % OTHERS == 1]
    Assistant.objects.bulk_create(
        Assistant(
            event=event, principal=principal, attendee=acting, accepted_at=now,
            address_hash=acting.person.address_hash,
        )
        for principal, acting in pairs
    )  # fmt: skip


def _number(stage: Stage, attendee: Attendee) -> int:
    return next(number for number, person in stage.people.items() if person.pk == attendee.person_id)


def fall(met: Stage, situation: Situation) -> Stage:
    """What the situation says, written as it is on people who met; those not attending in it have left."""
    attending = {(part.person, part.event) for part in situation.parts}
    stage = replace(
        met, situation=situation, reports=[],
        attendees={place: one for place, one in met.attendees.items() if place in attending},
    )  # fmt: skip
    now, day = stage.now, dt.timedelta(days=1)
    gone = [one for place, one in met.attendees.items() if place not in attending]
    Attendee.objects.filter(pk__in=[one.pk for one in gone]).delete()
    Organisation.objects.filter(pk__in=[one.organisation_id for one in gone]).delete()
    for part in situation.parts:
        attendee = stage.attendees[part.person, part.event]
        Attendee.objects.filter(pk=attendee.pk).update(
            age_class=part.age, visibility="listed" if part.listed else "hidden", role=part.role,
            agreed_at=now if part.joined else None, agreement_version="1" if part.joined else "",
        )  # fmt: skip
        if part.permission != "participant":
            appoint(attendee, part.permission, since=now - day)
        if part.alias:
            house = mark("organisation", part.person, part.event)
            data = AliasData(
                name=f"Officer {part.person}", organisation="Police", real_name=attendee.name,
                real_organisation=house,
            )  # fmt: skip
            set_alias_of(attendee.event, attendee.pk, data, is_wish=True, by=None, now=now)
    for event in EVENTS:
        Event.objects.filter(pk=stage.events[event].pk).update(shows_unjoined=event in situation.shows_unjoined)
        if event not in situation.without_host:
            host_contact(stage.events[event]).save()
    for person, event in sorted(situation.suspended):
        Suspension.objects.create(attendee=stage.attendees[person, event], reason="A word.", suspended_at=now)
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
            Report.objects.create(event=one.event, category="unsafe", words="A word.", named="A name.", reporter=one)
        )
    for memory in situation.memories:
        known, _is_new = KnownMinor.objects.get_or_create(
            address_hash=stage.people[memory.person].address_hash, event=stage.events[memory.event],
            defaults={"expires_at": now - day if memory.expired else now + day},
        )  # fmt: skip
        for agreed in sorted(memory.agreed):
            AgeAgreement.objects.create(
                known_minor=known, event=stage.events[1 - memory.event], of_event=stage.events[agreed],
                person=stage.people[memory.person], agreed_at=now,
            )  # fmt: skip
    _write_sessions(stage)
    Person.objects.filter(pk__in=[stage.people[one].pk for one in situation.closed_accounts]).update(is_active=False)
    return stage


def _write_sessions(stage: Stage) -> None:
    """The sessions with a delegation; a chaperone is of each organisation that the statement has as one."""
    situation, now = stage.situation, stage.now
    for part in situation.parts:
        write_consent_and_vetting(part, stage.attendees[part.person, part.event], now)
    for bound in situation.chaperones:
        for part in situation.parts:
            if part.event == bound.event and part.age == "minor" and part.sector == bound.sector:
                Chaperone.objects.get_or_create(  # two of its minors may be of one organisation
                    event=stage.events[bound.event],
                    attendee=stage.attendees[bound.person, bound.event],
                    organisation=stage.attendees[part.person, part.event].organisation,
                    defaults={"recorded_at": now},
                )
    for event in EVENTS:
        venue = Venue.made(stage.events[event], now)
        for session in situation.sessions:
            if session.event == event:
                venue.write(session, stage.of(event), now)


@dataclass
class Reading:
    """What the walks read, and what of it was closed to its reader."""

    addresses: int = 0
    routes: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)  # routes that only answer to a form or a program's change
    # By permission, whether the account is closed and they are suspended, and route.
    refused: set[tuple[str, bool, bool, str]] = field(default_factory=set)
    leaks: list[str] = field(default_factory=list)


def walk_situations(seed: int, count: int, *, together: int = TOGETHER, every_number: bool = False) -> Reading:
    """So many situations of four people, `together` of them read at once by the one they share.

    `every_number`: each address with everything that it can name, else with as many things, drawn, as
    situations are read at once.
    """
    found, chance, together = Reading(), random.Random(seed), min(together, count)
    people = 1 + OTHERS * together
    with _undone():
        everywhere = [(person, event) for person in range(people) for event in EVENTS]
        met = meet(people, everywhere, timezone.now())
        for first in range(0, count, together):
            situations = min(together, count - first)
            with _undone():
                stage = fall(met, draw_together(chance, situations))
                event = chance.choice([at for person, at in stage.attendees if person == READER])
                read_everything(stage, event, found, None if every_number else Draw(chance, situations))
    return found


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    mail.outbox.clear()


def draw_together(chance: random.Random, situations: int) -> Situation:
    """So many situations of four in one: they share their reader, who attends an event."""
    shows_unjoined = frozenset(event for event in EVENTS if chance.random() < 0.5)
    drawn = Situation(0, ())
    while not any(part.person == READER for part in drawn.parts):
        drawn = draw_situation(chance, people=1 + OTHERS * situations, shows_unjoined=shows_unjoined)
    minors = {part.person for part in drawn.parts if part.age == "minor"}  # anywhere: none has an alias
    return replace(
        drawn,
        parts=tuple(replace(one, alias=one.alias and one.person not in minors) for one in drawn.parts),
        blocks=frozenset(pair for pair in drawn.blocks if are_together(*pair)),
        complaints=tuple(made for made in drawn.complaints if are_together(made.reporter, made.reported)),
    )


@dataclass(frozen=True)
class Draw:
    """Draws at most so many of the addresses of a route."""

    chance: random.Random
    count: int

    def of(self, numbered: list[str]) -> list[str]:
        return self.chance.sample(numbered, min(self.count, len(numbered)))


def read_everything(stage: Stage, event: int, found: Reading, draw: Draw | None = None) -> None:
    """Every address as the reader at this event, with their mails and feed.

    With every number that an address can have; where there is a `draw`, with those drawn. What an access
    policy refuses by the reader's permission alone, before the view is entered, is asked once for that
    permission: `guarded` of frontend/access.py and `initial` of OrganiserView and TeamView read nobody else.
    """
    client = Client()
    client.force_login(stage.people[READER])
    part, is_closed = stage.situation.part(READER, event), READER in stage.situation.closed_accounts
    assert part is not None
    reads_as = part.permission, is_closed, (READER, event) in stage.situation.suspended
    for route, numbered in addresses(stage, event).items():
        is_admitted = part.permission in admitted_by(numbered[0])
        if route in found.forms or (*reads_as, route) in found.refused:
            continue
        for address in (draw.of(numbered) if draw else numbered)[: None if is_admitted else 1]:
            UseCount.objects.all().delete()
            answer = read(client, address)
            found.addresses += 1
            _judge(stage, event, READER, route, address, text_of(answer), found)
            if answer.status_code == 405:
                found.forms.add(route)
                break
            found.routes.add(route)
            if route == FREE_TIMES and answer.status_code == 200:
                _judge_free_times(stage, event, READER, address, found)
            if not is_admitted:
                found.refused.add((*reads_as, route))
                if answer.status_code < 300:
                    found.leaks.append(f"{address}: open to {part.permission} at {event}: {stage.situation}")
    _try_to_meet(stage, event, READER, client, found)
    _count(stage, event, READER, client, found)
    _read_mails(stage, event, READER, found)
    if (feed := stage.feeds.get((stage.people[READER].pk, event))) is not None:
        address = "/" + feed.split("/", 3)[3]
        _judge(stage, event, READER, "feed", address, text_of(Client().get(address)), found)


def admitted_by(address: str) -> set[str]:
    """The permissions to which the address is open as its access policy says, whoever is named there."""
    view = resolve(address).func
    kinds = [getattr(view, "access_policy", ""), *getattr(getattr(view, "cls", None), "__mro__", ())]
    return next((ADMITTED[kind] for kind in kinds if kind in ADMITTED), {*Attendee.Permission.values})


def addresses(stage: Stage, event: int) -> dict[str, list[str]]:
    """The addresses of every page, file and reading operation of the API, by route."""
    found: dict[str, list[str]] = {}
    here = stage.of(event)
    attendees = [one.pk for one in here.values()]
    elsewhere = [one.pk for one in stage.of(1 - event).values()][:1]
    meetings = list(Meeting.objects.filter(event=stage.events[event]).values_list("pk", flat=True))
    values = {
        "slug": [stage.events[event].slug],
        "attendee_id": attendees + elsewhere, "other": attendees, "owner": attendees[:1],
        "meeting_id": meetings, "report_id": [report.pk for report in stage.reports] or [1],
        "session_id": [Session.objects.get(event=stage.events[event]).pk],
        "plan_id": [stage.plans[event]], "name": FILES,
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
        "planned_id": PlannedMeeting.objects.filter(event=event),
        "table_id": event.tables, "theme_id": event.themes, "topic_id": event.topics,
        "organisation_id": event.organisations, "sector_id": event.sectors,
        "closure_id": Closure.objects.filter(event=event),
        "source_id": Source.objects.filter(event=event),
        "webhook_id": Webhook.objects.filter(event=event),
        "delivery_id": WebhookDelivery.objects.filter(webhook__event=event),
        "appointment_id": Appointment.objects.of(event),
        "block_id": Block.objects.filter(blocker__attendances__event=event),
        "connection_id": ContactShare.objects.filter(event=event),
        "entry_id": WaitingListEntry.objects.filter(event=event),
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
        parts = [part.get_payload(decode=True) or b"" for part in letter.message().walk() if not part.is_multipart()]
        text = letter.subject + b"\n".join(parts).decode(errors="replace").replace("\r\n ", "")
        _judge(stage, event, reader, f"mail {notice.kind}", f"mail {notice.kind}", text, found)


def _try_to_meet(stage: Stage, event: int, reader: int, client: Client, found: Reading) -> None:
    """Nobody who is closed to the reader can be asked to meet or judged."""
    root = f"{API}events/{stage.events[event].slug}/"
    for target, other in stage.of(event).items():
        tries = {
            ("meeting", "post", "meetings/"): {"other": other.pk, "slots": []},
            ("suggestion", "put", f"suggestions/{other.pk}/feedback/"): {"verdict": "good"},
        }
        for (channel, method, address), body in tries.items():
            if reader == target or statement.may_contact(stage.situation, event, reader, target, channel):
                continue
            answer = getattr(client, method)(root + address, data=body, content_type="application/json")
            if answer.status_code < 400:
                found.leaks.append(f"{address}: {reader} to {target} at {event}: {stage.situation}")


def _judge_free_times(stage: Stage, event: int, reader: int, address: str, found: Reading) -> None:
    """Nobody who is closed to the reader is reached by a free time."""
    target = next((number for number, one in stage.of(event).items() if f"/{one.pk}/" in address), None)
    if target is None or not statement.may_contact(stage.situation, event, reader, target, "meeting"):
        found.leaks.append(f"{address}: {reader} reads times of {target} at {event}: {stage.situation}")


def _count(stage: Stage, event: int, reader: int, client: Client, found: Reading) -> None:
    """S2: who is in the figures is whom matching reads, and nobody else."""
    root, stated = f"{API}events/{stage.events[event].slug}/", len(statement.matched(stage.situation, event))
    overview = client.get(f"{root}meetings/overview/")
    desk = client.get(f"/e/{stage.events[event].slug}/desk/progress/")
    counted = {
        "overview": overview.json()["people"] if overview.status_code == 200 else stated,
        "desk": int(page_of(desk).texts("dl.figures dd")[0]) if desk.status_code == 200 else stated,
    }
    for page, people in counted.items():
        if people != stated:
            found.leaks.append(f"{page}: {people} people, not {stated}: {stage.situation}")


def _judge(stage: Stage, event: int, reader: int, route: str, address: str, text: str, found: Reading) -> None:
    seen = {(kind.lower(), int(person), int(at)) for kind, person, at in MARK.findall(text)}
    for kind, target, at in sorted(seen):
        allowed = set()
        is_of_one = "<slug:slug>" in route or route.startswith(("feed", "mail"))
        for where in {event} if is_of_one and not OWN_DATA.search(route) else EVENTS:
            if at in (where, NO_EVENT):
                on_list = next((kind for kind, route_of in LISTS.items() if route_of.search(route)), "")
                allowed |= statement.may_read(stage.situation, where, reader, target, on_list=on_list)
        if (OWN_BLOCKS.search(route) or OWN_DATA.search(route)) and at in EVENTS:
            allowed |= statement.may_read_on_own_list(stage.situation, at, reader, target)
        if AGE_CLASSES.search(route):
            allowed |= statement.may_read_to_settle(stage.situation, event, reader, target)
        if kind not in allowed and reader != target:
            found.leaks.append(f"{address}: {reader} reads {kind} of {target} at {event}: {stage.situation}")
