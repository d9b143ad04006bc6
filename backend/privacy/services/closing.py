"""What ends later: cases that were held until they were closed, and hashes whose time has come."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.suspensions import Suspension
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.privacy.services.accounts import is_needed
from backend.privacy.services.rows import is_held, open_cases_of, release_reports, unlink
from backend.safeguarding.models import Block, HeldIdentity, Report


def close_cases(*, now: dt.datetime) -> int:
    """Forget who it was in the cases that are closed by now; gives for how many people. For a daily job."""
    held = HeldIdentity.objects.order_by("attendee_id").values_list("attendee_id", flat=True)
    return sum(for_each("privacy.close_cases", list(held), lambda pk: _close_case(pk, now)))


@in_transaction
def _close_case(attendee_id: int, now: dt.datetime) -> bool:
    lock_attendees([attendee_id])
    attendee = Attendee.with_left.select_related("person", "event").get(pk=attendee_id)
    if attendee.left_at is not None and open_cases_of(attendee).exists():
        return False
    HeldIdentity.objects.filter(attendee=attendee).delete()
    if attendee.left_at is not None:
        release_reports(attendee)
        if not is_held(attendee):
            person = attendee.person
            unlink(attendee, now)
            _delete_if_unneeded(person)
    return True


def forget_expired(*, now: dt.datetime) -> int:
    """Delete the hashes of erased accounts whose time has come; gives their number. For a daily job.

    An account with an open case keeps its hash until the case is closed.
    """
    waiting = Report.objects.waiting().exclude(reporter=None).values("reporter__person")
    about = Report.objects.waiting().exclude(reported=None).values("reported__person")
    expired = Person.objects.filter(erased_at__isnull=False, hash_expires_at__lte=now)
    expired = expired.exclude(Q(pk__in=waiting) | Q(pk__in=about))
    ids = list(expired.order_by("pk").values_list("pk", flat=True))
    return sum(for_each("privacy.forget_expired", ids, lambda pk: _forget(pk, now)))


@in_transaction
def _forget(person_id: int, now: dt.datetime) -> bool:
    person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
    Block.objects.filter(Q(blocker=person) | Q(blocked=person)).delete()
    parts = Attendee.with_left.filter(person=person)
    Suspension.objects.filter(attendee__in=parts).delete()
    closed = Report.objects.filter(Q(reporter__in=parts) | Q(reported__in=parts))
    closed.update(keeps_apart=False)
    for attendee in parts:
        release_reports(attendee)
        unlink(attendee, now)
    _delete_if_unneeded(person)
    return True


def _delete_if_unneeded(person: Person) -> None:
    """Delete the row of an erased account that nothing refers to any more."""
    if person.erased_at is not None and not is_needed(person):
        person.delete()
