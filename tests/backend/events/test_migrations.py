"""A database filled by version 0.2.0, or by one since, keeps all it holds when its schema changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps
from pytest_django import DjangoDbBlocker

from backend.booking import jobs
from backend.booking.models.meetings import Meeting
from backend.events.models.age_classes import AgeAgreement
from backend.events.models.attendees import Attendee, Organisation, Sector
from backend.events.models.events import Event
from backend.events.rules.agreements import current_agreement
from backend.notifications.selectors.answer_links import answer_token
from backend.notifications.services.answer_links import answer_by_link
from tests.backend.booking import before_joining
from tests.catalogue import SCHEMA, catalogue
from tests.database import connected_as
from tests.factories import NOW
from tests.test_migrations import LAST_BEFORE

SINCE = {"invitations", "mails", "stats"}  # apps without a table in 0.2.0
OURS = [app.label for app in apps.get_app_configs() if app.name.startswith("backend.")]


def released(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The migrations of version 0.2.0: the first of each of our apps, and all of the libraries."""
    leaves = executor.loader.graph.leaf_nodes()
    return [
        *(node for node in leaves if node[0] not in OURS),
        *(
            (label, "0001_initial")
            for label in OURS
            if label not in SINCE and (label, "0001_initial") in executor.loader.graph.nodes
        ),
    ]


@dataclass(frozen=True)
class Before:
    """Rows that were there at 0.2.0: two events that share people, and two with people who did things."""

    first: int
    second: int
    attendees: list[int]


@pytest.fixture(scope="module")
def migrated(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Before]:
    """A database at the schema of 0.2.0 that was filled and then migrated is the default one."""
    with django_db_blocker.unblock(), connection.cursor() as ours:
        ours.execute("create database filled template template0")
        try:
            with connected_as(NAME="filled") as other:
                executor = MigrationExecutor(other)
                executor.loader = MigrationLoader(other, replace_migrations=False)
                models = executor.migrate(released(executor)).apps
                before = shared_houses(models)
                people_who_did_things(models)
                with other.cursor() as cursor:
                    cursor.execute("create table authtoken_token (key varchar(40) primary key)")
                executor = MigrationExecutor(other)
                executor.loader = MigrationLoader(other, replace_migrations=False)
                executor.migrate([*LAST_BEFORE.items()])
                before_joining.fill(executor.loader.project_state([*LAST_BEFORE.items()]).apps)
                executor = MigrationExecutor(other)
                executor.migrate(executor.loader.graph.leaf_nodes())
                yield before
        finally:
            ours.execute("drop database filled with (force)")


def made_event(models: StateApps, slug: str) -> Any:
    return models.get_model("events", "Event").objects.create(
        slug=slug, name=slug, timezone="Asia/Bangkok", starts_on=NOW.date(), ends_on=NOW.date()
    )


def shared_houses(models: StateApps) -> Before:
    sector = models.get_model("people", "Sector").objects.create(
        key="ngo", name="NGO", constituency="civil-society"
    )
    models.get_model("people", "Sector").objects.create(key="ngo-new", name="Ngo", constituency="other")
    make_house = models.get_model("people", "Organisation").objects.create
    shared, lone = make_house(name="Shared", sector=sector), make_house(name="Lone", sector=sector)
    make_house(name="Of nobody", sector=sector)
    make_person = models.get_model("people", "Person").objects.create
    both, one = (
        make_person(email=f"{name}@example.org", name=name, password="!") for name in ("Both", "One")
    )
    first, second = made_event(models, "first"), made_event(models, "second")
    attend = models.get_model("events", "Attendee").objects.create
    ids = [
        attend(event=first, person=both, organisation=shared, age_class="adult").pk,
        attend(event=second, person=both, organisation=shared, age_class="minor").pk,
        attend(event=second, person=one, organisation=lone).pk,
        attend(event=first, person=one).pk,
    ]
    return Before(first.pk, second.pk, ids)


def people_who_did_things(models: StateApps) -> None:
    make_person = models.get_model("people", "Person").objects.create
    make_part = models.get_model("events", "Attendee").objects.create
    event, demo = made_event(models, "one"), made_event(models, "two")
    before = NOW - dt.timedelta(days=1)
    for name, person, part in (
        ("edited", {}, {"edited_at": before}),
        ("signed-in", {"last_login": before}, {}),
        ("imported", {}, {}),
    ):
        account = make_person(email=f"{name}@example.org", name=name, **person)
        make_part(event=event, person=account, age_class="adult", **part)
    account = make_person(email="demo@demo.example.org", name="demo", is_demo=True)
    make_part(event=demo, person=account, age_class="adult", joined_at=before)


def test_two_events_that_share_an_organisation_and_a_person_end_with_their_own(migrated: Before) -> None:
    first, second = migrated.first, migrated.second
    found = Attendee.objects.select_related("organisation__sector").in_bulk(migrated.attendees)
    rows = [found[pk] for pk in migrated.attendees]
    assert [(row.event_id, row.name, row.short_name, row.age_class) for row in rows] == [
        (first, "Both", "", "adult"),
        (second, "Both", "", "minor"),
        (second, "One", "", "unknown"),
        (first, "One", "", "unknown"),
    ]
    houses = [row.organisation for row in rows]
    assert [house and (house.event_id, house.name, house.sector.key) for house in houses] == [
        (first, "Shared", "ngo"),
        (second, "Shared", "ngo"),
        (second, "Lone", "ngo"),
        None,
    ]
    assert [house and house.sector.event_id for house in houses] == [first, second, second, None]
    sectors = Sector.objects.filter(event__in=[first, second]).order_by("event")
    assert list(sectors.values_list("event", "key", "name", "position")) == [
        (first, "ngo", "NGO", 0), (first, "ngo-new", "Ngo 2", 1),
        (second, "ngo", "NGO", 0), (second, "ngo-new", "Ngo 2", 1),
    ]  # fmt: skip
    assert Organisation.objects.count() == 3


def test_tokens_kept_in_clear_end(migrated: Before) -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("select to_regclass('authtoken_token'), to_regclass('people_apitoken')::text")
        assert cursor.fetchone() == (None, "people_apitoken")


def test_whoever_edited_their_profile_or_ever_signed_in_has_joined(migrated: Before) -> None:
    joined = dict(Attendee.objects.filter(event__slug__in=["one", "two"]).values_list("name", "agreed_at"))
    before = NOW - dt.timedelta(days=1)
    assert joined == {"edited": before, "signed-in": before, "imported": None, "demo": joined["demo"]}
    assert joined["demo"] is not None
    events = Event.objects.filter(slug__in=["one", "two"])
    assert [*events.order_by("slug").values_list("shows_unjoined", flat=True)] == [False, True]


def test_an_agreement_about_an_address_is_about_who_had_it(migrated: Before) -> None:
    assert AgeAgreement.objects.get(event__slug="before-joining").person.name == "known minor"


def meeting_of(name: str) -> Meeting:
    return Meeting.objects.get(seats__attendee__name=name)


def test_nothing_asked_or_agreed_ends_as_somebody_never_signed_in(
    migrated: Before, time_machine: Any
) -> None:
    people = Attendee.objects.filter(event__slug="before-joining")
    joined = set(people.exclude(agreed_at=None).values_list("name", flat=True))
    assert joined == {"host", *before_joining.DID_SOMETHING}
    assert people.get(name="accepted").agreed_at == before_joining.BEFORE
    kept = Meeting.objects.exclude(seats__attendee__name__in=before_joining.CHILDREN)
    before = dict(kept.values_list("pk", "state"))
    time_machine.move_to(NOW, tick=False)
    jobs.run_meeting_deadlines(0)
    assert dict(kept.values_list("pk", "state")) == before
    assert {meeting_of(name).state for name in before_joining.CHILDREN} == {"cancelled"}

    for name in ("was asked", "was proposed"):
        token = answer_token(meeting_of(name).pk, people.get(name=name), "accept")
        answer_by_link(token=token, accepted_version=current_agreement().version, now=NOW)
        assert people.get(name=name).has_joined
    assert meeting_of("was asked").state == "accepted"


def test_it_has_the_schema_of_a_new_one(migrated: Before) -> None:
    assert catalogue() == SCHEMA.read_text().splitlines()
