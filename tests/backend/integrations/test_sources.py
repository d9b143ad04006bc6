"""Sources are an event's own, their tokens are read by nobody, and the clock reads what is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection

from backend.core.errors import NotFound, OrganisersOnly, Refused
from backend.core.models import Act
from backend.core.outgoing import AddressRefused
from backend.events.models.attendees import Attendee
from backend.integrations.models import Source
from backend.integrations.services.schedule import READ_SOURCE, queue_due_sources, read_due_source
from backend.integrations.services.sources import SourceData, add_source, change_source, delete_source
from backend.integrations.services.tokens import opened
from backend.privacy.services.leaving import leave_event
from backend.privacy.services.retention import purge_event
from backend.roster.models import Departure, Registration
from tests.factories import NOW, make_attendee, make_event
from tests.registrations import Shop

DATA = SourceData(kind="table", name="A list", address="https://example.org/list.csv", token="abc-123-def")


def waiting() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select args->>'source_id' from procrastinate_jobs where task_name = %s", [READ_SOURCE])
        return [int(number) for (number,) in cursor.fetchall()]


def test_a_token_is_encrypted_and_goes_with_its_host_alone(shop: Shop) -> None:
    event, by = shop.event, shop.organiser.person
    source = add_source(event=event, data=DATA, by=by, now=NOW)
    assert b"abc-123" not in bytes(source.token)
    assert opened(source.token, NOW + dt.timedelta(days=900)) == "abc-123-def"
    same = replace(DATA, token="", address="https://example.org/other.csv")
    source = change_source(event=event, source_id=source.pk, data=same, by=by, now=NOW)
    assert opened(source.token, NOW) == "abc-123-def"
    other = replace(same, address="https://example.com/other.csv")
    source = change_source(event=event, source_id=source.pk, data=other, by=by, now=NOW)
    assert source.token is None


def test_only_organisers_of_the_event_have_its_sources(shop: Shop) -> None:
    stranger = make_attendee(make_event(), permission="organiser").person
    participant = make_attendee(shop.event).person
    for person in (stranger, participant):
        with pytest.raises(OrganisersOnly):
            add_source(event=shop.event, data=DATA, by=person, now=NOW)
        with pytest.raises(OrganisersOnly):
            delete_source(event=shop.event, source_id=shop.source.pk, by=person)
    mine = make_attendee(make_event(), permission="organiser")
    with pytest.raises(NotFound):
        delete_source(event=mine.event, source_id=shop.source.pk, by=mine.person)


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "http://example.org/"}, {"address": "https://me:word@example.org/"}, {"kind": "indico"},
        {"schedule": "always"}, {"name": ""}, {"name": "Registration"}, {"token": "two words"},
        {"kind": "pretix", "address": "https://pretix.example.org/only-one/"},
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_is_refused(shop: Shop, changed: dict[str, str]) -> None:
    with pytest.raises((Refused, AddressRefused)):
        add_source(event=shop.event, data=replace(DATA, **changed), by=shop.organiser.person, now=NOW)


def test_a_source_that_is_deleted_leaves_its_people(shop: Shop) -> None:
    shop.add(1, 2)
    shop.sync()
    delete_source(event=shop.event, source_id=shop.source.pk, by=shop.organiser.person)
    assert not Registration.objects.exists()
    assert len(shop.emails()) == 2


def test_rows_of_another_address_are_no_known_ones(shop: Shop) -> None:
    """The number 1 there is somebody else, and no transfer of the number 1 here."""
    shop.add(1)
    shop.sync()
    data = SourceData(kind="table", name="Registration", address=shop.peer.address("/other.csv"))
    by = shop.organiser.person
    source = change_source(event=shop.event, source_id=shop.source.pk, data=data, by=by, now=NOW)
    assert (source.ran_at, Registration.objects.count()) == (None, 0)
    shop.rows[1] |= {"email": "bea@example.org", "name": "Bea"}
    assert shop.sync().passed_on == ()


def test_the_clock_reads_what_is_due_and_people_have_read_first(shop: Shop) -> None:
    source, event = shop.source, shop.event
    Source.objects.update(schedule="hourly")
    assert (queue_due_sources(now=NOW), waiting()) == (0, [])
    shop.add(1)
    shop.sync()
    assert (queue_due_sources(now=NOW), queue_due_sources(now=NOW), waiting()) == (1, 1, [source.pk])
    Source.objects.update(schedule="nightly")
    night = dt.datetime(2026, 11, 26, 3, 17, tzinfo=event.zone)
    assert [queue_due_sources(now=night + dt.timedelta(hours=hours)) for hours in (0, 1)] == [1, 0]
    assert queue_due_sources(now=night + dt.timedelta(days=60)) == 0
    Source.objects.update(schedule="off")
    assert queue_due_sources(now=night) == 0


def test_what_the_clock_could_not_read_stays_in_the_source(shop: Shop, settings) -> None:
    shop.add(1)
    shop.sync()
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    read_due_source(source_id=shop.source.pk, now=NOW)
    assert "own network" in Source.objects.get().error
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = ["localhost"]
    read_due_source(source_id=shop.source.pk, now=NOW)
    read_due_source(source_id=0, now=NOW)
    assert Source.objects.get().error == ""
    said = Act.objects.filter(kind=Act.Kind.SYNCED).order_by("pk").values_list("what", "person")
    assert [what.partition(" ")[2] for what, _person in said] == ["1 0 0 0 0 0", "failed", "0 0 1 0 0 0"]
    assert [person for _what, person in said] == [shop.organiser.person_id, None, None]


def test_the_command_says_what_it_would_do_and_does_it(shop: Shop, capsys) -> None:
    shop.add(1, 2)
    shop.rows[2]["email"] = "none"
    slug, number = shop.event.slug, str(shop.source.pk)
    call_command("sync_source", slug, number, "--dry-run")
    said = capsys.readouterr().out
    assert "1 added" in said
    assert "line 3: “none” is not an e-mail address" in said
    assert "Nothing was saved" in said
    assert not shop.emails()
    call_command("sync_source", slug, number)
    assert shop.emails() == {"person1@example.org"}
    assert "person1" not in capsys.readouterr().out
    assert Attendee.objects.get(person__email="person1@example.org").age_class == "unknown"


def test_that_somebody_left_is_forgotten_with_the_time_of_keeping(shop: Shop) -> None:
    mine = make_attendee(shop.event, email="ann@example.org")
    leave_event(attendee=mine, is_confirmed=True, by=mine.person, now=NOW)
    assert Departure.objects.count() == 1
    for days, kept in ((0, 1), (1, 0)):
        last = shop.event.ends_on + dt.timedelta(days=shop.event.retention_days + days)
        purge_event(event=shop.event, now=dt.datetime.combine(last, dt.time(12), dt.UTC))
        assert Departure.objects.count() == kept, days
