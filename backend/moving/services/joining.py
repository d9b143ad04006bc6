"""An account that came with a forum, and the one that had its address here: one, once a code has proved whose it is."""

from __future__ import annotations

import datetime as dt

from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import Model, Q

from backend.core.transactions import in_transaction
from backend.events.models.events import Tie
from backend.people.models import Person
from backend.privacy.services.accounts import close_account
from backend.safeguarding.services.announce import announce_changed_people


@in_transaction
def join_accounts(*, person: Person, waiting_id: int, now: dt.datetime) -> None:
    """Let the person have all that the account waiting for them has, and close that one.

    The caller has seen the code that proves the address of both. What the database refuses, as the person
    has the same already, ends with the account; nothing happens where it waits no more.
    """
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    waiting = Person.objects.select_for_update(no_key=True).filter(
        pk=waiting_id, shares_with=person.pk, waits_for_proof=True
    )
    found = waiting.first()
    if found is None:
        return
    _carry_ties(person.pk, found.pk)
    for model in apps.get_models():
        for field in model._meta.local_fields:
            is_row = model._meta.managed and not model._meta.proxy and not model._meta.db_table.startswith("audit_")
            if is_row and field.related_model is Person and model is not Person and model is not Tie:
                _carry(model, field.name, person.pk, found.pk)
    close_account(found, now)
    announce_changed_people(person.pk, now=now)


def end_waiting(*, person: Person) -> None:
    """From now on the account is one of two that read the mailbox: a code has proved it, and its owner chose it."""
    Person.objects.filter(pk=person.pk, waits_for_proof=True).update(waits_for_proof=False)


def _carry(model: type[Model], field: str, to: int, since: int) -> None:
    rows = model._base_manager.filter(**{field: since})
    try:
        with transaction.atomic():
            rows.update(**{field: to})
    except IntegrityError:  # one by one: those that the person has already stay behind
        for pk in list(rows.values_list("pk", flat=True)):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{field: to})
            except IntegrityError:
                continue


def _carry_ties(to: int, since: int) -> None:
    """The pair of a tie is stored with the lower number first."""
    for tie in Tie.objects.filter(Q(first=since) | Q(second=since)):
        other = tie.second_id if tie.first_id == since else tie.first_id
        low, high = sorted((to, other))
        if low != high:
            Tie.objects.get_or_create(
                edition_id=tie.edition_id,
                first_id=low,
                second_id=high,
                defaults={"met_on": tie.met_on, "weight": tie.weight},
            )
        tie.delete()
