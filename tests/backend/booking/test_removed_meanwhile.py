"""A slot, table or session is removed in the very moment in which somebody takes it: a refusal, no error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connections
from django.db.models import Model
from django.db.models.signals import ModelSignal, post_save, pre_delete

from backend.agenda.services.bookmarks import bookmark_session
from backend.agenda.services.sessions import remove_session
from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting, RequestedTime
from backend.booking.services.availability import open_slots
from backend.core.errors import BusinessError
from backend.events.models.agenda import Session, SessionPart, Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.services.venue import remove_slots, remove_table
from tests.backend.conftest import Forum, make_forum
from tests.factories import make_attendee, make_session

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def at_first(signal: ModelSignal, sender: type[Model], do: Callable[[], object]) -> Iterator[None]:
    """At the first such signal another connection does this, and commits, before the sender goes on."""
    begun = []

    def in_another_connection() -> None:
        try:
            do()
        finally:
            connections.close_all()

    def receive(**_signal: object) -> None:
        if not begun:
            begun.append(True)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(in_another_connection).result()

    signal.connect(receive, sender=sender)
    try:
        yield
    finally:
        signal.disconnect(receive, sender=sender)
    assert begun


def outcome_of(do: Callable[[], object]) -> str:
    try:
        do()
    except BusinessError as refusal:
        return refusal.code
    return "ok"


def organiser_of(forum: Forum) -> Attendee:
    return make_attendee(forum.event, permission="organiser")


def test_a_slot_that_somebody_asks_for_while_it_is_removed_stays() -> None:
    forum = make_forum()
    a, b = forum.people[:2]
    by, slot = organiser_of(forum).person, forum.slots[0]
    with at_first(pre_delete, Slot, lambda: forum.ask(a, b, slot)):
        removed = outcome_of(lambda: remove_slots(event=forum.event, slot_ids=[slot.pk], by=by))
    assert removed == "in_use"
    assert Slot.objects.filter(pk=slot.pk).exists()


def test_whoever_asks_for_a_slot_that_is_removed_meanwhile_is_refused() -> None:
    forum = make_forum()
    a, b = forum.people[:2]
    by, slot = organiser_of(forum).person, forum.slots[0]
    with at_first(post_save, Meeting, lambda: remove_slots(event=forum.event, slot_ids=[slot.pk], by=by)):
        asked = outcome_of(lambda: forum.ask(a, b, slot))
    assert asked not in ("ok", "busy")
    assert not Meeting.objects.exists()
    assert not RequestedTime.objects.exists()


def test_whoever_opens_a_slot_that_is_removed_meanwhile_is_refused() -> None:
    forum = make_forum()
    (late,) = forum.join(1)
    Availability.objects.filter(attendee=late).delete()
    by, slot = organiser_of(forum).person, forum.slots[0]
    with at_first(
        pre_delete, Slot, lambda: open_slots(attendee=late, slot_ids=[slot.pk], by=late.person, now=forum.now)
    ):
        assert remove_slots(event=forum.event, slot_ids=[slot.pk], by=by) == 1
    assert not Availability.objects.filter(slot=slot.pk).exists()


def test_a_table_that_is_booked_while_it_is_removed_stays() -> None:
    forum = make_forum(tables=1)
    a, b = forum.people[:2]
    meeting = forum.ask(a, b, forum.slots[0])
    by, table = organiser_of(forum).person, forum.tables[0]
    with at_first(pre_delete, Table, lambda: forum.accept(b, meeting)):
        removed = outcome_of(lambda: remove_table(event=forum.event, table_id=table.pk, by=by))
    assert removed == "in_use"
    assert Meeting.objects.get().table == table


def test_a_session_that_is_removed_while_somebody_puts_it_into_their_agenda_is_gone_from_both() -> None:
    forum = make_forum()
    one, by = forum.people[0], organiser_of(forum).person
    session = make_session(forum.event)

    def bookmark() -> None:
        bookmark_session(attendee=one, session_id=session.pk, by=one.person, now=forum.now)

    with at_first(pre_delete, Session, bookmark):
        remove_session(event=forum.event, session_id=session.pk, by=by)
    assert not SessionPart.objects.exists()


def test_whoever_takes_a_session_that_is_removed_meanwhile_reads_that_there_is_none() -> None:
    forum = make_forum()
    one, by = forum.people[0], organiser_of(forum).person
    session = make_session(forum.event)
    with at_first(post_save, SessionPart, lambda: remove_session(event=forum.event, session_id=session.pk, by=by)):
        taken = outcome_of(lambda: bookmark_session(attendee=one, session_id=session.pk, by=one.person, now=forum.now))
    assert taken == "not_found"
