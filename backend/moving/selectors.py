"""Which rows of which tables are a forum's."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from pghistory.models import Context

from backend.events.models.age_classes import AgeAgreement
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Tie
from backend.events.rules.mailboxes import may_use_shared_mailbox
from backend.events.rules.roles import is_administrator
from backend.integrations.models import Source, Webhook
from backend.moving.models import Approval
from backend.moving.rules import APPROVAL_LIFE, CARRIED, LEFT_OUT, MODELS, CannotMove
from backend.outcomes.models import ContactShare
from backend.people.models import FormerAddress, KnownMinor, Person
from backend.people.selectors import person_with_email
from backend.safeguarding.models import Block


def people_of(event: Event) -> QuerySet[Person]:
    """The accounts a forum has rows of: who takes part or left, and whom ties and connections join.

    And what is left of erased ones that a block of these keeps.
    """
    parts = Attendee.with_left.filter(event=event).order_by().values("person")
    ties, shares = Tie.objects.filter(edition=event), ContactShare.objects.filter(event=event)
    theirs = Person.objects.filter(
        Q(pk__in=parts)
        | Q(pk__in=ties.values("first"))
        | Q(pk__in=ties.values("second"))
        | Q(pk__in=shares.values("giver"))
        | Q(pk__in=shares.values("receiver"))
    )
    blocked = Block.objects.filter(blocker__in=theirs).values("blocked")
    blockers = Block.objects.filter(blocked__in=theirs).values("blocker")
    erased = Q(pk__in=blocked) | Q(pk__in=blockers)
    return Person.objects.filter(Q(pk__in=theirs) | erased & Q(erased_at__isnull=False))


def rows_of(table: str, event: Event) -> QuerySet[Any]:
    """The rows of this table that are the forum's, in a fixed order."""
    model, lookups = MODELS[table], (CARRIED | LEFT_OUT)[table]
    rows = _SPECIAL[table](event) if table in _SPECIAL else model._base_manager.filter(_leads_to(lookups, event))
    return rows.order_by("pk")


def _leads_to(lookups: tuple[str, ...], event: Event) -> Q:
    found = Q(pk__in=[])
    for lookup in lookups:
        found |= Q(**{lookup: event.pk})
    return found


def _known_minors(event: Event) -> QuerySet[KnownMinor]:
    """What the forum knows, and what any knows of its people."""
    return KnownMinor.objects.filter(
        Q(event=event) | Q(pk__in=KnownMinor.objects.about(person__in=people_of(event)).values("pk"))
    )


def settled_agreements(event: Event) -> QuerySet[AgeAgreement]:
    """Of the forum's leads, on people who are adults here by that: the other forum's lead agreed as well."""
    other = AgeAgreement.objects.filter(
        known_minor=OuterRef("known_minor"),
        event=event,
        person=OuterRef("person"),
        of_event=OuterRef("known_minor__event"),
    )
    return AgeAgreement.objects.filter(Exists(other), event=event, of_event=event, person__in=people_of(event))


def _contexts(event: Event) -> QuerySet[Any]:
    found = Q(pk__in=[])
    for table in CARRIED:
        if table.startswith("audit_"):
            found |= Q(pk__in=rows_of(table, event).order_by().values("pgh_context"))
    return Context.objects.filter(found)


_SPECIAL = {
    "people_person": people_of,
    "events_event": lambda event: Event.objects.filter(pk=event.pk),
    "people_formeraddress": lambda event: FormerAddress.objects.filter(person__in=people_of(event)),
    "people_knownminor": _known_minors,
    "events_ageagreement": settled_agreements,
    "safeguarding_block": lambda event: Block.objects.filter(
        blocker__in=people_of(event), blocked__in=people_of(event)
    ).exclude(blocker=F("blocked")),
    "pghistory_context": _contexts,
}


def to_enter_again(event: Event) -> list[str]:
    """What the file leaves out and somebody has to enter at the other installation, in words."""
    sources = Source.objects.filter(event=event).order_by("pk").values_list("name", flat=True)
    webhooks = Webhook.objects.filter(event=event).order_by("pk").values_list("address", flat=True)
    return [*(f"source {name}" for name in sources), *(f"webhook {address}" for address in webhooks)]


def administrator_named(address: str) -> Person:
    """The administrator with this address; refuses `not_found`."""
    found = person_with_email(address)
    if found is None or not is_administrator(found):
        raise CannotMove("not_found", f"{address} is no administrator of this installation: name one by --by.")
    return found


def approvals_for(event: Event, now: dt.datetime) -> list[Approval]:
    """What leads agreed to within a day, used or not; for the forum's leads."""
    rows = Approval.objects.filter(event=event, approved_at__gt=now - APPROVAL_LIFE).exclude(lead=None)
    return list(rows.select_related("lead").order_by("-approved_at"))


def waiting_account(person: Person) -> Person | None:
    """The account that came with a forum and waits for a proof that it is this person's."""
    return Person.objects.filter(shares_with=person, waits_for_proof=True, is_active=True).first()


def can_share_mailbox(person: Person, waiting: Person, now: dt.datetime) -> bool:
    """Whether both may sign in by a mailbox that another reads."""
    return Person.objects.filter(may_use_shared_mailbox(now), pk__in=[person.pk, waiting.pk]).count() == 2
