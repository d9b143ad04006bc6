"""Reads of an event and of one's own part in it, and names for its organisers.

Nothing here shows one attendee to another: the contact policy in `safeguarding` decides that.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.core.local_names import local_name
from backend.events.models.agenda import Session, Slot, Table
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest, Sector
from backend.events.models.events import Event, Theme, Topic
from backend.events.models.roles import Appointment, CountryContact, OutsideContact
from backend.events.models.translation_remarks import TranslationRemark
from backend.events.rules.attendees import is_empty_profile
from backend.events.rules.local_names import local_names_in
from backend.events.rules.mailboxes import may_use_shared_mailbox
from backend.events.rules.names import first_name_in
from backend.events.rules.rehearsals import made_up_in
from backend.events.rules.roles import (
    LEAD,
    ORGANISER,
    EventRoles,
    can_confirm,
    can_end,
    can_refuse,
    event_roles_of,
    is_administrator,
    is_lead,
)
from backend.events.rules.second_factors import roles_held
from backend.people.models import Constituency, FormerAddress, Person, hashes_of
from backend.people.selectors import HAS_FACTOR, second_factors, who_reads_the_mailbox_of


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """One topic of the event, and whether the attendee seeks or offers it."""

    key: str
    name: str
    description: str
    seeks: bool
    offers: bool


@dataclass(frozen=True, slots=True)
class ThemeChoices:
    key: str
    name: str
    topics: tuple[TopicChoice, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """An attendee's own profile as its form shows it."""

    attendee: Attendee
    themes: tuple[ThemeChoices, ...]

    @property
    def is_empty(self) -> bool:
        """Whether matching has nothing to read: no text and no topic."""
        texts = (self.attendee.about, self.attendee.seeks, self.attendee.offers)
        has_topics = any(topic.seeks or topic.offers for theme in self.themes for topic in theme.topics)
        return is_empty_profile(texts, has_topics=has_topics)


def signed_in_person(person_id: int) -> Person | None:
    """The account that a session is of, with all that the rules of signing in ask of it, in one query."""
    return _signed_in.first(person=person_id)


def _people_signed_in(person: int) -> QuerySet[Person]:
    people = Person.objects.annotate(**{HAS_FACTOR: Exists(second_factors())}, **roles_held())
    return people.filter(pk=person)


def _parts_in(person: int, slug: str) -> AttendeeQuerySet:
    own = Attendee.objects.select_related("event", "person", "organisation__sector")
    return own.filter(event__slug=slug, person=person, person__is_active=True)


_signed_in = CompiledRows(_people_signed_in, person=-1)
_parts = CompiledRows(_parts_in, person=-1, slug="-")


def attendee_for(person: Person, slug: str) -> Attendee:
    """The person's own part in the event; refuses NotFound to a stranger, as for an unknown event."""
    found = _parts.first(person=person.pk, slug=slug)
    if found is None:
        raise NotFound(
            _(
                "There is no such forum, or you are not on its list of attendees. Ask its "
                "organisers to add the address you signed in with."
            )
        )
    return found


def seen_as(organiser: Attendee, attendee_id: int | None) -> Attendee | None:
    """The made-up attendee of this id as whom the organiser of a rehearsal sees it.

    None for everybody else, at any other event, and for every real person.
    """
    if attendee_id is None or not organiser.event.is_rehearsal or organiser.permission != ORGANISER:
        return None
    return _made_up_participants(organiser.event).filter(pk=attendee_id).first()


def next_seen_as(organiser: Attendee, attendee_id: int | None) -> Attendee | None:
    """The made-up attendee after the one of this id, by id; after the last the first."""
    people = _made_up_participants(organiser.event).order_by("pk")
    return people.filter(pk__gt=attendee_id or 0).first() or people.first()


def _made_up_participants(event: Event) -> AttendeeQuerySet:
    participants = Attendee.objects.filter(
        event=event, permission=Attendee.Permission.PARTICIPANT, person__is_active=True
    )
    return made_up_in(participants).select_related("event", "person", "organisation__sector")


def theme_names_for(event: Event) -> dict[str, str]:
    """The names of the event's themes by key, in programme order."""
    return local_names_in(Theme, event.pk)


def topic_names_for(event: Event) -> dict[str, str]:
    """The names of the event's topics by key."""
    return local_names_in(Topic, event.pk)


def sector_names_for(event: Event) -> dict[str, str]:
    """The names of the event's sectors by key."""
    return local_names_in(Sector, event.pk)


def attendances_for(person: Person) -> Sequence[Attendee]:
    """The person's part in every event, newest edition first."""
    return list(
        Attendee.objects.select_related("event", "organisation__sector")
        .filter(person=person.pk)
        .order_by("-event__starts_on", "event__slug")
    )


def attendees_by_former_address(event: Event) -> dict[str, Attendee]:
    """Who changed their address, by the hash of each they had before, with their account and alias."""
    left = FormerAddress.objects.filter(person__attendances__event=event, person__erased_at=None)
    hashes = left.values_list("address_hash", "person")
    people = Attendee.objects.filter(event=event, person__in=[person for _hash, person in hashes])
    there = {one.person_id: one for one in people.select_related("person", "alias")}
    return {address: there[person] for address, person in hashes if person in there}


def former_owner(left: Mapping[str, Attendee], email: str) -> Attendee | None:
    """Of `attendees_by_former_address`, who had this address."""
    return next((left[hashed] for hashed in sorted(hashes_of(email)) if hashed in left), None)


def mailbox_choices(person: Person, now: dt.datetime) -> QuerySet[Person]:
    """Of those who read the mailbox of this person: who may sign in by it, where there are several."""
    return who_reads_the_mailbox_of(person).filter(may_use_shared_mailbox(now))


def is_in_a_team(person: Person) -> bool:
    """Whether the person organises or leads any event."""
    return Attendee.objects.filter(person=person.pk, permission__in=[ORGANISER, LEAD]).exists()


def event_for(slug: str) -> Event:
    """The event with this slug; refuses NotFound."""
    found = Event.objects.filter(slug=slug).first()
    if found is None:
        raise NotFound(
            _("There is no event “%(slug)s”. Create it with create_event, or check the spelling.") % {"slug": slug}
        )
    return found


def profile_for(attendee: Attendee) -> Profile:
    """The attendee's own profile with all topics of the event, in two queries."""
    mine = _own_interests.fetch(attendee=attendee.pk)
    interests = {topic_id: (seeks, offers) for topic_id, seeks, offers in mine}
    names: dict[str, str] = {}
    topics: dict[str, list[TopicChoice]] = {}
    rows = _topics_by_theme.fetch(event=attendee.event_id)
    for key, name, local_names, topic_id, topic_key, topic_name, topic_names, about, abouts in rows:
        names[key] = local_name(name, local_names)
        of_theme = topics.setdefault(key, [])
        if topic_id is not None:  # a theme may have none
            seeks, offers = interests.get(topic_id, (False, False))
            shown = local_name(topic_name, topic_names)
            own = about if shown == topic_name else ""  # it is in the language of the name
            of_theme.append(TopicChoice(topic_key, shown, local_name(own, abouts), seeks, offers))
    return Profile(attendee, tuple(ThemeChoices(key, names[key], tuple(found)) for key, found in topics.items()))


def _interests_of(attendee: int) -> QuerySet[Interest, tuple[int, bool, bool]]:
    return Interest.objects.filter(attendee=attendee).values_list("topic_id", "seeks", "offers")


def _topics_of(event: int) -> QuerySet[Theme, tuple[Any, ...]]:
    themes = Theme.objects.filter(event=event).order_by("position", "topics__position")
    return themes.values_list(
        "key",
        "name",
        "names",
        "topics",
        "topics__key",
        "topics__name",
        "topics__names",
        "topics__description",
        "topics__descriptions",
    )


_own_interests = CompiledRows(_interests_of, attendee=-1)
_topics_by_theme = CompiledRows(_topics_of, event=-1)


@dataclass(frozen=True, slots=True)
class ChosenTopics:
    """Ids of the topics an attendee seeks and offers."""

    seeks: frozenset[int] = frozenset()
    offers: frozenset[int] = frozenset()


def chosen_topics(interests: QuerySet[Interest]) -> dict[int, ChosenTopics]:
    """These interests by attendee id; one query."""
    seeks: dict[int, set[int]] = {}
    offers: dict[int, set[int]] = {}
    rows = interests.values_list("attendee_id", "topic_id", "seeks", "offers")
    for attendee, topic, is_sought, is_offered in rows:
        if is_sought:
            seeks.setdefault(attendee, set()).add(topic)
        if is_offered:
            offers.setdefault(attendee, set()).add(topic)
    return {
        attendee: ChosenTopics(frozenset(seeks.get(attendee, ())), frozenset(offers.get(attendee, ())))
        for attendee in seeks.keys() | offers.keys()
    }


def ids_declaring_need(attendees: QuerySet[Attendee]) -> frozenset[int]:
    """The ids of those who seek something, in words or by topics; one query."""
    sought = Interest.objects.filter(attendee=OuterRef("pk"), seeks=True)
    return frozenset(attendees.filter(Q(seeks__regex=r"\S") | Exists(sought)).order_by().values_list("pk", flat=True))


def declares_need(attendee: Attendee) -> bool:
    """Whether the attendee, as loaded, seeks something; the database is asked where no words say so."""
    return bool(attendee.seeks.strip()) or attendee.pk in ids_declaring_need(Attendee.objects.filter(pk=attendee.pk))


def slots_for(event: Event) -> Sequence[Slot]:
    """The event's meeting slots, earliest first."""
    return list(Slot.objects.filter(event=event))


def tables_for(event: Event) -> Sequence[Table]:
    """The event's tables and online rooms, in the order they are given out."""
    return list(Table.objects.filter(event=event))


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic as organisers edit it; `seekers` and `offerers` count adults."""

    topic_id: int
    name: str
    description: str
    seekers: int
    offerers: int


@dataclass(frozen=True, slots=True)
class ThemeTopics:
    """A theme as organisers edit it, with its topics in order."""

    theme_id: int
    name: str
    topics: tuple[TopicCount, ...]


def topic_counts_for(event: Event) -> tuple[ThemeTopics, ...]:
    """The event's themes and topics in order, and how many adults chose each; in two queries."""
    adults = Q(interests__attendee__age_class=Attendee.AgeClass.ADULT)
    topics = Topic.objects.filter(event=event).order_by("position", "pk")
    rows = topics.annotate(
        seekers=Count("interests", filter=adults & Q(interests__seeks=True)),
        offerers=Count("interests", filter=adults & Q(interests__offers=True)),
    ).values_list("theme_id", "pk", "name", "description", "seekers", "offerers")
    counts: dict[int, list[TopicCount]] = {}
    for theme_id, topic_id, name, description, seekers, offerers in rows:
        counts.setdefault(theme_id, []).append(TopicCount(topic_id, name, description, seekers, offerers))
    themes = event.themes.order_by("position", "pk")
    return tuple(ThemeTopics(theme.pk, theme.name, tuple(counts.get(theme.pk, ()))) for theme in themes)


@dataclass(frozen=True, slots=True)
class SectorCount:
    """A sector as organisers edit it, with its organisations and all their attendees."""

    sector_id: int
    key: str
    name: str
    constituency: str
    organisations: int
    people: int

    @property
    def is_other(self) -> bool:
        return self.key == Sector.OTHER


def sector_counts_for(event: Event) -> tuple[SectorCount, ...]:
    """The event's sectors in order, and how many organisations and attendees each has; in one query."""
    rows = event.sectors.annotate(
        houses=Count("organisations", distinct=True), people=Count("organisations__attendees")
    ).order_by("position", "pk")
    return tuple(SectorCount(row.pk, row.key, row.name, row.constituency, row.houses, row.people) for row in rows)


def agenda_for(event: Event) -> list[tuple[dt.date, list[Session]]]:
    """The event's sessions under the day in its zone on which they start, earliest first."""
    sessions = Session.objects.filter(event=event).select_related("theme").order_by("starts_at", "pk")
    days = groupby(sessions, key=lambda one: one.starts_at.astimezone(event.zone).date())
    return [(day, list(rows)) for day, rows in days]


def session_for(event: Event, session_id: int) -> Session:
    """One session of the event; refuses NotFound."""
    found = Session.objects.filter(event=event, pk=session_id).select_related("theme").first()
    if found is None:
        raise NotFound(_("There is no such session at this forum. Choose one of the list of sessions."))
    return found


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """An attendee as organisers' lists show them."""

    attendee_id: int
    name: str
    organisation: str
    constituency: str
    country: str


SHOWN_NAME = "name"  # the field of an attendee


def shown_name(attendee: Attendee) -> str:
    """The name of an attendee as their event knows it, for whoever the contact policy shows them to.

    What others read of a person at an event comes from here, never from the account, which is its owner's.
    """
    return str(getattr(attendee, SHOWN_NAME))


def name_to_call(attendee: Attendee) -> str:
    """What the attendee wants to be called; where they have not said so, a guess from the name."""
    return attendee.short_name or first_name_in(attendee.name)


def name_in_roster(attendee: Attendee) -> str:
    """The name in the roster, where organisers set the age class; of a known minor the short one (S7)."""
    return name_to_call(attendee) if attendee.age_class == Attendee.AgeClass.MINOR else shown_name(attendee)


def name_in_lists(attendee: Attendee) -> str:
    """The name in any other list or file of organisers and leads; the short one unless an adult (S7)."""
    return listed_name(shown_name(attendee), attendee.short_name, attendee.age_class)


def listed_name(name: str, short_name: str, age_class: str) -> str:
    """`name_in_lists` of whose row is not loaded."""
    return name if age_class == Attendee.AgeClass.ADULT else short_name or first_name_in(name)


def names_of_people(ids: Collection[int], event: Event) -> dict[int, str]:
    """Who acted at the event, by account id: as lists name them (S7). For organisers and leads; two queries.

    An administrator who is not there is called one, and anybody else who is not is left out: what an account
    is called is its owner's.
    """
    staff = Person.objects.filter(Q(is_staff=True) | Q(is_superuser=True), pk__in=ids)
    accounts = dict.fromkeys(staff.values_list("pk", flat=True), _("An administrator"))
    here = Attendee.objects.filter(event=event, person__in=ids).only("person_id", "name", "short_name", "age_class")
    return accounts | {one.person_id: name_in_lists(one) for one in here}


def name_and_delegation(attendee: Attendee) -> str:
    """The name in lists, with the delegation unless the attendee is an adult (S7)."""
    name = name_in_lists(attendee)
    if attendee.age_class == Attendee.AgeClass.ADULT:
        return name
    delegation = delegation_of(attendee)
    return f"{name} ({delegation})" if delegation else name


def delegation_of(attendee: Attendee) -> str:
    """With whom an attendee comes, as it is shown of a minor (S7): the organisation, else the country."""
    return attendee.organisation.name if attendee.organisation else attendee.country


def people_named(attendees: QuerySet[Attendee]) -> dict[int, PersonNamed]:
    """These attendees by id, in the order of the query; one query."""
    return named_in(named_rows_of(attendees))


def named_rows_of(attendees: QuerySet[Attendee]) -> QuerySet[Attendee, tuple[Any, ...]]:
    """What `named_in` takes of these attendees."""
    return attendees.values_list(
        "pk",
        SHOWN_NAME,
        "short_name",
        "age_class",
        "organisation__name",
        "organisation__sector__constituency",
        "country",
    )


def named_in(rows: Iterable[tuple[Any, ...]]) -> dict[int, PersonNamed]:
    """The attendees of these rows by id, in their order."""
    return {
        pk: PersonNamed(
            pk,
            listed_name(name, short_name, age_class),
            organisation or "",
            constituency or Constituency.OTHER.value,
            country,
        )
        for pk, name, short_name, age_class, organisation, constituency, country in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRow:
    """Somebody who organises or leads an event, or is proposed to, and what its reader may do about it."""

    appointment_id: int
    name: str
    organisation: str
    permission: str
    permission_words: str
    state: str
    since: dt.datetime
    by: str
    may_confirm: bool
    may_refuse: bool
    may_end: bool
    is_mine: bool


def appointments_for(event: Event, reader: Person) -> tuple[AppointmentRow, ...]:
    """Who organises and leads the event, then who is proposed; for organisers, leads and administrators."""
    rows = (
        Appointment.objects.of(event)
        .filter(state__in=[Appointment.State.CONFIRMED, Appointment.State.PROPOSED])
        .select_related("attendee__organisation")
        .order_by("state", "-permission", "proposed_at", "pk")
    )
    standing = event_roles_of(reader, event)
    acted = {pk for row in rows for pk in (row.proposed_by_id, row.decided_by_id) if pk}
    names = names_of_people(acted, event)
    return tuple(_appointment_row(row, standing, names) for row in rows)


def _appointment_row(row: Appointment, reader: EventRoles, names: Mapping[int, str]) -> AppointmentRow:
    is_proposed = row.state == Appointment.State.PROPOSED
    by = row.proposed_by_id if is_proposed else row.decided_by_id
    attendee = row.attendee
    return AppointmentRow(
        appointment_id=row.pk,
        name=name_in_lists(attendee),
        organisation=attendee.organisation.name if attendee.organisation else "",
        permission=row.permission,
        permission_words=row.get_permission_display(),
        state=row.state,
        since=row.decided_at or row.proposed_at,
        by=names.get(by or 0, ""),
        may_confirm=is_proposed and can_confirm(row, reader),
        may_refuse=is_proposed and can_refuse(row, reader),
        may_end=not is_proposed and can_end(row, reader),
        is_mine=attendee.person_id == reader.person_id,
    )


def people_to_propose(event: Event) -> list[tuple[int, str, str]]:
    """Known adults without a role, nor proposed for one: id, name and organisation. For organisers only."""
    free = (
        Attendee.objects.of(event)
        .filter(permission=Attendee.Permission.PARTICIPANT, age_class=Attendee.AgeClass.ADULT)
        .exclude(appointments__state=Appointment.State.PROPOSED)
        .filter(person__is_active=True)
        .order_by("name", "pk")
    )
    rows = free.values_list("pk", "name", "organisation__name")
    return [(pk, name, organisation or "") for pk, name, organisation in rows]


def outside_contact_of(event: Event | int) -> OutsideContact | None:
    """Whom to turn to outside the forum. For leads, and for whoever makes a report that no lead may read."""
    return OutsideContact.objects.filter(event=event).first()


def outside_contact_for(event: Event, reader: Person) -> OutsideContact | None:
    """The outside contact for one of the event's leads; None for everybody else."""
    return outside_contact_of(event) if is_lead(reader, event) else None


def country_contacts_of(event: Event | int) -> QuerySet[CountryContact]:
    """Whom to ring in which country, the host country first; for everybody at the event."""
    return CountryContact.objects.filter(event=event)


def editions_to_copy(person: Person) -> QuerySet[Event]:
    """From which editions the person may start a forum: any for an administrator, else one's own.

    No rehearsal is an edition.
    """
    events = Event.objects.filter(rehearsal_of=None).order_by("-starts_on", "slug")
    if is_administrator(person):
        return events
    organised = Attendee.objects.filter(person=person.pk, permission=ORGANISER)
    return events.filter(pk__in=organised.values("event"))


def rehearsal_of(event: Event) -> Event | None:
    """The event's rehearsal, where it has one. For its organisers."""
    return Event.objects.filter(rehearsal_of=event).first()


@dataclass(frozen=True, slots=True)
class ForumRow:
    """A forum as who starts forums sees it; the numbers are of confirmed people, and of proposals."""

    slug: str
    name: str
    starts_on: dt.date
    ends_on: dt.date
    state_words: str
    organisers: int
    leads: int
    proposed: int


def forums_for(person: Person) -> tuple[ForumRow, ...]:
    """The forums the person may start another one from, newest first, with how many run each."""
    roles = Appointment.objects.filter(attendee__event__in=editions_to_copy(person)).values_list(
        "attendee__event", "permission", "state"
    )
    counts = Counter(roles)
    confirmed, proposed = Appointment.State.CONFIRMED, Appointment.State.PROPOSED
    return tuple(
        ForumRow(
            slug=event.slug,
            name=event.name,
            starts_on=event.starts_on,
            ends_on=event.ends_on,
            state_words=event.get_state_display(),
            organisers=counts[event.pk, ORGANISER, confirmed],
            leads=counts[event.pk, LEAD, confirmed],
            proposed=counts[event.pk, ORGANISER, proposed] + counts[event.pk, LEAD, proposed],
        )
        for event in editions_to_copy(person)
    )


def remarks_on_translations() -> tuple[TranslationRemark, ...]:
    """All of them, for administrators: by language, the newest first."""
    return tuple(TranslationRemark.objects.order_by("language", "-made_at", "-pk"))
