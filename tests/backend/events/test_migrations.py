"""A database filled by version 0.2.0 keeps all it holds when its schema changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from backend.events.models import Attendee, Event, Organisation, Sector
from tests.factories import NOW

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


@pytest.fixture
def filled(transactional_db: None) -> Iterator[StateApps]:
    """An empty database at the schema of 0.2.0 is the default one; gives its models."""
    ours, other = connections[DEFAULT_DB_ALIAS], connection.copy()
    with ours.cursor() as cursor:
        cursor.execute("create database filled template template0")
    other.settings_dict["NAME"] = "filled"
    connections[DEFAULT_DB_ALIAS] = other
    try:
        executor = MigrationExecutor(other)
        yield executor.migrate(released(executor)).apps
    finally:
        other.close()
        connections[DEFAULT_DB_ALIAS] = ours
        with ours.cursor() as cursor:
            cursor.execute("drop database filled with (force)")


def migrate() -> None:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    executor.migrate(executor.loader.graph.leaf_nodes())


def made_event(models: StateApps, slug: str) -> Any:
    return models.get_model("events", "Event").objects.create(
        slug=slug, name=slug, timezone="Asia/Bangkok", starts_on=NOW.date(), ends_on=NOW.date()
    )


def test_two_events_that_share_an_organisation_and_a_person_end_with_their_own(filled: StateApps) -> None:
    sector = filled.get_model("people", "Sector").objects.create(
        key="ngo", name="NGO", constituency="civil-society"
    )
    filled.get_model("people", "Sector").objects.create(key="ngo-new", name="Ngo", constituency="other")
    make_house = filled.get_model("people", "Organisation").objects.create
    shared, lone = make_house(name="Shared", sector=sector), make_house(name="Lone", sector=sector)
    make_house(name="Of nobody", sector=sector)
    make_person = filled.get_model("people", "Person").objects.create
    both, one = (
        make_person(email=f"{name}@example.org", name=name, password="!") for name in ("Both", "One")
    )
    first, second = made_event(filled, "first"), made_event(filled, "second")
    attend = filled.get_model("events", "Attendee").objects.create
    ids = [
        attend(event=first, person=both, organisation=shared, age_class="adult").pk,
        attend(event=second, person=both, organisation=shared, age_class="minor").pk,
        attend(event=second, person=one, organisation=lone).pk,
        attend(event=first, person=one).pk,
    ]

    migrate()

    rows = Attendee.objects.select_related("organisation__sector").in_bulk(ids)
    assert [(row.event_id, row.name, row.short_name, row.age_class) for row in rows.values()] == [
        (first.pk, "Both", "", "adult"),
        (second.pk, "Both", "", "minor"),
        (second.pk, "One", "", "unknown"),
        (first.pk, "One", "", "unknown"),
    ]
    houses = [rows[pk].organisation for pk in ids]
    assert [house and (house.event_id, house.name, house.sector.key) for house in houses] == [
        (first.pk, "Shared", "ngo"),
        (second.pk, "Shared", "ngo"),
        (second.pk, "Lone", "ngo"),
        None,
    ]
    assert [house and house.sector.event_id for house in houses] == [first.pk, second.pk, second.pk, None]
    assert list(Sector.objects.order_by("event").values_list("event", "key", "name", "position")) == [
        (first.pk, "ngo", "NGO", 0), (first.pk, "ngo-new", "Ngo 2", 1),
        (second.pk, "ngo", "NGO", 0), (second.pk, "ngo-new", "Ngo 2", 1),
    ]  # fmt: skip
    assert Organisation.objects.count() == 3


def test_tokens_kept_in_clear_end(filled: StateApps) -> None:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("create table authtoken_token (key varchar(40) primary key)")
        migrate()
        cursor.execute("select to_regclass('authtoken_token'), to_regclass('people_apitoken')::text")
        assert cursor.fetchone() == (None, "people_apitoken")


def test_whoever_edited_their_profile_or_ever_signed_in_has_joined(filled: StateApps) -> None:
    make_person = filled.get_model("people", "Person").objects.create
    make_part = filled.get_model("events", "Attendee").objects.create
    event, demo = made_event(filled, "one"), made_event(filled, "two")
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
    migrate()
    joined = dict(Attendee.objects.values_list("name", "agreed_at"))
    assert joined == {"edited": before, "signed-in": before, "imported": None, "demo": joined["demo"]}
    assert joined["demo"] is not None
    assert [*Event.objects.order_by("slug").values_list("shows_unjoined", flat=True)] == [False, True]
