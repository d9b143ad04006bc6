"""Somebody of one forum sends the numbers of another, in addresses and forms, to every page."""

from __future__ import annotations

import random
from itertools import product

from django import forms
from django.db import connection
from django.test import Client
from django.utils import timezone

from backend.core.models import UseCount
from frontend import urls  # noqa: F401 (every form is imported with its page)
from tests.factories import appoint
from tests.reading_everything import Stage, addresses, set_stage
from tests.safeguarding_statement import Part, Situation

HERE, THERE = 0, 1
ROLES = {0: "organiser", 1: "safeguarding-lead", 2: "participant"}  # person: permission at the forum here
# What opening writes on purpose: who read a report or an alias and that it was read, whose page was opened,
# which cards were shown, a sign-in and its use, downloads with the jobs that make them, names found changed,
# and how often one reads.
WRITTEN_BY_READING = {
    "core_act",
    "core_usecount",
    "directory_profilevisit",
    "directory_searchname",
    "django_session",
    "events_longjob",
    "people_person",
    "safeguarding_aliasentry",
    "safeguarding_report",
    "safeguarding_reportview",
    "stats_release",
    "suggestions_suggestionview",
    "usersessions_usersession",
}
DOWNLOAD = "SELECT id FROM procrastinate_jobs WHERE task_name = 'events.answer_long_job'"
BUT_DOWNLOADS = {"procrastinate_jobs": f"id NOT IN ({DOWNLOAD})", "procrastinate_events": f"job_id NOT IN ({DOWNLOAD})"}


def make_stage() -> Stage:
    parts = [Part(person, HERE, permission=role) for person, role in ROLES.items()]
    parts += [
        Part(person, THERE, permission=role)
        for person, role in {3: "organiser", 4: "safeguarding-lead", 5: "participant", 6: "participant"}.items()
    ]
    stage = set_stage(Situation(7, tuple(parts)), timezone.now())
    for attendee in stage.attendees.values():
        attendee.refresh_from_db()
        if attendee.permission != "participant":
            appoint(attendee, attendee.permission)
    return stage


def tables() -> dict[str, set[str]]:
    """The columns of each table."""
    found: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    return found


def content(where: dict[str, str]) -> dict[str, str]:
    """A digest of these rows of each table."""
    with connection.cursor() as cursor:
        digests = {}
        for table, condition in where.items():
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t WHERE {condition}")
            digests[table] = str(cursor.fetchone()[0])
        return digests


def rows_of(stage: Stage, event: int) -> dict[str, str]:
    """Which rows of each table are the event's: its own, and those of its attendees and accounts."""
    number = stage.events[event].pk
    people = ", ".join(str(one.person_id) for one in stage.of(event).values())
    attendees = ", ".join(str(one.pk) for one in stage.of(event).values())
    conditions = {
        "event_id": f"event_id = {number}",
        "attendee_id": f"attendee_id IN ({attendees})",
        "person_id": f"person_id IN ({people})",
    }
    found = {
        table: condition
        for table, columns in tables().items()
        for column, condition in reversed(conditions.items())
        if column in columns
    }
    return found | {"events_event": f"id = {number}", "people_person": f"id IN ({people})"}


def choices_of(name: str) -> list[str]:
    """All that any form of ours offers under this name."""
    found, waiting = set(), [forms.Form]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        field = getattr(form, "base_fields", {}).get(name)
        if isinstance(field, forms.ChoiceField):
            found |= {str(key) for key, _label in field.choices}
    return sorted(found)


def change_theirs(person: int, rounds: int) -> list[str]:
    """As this person of the forum here, send so many forms to each address; what changed there, or failed."""
    stage, chance, faults = make_stage(), random.Random(person), []
    numbers, choices = numbers_of(stage, THERE), choices_of("do")
    client = Client()
    client.force_login(stage.people[person])
    there, here = f"/{stage.events[THERE].slug}/", f"/{stage.events[HERE].slug}/"
    before = content(rows := rows_of(stage, THERE))
    for route, found in addresses(stage, THERE).items():
        methods = ("post", "put", "patch", "delete") if route.startswith("/api/") else ("post",)
        options = {"content_type": "application/json"} if route.startswith("/api/") else {}
        for _round in range(rounds if "<slug:slug>" in route else 0):
            address = chance.choice(found)
            fields = {name: chance.choice(ids) for name, ids in numbers.items()}
            fields |= {"do": chance.choice(choices), "words": "A word.", "name": "A name", "confirm": "on"}
            fields |= {"reason": "A word."}
            for target, method in product((address.replace(there, here), address), methods):
                UseCount.objects.all().delete()
                answer = getattr(client, method)(target, fields, **options)
                if answer.status_code >= 500:
                    faults.append(f"{method} {target}: {answer.status_code} to {fields}")
    after = content(rows)
    return faults + [f"{table} changed" for table in rows if before[table] != after[table]]


def open_all(person: int) -> list[str]:
    """As this person, open every address of the forum here; the tables that changed."""
    stage = make_stage()
    client = Client()
    client.force_login(stage.people[person])
    everything = {table: BUT_DOWNLOADS.get(table, "true") for table in tables() if table not in WRITTEN_BY_READING}
    before = content(everything)
    for route, found in addresses(stage, HERE).items():
        if "<slug:slug>" in route:
            UseCount.objects.all().delete()
            client.get(found[0])
    after = content(everything)
    return [table for table in everything if before[table] != after[table]]


def numbers_of(stage: Stage, event: int) -> dict[str, list[int]]:
    """The other forum's numbers by the names under which forms send them."""
    forum, here = stage.events[event], list(stage.of(event).values())
    attendees = [one.pk for one in here]
    slots = list(forum.slots.values_list("pk", flat=True))
    rooms, themes = (list(forum.tables.values_list("pk", flat=True)), list(forum.themes.values_list("pk", flat=True)))
    topics = list(forum.topics.values_list("pk", flat=True))
    return {
        **dict.fromkeys(
            ("attendee", "attendee_id", "other", "first", "second", "confirmed_adults", "named", "lead"), attendees
        ),
        **dict.fromkeys(("slot", "slots", "open", "close"), slots),
        **dict.fromkeys(("table", "tables", "room"), rooms),
        **dict.fromkeys(("theme", "theme_id"), themes or [1]),
        **dict.fromkeys(("topic", "topic_id", "into", "into_id", "of"), topics or [1]),
        "person": [one.person_id for one in here],
        "organisation_id": [one.organisation_id for one in here],
        "session_id": list(forum.sessions.values_list("pk", flat=True)),
        "meeting": list(forum.meetings.values_list("pk", flat=True)),
    }
