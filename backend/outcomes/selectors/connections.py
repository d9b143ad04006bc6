"""A person's connections: whom they gave how to reach them, and who gave it back. Read through the policy."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.booking.rules import have_met
from backend.core.errors import NotFound
from backend.core.spreadsheets import csv_file
from backend.events.models.attendees import Attendee
from backend.events.rules.aliases import appears_under_alias, has_alias_anywhere
from backend.events.rules.states import Activity, is_allowed
from backend.outcomes.models import ContactShare
from backend.outcomes.selectors.vcards import vcards
from backend.people.models import Person
from backend.safeguarding.rules import kept_contactable_for, may_contact
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for, visible_ids_for

COLUMNS = ("name", "title", "organisation", "email", "phone", "link", "forum", "connected_on")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How somebody can be reached; what they do not give is empty."""

    email: str = ""
    phone: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedPerson:
    """The other of a connection or an offer; `attendee_id` is 0 where their event's time is over."""

    attendee_id: int
    name: str
    title: str
    organisation: str
    constituency: str


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """A connection both agreed to: what the other gave, what I gave, and where we met.

    `connection_id` is that of my own part, by which I end it. `here_id`: the other as an attendee of the
    event asked about, where we connected at another one; else 0.
    """

    connection_id: int
    other: ConnectedPerson
    theirs: ContactDetails
    mine: ContactDetails
    event_slug: str
    event_name: str
    since: dt.datetime
    here_id: int = 0


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One of the two gave something, and the other nothing yet. What the other gave is not shown.

    `connection_id` is that of my own part; 0 where it is the other who gave.
    """

    connection_id: int
    other: ConnectedPerson
    mine: ContactDetails
    event_slug: str
    event_name: str
    given_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Connections:
    """Connections by name, those who wait for my answer, and those whose answer I wait for."""

    connections: tuple[ConnectionRow, ...]
    to_answer: tuple[OfferRow, ...]
    waiting: tuple[OfferRow, ...]


def connections_for(person: Person, now: dt.datetime, *, at: Attendee | None = None) -> Connections:
    """The person's connections at all events; some queries for each event at which they have one.

    `at`: their part in the event for which it is said who of the others is there, too. What was given is
    read in one query: whoever ends a connection takes it from both at once.
    """
    both = ContactShare.objects.standing().filter(Q(giver=person) | Q(receiver=person))
    shares = {(row.event_id, row.giver_id, row.receiver_id): row for row in both.select_related("event").order_by("pk")}
    others = _others(person, shares.values(), now)
    here = _others_at(at, shares.values(), now) if at is not None else {}
    found: list[ConnectionRow] = []
    to_answer: list[OfferRow] = []
    waiting: list[OfferRow] = []
    for (event_id, giver_id, receiver_id), row in shares.items():
        is_mine = giver_id == person.pk
        answer = shares.get((event_id, receiver_id, giver_id))
        other = others.get((event_id, receiver_id if is_mine else giver_id))
        if other is None or (answer is not None and not is_mine):
            continue
        if answer is not None:
            found.append(_connection(row, answer, other, here.get(receiver_id, 0)))
        else:
            (waiting if is_mine else to_answer).append(_offer(row, other, is_mine))
    by_name = sorted(found, key=lambda one: (one.other.name.casefold(), one.connection_id))
    return Connections(tuple(by_name), tuple(to_answer), tuple(waiting))


def _connection(mine: ContactShare, theirs: ContactShare, other: ConnectedPerson, here_id: int) -> ConnectionRow:
    return ConnectionRow(
        connection_id=mine.pk,
        other=other,
        theirs=details_of(theirs),
        mine=details_of(mine),
        event_slug=mine.event.slug,
        event_name=mine.event.local_name,
        since=max(mine.given_at, theirs.given_at),
        here_id=here_id,
    )


def _offer(row: ContactShare, other: ConnectedPerson, is_mine: bool) -> OfferRow:
    return OfferRow(
        connection_id=row.pk if is_mine else 0,
        other=other,
        mine=details_of(row) if is_mine else ContactDetails(),
        event_slug=row.event.slug,
        event_name=row.event.local_name,
        given_at=row.given_at,
    )


def details_of(row: ContactShare) -> ContactDetails:
    return ContactDetails(row.email, row.phone, row.link)


def _others(person: Person, shares: Iterable[ContactShare], now: dt.datetime) -> dict[tuple[int, int], ConnectedPerson]:
    """Whom the contact policy lets the person be in contact with, by event and account."""
    found: dict[tuple[int, int], ConnectedPerson] = {}
    people: dict[int, set[int]] = defaultdict(set)
    kept: list[ContactShare] = []
    for row in shares:
        if row.kept_at is None:
            people[row.event_id].add(row.receiver_id if row.giver_id == person.pk else row.giver_id)
        elif row.giver_id != person.pk:
            kept.append(row)
    mine = Attendee.objects.filter(person=person, event__in=people).select_related("person", "event")
    for viewer in mine.order_by("event"):
        there = Attendee.objects.filter(event=viewer.event_id, person__in=people[viewer.event_id])
        ids = dict(there.values_list("pk", "person_id"))
        profiles = public_profiles_for(viewer=viewer, ids=ids, channel="contact", now=now)
        found |= {(viewer.event_id, ids[pk]): _on_card(profile) for pk, profile in profiles.items()}
    if kept:
        allowed = kept_contactable_for(person.pk, [row.giver_id for row in kept], now)
        shown = set(allowed.values_list("pk", flat=True))
        found |= {
            (row.event_id, row.giver_id): ConnectedPerson(0, row.kept_name, row.kept_title, row.kept_organisation, "")
            for row in kept
            if row.giver_id in shown
        }
    return found


def _others_at(viewer: Attendee, shares: Iterable[ContactShare], now: dt.datetime) -> dict[int, int]:
    """Who of these people, by account, the viewer sees at their event, though connected at another.

    Nobody who appears under an alias at any event: that would tell who it is (S11).
    """
    people = {row.receiver_id for row in shares if row.event_id != viewer.event_id}
    there = Attendee.objects.filter(event=viewer.event_id, person__in=people).exclude(has_alias_anywhere())
    found = dict(there.values_list("pk", "person_id"))
    seen = visible_ids_for(viewer=viewer, ids=found, channel="page", now=now)
    return {found[pk]: pk for pk in seen}


def _on_card(profile: PublicProfile) -> ConnectedPerson:
    return ConnectedPerson(profile.attendee_id, profile.name, profile.title, profile.organisation, profile.constituency)


def waits_for_contact(attendee: Attendee, other_id: int) -> bool:
    """Whether the other (id) gave something and waits for an answer. Without the policy: for mails."""
    others = Attendee.objects.filter(pk=other_id).values("person")
    here = ContactShare.objects.standing().filter(event=attendee.event_id)
    given = here.filter(giver__in=others, receiver=attendee.person_id)
    return given.exists() and not here.filter(giver=attendee.person_id, receiver__in=others).exists()


def are_connected(attendee: Attendee, other_id: int) -> bool:
    """Whether both gave something. Without the policy: for mails."""
    others = Attendee.objects.filter(pk=other_id).values("person")
    mine = ContactShare.objects.mutual().filter(event=attendee.event_id, giver=attendee.person_id)
    return mine.filter(receiver__in=others).exists()


@dataclass(frozen=True, slots=True)
class SharePage:
    """Whom I could give my contact details, and what I gave them before; `is_new`: nothing yet.

    Something new is filled in with what I gave to somebody else last, or with my account's address.
    """

    other: ConnectedPerson
    mine: ContactDetails
    is_new: bool
    connection_id: int
    is_under_alias: bool


def can_share_contact(attendee: Attendee, other_id: int, now: dt.datetime) -> bool:
    """Whether the attendee may give this other how to reach them: they have met, and the policy allows it."""
    return (
        is_allowed(attendee.event, Activity.TAKE_PART)
        and have_met(attendee.pk, other_id, now)
        and may_contact(attendee, Attendee(pk=other_id), "contact", now)
    )


def share_page_for(attendee: Attendee, other_id: int, now: dt.datetime) -> SharePage:
    """The page on which the attendee gives this other how to reach them; refuses NotFound."""
    profiles = public_profiles_for(viewer=attendee, ids=[other_id], channel="contact", now=now)
    if other_id not in profiles:
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    mine = ContactShare.objects.filter(giver=attendee.person_id).order_by("-changed_at", "-pk")
    before = mine.filter(event=attendee.event_id, receiver__attendances=other_id).first()
    last = before or mine.filter(event=attendee.event_id).first()
    return SharePage(
        other=_on_card(profiles[other_id]),
        mine=details_of(last) if last else ContactDetails(email=attendee.person.email),
        is_new=before is None,
        connection_id=before.pk if before else 0,
        is_under_alias=appears_under_alias(attendee),
    )


def connections_csv(person: Person, now: dt.datetime) -> bytes:
    """The person's connections as a table for a spreadsheet."""
    rows = connections_for(person, now).connections
    return csv_file(
        COLUMNS,
        (
            (
                row.other.name, row.other.title, row.other.organisation, row.theirs.email, row.theirs.phone,
                row.theirs.link, row.event_name, row.since.date().isoformat(),
            )
            for row in rows
        ),
    )  # fmt: skip


def connections_vcf(person: Person, now: dt.datetime, connection_id: int | None = None) -> bytes:
    """The person's connections as an address book, or one of them; refuses NotFound."""
    rows = connections_for(person, now).connections
    if connection_id is not None:
        rows = tuple(row for row in rows if row.connection_id == connection_id)
        if not rows:
            raise NotFound(_("There is no such connection, or it has ended."))
    return vcards(rows)
