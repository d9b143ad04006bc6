"""Requests that the description of the API allows, and some that it forbids, sent by each kind of person.

schemathesis draws them. Each is answered in process and rolled back, so that none depends on another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi import from_dict
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.core.models import UseCount
from backend.integrations.models import Source, Webhook, WebhookDelivery
from backend.programme.models import Plan, PlannedMeeting
from backend.safeguarding.services.reports import file_report
from tests.backend.conftest import make_forum
from tests.factories import make_attendee, make_run, make_session, token_of

ROLES = ("anonymous", "participant", "organiser", "lead")
# What a description field by field cannot say: 400 to a request that it allows.
UNDESCRIBED = {
    "address_refused": "a whole https address, and of pretix that of a shop",
    "about_needed": "what an office hour is about is more than blanks",
    "bad_aims": "the least is at most the most; two constituencies with scope between, none without",
    "bad_contact_rule": "two groups, each a constituency or a sector of the event",
    "bad_contact": "a mail address, a telephone number, the address of a web page",
    "bad_closure": "the time ends after it starts, in the forum's days",
    "bad_follow_up": "the day is from today on, at most a year away",
    "bad_grid": "a window ends after it starts, overlaps no other, lies in the forum's days and holds a slot",
    "bad_event": "the last day is not before the first, and at most 31 days are one forum",
    "bad_email": "an address of a mailbox",
    "bad_invitation_rules": "reminders have a first day, and two different ones where there are two",
    "bad_mail_text": "known placeholders, the link of an invitation once, no address in a sender's name",
    "bad_quiet_hours": "they begin and end at different times, or are left out",
    "bad_outside_contact": "a name, and a phone number or mail address, each on one line",
    "bad_source": "a name that no other source has, and a token without blanks",
    "bad_webhook": "an address that no other webhook has",
    "bad_session": "a session ends after it starts, lies in the forum's days and has a theme of the event",
    "bad_table": "an online room has a link, and a table none",
    "bad_times": "the slots are of this event, to come, and open",
    "bad_topic": "a topic is merged into another one of the event",
    "bad_roundtable": "what it is about is more than blanks, and the topic one of the event",
    "bad_rounds": "times to come that do not overlap, free tables, the least at most the most, a known topic",
    "bad_usefulness": "useful is only what took place",
    "nothing_shared": "one of the three is not empty",
    "not_offered": "the slot is one of the request's",
    "real_name_in_text": "a profile under an alias does not hold what the alias hides",
    "same_person": "the two people are different",
    "unfit_columns": "the content is a list of sessions",
    "unreadable_file": "the content is a programme",
    "unknown_sector": "there is such a sector",
    "unknown_slot": "the event has this slot",
    "unknown_theme": "the event has this theme",
    "unknown_digest": "it is one of those listed",
    "unknown_language": "pages are offered in this language",
    "unknown_timezone": "there is such a zone",
    "unknown_zone": "there is such a time zone",
    "words_needed": "the words are not empty, or somebody is named or chosen",
    "unknown_topic": "the event has this topic",
    "unknown_verdict": "not relevant has a cause, and good has none",
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass(frozen=True)
class Hall:
    """A forum with something behind every address of the API, and a token for each role."""

    tokens: Mapping[str, str]
    addressed: Mapping[str, Any]  # what exists, by the names of parameters of addresses
    named: Mapping[str, list[Any]]  # what exists, by the names of fields of bodies


@dataclass
class Findings:
    """What was sent, and what no answer may be."""

    sent: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)  # what is wrong: one request that shows it

    def note(self, fault: str, request: str) -> None:
        self.faults.setdefault(fault, request)


def make_hall() -> Hall:
    """The forum: meetings asked and agreed, a session, a report, a plan, and a table."""
    forum = make_forum(people=6)
    a, b, c, d, e, f = forum.people
    organiser = make_attendee(forum.event, permission="organiser")
    lead = make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")
    session, theme = make_session(forum.event), forum.event.themes.all()[0]
    make_run(forum.event, {one: [other for other in forum.people if other != one] for one in forum.people})
    agreed = forum.accept(b, forum.ask(a, b, forum.slots[0]))
    asked = forum.ask(c, a, forum.slots[1])
    report = file_report(reporter=d, reported_id=e.pk, category="other", words="A word.", now=forum.now)
    plan = Plan.objects.create(event=forum.event, work=Plan.Work.READY, made_by=organiser.person)
    planned = PlannedMeeting.objects.create(
        event=forum.event, plan=plan, first=e, second=f, slot=forum.slots[2], table=forum.tables[0], value=1
    )
    address = "https://127.0.0.1/list.csv"  # where nothing is fetched
    source = Source.objects.create(event=forum.event, kind="table", name="List", address=address)
    webhook = Webhook.objects.create(
        event=forum.event, address="https://127.0.0.1/in", types=Webhook.Type.values, secret=b"none"
    )
    delivery = WebhookDelivery.objects.create(webhook=webhook, type=WebhookDelivery.TEST)
    people = {"participant": a, "organiser": organiser, "lead": lead}
    slots = [slot.pk for slot in forum.slots]
    days = [str(forum.event.starts_on), "0001-01-01", "9999-12-31"]
    return Hall(
        tokens={role: token_of(attendee.person) for role, attendee in people.items()},
        addressed={
            "slug": forum.event.slug,
            "other": f.pk,
            "attendee_id": f.pk,
            "meeting_id": asked.pk,
            "session_id": session.pk,
            "table_id": forum.tables[1].pk,
            "organisation_id": f.organisation_id,
            "report_id": report.pk,
            "plan_id": plan.pk,
            "planned_id": planned.pk,
            "name": "funnel.csv",
            "source_id": source.pk,
            "webhook_id": webhook.pk,
            "delivery_id": delivery.pk,
            "theme_id": theme.pk,
            "topic_id": theme.topics.all()[0].pk,
        },
        named={
            "slots": slots, "open": slots, "close": slots, "slot": slots, "other": [f.pk, b.pk],
            "table": [table.pk for table in forum.tables], "meeting": [agreed.pk], "notice": [],
            "seeks_topics": ["sextortion"], "offers_topics": ["sextortion"], "timezone": ["Asia/Manila"],
            "starts_at": [f"{day}T01:00:00Z" for day in days],
            "ends_at": [f"{day}T02:00:00Z" for day in days],
            "days": days,
        },
    )  # fmt: skip


@cache
def described() -> BaseSchema:
    schema = from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = WSGIHandler()
    return schema


@contextmanager
def one_connection() -> Iterator[None]:
    """Requests within leave the test's connection, and its transaction, as they are."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for result in described().get_all_operations():
        yield result.ok()


def try_role(role: str, examples: int) -> Findings:
    """So many requests of every operation in this role, to one forum."""
    found, hall = Findings(), make_hall()
    for operation in operations():
        try_operation(operation, hall, role, examples, found)
    return found


def try_operation(
    operation: APIOperation[Any, Any, Any, Any], hall: Hall, role: str, examples: int, found: Findings
) -> None:
    """Send so many requests of this operation in this role, and note every fault of the answers."""
    token = hall.tokens.get(role)
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Token {token}"} if token else {})
    names = {parameter.name for parameter in operation.path_parameters}
    here = {name: value for name, value in hall.addressed.items() if name in names}
    allowed = operation.as_strategy(GenerationMode.POSITIVE, path_parameters=here)
    anywhere = operation.as_strategy(GenerationMode.POSITIVE)
    forbidden = operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=here)

    @seed(0)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], derandomize=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def sends(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(["here", "here", "here", "anywhere", "forbidden"]))
        case = data.draw({"here": allowed, "anywhere": anywhere, "forbidden": forbidden}[kind])
        if kind == "here":
            case.body = data.draw(with_what_exists(case.body, hall.named))
        with one_connection(), transaction.atomic():
            UseCount.objects.all().delete()
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        found.sent += 1
        found.statuses[answer.status_code] = found.statuses.get(answer.status_code, 0) + 1
        for fault in faults_of(case, answer, is_allowed=kind != "forbidden"):
            found.note(f"{operation.label} as {role}: {fault}", case.as_curl_command())

    sends()


def faults_of(case: Case, answer: Response, *, is_allowed: bool) -> Iterator[str]:
    """What is wrong with the answer: its status, its shape, or its refusal of a body that is allowed."""
    # Try again in a moment: right where the description names it, which another check looks at.
    excluded = [not_a_server_error] if answer.status_code == 503 else []
    try:
        case.validate_response(answer, checks=CHECKS, excluded_checks=excluded)
    except FailureGroup as group:
        for failure in group.exceptions:
            yield f"{failure.title}: {' '.join(failure.message.split())[:200]} ({answer.status_code})"
    except Failure as failure:
        yield f"{failure.title} ({answer.status_code})"
    if is_allowed and answer.status_code == 400 and (body := answer.json())["code"] not in UNDESCRIBED:
        yield f"refuses what the description allows: {body['code']}, {body['details'] or body['message']}"


def with_what_exists(body: Any, named: Mapping[str, list[Any]]) -> st.SearchStrategy[Any]:
    """The body, with ids and keys that exist in the place of some of the drawn ones."""
    if not isinstance(body, dict):
        return st.just(body)
    known = {name: named[name] for name in body if named.get(name)}
    exchanged = {
        name: st.just(body[name])
        | (
            st.lists(st.sampled_from(values), unique=True, max_size=3)
            if isinstance(body[name], list)
            else st.sampled_from(values)
        )
        for name, values in known.items()
    }
    return st.fixed_dictionaries(exchanged).map(lambda changed: {**body, **changed})
