"""The contact policy. Every list, page, API, export, mail and job asks here; nothing overrides it.

S1 to S12 are the rules of docs/safeguarding.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Set
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import Literal, TypeVar, get_args

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from backend.core.compiled import CompiledQuery, CompiledRows, any_of
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Organisation
from backend.events.models.events import Event
from backend.events.models.roles import Appointment, CountryContact
from backend.events.models.suspensions import Suspension
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.aliases import has_alias_anywhere
from backend.events.rules.attendees import IdPair, pair_of
from backend.events.rules.consents import has_consent_to_sessions
from backend.events.rules.roles import LEAD, is_suspended, leads_of
from backend.people.models import Constituency, KnownMinor, Person
from backend.safeguarding.models import (
    Block,
    Chaperone,
    ContactRule,
    DelegationSeat,
    DelegationSession,
    OpenPlace,
    Report,
    ReportHandOver,
    ReportQuerySet,
    ReportView,
    Vetting,
)

Channel = Literal["suggestion", "page", "directory", "meeting", "message", "contact", "export", "delegation", "joining"]
Row = TypeVar("Row")
CHANNELS: frozenset[str] = frozenset(get_args(Channel))
CHANNELS_TO_SEE: frozenset[str] = frozenset({"suggestion", "page", "directory"})  # nobody is written to
DUE_AFTER = dt.timedelta(hours=24)  # a report is due so long after it was made, unless a lead sets a time
JOINING = "joining"  # those who could meet once both have joined: for what they were asked or agreed before
DELEGATION = "delegation"  # those who sit in a session with a delegation, for as long as it holds
SUPERVISING = (DelegationSeat.Part.CHAPERONE, DelegationSeat.Part.VETTED)
CHANNEL_OF_PARTED = "page"  # whom a contact rule parts may still open it, so that they can block and report


def is_open(now: dt.datetime | None = None) -> Q:
    """Condition on attendees who may appear to others: known adults who list themselves (S1, S2).

    A closed account appears nowhere, nor whom a safeguarding lead suspended (S8).
    """
    return is_listed_adult(now) & ~is_suspended()


def is_listed_adult(now: dt.datetime | None = None) -> Q:
    """Condition on attendees: known adults who list themselves (S1, S2), suspended or not.

    For what organisers can tell who is missing from: they find nothing of a suspension (S8).
    """
    listed = Q(visibility=Attendee.Visibility.LISTED, person__is_active=True)
    return is_known_adult(now) & listed


def is_reachable_by(channel: str) -> Q:
    """Condition on attendees who may be reached through `channel` as far as joining goes (S9).

    Whoever accepted the privacy notice and the conduct pledge. Others can be seen, and not reached, where
    the event says that its people agreed to be shown when they registered. The channel "joining" alone does
    not ask for it: what two were asked or agreed before they had to join does not end for that.
    """
    if channel == JOINING:
        return Q()
    joined = Q(agreed_at__isnull=False)
    return joined | Q(event__shows_unjoined=True) if channel in CHANNELS_TO_SEE else joined


def is_vetted(now: dt.datetime) -> Q:
    """Condition on attendees: a lead recorded a check of them that still holds (S5)."""
    return Q(Exists(Vetting.objects.filter(attendee=OuterRef("pk"), ended_at=None, expires_at__gt=now)))


def why_not_open(attendee: Attendee) -> str:
    """Why an attendee is hidden from all others: minor, age (unknown), hidden, or empty."""
    if attendee.age_class == Attendee.AgeClass.MINOR:
        return "minor"
    if attendee.age_class != Attendee.AgeClass.ADULT:
        return "age"
    return "hidden" if attendee.visibility == Attendee.Visibility.HIDDEN else ""


def is_hidden_by(person: int | OuterRef, other: int | OuterRef) -> Q:
    """Condition: the other one blocked this person, or reported them and the report is in force."""
    blocks = Block.objects.filter(blocker=other, blocked=person)
    reports = Report.objects.filter(reporter__person=other, reported__person=person, keeps_apart=True)
    return Q(Exists(blocks)) | Q(Exists(reports))


def is_contact_blocked(mine: int | OuterRef, theirs: int | OuterRef) -> Q:
    """Condition: one of the two people blocked the other, or a report between them is in force (S8)."""
    return is_hidden_by(mine, theirs) | is_hidden_by(theirs, mine)


def are_parted(viewer_id: int) -> Q:
    """Condition on attendees of the viewer's event: a contact rule of the event parts the two.

    Without an organisation people count for no sector and for the constituency other. Whom the viewer's rules
    name depends on the viewer alone: the database finds the organisations once, and joins nothing to
    the attendees.
    """
    viewer = Attendee.objects.filter(pk=viewer_id)
    event = Subquery(viewer.values("event")[:1])
    sector = Subquery(viewer.values("organisation__sector")[:1])
    group = Subquery(viewer.annotate(group=group_of_attendee()).values("group")[:1])
    rules = ContactRule.objects.filter(event=event)
    parted = Q()
    for mine, theirs in (("", "other_"), ("other_", "")):
        about_me = rules.filter(Q(**{f"{mine}sector": sector}) | Q(**{f"{mine}constituency": group}))
        sectors = about_me.exclude(**{f"{theirs}sector": None}).values(f"{theirs}sector")
        groups = about_me.exclude(**{f"{theirs}constituency": ""}).values(f"{theirs}constituency")
        organisations = Organisation.objects.filter(
            Q(sector__in=sectors) | Q(sector__constituency__in=groups), event=event
        )
        of_none = about_me.filter(**{f"{theirs}constituency": Constituency.OTHER})
        parted |= Q(organisation__in=organisations.values("pk"))
        parted |= Q(organisation=None) & Q(Exists(of_none))
    return parted


def is_session_adult(now: dt.datetime) -> Q:
    """Condition on attendees: an adult who may ask for and sit in sessions with a delegation (S4)."""
    return is_open(now) & is_reachable_by(DELEGATION)


def is_consented_minor(now: dt.datetime) -> Q:
    """Condition on attendees: a listed minor, not suspended, whose guardian consents to sessions (S4, S6).

    And whose forum has entered whom to ring in the host country.
    """
    host = CountryContact.objects.filter(event=OuterRef("event"), is_host=True)
    minor = Q(Exists(host), age_class=Attendee.AgeClass.MINOR, visibility=Attendee.Visibility.LISTED)
    return minor & Q(person__is_active=True) & has_consent_to_sessions(now) & ~is_suspended()


def can_sit(now: dt.datetime) -> Q:
    """Condition on the seats of a session with a delegation: this person may have this seat now (S4, S5).

    Adults are open and joined; chaperone and second adult were checked, and the chaperone is the minor's.
    """
    sitting = Attendee.objects.filter(pk=OuterRef("attendee"))
    adults = sitting.filter(is_session_adult(now))
    chaperones = Chaperone.objects.filter(
        attendee__delegation_seats__session=OuterRef("session"),
        attendee__delegation_seats__part=DelegationSeat.Part.CHAPERONE,
    )
    of_organisation = chaperones.filter(organisation=OuterRef("attendee__organisation"))
    of_country = chaperones.filter(country=OuterRef("attendee__country"), organisation=None)
    is_chaperoned = Exists(of_organisation) | (Q(attendee__organisation=None) & Exists(of_country))
    return (
        Q(part=DelegationSeat.Part.ASKER) & Exists(adults)
        | Q(part__in=SUPERVISING) & Exists(adults.filter(is_vetted(now)))
        | Q(part=DelegationSeat.Part.MINOR) & Exists(sitting.filter(is_consented_minor(now))) & is_chaperoned
    )


def can_take_place(now: dt.datetime) -> Q:
    """Condition on sessions with a delegation: everybody needed is there, may sit there, and so is the place.

    Of those asked who said no, nothing is looked at. Nobody in it blocked or reported another, its place is
    in the open, and its time is not over.
    """
    seats = DelegationSeat.objects.exclude(answer=DelegationSeat.Answer.NO)
    here = seats.filter(session=OuterRef("pk"))
    apart = seats.filter(
        is_contact_blocked(OuterRef("attendee__person"), OuterRef(OuterRef("attendee__person"))),
        session=OuterRef("session"),
    )
    sound = Q(Exists(OpenPlace.objects.filter(table=OuterRef("table"))), slot__ends_at__gt=now)
    for part in DelegationSeat.Part.values:
        sound &= Q(Exists(here.filter(part=part)))
    return sound & ~Q(Exists(here.filter(~can_sit(now) | Q(Exists(apart)))))


def sessions_held(now: dt.datetime) -> QuerySet[DelegationSession]:
    """Confirmed sessions with a delegation, sound at this moment, in which everybody has agreed."""
    asked = DelegationSeat.objects.filter(session=OuterRef("pk"), answer="")
    return DelegationSession.objects.filter(
        can_take_place(now), ~Exists(asked), state=DelegationSession.State.CONFIRMED
    )


def contactable_for(
    attendee: Attendee, channel: str, now: dt.datetime, among: Collection[int] | None = None
) -> AttendeeQuerySet:
    """Attendees of the same event that `attendee` may see and be in touch with through `channel`.

    Deny by default: empty for an unknown channel or a viewer who is not open (a minor, of unknown age,
    hidden) or has not joined, and never with the viewer. The channel "delegation" alone is of another kind:
    minors and adults who sit in a session with a delegation, while all that it takes holds (S4, S5). The
    viewer's state is read from the database, not from the object. `now` is the clock by which dated
    permissions are judged. `among`: ask about these attendees (ids) alone.
    """
    if not _can_be_asked(attendee, channel, now):
        return Attendee.objects.none()
    of_viewer = {"viewer": attendee.pk, "person": attendee.person_id, "event": attendee.event_id}
    if among is None:
        ids = _compiled[channel].ids(now=now, **of_viewer)
    else:
        ids = _compiled_among[channel].materialized_ids(now=now, among=list(among), **of_viewer)
    return Attendee.objects.filter(event=attendee.event_id, pk__in=ids)


def contactable_rows(
    rows_of: Callable[[AttendeeQuerySet], QuerySet[Attendee, Row]],
    attendee: Attendee,
    channel: str,
    now: dt.datetime,
    among: Collection[int] | None,
) -> list[Row]:
    """What `rows_of` reads of those among these attendees (ids) whom `contactable_for` gives; one query.

    `rows_of` is a function of a module: with each channel it is one statement, which the database prepares.
    """
    if not _can_be_asked(attendee, channel, now):
        return []
    asked: dict[str, list[int]] = {} if among is None else {"among": list(among)}
    of_viewer = {"viewer": attendee.pk, "person": attendee.person_id, "event": attendee.event_id}
    return _compiled_rows(rows_of, channel, is_among=among is not None).fetch(now=now, **of_viewer, **asked)


def contactable_ids(attendee: Attendee, channel: str, now: dt.datetime, among: Collection[int]) -> set[int]:
    """The ids of those among these attendees (ids) whom `contactable_for` gives; one query."""
    return set(contactable_rows(_ids_of, attendee, channel, now, among))


def _ids_of(people: AttendeeQuerySet) -> QuerySet[Attendee, int]:
    return people.order_by().values_list("pk", flat=True)


def _can_be_asked(attendee: Attendee, channel: str, now: dt.datetime) -> bool:
    return channel in CHANNELS and now.tzinfo is not None and attendee.pk is not None


def _contactable_through(
    channel: str, *, viewer: int, person: int, event: int, now: dt.datetime, among: list[int] | None = None
) -> AttendeeQuerySet:
    """As `contactable_for`, of the ids of an attendee, their account and their event."""
    within_reach = is_open(now) & is_reachable_by(channel)
    me = Attendee.objects.filter(within_reach, pk=viewer, event=event)  # of no other row: looked at once
    found = (
        Attendee.objects.filter(within_reach, Exists(me), event=event)
        .exclude(is_contact_blocked(person, OuterRef("person")))
        .exclude(pk=viewer)
        .exclude(person=person)
    )
    if among is not None:
        found = found.filter(pk__in=any_of(among))
    return found if channel == CHANNEL_OF_PARTED else found.exclude(are_parted(viewer))


def _in_session_with(*, viewer: int, now: dt.datetime, among: list[int] | None = None, **_of: int) -> AttendeeQuerySet:
    """The minors who sit in a session with this adult, or the adults who sit in one with this minor."""
    minor = DelegationSeat.Part.MINOR
    seats = DelegationSeat.objects.filter(answer=DelegationSeat.Answer.YES)
    mine = seats.filter(attendee=viewer, session=OuterRef("session"))
    of_adult, of_minor = mine.exclude(part=minor), mine.filter(part=minor)
    theirs = seats.filter(
        Q(part=minor) & Exists(of_adult) | ~Q(part=minor) & Exists(of_minor),
        attendee=OuterRef("pk"),
        session__in=sessions_held(now),
    )
    found = Attendee.objects.filter(Exists(theirs)).exclude(are_parted(viewer))
    return found if among is None else found.filter(pk__in=any_of(among))


def adults_of_proposals(minor: Attendee, now: dt.datetime) -> AttendeeQuerySet:
    """The adults of the sessions that are proposed to this minor, so that they can decide (S4).

    Nobody once they said no, and where the session could not take place.
    """
    seats = DelegationSeat.objects.exclude(answer=DelegationSeat.Answer.NO)
    mine = seats.filter(attendee=minor.pk, part=DelegationSeat.Part.MINOR, session=OuterRef("session"))
    proposed = DelegationSession.objects.filter(can_take_place(now), state=DelegationSession.State.PROPOSED)
    theirs = seats.filter(Exists(mine), attendee=OuterRef("pk"), session__in=proposed)
    adults = theirs.exclude(part=DelegationSeat.Part.MINOR)
    return Attendee.objects.filter(Exists(adults)).exclude(are_parted(minor.pk))


def can_ask_delegations(attendee: Attendee, now: dt.datetime) -> bool:
    """Whether the attendee may ask the leads for a session with a delegation: an open adult who joined."""
    return Attendee.objects.filter(is_session_adult(now), pk=attendee.pk).exists()


def compile_channels(**more: list[int]) -> dict[str, CompiledQuery]:
    """The policy of each channel; with `among`, about some attendees alone."""
    now = dt.datetime.min.replace(tzinfo=dt.UTC)
    return {
        channel: CompiledQuery(
            _in_session_with if channel == DELEGATION else partial(_contactable_through, channel),
            viewer=-1,
            person=-2,
            event=-3,
            now=now,
            **more,
        )
        for channel in CHANNELS
    }


_compiled, _compiled_among = compile_channels(), compile_channels(among=[-4])


def _rows_contactable(
    rows_of: Callable[[AttendeeQuerySet], QuerySet[Attendee, Row]],
    channel: str,
    *,
    viewer: int,
    person: int,
    event: int,
    now: dt.datetime,
    among: list[int] | None = None,
) -> QuerySet[Attendee, Row]:
    return rows_of(contactable_for(Attendee(pk=viewer, person_id=person, event_id=event), channel, now, among))


@cache
def _compiled_rows(
    rows_of: Callable[[AttendeeQuerySet], QuerySet[Attendee, Row]], channel: str, *, is_among: bool
) -> CompiledRows[Row]:
    now = dt.datetime.min.replace(tzinfo=dt.UTC)
    build = partial(_rows_contactable, rows_of, channel)
    more: dict[str, list[int]] = {"among": [-4]} if is_among else {}
    return CompiledRows(build, viewer=-1, person=-2, event=-3, now=now, **more)


def nameable_to(person_id: int) -> AttendeeQuerySet:
    """Attendees of this person's events whose names they may read on their own blocks and reports.

    Whom they would see but for those, so that they know whom each is about. Who hides from them for any
    other cause (a minor, of unknown age, hidden, or hidden by a block or report of their own) is not there;
    nor is who appears under an alias at any event, as a block made at one would tell their name at another.
    """
    mine = Attendee.objects.filter(person=person_id, event=OuterRef("event"))
    return (
        Attendee.objects.filter(is_open(), is_reachable_by("page"), Exists(mine))
        .exclude(is_hidden_by(person_id, OuterRef("person")))
        .exclude(has_alias_anywhere())
        .exclude(person=person_id)
    )


def may_contact(a: Attendee, b: Attendee, channel: str, now: dt.datetime) -> bool:
    """Whether `a` and `b` may be in touch through `channel`: the QuerySet twin asked for one person."""
    return bool(contactable_ids(a, channel, now, [b.pk]))


def contactable_pairs(event_id: int, pairs: Collection[IdPair], channel: str) -> set[IdPair]:
    """Those of these pairs of attendees (ids) of one event who may be in touch through `channel`.

    What `may_contact` says of each, by the database's clock, in a few queries however many they are. Deny by
    default: none for an unknown channel, nor for the two that are of another kind, "page" and "delegation".
    """
    if channel not in CHANNELS - {CHANNEL_OF_PARTED, DELEGATION}:
        return set()
    event, ids = Event(pk=event_id), {pk for pair in pairs for pk in pair}
    here = set(matchable(event).filter(is_reachable_by(channel), pk__in=ids).values_list("pk", flat=True))
    apart = refused_pairs(event, among=here)
    return {(a, b) for a, b in pairs if a != b and {a, b} <= here and pair_of(a, b) not in apart}


def kept_contactable_for(person_id: int, ids: Collection[int], now: dt.datetime) -> QuerySet[Person]:
    """Of these people (ids), with whom this person may still have a connection that outlasted an event (S12).

    The event's attendees are gone, so it is asked of accounts: both open, neither known as a minor at any
    event nor suspended at one, and nothing that keeps the two apart.
    """
    suspended = Suspension.objects.in_force().filter(attendee__person=OuterRef("pk"))
    minors = KnownMinor.objects.alive(now).about(person=OuterRef(OuterRef("pk")))
    accounts = Person.objects.filter(~Exists(suspended), ~Exists(minors), is_active=True, erased_at=None)
    found = accounts.filter(Exists(accounts.filter(pk=person_id)), pk__in=ids).exclude(pk=person_id)
    return found.exclude(is_contact_blocked(person_id, OuterRef("pk")))


def matchable(event: Event) -> AttendeeQuerySet:
    """The attendees whose text and ties matching and planning may read at all, joined or not."""
    return Attendee.objects.filter(event=event, pk__in=_matchable.ids(event=event.pk))


def _open_at(event: int) -> AttendeeQuerySet:
    return Attendee.objects.filter(is_open(), event=event)


def compile_matchable() -> CompiledQuery:
    """The attendees of an event whom matching may read."""
    return CompiledQuery(_open_at, event=-1)


_matchable = compile_matchable()


@dataclass(frozen=True, slots=True, eq=False)
class RefusedPairs(Set[IdPair]):
    """Pairs of attendee ids, the lower first: those of `single`, and each of one group with each of another.

    The pairs of two groups are not listed until they are gone through: two groups of thousands have millions.
    """

    single: frozenset[IdPair] = frozenset()
    groups: tuple[tuple[frozenset[int], frozenset[int]], ...] = ()

    def __contains__(self, pair: object) -> bool:
        if pair in self.single:
            return True
        if not isinstance(pair, tuple) or pair[0] >= pair[1]:
            return False
        a, b = pair
        return any((a in one and b in other) or (b in one and a in other) for one, other in self.groups)

    def __iter__(self) -> Iterator[IdPair]:
        yield from self.single
        for place, (one, other) in enumerate(self.groups):
            before = RefusedPairs(self.single, self.groups[:place])
            for a, b in product(one, other):
                pair = pair_of(a, b)
                # Of two people who are both in both groups the pair comes twice, and counts once.
                is_second = a > b and a in other and b in one
                if a != b and not is_second and pair not in before:
                    yield pair

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @classmethod
    def _from_iterable(cls, pairs: Iterable[IdPair]) -> set[IdPair]:  # type: ignore[override]
        return set(pairs)

    def with_pairs(self, pairs: Iterable[IdPair]) -> RefusedPairs:
        """These pairs, too."""
        return RefusedPairs(self.single.union(pairs), self.groups)

    def others_of(self, attendee_id: int) -> set[int]:
        """Whom this attendee must not be proposed or named to."""
        others = {a if b == attendee_id else b for a, b in self.single if attendee_id in (a, b)}
        for one, other in self.groups:
            others |= (other if attendee_id in one else set()) | (one if attendee_id in other else set())
        return others - {attendee_id}


def refused_pairs(event: Event, *, among: Collection[int] | None = None) -> RefusedPairs:
    """Pairs of matchable attendees that must never be proposed or named to each other.

    By a block, a report in force, or a contact rule of the event. All of the event's, or those within `among`
    (attendee ids).
    """
    people = matchable(event) if among is None else matchable(event).filter(pk__in=among)
    ids = dict(people.values_list("person_id", "pk"))
    apart = _apart_rows.fetch(people=list(ids)) if ids else []
    rules = list(ContactRule.objects.filter(event=event))
    grouped = _grouped(people) if rules else []
    groups = tuple(_groups_in(rule, grouped) for rule in rules)
    return RefusedPairs(frozenset(pair_of(ids[first], ids[second]) for first, second in apart), groups)


def _apart_among(people: list[int]) -> QuerySet[Block, tuple[int, int]]:
    """Rows of two of these accounts between whom there is a block or a report in force."""
    blocks = Block.objects.filter(blocker__in=any_of(people), blocked__in=any_of(people))
    reports = Report.objects.filter(
        reporter__person__in=any_of(people), reported__person__in=any_of(people), keeps_apart=True
    )
    return blocks.values_list("blocker_id", "blocked_id").union(
        reports.values_list("reporter__person_id", "reported__person_id")
    )


_apart_rows = CompiledRows(_apart_among, people=[-1])


def hiding_among(ids: Collection[int]) -> set[tuple[int, int]]:
    """Of these attendees (ids) of one event, who (first) blocked whom, or reported them with a report in force."""
    people = dict(Attendee.objects.filter(pk__in=ids).values_list("person_id", "pk"))
    return {(people[one], people[other]) for one, other in _apart_rows.fetch(people=list(people))} if people else set()


def groups_of(rule: ContactRule, people: AttendeeQuerySet) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of those of these people who are in the one and in the other group of a rule, saved or not."""
    return _groups_in(rule, _grouped(people))


def _grouped(people: AttendeeQuerySet) -> list[tuple[int, int | None, str]]:
    """Of each, the id, the sector (id) and the constituency they count for."""
    return list(people.annotate(group=group_of_attendee()).values_list("pk", "organisation__sector", "group"))


def _groups_in(rule: ContactRule, grouped: list[tuple[int, int | None, str]]) -> tuple[frozenset[int], frozenset[int]]:
    def members(sector_id: int | None, constituency: str) -> frozenset[int]:
        if sector_id is not None:
            return frozenset(pk for pk, sector, _group in grouped if sector == sector_id)
        return frozenset(pk for pk, _sector, group in grouped if group == constituency)

    return (members(rule.sector_id, rule.constituency), members(rule.other_sector_id, rule.other_constituency))


def group_of_attendee() -> Coalesce:
    """The constituency an attendee counts for, as `Attendee.constituency` has it."""
    return Coalesce(F("organisation__sector__constituency"), Value(Constituency.OTHER.value))


def can_block_or_report(attendee: Attendee, other_id: int, now: dt.datetime) -> bool:
    """Whether the attendee may block and report this other: they see them, or blocked or reported them.

    So one protection never has to be undone for another, and trying ids reveals no attendees: whom a report
    in free words was found to be about is not known to the reporter. Of somebody under an alias at any
    event a block reveals no attendee.
    """
    known = Attendee.objects.filter(pk=other_id, event=attendee.event_id).exclude(person=attendee.person_id)
    blocked = Block.objects.filter(blocker=attendee.person_id, blocked=OuterRef("person"))
    reported = Report.objects.filter(reporter=attendee.pk, reported=OuterRef("pk"), links=None)
    mine = Q(Exists(blocked)) & ~has_alias_anywhere() | Q(Exists(reported))
    return contactable_for(attendee, "page", now, [other_id]).exists() or known.filter(mine).exists()


def readable_for(lead: Attendee) -> ReportQuerySet:
    """The reports this attendee may read: a lead's, of their event, and none that they are part of (S10).

    Those made since the lead was confirmed, and older ones that another lead handed over since. A lead
    confirmed while there was no other has nobody to hand anything over, and reads also what no lead has read.
    """
    in_force = Appointment.objects.in_force().filter(attendee=lead.pk, permission=LEAD)
    since = in_force.values("decided_at")[:1]
    handed = ReportHandOver.objects.filter(report=OuterRef("pk"), lead=lead.pk, handed_at__gte=Subquery(since))
    read_before = ReportView.objects.filter(report=OuterRef("pk"), seen_at__lt=Subquery(since))
    left_unread = Q(Exists(in_force.filter(is_first=True))) & ~Q(Exists(read_before))
    is_lead_now = Exists(leads_of(lead.event_id).filter(pk=lead.pk))
    return (
        Report.objects.filter(is_lead_now, event=lead.event_id)
        .filter(Q(created_at__gte=since) | Q(Exists(handed)) | left_unread)
        .exclude(is_party(lead.person_id))
    )


def unreadable_reports(event_id: int) -> ReportQuerySet:
    """New reports of the event that none of its leads may read."""
    readable = {
        pk
        for lead in leads_of(event_id)
        for pk in readable_for(lead).filter(state=Report.State.OPEN).values_list("pk", flat=True)
    }
    return Report.objects.filter(event=event_id, state=Report.State.OPEN).exclude(pk__in=readable)


def can_link(report: Report) -> bool:
    """Whether a lead may say whom it is about: nobody is named, or only since by a lead or the name in it."""
    is_open = report.state != Report.State.CLOSED
    return is_open and (report.reported_id is None or report.links.exists())


def due_at() -> Coalesce:
    """Expression on reports: by when a lead has to act."""
    return Coalesce(F("due_at"), F("created_at") + Value(DUE_AFTER))


def hears_news() -> Q:
    """Condition on reports: whoever made it asked to hear of it, and may be written to here.

    A known adult with an open account: no lead writes to a minor one to one (S3).
    """
    reporter = Attendee.objects.filter(is_known_adult(), pk=OuterRef("reporter"), person__is_active=True)
    return Q(Exists(reporter), wants_news=True)


def leads_reading(report: Report) -> list[Attendee]:
    """The leads of the report's event who may read it, in the order in which they joined."""
    leads = leads_of(report.event_id).order_by("pk")
    return [lead for lead in leads if readable_for(lead).filter(pk=report.pk).exists()]


def is_party(person_id: int) -> Q:
    """Condition on reports that this person made, or that are about them."""
    return Q(reporter__person=person_id) | Q(reported__person=person_id)


def lacking_for(lead: Attendee, *, given_by: Attendee) -> ReportQuerySet:
    """The reports that one lead may read and the other may not, only as they were confirmed later."""
    older = readable_for(given_by).exclude(is_party(lead.person_id))
    return older.exclude(pk__in=readable_for(lead).values("pk"))


def leads_lacking(report: Report) -> AttendeeQuerySet:
    """Leads of the report's event who may not read it, only because they were confirmed after it was made."""
    leads = leads_of(report.event_id)
    part = Attendee.objects.filter(pk__in=[report.reporter_id, report.reported_id]).values("person")
    others = leads.exclude(person__in=part)
    lacking = [lead.pk for lead in others if not readable_for(lead).filter(pk=report.pk).exists()]
    return others.filter(pk__in=lacking)
