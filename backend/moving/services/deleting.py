"""Deleting a forum that has moved: all of it but what S12 keeps."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pgtrigger
from django.db.models import Exists, OuterRef, Q
from pghistory.models import Context

from backend.core.audit import record_act
from backend.core.models import Act
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Tie
from backend.moving.models import Approval
from backend.moving.rules import CARRIED, KEPT, LEFT_OUT, MODELS, CannotMove
from backend.moving.selectors import people_of, rows_of
from backend.moving.services.approving import use_approval
from backend.moving.services.exporting import Progress
from backend.outcomes.models import ContactShare
from backend.outcomes.services.connections import keep_connections
from backend.people.models import Person
from backend.privacy.services.accounts import is_needed
from backend.privacy.services.erasing import erase_person
from backend.privacy.services.remembering import remember_attendee, remember_person
from backend.safeguarding.models import Block, Report
from backend.suggestions.services.vectors import forget_unused_vectors

STAY = KEPT | {"safeguarding_reportentry", "safeguarding_reportview"}  # the database deletes them with their report


@in_transaction
def delete_forum(*, event: Event, by: Person, now: dt.datetime, on_progress: Progress) -> int:
    """Delete what the forum has; gives the number of accounts that went with it.

    Kept (S12) are its name, figures that left the desk, learned weights, connections that both agreed to
    keep, known minors and blocks; a report that keeps two apart becomes a block. Refuses `not_yours`,
    `not_approved`, `case_open` while a report is open, and `has_rehearsal`.
    """
    use_approval(event=event, kind=Approval.Kind.DELETE, administrator=by, now=now)
    if Report.objects.waiting().filter(event=event).exists():
        raise CannotMove("case_open", f"A report at {event.slug} is open: its leads close it first.")
    if Event.objects.filter(rehearsal_of=event).exists():
        raise CannotMove("has_rehearsal", f"{event.slug} has a rehearsal: its organisers end it first.")
    _keep_apart(event, now)
    attendees = Attendee.objects.filter(event=event).select_related("person").order_by("pk")
    for attendee in attendees:
        keep_connections(attendee=attendee, now=now)
        remember_attendee(attendee, attendee.person, now)
    people = list(people_of(event).order_by("pk").values_list("pk", flat=True))
    contexts = list(rows_of("pghistory_context", event).values_list("pk", flat=True))
    tables = [table for table, fields in reversed((CARRIED | LEFT_OUT).items()) if fields and table not in STAY]
    tables += [table for table in tables if table.startswith("audit_")]  # what this deletion left a trace of
    ContactShare.objects.filter(event=event, kept_at=None).delete()
    for done, table in enumerate(tables):
        on_progress("Deleting", done / len(tables))
        with _deletable(table):
            rows_of(table, event).delete()
    Context.objects.filter(pk__in=contexts).filter(~_is_referred_to()).delete()
    Event.objects.filter(pk=event.pk).update(state=Event.State.ARCHIVED, venue="", previous=None, rehearsal_of=None)
    record_act(event=event, by=by, kind=Act.Kind.STATE_CHANGED, what=Event.State.ARCHIVED, now=now)
    return _delete_accounts(people, now)


def _keep_apart(event: Event, now: dt.datetime) -> None:
    """Closed reports that keep two people apart go on as blocks."""
    pairs = Report.objects.filter(event=event, keeps_apart=True).exclude(reporter=None).exclude(reported=None)
    Block.objects.bulk_create(
        (
            Block(blocker_id=mine, blocked_id=theirs, created_at=now)
            for mine, theirs in pairs.values_list("reporter__person", "reported__person")
            if mine != theirs
        ),
        ignore_conflicts=True,
    )


def _deletable(table: str) -> AbstractContextManager[Any]:
    """Without the trigger that keeps a trail from being deleted."""
    is_trail = table.startswith("audit_")
    return pgtrigger.ignore(f"{MODELS[table]._meta.label}:append_only") if is_trail else nullcontext()


def _is_referred_to() -> Q:
    found = Q()
    for table in CARRIED:
        if table.startswith("audit_"):
            found |= Q(Exists(MODELS[table]._base_manager.filter(pgh_context=OuterRef("pk"))))
    return found


def _delete_accounts(people: list[int], now: dt.datetime) -> int:
    """Erase the accounts that have no other forum, tie or connection, and nothing to administer."""
    elsewhere = Attendee.with_left.filter(person=OuterRef("pk"))
    ties = Tie.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    shares = ContactShare.objects.filter(Q(giver=OuterRef("pk")) | Q(receiver=OuterRef("pk")))
    lonely = Person.objects.filter(pk__in=people, is_staff=False, is_superuser=False, may_start_forums=False)
    lonely = lonely.filter(~Exists(elsewhere), ~Exists(ties), ~Exists(shares)).order_by("pk")
    for person in lonely:
        if person.erased_at is None:
            remember_person(person, now)
            erase_person(person, now)
        elif not is_needed(person):
            person.delete()
    forget_unused_vectors()
    return len(lonely)
