"""In an archived forum everything can be read, and nothing changed but what safety needs."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Model

from backend.agenda.models import CalendarFeed
from backend.agenda.services.bookmarks import bookmark_session
from backend.agenda.services.calendar_feeds import make_feed
from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Notice
from backend.booking.services.availability import close_slots
from backend.booking.services.joining import join_event
from backend.events.models.agenda import Session
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.agreements import current_agreement
from backend.events.rules.states import NotInThisState
from backend.events.services.venue import remove_slots
from backend.invitations.services.sending import send_test_invitation
from backend.notifications.services.deliveries import mark_read
from backend.roster.services.csv_tables import read_csv
from backend.roster.services.importing import import_attendees
from backend.roster.services.roles import RoleChange, change_roles
from backend.safeguarding.models import Block, Report
from backend.safeguarding.services.blocks import block_person
from backend.safeguarding.services.reports import report_unsafe
from backend.setup.services.topics import add_theme
from backend.suggestions.models import Feedback
from backend.suggestions.services.feedback import give_feedback
from tests.backend.conftest import make_forum
from tests.factories import NOW, appoint, make_attendee, make_session
from tests.openapi_requests import Findings, make_hall, operations, try_operation

# What people can do although the forum is archived, and why.
POSSIBLE = {
    "safety": {
        "report_person", "report_unsafe", "report_meeting", "read_report", "close_report", "link_report",
        "hand_over_report", "hand_over_reports", "block_person", "unblock_person", "revoke_feed",
        "propose_role", "confirm_role", "refuse_role", "end_role", "set_outside_contact", "agree_adult",
        "end_consent", "add_note", "send_word", "assign_report", "set_due_time", "end_vetting",
        "remove_chaperone", "set_alias", "read_alias", "lift_alias", "suspend_person", "lift_suspension",
        "leave_delegation_session", "close_delegation_session", "export_report", "end_assistant",
    },
    "the state itself": {"change_state", "open_event"},
    "of the installation, by its administrators": {"set_quota", "export_forum", "delete_forum"},
    "of its leads, with an administrator": {"approve_move", "withdraw_approvals"},
    "reading": {
        "export_stats_file", "export_audit_entries", "export_unmet_needs", "export_needs_help",
        "export_attendees", "record_views", "release_for",
    },
    "one's own history and data": {"clear_visits", "hide_attendee", "leave_event", "remove_busy_calendar"},
    "a part of services that ask": {"record_agreement", "record_appointed", "accept_agreement"},
}  # fmt: skip


Functions = dict[str, list[tuple[ast.FunctionDef, set[str]]]]


def functions_of_services() -> Functions:
    """Every function of every services package by its name, with all names that it uses."""
    found = defaultdict(list)
    for path in sorted((settings.BASE_DIR / "backend").glob("*/services*")):
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            body = ast.parse(file.read_text(encoding="utf-8")).body
            imports = [name for node in body if isinstance(node, ast.ImportFrom) for name in node.names]
            real = {name.asname: name.name for name in imports if name.asname}
            for node in body:
                if isinstance(node, ast.FunctionDef):
                    used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
                    names = {real.get(name, name) for name in used}
                    found[node.name].append((node, names))
    return found


def asks_the_state(name: str, found: Functions, seen: set[str]) -> bool:
    """Whether every function of this name asks what the event's state allows, or one that it calls does."""
    functions = found.get(name, [])
    is_asked = any("Activity" in names for _node, names in functions)  # by the one of an earlier feature
    return (
        bool(functions)
        and name not in seen
        and all(
            "Activity" in names
            or (is_asked and name in names)
            or any(asks_the_state(used, found, {*seen, name}) for used in names)
            for _node, names in functions
        )
    )


def test_every_service_of_somebody_asks_what_the_state_of_the_event_allows() -> None:
    found = functions_of_services()
    of_somebody = {
        name
        for name, functions in found.items()
        if not name.startswith("_")
        for function, _names in functions
        if {"event", "attendee", "lead", "reporter", "plan", "blocked"} & {one.arg for one in function.args.kwonlyargs}
        and "by" in {one.arg for one in function.args.kwonlyargs}
    }
    possible = set().union(*POSSIBLE.values())
    asking = {name for name in of_somebody if asks_the_state(name, found, set())}
    assert len(of_somebody) > 60
    assert sorted(of_somebody - asking - possible) == []
    assert possible <= of_somebody
    assert possible & asking == {"record_views"}


@pytest.mark.slow
@pytest.mark.django_db
def test_nothing_of_an_archived_forum_is_changed_by_anybody() -> None:
    forum = make_forum()
    a, b = forum.people[:2]
    organiser = make_attendee(forum.event, permission="organiser").person
    meeting, session = forum.ask(a, b, forum.slots[0]), make_session(forum.event)
    Event.objects.update(state=Event.State.ARCHIVED)
    event = Event.objects.get()
    for one in (*forum.people, session):
        one.event = event
    slot, mine = [forum.slots[1].pk], {"attendee": a, "by": a.person}
    table = read_csv(b"email,name\nnew@example.org,New\n")
    refused: list[Callable[[], object]] = [
        lambda: forum.accept(b, meeting),
        lambda: forum.withdraw(a, meeting),
        lambda: close_slots(slot_ids=slot, now=NOW, **mine),
        lambda: bookmark_session(session_id=session.pk, now=NOW, **mine),
        lambda: make_feed(now=NOW, **mine),
        lambda: mark_read(now=NOW, **mine),
        lambda: join_event(version=current_agreement().version, now=NOW, **mine),
        lambda: give_feedback(other_id=b.pk, verdict="good", now=NOW, **mine),
        lambda: import_attendees(event=event, table=table, now=NOW),
        lambda: import_attendees(event=event, table=table, now=NOW, dry_run=True),
        lambda: change_roles(
            event=event, attendee_ids=[a.pk], change=RoleChange(visibility="hidden"), by=organiser, now=NOW
        ),
        lambda: remove_slots(event=event, slot_ids=slot, by=organiser),
        lambda: add_theme(event=event, name="New", by=organiser),
        lambda: send_test_invitation(event=event, by=organiser, now=NOW),
    ]
    before = what_there_is()
    for do in refused:
        with pytest.raises(NotInThisState):
            do()
    assert what_there_is() == before


def what_there_is() -> list[list[dict[str, object]]]:
    tables: list[type[Model]] = [Attendee, Session, Availability, CalendarFeed, Feedback, Meeting, Notice]
    return [list(table.objects.order_by("pk").values()) for table in tables]  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_people_of_an_archived_forum_still_report_and_block() -> None:
    forum = make_forum(state=Event.State.ARCHIVED)
    a, b = forum.people[:2]
    appoint(make_attendee(forum.event, permission="safeguarding-lead"), "safeguarding-lead")
    report_unsafe(reporter=a, words="I felt unsafe.", by=a.person, now=NOW)
    block_person(blocked=b.person, by=a.person, now=NOW)
    assert (Report.objects.count(), Block.objects.count()) == (1, 1)


# What the API still writes then, and why: safety, and the state itself.
POSSIBLE_OVER_THE_API = {
    "/api/v1/me/",
    "/api/v1/events/{slug}/state/",
    "/api/v1/events/{slug}/people/seen/",
    "/api/v1/events/{slug}/people/{attendee_id}/report/",
    "/api/v1/events/{slug}/meetings/{meeting_id}/report/",
    "/api/v1/events/{slug}/safety/",
    "/api/v1/events/{slug}/reports/hand-over/",
    "/api/v1/events/{slug}/reports/{report_id}/close/",
    "/api/v1/events/{slug}/reports/{report_id}/hand-over/",
    "/api/v1/events/{slug}/reports/{report_id}/link/",
    "/api/v1/events/{slug}/outside-contact/",
    "/api/v1/events/{slug}/roles/",
    "/api/v1/events/{slug}/roles/{appointment_id}/confirm/",
    "/api/v1/events/{slug}/roles/{appointment_id}/refuse/",
    "/api/v1/events/{slug}/roles/{appointment_id}/end/",
    "/api/v1/events/{slug}/calendar-feed/",  # an address is revoked
    "/api/v1/events/{slug}/connections/{connection_id}/",  # what one gave is taken back
}
COUNTED = ("people_apitoken", "core_usecount")  # when a token was used last, and how often something is done
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def _note_writes(
    at: str, written: set[tuple[str, str]], execute: Callable[..., object], sql: str, *given: object
) -> object:
    written.update((at, table) for table in WRITES.findall(sql) if table not in COUNTED)
    return execute(sql, *given)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["participant", "organiser", "lead"])
def test_no_route_of_the_api_writes_in_an_archived_forum(role: str, time_machine: object) -> None:
    """Every operation is sent what its description allows, with what exists behind its address."""
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    found, hall = Findings(), make_hall()
    written: set[tuple[str, str]] = set()
    Event.objects.update(state=Event.State.ARCHIVED)
    walked = 0
    for operation in operations():
        if operation.method == "get":
            continue
        with connection.execute_wrapper(partial(_note_writes, operation.path, written)):
            try_operation(operation, hall, role, 2, found)
        walked += 1
    assert walked > 60
    assert sorted({path for path, _table in written} - POSSIBLE_OVER_THE_API) == []
