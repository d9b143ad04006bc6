"""Small groups as the planner, their organisers, and whoever has a place read them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, MeetingQuerySet, Seat
from backend.booking.rules import ARRIVAL_MARGIN, MIN_NOTICE
from backend.booking.selectors.availability import busy_during
from backend.booking.selectors.closures import closed_everywhere
from backend.booking.selectors.meetings import FollowUpRow, follow_ups_of
from backend.booking.selectors.places import Place, place_of
from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.core.period import overlapping_range
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee, AttendeeQuerySet, Interest
from backend.events.models.events import Event, Tie, Topic
from backend.events.rules.attendees import IdPair, pair_of
from backend.events.rules.languages import language_name
from backend.events.selectors import shown_name
from backend.groups.models import Rounds, RoundTable
from backend.groups.rules import (
    RoundsFigures,
    RoundsSetting,
    can_be_seated,
    kept_members,
    rounds_figures,
    silent_pairs,
    tables_of,
)
from backend.safeguarding.rules import refused_pairs
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_for

MIN_CHANCE = 1e-9  # a mix by chance below which nothing is compared with it


def approved(event: Event) -> QuerySet[Rounds]:
    """The event's groups, without what attendees proposed and no organiser approved."""
    return Rounds.objects.filter(event=event).exclude(state__in=Rounds.UNAPPROVED)


def rounds_for(event: Event, rounds_id: int) -> Rounds:
    """One of the event's; for organisers. Refuses NotFound."""
    found = approved(event).select_related("event", "topic").filter(pk=rounds_id).first()
    if found is None:
        raise NotFound(_("There are no such groups. Choose some of the list."))
    return found


def all_rounds_for(event: Event) -> QuerySet[Rounds]:
    """The event's, newest first, with their numbers of rounds and tables."""
    return (
        approved(event)
        .exclude(is_open=True, published_at=None)  # taken back before it was approved
        .select_related("topic")
        .annotate(round_count=Count("tables__slot", distinct=True), table_count=Count("tables__table", distinct=True))
    )


@dataclass(frozen=True, slots=True)
class RoundsChoices:
    """Times, tables and topics that rounds can be ordered from, and how many people can be seated."""

    slots: tuple[Slot, ...]
    tables: tuple[Table, ...]
    topics: tuple[Topic, ...]
    people: int


def rounds_choices_for(event: Event, now: dt.datetime) -> RoundsChoices:
    """For organisers."""
    return RoundsChoices(
        slots=tuple(Slot.objects.filter(event=event, starts_at__gt=now + MIN_NOTICE)),
        tables=tuple(Table.objects.filter(event=event, is_online=False)),
        topics=tuple(Topic.objects.filter(event=event)),
        people=can_be_seated(event).count(),
    )


def people_of(rounds: Rounds) -> AttendeeQuerySet:
    """The attendees who may be put at a table and whom the rounds are for."""
    people = can_be_seated(rounds.event)
    if rounds.constituencies:
        people = people.filter(organisation__sector__constituency__in=rounds.constituencies)
    if rounds.topic_id is not None:
        people = people.filter(Exists(Interest.objects.filter(attendee=OuterRef("pk"), topic=rounds.topic_id)))
    return people


def slots_of(rounds: Rounds) -> list[Slot]:
    """The times of the rounds, in order."""
    return list(Slot.objects.filter(pk__in=rounds.tables.values("slot")))


def free_ids(rounds: Rounds, slot: Slot, among: Collection[int] | None = None) -> set[int]:
    """Whom the rounds are for (ids) who have nothing agreed, no session and no other table then."""
    elsewhere = Seat.objects.filter(
        overlapping_range(slot.starts_at, slot.ends_at),
        attendee=OuterRef("pk"),
        part=Seat.Part.MEMBER,
        place__isnull=False,
        meeting__state=Meeting.State.ACCEPTED,
    ).exclude(meeting__round_table__rounds=rounds)
    people = people_of(rounds) if among is None else can_be_seated(rounds.event).filter(pk__in=among)
    closed = closed_everywhere(rounds.event_id, slot.starts_at, slot.ends_at)
    busy = busy_during(OuterRef("pk"), slot.starts_at, slot.ends_at)
    return set(people.filter(~busy, ~Exists(elsewhere), ~closed).values_list("pk", flat=True))


def setting_of(rounds: Rounds, now: dt.datetime) -> RoundsSetting:
    """What these rounds are planned from at this moment; whoever has a place keeps it."""
    fixed = {
        (slot, attendee): table
        for attendee, slot, table in _places(rounds)
        .order_by("place")
        .values_list("attendee", "meeting__slot", "meeting__table")
        if slot is not None and table is not None
    }
    tables = kept_members(rounds.event_id, tables_of(fixed))
    kept = {(slot, pk) for (slot, _table), members in tables.items() for pk in members}
    together = {pair_of(*two) for members in tables.values() for two in combinations(members, 2)}
    seated = {attendee for _slot, attendee in fixed}
    rows = can_be_seated(rounds.event).filter(Q(pk__in=people_of(rounds).values("pk")) | Q(pk__in=seated))
    people = {row.pk: row for row in rows.select_related("organisation__sector")}
    slots = [slot for slot in slots_of(rounds) if slot.starts_at > now + MIN_NOTICE]
    present = {slot.pk: free_ids(rounds, slot) for slot in slots}
    for slot, attendee in fixed:
        if slot in present and (slot, attendee) in kept and attendee in people:
            present[slot].add(attendee)
        elif slot in present:  # until the policy’s job has taken their place
            present[slot].discard(attendee)
    seeks, offers = _interests(rounds, people)
    return RoundsSetting(
        kind=rounds.kind,
        constituency={pk: row.constituency for pk, row in people.items()},
        present=present,
        slots=[slot.pk for slot in slots],
        tables=sorted(set(rounds.tables.values_list("table", flat=True))),
        least=rounds.least,
        most=rounds.most,
        forbidden=_forbidden(rounds.event, people) - together,
        met=_met(rounds, people),
        fixed={key: table for key, table in fixed.items() if key[1] in people and key in kept},
        seed=rounds.seed,
        most_each=rounds.most_each,
        topic=rounds.topic_id,
        seeks=seeks,
        offers=offers,
        unused=set(rounds.tables.filter(meeting=None).values_list("slot", "table")),
    )


def _interests(rounds: Rounds, people: Collection[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The topics (ids) that each of these (ids) seeks, and offers; none for rounds, formed without them."""
    seeks: dict[int, set[int]] = defaultdict(set)
    offers: dict[int, set[int]] = defaultdict(set)
    rows = Interest.objects.filter(attendee__in=() if rounds.is_rounds else people)
    for attendee, topic, is_sought, is_offered in rows.values_list("attendee", "topic", "seeks", "offers"):
        if is_sought:
            seeks[attendee].add(topic)
        if is_offered:
            offers[attendee].add(topic)
    return seeks, offers


def _places(rounds: Rounds) -> QuerySet[Seat]:
    """The places held at the published tables, answered or not."""
    return Seat.objects.filter(
        meeting__round_table__rounds=rounds, meeting__state=Meeting.State.ACCEPTED, place__isnull=False
    )


def _forbidden(event: Event, people: Mapping[int, Attendee]) -> set[IdPair]:
    """Pairs that the contact policy parts, or that have no language to talk in."""
    return silent_pairs(event, people) | set(refused_pairs(event, among=people))


def _met(rounds: Rounds, people: Mapping[int, Attendee]) -> set[IdPair]:
    """Pairs that met at an earlier edition, have a meeting here, or sit at a table of other rounds."""
    of_person = {row.person_id: pk for pk, row in people.items()}
    ties = Tie.objects.filter(first__in=of_person, second__in=of_person).values_list("first", "second")
    found = {pair_of(of_person[a], of_person[b]) for a, b in ties}
    seats = Seat.objects.filter(
        event=rounds.event,
        is_active=True,
        kind__in=(Meeting.Kind.ONE_TO_ONE, Meeting.Kind.ROUND),
        meeting__state__in=Meeting.COUNTED_STATES,
    )
    together: dict[int, list[int]] = defaultdict(list)
    for meeting, attendee in seats.values_list("meeting", "attendee"):
        together[meeting].append(attendee)
    return found | {pair_of(*two) for members in together.values() for two in combinations(members, 2)}


@dataclass(frozen=True, slots=True)
class SeatedPerson:
    """Somebody at a table as organisers read them; `answer` is yes, or empty while it is open.

    `seeks`, `offers`: what of the table's topic.
    """

    attendee_id: int
    name: str
    organisation: str
    constituency: str
    answer: str
    seeks: bool = False
    offers: bool = False
    is_host: bool = False


@dataclass(frozen=True, slots=True)
class TableInRound:
    """A table of a round, with who sits there and the languages that all of them state."""

    slot_id: int
    table: Table
    meeting_id: int | None
    is_cancelled: bool
    people: tuple[SeatedPerson, ...]
    constituencies: int
    languages: tuple[str, ...]
    topic_name: str = ""
    is_too_small: bool = False  # in a draft: it would not take place


@dataclass(frozen=True, slots=True)
class RoundInPlan:
    """One round; `without` are those without a seat in it, or of roundtables and trios at any time."""

    number: int
    slot: Slot
    tables: tuple[TableInRound, ...]
    without: tuple[SeatedPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPage:
    """Rounds as their organisers read them, with what their tables come to."""

    rounds: Rounds
    each: tuple[RoundInPlan, ...]
    figures: RoundsFigures
    answered: int
    all_pairs: int

    @property
    def answer_by_proposed(self) -> dt.datetime | None:
        """A day before the first round."""
        return self.each[0].slot.starts_at - dt.timedelta(days=1) if self.each else None

    @property
    def groups(self) -> int:
        """Tables with somebody at them."""
        return sum(bool(table.people) for each in self.each for table in each.tables)

    @property
    def share_met(self) -> float:
        """Of all pairs, how many sit together at least once."""
        return self.figures.pairs_met / self.all_pairs if self.all_pairs else 0.0

    @property
    def gap(self) -> float | None:
        """How far the pairs met are from what is proven to be the most; None where nothing is proven.

        Of roundtables and trios: how far the draft, as planned, is from what it could be worth.
        """
        report = self.rounds.report
        bound = report.get("pairs_bound", 0) if self.rounds.is_rounds else report.get("value_bound", 0)
        found = self.figures.pairs_met if self.rounds.is_rounds else report.get("value", 0)
        return max(0.0, 1 - found / bound) if bound else None

    @property
    def mix_gain(self) -> float | None:
        """How much nearer the shares at a table are to those of all than by chance."""
        chance = self.rounds.report.get("mix_by_chance", 0.0)
        return 1 - self.figures.mix / chance if chance > MIN_CHANCE else None


def rounds_page_for(rounds: Rounds) -> RoundsPage:
    """The draft, or who has a place at the published tables; for organisers only."""
    members = _members(rounds)
    kept = kept_members(rounds.event_id, {key: list(answers) for key, answers in members.items()})
    invited = set(people_of(rounds).values_list("pk", flat=True)) if rounds.state == Rounds.State.DRAFT else set()
    ids = invited | {pk for found in kept.values() for pk in found}
    rows = Attendee.objects.filter(pk__in=ids).select_related("organisation__sector", "person")
    people = {row.pk: row for row in rows}
    tables = list(rounds.tables.select_related("table", "slot", "meeting", "topic"))
    seeks, offers = _interests(rounds, people)
    everywhere = {pk for found in kept.values() for pk in found}
    each = []
    for number, slot in enumerate(slots_of(rounds), start=1):
        own = [one for one in tables if one.slot_id == slot.pk]
        shown = tuple(
            _table(one, rounds, kept.get(one.pk, ()), members.get(one.pk, {}), people, (seeks, offers)) for one in own
        )
        here = {one.attendee_id for table in shown for one in table.people}
        sitting = here if rounds.is_rounds else everywhere
        missing = sorted(invited - sitting, key=lambda pk: shown_name(people[pk]).casefold())
        without = tuple(_seated(people[pk]) for pk in missing)
        each.append(RoundInPlan(number, slot, shown, without))
    seated = {pk: people[pk].constituency for found in kept.values() for pk in found}
    everybody = {pk: row.constituency for pk, row in people.items()} if invited else seated
    return RoundsPage(
        rounds=rounds,
        each=tuple(each),
        figures=rounds_figures(list(kept.values()), everybody),
        answered=sum(answer == Seat.Answer.YES for found in members.values() for answer in found.values()),
        all_pairs=len(everybody) * (len(everybody) - 1) // 2,
    )


def _members(rounds: Rounds) -> dict[int, dict[int, str]]:
    """By table of a round (id), who sits there (ids) in the order of the places, with their answers."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    by_cell = {(one.slot_id, one.table_id): one.pk for one in rounds.tables.all()}
    for slot, table, attendee in rounds.seats.values_list("slot", "table", "attendee"):
        found[by_cell[slot, table]][attendee] = ""
    places = _places(rounds).order_by("place").values_list("meeting__round_table", "attendee", "answer")
    for round_table, attendee, answer in places:
        found[round_table][attendee] = answer
    return found


def _table(
    one: RoundTable,
    rounds: Rounds,
    kept: Sequence[int],
    answers: Mapping[int, str],
    people: Mapping[int, Attendee],
    interests: tuple[Mapping[int, Collection[int]], Mapping[int, Collection[int]]],
) -> TableInRound:
    rows = [people[pk] for pk in kept]
    stated = [set(row.languages) for row in rows if row.languages]
    common = set.intersection(*stated) if stated else set()
    seeks, offers = interests
    return TableInRound(
        slot_id=one.slot_id,
        table=one.table,
        meeting_id=one.meeting_id,
        is_cancelled=one.meeting is not None and one.meeting.state == Meeting.State.CANCELLED,
        people=tuple(
            _seated(
                row,
                answers[row.pk],
                seeks=one.topic_id in seeks.get(row.pk, ()),
                offers=one.topic_id in offers.get(row.pk, ()),
                is_host=one.host_id == row.pk,
            )
            for row in rows
        ),
        constituencies=len({row.constituency for row in rows}),
        languages=tuple(sorted(language_name(code) for code in common)),
        topic_name=one.topic.local_name if one.topic else "",
        is_too_small=one.meeting_id is None and 0 < len(rows) < rounds.fewest,
    )


def _seated(
    row: Attendee, answer: str = "", *, seeks: bool = False, offers: bool = False, is_host: bool = False
) -> SeatedPerson:
    organisation = row.organisation.name if row.organisation else ""
    return SeatedPerson(row.pk, shown_name(row), organisation, row.constituency, answer, seeks, offers, is_host)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A table of several as `viewer` may see it.

    `kind`: of `Rounds.Kind`. `is_open`: a roundtable that its host proposed. `topic` (key) and `topic_name`:
    what a roundtable or trio is about, else empty. `host_id`: a roundtable's host, the viewer or one of the
    members; 0 for none. `state`: proposed until the viewer says yes, accepted, or cancelled (for all, or for
    them). `members` are the others with a place; nobody once the viewer has none. `here`: who of them (ids)
    said to be there. `my_word` and `follow_up` are the viewer's alone. `actions`: accept, leave, arrive,
    attest, follow_up.
    """

    meeting_id: int
    rounds_id: int
    uid: uuid.UUID
    sequence: int
    kind: str
    is_open: bool
    title: str
    topic: str
    topic_name: str
    host_id: int
    number: int
    state: str
    members: tuple[PublicProfile, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: Place | None
    answer_by: dt.datetime
    reason: str
    i_am_here: bool
    here: tuple[int, ...]
    my_word: str
    my_usefulness: int | None
    follow_up: FollowUpRow | None
    changed_at: dt.datetime
    actions: tuple[str, ...]

    @property
    def is_asked(self) -> bool:
        return "accept" in self.actions

    @property
    def i_am_host(self) -> bool:
        return bool(self.host_id) and self.host_id not in {one.attendee_id for one in self.members}

    def name_of(self, attendee_id: object) -> str:
        """Of this member (id); empty where they are none, or the contact policy hides them."""
        return next((one.name for one in self.members if one.attendee_id == attendee_id), "")

    @property
    def seeking(self) -> frozenset[int]:
        """The members (ids) who seek what the table is about."""
        return frozenset(
            one.attendee_id for one in self.members for at in one.topics if at.key == self.topic and at.seeks
        )

    @property
    def offering(self) -> frozenset[int]:
        """The members (ids) who offer what the table is about."""
        return frozenset(
            one.attendee_id for one in self.members for at in one.topics if at.key == self.topic and at.offers
        )


def table_rows_for(viewer: Attendee, meetings: MeetingQuerySet, now: dt.datetime) -> tuple[TableRow, ...]:
    """The viewer's tables among these meetings, in their order."""
    return _rows_of(viewer, list(_tables_among(meetings.of(viewer))), now)


def _tables_among(meetings: MeetingQuerySet) -> MeetingQuerySet:
    return meetings.of_rounds().select_related("table", "slot", "round_table__rounds", "round_table__topic")


def _tables_with(attendee: int) -> MeetingQuerySet:
    return _tables_among(Meeting.objects.filter(seats__attendee=attendee).order_by("period", "pk"))


_own = CompiledRows(_tables_with, attendee=-1)


def own_tables(attendee: Attendee, now: dt.datetime) -> tuple[TableRow, ...]:
    """All the attendee's, by time."""
    return _rows_of(attendee, _own.fetch(attendee=attendee.pk), now)


def tables_asked(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """Of each rounds in which some of these places wait for an answer, the first of them."""
    return tuple({row.rounds_id: row for row in reversed(rows) if row.is_asked}.values())


def own_tables_of(attendee: Attendee, rounds_id: int, now: dt.datetime) -> tuple[TableRow, ...]:
    """The attendee's tables of these rounds, by time; refuses NotFound where they never had a place."""
    rows = tuple(row for row in own_tables(attendee, now) if row.rounds_id == rounds_id)
    if not rows:
        raise NotFound(_("There is no such table, or you have no place at it."))
    return rows


def own_table(attendee: Attendee, meeting_id: int, now: dt.datetime) -> TableRow:
    """One of the attendee's; refuses NotFound."""
    for row in table_rows_for(attendee, Meeting.objects.filter(pk=meeting_id), now):
        return row
    raise NotFound(_("There is no such table, or you have no place at it."))


def members_of(meetings: Collection[Meeting]) -> dict[int, dict[int, Seat]]:
    """By meeting (id), the seats of those (ids) who have a place there, in the order of the places."""
    found: dict[int, dict[int, Seat]] = {meeting.pk: {} for meeting in meetings}
    for seat in Seat.objects.filter(meeting__in=found, place__isnull=False).order_by("place"):
        found[seat.meeting_id][seat.attendee_id] = seat
    return found


def _rows_of(viewer: Attendee, found: list[Meeting], now: dt.datetime) -> tuple[TableRow, ...]:
    if not found:
        return ()
    members = members_of(found)
    kept = kept_at_tables(viewer.event_id, found, members)
    near = {pk for at_table in kept.values() if viewer.pk in at_table for pk in at_table} - {viewer.pk}
    profiles = public_profiles_for(viewer=viewer, ids=near, channel="meeting", now=now)
    numbers = _round_numbers({meeting.round_table.rounds_id for meeting in found if _has_table(meeting)})
    notes = follow_ups_of(viewer, found)
    return tuple(
        _row(viewer, meeting, members[meeting.pk], kept[meeting.pk], profiles, numbers, notes, now)
        for meeting in found
        if _has_table(meeting)
    )


def kept_at_tables(
    event_id: int, meetings: Iterable[Meeting], members: Mapping[int, Mapping[int, Seat]]
) -> dict[int, tuple[int, ...]]:
    """By table (id), who of these members (ids) keeps a place; nobody at an open one whose host keeps none."""
    kept = kept_members(event_id, {pk: list(seats) for pk, seats in members.items()})
    without_host = {
        one.pk
        for one in meetings
        if _has_table(one) and one.round_table.rounds.is_open and one.round_table.host_id not in kept[one.pk]
    }
    return {pk: () if pk in without_host else found for pk, found in kept.items()}


def _has_table(meeting: Meeting) -> bool:
    return getattr(meeting, "round_table", None) is not None


def _round_numbers(rounds_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Which round of these rounds (ids) each slot (id) is, from 1."""
    slots = RoundTable.objects.filter(rounds__in=rounds_ids).order_by("rounds", "slot__starts_at", "slot")
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for rounds_id, slot in slots.values_list("rounds", "slot"):
        found[rounds_id].setdefault(slot, len(found[rounds_id]) + 1)
    return {(one, slot): number for one, numbers in found.items() for slot, number in numbers.items()}


def _row(
    viewer: Attendee,
    meeting: Meeting,
    seats: Mapping[int, Seat],
    kept: Sequence[int],
    profiles: Mapping[int, PublicProfile],
    numbers: Mapping[tuple[int, int], int],
    notes: Mapping[int, FollowUpRow],
    now: dt.datetime,
) -> TableRow:
    seat = seats.get(viewer.pk)
    one: RoundTable = meeting.round_table
    rounds = one.rounds
    is_on = meeting.state == Meeting.State.ACCEPTED and viewer.pk in kept and seat is not None
    state = Meeting.State.CANCELLED
    if is_on and seat is not None:
        state = Meeting.State.ACCEPTED if seat.is_active else Meeting.State.PROPOSED
    shown = tuple(profiles[pk] for pk in kept if pk in profiles) if is_on else ()
    read = {viewer.pk, *(other.attendee_id for other in shown)}
    return TableRow(
        meeting_id=meeting.pk,
        rounds_id=rounds.pk,
        uid=meeting.uid,
        # As calendars have it: withheld early, it counts as cancelled with the next number.
        sequence=meeting.sequence + (seat is not None and seat.is_active and not is_on),
        kind=rounds.kind,
        is_open=rounds.is_open,
        title=rounds.title,
        topic=one.topic.key if one.topic else "",
        topic_name=one.topic.local_name if one.topic else "",
        host_id=one.host_id if one.host_id and is_on and one.host_id in read else 0,
        number=numbers.get((rounds.pk, meeting.slot_id or 0), 1),
        state=state.value,
        members=shown,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        place=place_of(meeting, viewer, now) if is_on else None,
        answer_by=answer_by(rounds, meeting),
        reason=meeting.reason,
        i_am_here=is_on and seat is not None and seat.here_at is not None,
        here=tuple(one.attendee_id for one in shown if seats[one.attendee_id].here_at),
        my_word=seat.word if seat is not None else "",
        my_usefulness=seat.usefulness if seat is not None else None,
        follow_up=notes.get(meeting.pk),
        changed_at=meeting.changed_at,
        actions=_actions(rounds, meeting, seat, now) if is_on and seat is not None else (),
    )


def _actions(rounds: Rounds, meeting: Meeting, seat: Seat, now: dt.datetime) -> tuple[str, ...]:
    """What somebody with this place may do now."""
    begin, end = meeting.period.lower, meeting.period.upper
    can_arrive = seat.is_active and seat.here_at is None and begin - ARRIVAL_MARGIN <= now < end
    can = {
        "accept": not seat.is_active and now < min(answer_by(rounds, meeting), end),
        "leave": now < end,
        "arrive": can_arrive,
        "attest": seat.is_active and not seat.word and now >= end,
        "follow_up": seat.is_active and now >= begin,
    }
    return tuple(action for action, is_possible in can.items() if is_possible)


def answer_by(rounds: Rounds, meeting: Meeting) -> dt.datetime:
    """Until when a place can be accepted: the hour set, or for latecomers shortly before it begins."""
    last: dt.datetime = meeting.period.lower - MIN_NOTICE
    return last if rounds.closed_at or rounds.answer_by is None else min(rounds.answer_by, last)
