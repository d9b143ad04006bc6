"""What a service does when the database ends its transaction for another one."""

from __future__ import annotations

import threading

import pytest
from django.db import InternalError, OperationalError, connection, connections, transaction

from backend.core.transactions import TRIES, Busy, in_transaction, read_only
from backend.people.models import Person

PATIENCE = 30


def fail_with(sqlstate: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '{sqlstate}'; END $$")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["40P01", "40001"])
def test_a_conflict_is_tried_again_and_what_the_first_try_wrote_is_gone(sqlstate: str) -> None:
    tries = []

    @in_transaction
    def join(*, email: str) -> Person:
        tries.append(email)
        person = Person.objects.create(email=email, name="Dara")
        if len(tries) < TRIES:
            fail_with(sqlstate)
        return person

    assert join(email="dara@example.org").email == "dara@example.org"
    assert len(tries) == TRIES
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_conflict_at_every_try_is_refused_as_busy_and_nothing_is_saved() -> None:
    @in_transaction
    def join() -> None:
        Person.objects.create(email="dara@example.org", name="Dara")
        fail_with("40P01")

    with pytest.raises(Busy) as caught:
        join()
    assert (caught.value.status, caught.value.retry_after) == (503, 5)
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sqlstate", ["57014", "55P03"])
def test_another_error_of_the_database_is_no_conflict(sqlstate: str) -> None:
    tries = []

    @in_transaction
    def join() -> None:
        tries.append(1)
        fail_with(sqlstate)

    with pytest.raises(OperationalError):
        join()
    assert len(tries) == 1


@pytest.mark.django_db(transaction=True)
def test_within_a_transaction_the_outermost_service_begins_anew() -> None:
    tries = []

    @in_transaction
    def inner() -> None:
        tries.append("inner")
        if len(tries) < 4:
            fail_with("40P01")

    @in_transaction
    def outer() -> None:
        tries.append("outer")
        inner()

    outer()
    assert tries == ["outer", "inner", "outer", "inner"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_who_lock_two_people_in_opposite_orders_both_succeed() -> None:
    people = [Person.objects.create(email=f"p{n}@example.org", name=f"P{n}") for n in range(2)]
    both_hold_one, one_is_done = threading.Barrier(2), threading.Event()
    tries = []

    @in_transaction
    def lock(first: Person, second: Person) -> None:
        tries.append(first.pk)
        if len(tries) > 2:
            one_is_done.wait(PATIENCE)
        Person.objects.select_for_update().get(pk=first.pk)
        if len(tries) <= 2:
            both_hold_one.wait(PATIENCE)
        Person.objects.select_for_update().get(pk=second.pk)

    def run(*order: Person) -> None:
        try:
            lock(*order)
            one_is_done.set()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=order) for order in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(tries) == 3  # one of the two was the database's victim, once


@pytest.mark.django_db
def test_a_read_only_transaction_can_neither_write_nor_lock_and_ends_with_its_block() -> None:
    person = Person.objects.create(email="dara@example.org", name="Dara")
    with pytest.raises(InternalError), read_only():
        Person.objects.create(email="lin@example.org", name="Lin")
    with pytest.raises(InternalError), transaction.atomic(), read_only():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    with read_only():
        assert Person.objects.count() == 1
    Person.objects.create(email="lin@example.org", name="Lin")
