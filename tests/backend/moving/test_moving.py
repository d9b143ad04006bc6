"""A forum moves to another installation and is deleted where it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.attendees import Attendee
from backend.moving.models import Approval
from backend.moving.services.approving import approve_move
from backend.moving.services.exporting import Export, export_forum
from backend.moving.services.importing import Arrived, import_forum
from backend.people.models import Person
from tests.backend.conftest import Forum, make_forum
from tests.factories import NOW, make_attendee, make_run

pytestmark = pytest.mark.django_db
Elsewhere = Callable[[], None]


def silent(stage: str, share: float) -> None:
    """Nobody looks."""


@pytest.fixture
def forum() -> Forum:
    return make_forum(people=4)


@pytest.fixture
def lead(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="safeguarding-lead", visibility="hidden")


def administrator() -> Person:
    return Person.objects.create_superuser("root@here.example", name="Root")


def export(forum: Forum, lead: Attendee, file: Path) -> Export:
    approve_move(event=forum.event, kind=Approval.Kind.EXPORT, by=lead.person, now=NOW)
    return export_forum(event=forum.event, file=file, by=administrator(), now=NOW, on_progress=silent)


def bring(file: Path, key: str, **more: object) -> Arrived:
    by = Person.objects.filter(is_superuser=True).first() or administrator()
    return import_forum(file=file, key=key, by=by, now=NOW, on_progress=silent, **more)  # type: ignore[arg-type]


def test_people_sessions_and_meetings_arrive(
    forum: Forum, lead: Attendee, tmp_path: Path, elsewhere: Elsewhere
) -> None:
    a, b, c, _d = forum.people
    met = forum.accept(b, forum.ask(a, b, forum.slots[0], message="About helplines"))
    make_run(forum.event, {a: [c], c: [a]})
    said = Attendee.objects.order_by("pk").values_list("name", "seeks", "changed_at", "person__email")
    people = list(said)
    made = export(forum, lead, tmp_path / "forum")
    elsewhere()
    make_attendee_numbers_differ()
    done = bring(tmp_path / "forum", made.key)
    assert done.rows == made.rows
    assert list(said) == people
    here = Meeting.objects.get(uid=met.uid)
    assert (here.message, here.state, here.table.label) == ("About helplines", "accepted", met.table.label)  # type: ignore[union-attr]
    assert here.asker.name == a.name  # type: ignore[union-attr]
    assert Seat.objects.filter(meeting=here).count() == 2


def make_attendee_numbers_differ() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('events_attendee', 'id'), 100000)")
