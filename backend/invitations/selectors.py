"""Whom an event invited, what became of each mail, and who has joined; for its organisers.

Nothing here asks whom another event knows as a minor: a difference would tell (see docs/safeguarding.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import has_joined
from backend.events.selectors import name_in_lists
from backend.invitations.models import Invitation, InvitationRules
from backend.invitations.rules import is_invitable
from backend.people.models import Person
from backend.people.rules import quiet_hours_end

Kind, State = Invitation.Kind, Invitation.State
NOT_INVITED, JOINED = "not_invited", "joined"
STATUSES = (NOT_INVITED, State.QUEUED.value, State.SENT.value, State.FAILED.value, JOINED)
FILTERS: Mapping[str, Collection[str]] = {
    "not_invited": (NOT_INVITED,),
    "invited": (State.QUEUED, State.SENT),
    "joined": (JOINED,),
    "refused": (State.FAILED,),
}


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """An attendee with their newest mail. `status` is one of STATUSES.

    `error` is an SMTP code or one word; `is_moved` where the newest mail went to another address than theirs
    is now, which ends what became of it; `needs_new_link` where it was refused, went to another address, or
    has expired; `signed_in_at` is when a link of theirs was last used.
    """

    attendee_id: int
    name: str
    organisation: str
    status: str
    mailed_at: dt.datetime | None
    reminders: int
    error: str
    is_moved: bool
    needs_new_link: bool
    signed_in_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class HeldMails:
    """How many mails wait for the end of their readers' quiet hours, and when the first of these end."""

    count: int
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class InvitationFigures:
    """How many people to invite have each status; `of_unknown_age` are not among them."""

    people: int
    not_invited: int
    queued: int
    sent: int
    failed: int
    joined: int
    of_unknown_age: int


def rules_for(event: Event) -> InvitationRules:
    """How the event invites: its row, or the defaults."""
    found = InvitationRules.objects.filter(event=event).first()
    rules = found or InvitationRules(event=event)
    rules.event = event
    return rules


def people_to_invite(event: Event) -> QuerySet[Any]:
    """Whom organisers may invite, each with `status` and what their newest mail tells, by name."""
    mails = Invitation.objects.filter(attendee=OuterRef("pk")).exclude(kind=Kind.TEST)
    tried = mails.exclude(state=State.SKIPPED).order_by("-pk")
    reminders = mails.filter(kind=Kind.REMINDER).order_by().values("attendee")
    people = Attendee.objects.filter(is_invitable(), event=event).annotate(
        mail_state=Subquery(tried.values("state")[:1]),
        mailed_at=Subquery(tried.values("tried_at")[:1]),
        mail_error=Subquery(tried.values("error")[:1]),
        mail_address=Subquery(tried.values("address_hash")[:1]),
        link_ends_at=Subquery(tried.values("expires_at")[:1]),
        signed_in_at=Subquery(mails.filter(used_at__isnull=False).order_by("-used_at").values("used_at")[:1]),
        reminders=Coalesce(Subquery(reminders.annotate(count=Count("pk")).values("count")), 0),
        status=Case(
            When(has_joined(), then=Value(JOINED)),
            When(mail_state=None, then=Value(NOT_INVITED)),
            When(Q(mail_state=State.FAILED) & is_moved(), then=Value(NOT_INVITED)),
            default=F("mail_state"),
            output_field=CharField(),
        ),
    )
    return people.order_by("name", "pk")


def is_moved() -> Q:
    """Condition on `people_to_invite`: the newest mail went to another address than theirs is now."""
    return ~Q(mail_address=F("person__address_hash"))


def needs_new_link(now: dt.datetime) -> Q:
    """Condition on `people_to_invite`: the newest mail was refused, went elsewhere, or has expired."""
    return Q(mail_state__isnull=False) & (Q(mail_state=State.FAILED) | is_moved() | Q(link_ends_at__lte=now))


def is_to_be_mailed(now: dt.datetime) -> Q:
    """Condition on `people_to_invite`: not joined, and without a mail that can still bring them in."""
    return ~Q(status=JOINED) & (Q(mail_state=None) | needs_new_link(now))


def invited_people(people: QuerySet[Any], now: dt.datetime) -> list[InvitedPerson]:
    """These rows of `people_to_invite`; one query."""
    rows = people.select_related("organisation", "person")
    return [_row(attendee, now) for attendee in rows]


def _row(attendee: Any, now: dt.datetime) -> InvitedPerson:
    state, ends_at = attendee.mail_state, attendee.link_ends_at
    moved = attendee.mail_address != attendee.person.address_hash
    is_over = state == State.FAILED or moved or (ends_at is not None and ends_at <= now)
    return InvitedPerson(
        attendee_id=attendee.pk,
        name=name_in_lists(attendee),
        organisation=attendee.organisation.name if attendee.organisation else "",
        status=attendee.status,
        mailed_at=attendee.mailed_at,
        reminders=attendee.reminders,
        error=attendee.mail_error or "",
        is_moved=state is not None and moved,
        needs_new_link=state is not None and is_over and attendee.status != JOINED,
        signed_in_at=attendee.signed_in_at,
    )


def mails_held(event: Event, now: dt.datetime) -> HeldMails | None:
    """The event's invitations and reminders that wait for the end of quiet hours; None where none does."""
    waiting = Invitation.objects.filter(attendee__event=event, state=State.QUEUED).exclude(kind=Kind.TEST)
    people = Person.objects.filter(pk__in=waiting.values("attendee__person"))
    ends = [end for person in people if (end := quiet_hours_end(person, event.zone, now))]
    return HeldMails(len(ends), min(ends)) if ends else None


def invitation_figures(event: Event) -> InvitationFigures:
    """The figures at this moment; two queries."""
    rows = people_to_invite(event).order_by().values_list("status").annotate(count=Count("pk"))
    counts = dict(rows)
    unknown = Attendee.objects.filter(event=event, age_class=Attendee.AgeClass.UNKNOWN)
    return InvitationFigures(
        people=sum(counts.values()),
        not_invited=counts.get(NOT_INVITED, 0),
        queued=counts.get(State.QUEUED, 0),
        sent=counts.get(State.SENT, 0),
        failed=counts.get(State.FAILED, 0),
        joined=counts.get(JOINED, 0),
        of_unknown_age=unknown.count(),
    )


def mails_since(event: Event, since: dt.datetime) -> QuerySet[Invitation]:
    """The event's invitations and reminders queued after this moment, and its tests."""
    return Invitation.objects.filter(attendee__event=event, queued_at__gt=since)
