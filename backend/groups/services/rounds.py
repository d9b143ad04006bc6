"""Small groups by their organisers: ordered, changed by hand, published, joined late, cancelled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.booking.models.meetings import MAX_MEMBERS, Meeting
from backend.booking.models.notices import Notice
from backend.booking.rules import MIN_NOTICE, TooLate
from backend.booking.selectors.tables import free_tables
from backend.booking.services.booking import NoTableFree
from backend.booking.services.locks import lock_requests
from backend.booking.services.notices import notify
from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.queue import PLANS, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.events import Event, Topic
from backend.events.rules.attendees import check_organiser, clean_text
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees, lock_event
from backend.groups.models import FEWEST, TRIO, Rounds, RoundSeat, RoundTable
from backend.groups.rules import may_sit_with
from backend.groups.selectors.rounds import approved, free_ids
from backend.groups.services.round_tables import open_table, say_yes
from backend.people.models import Constituency, Person

WORK_ON_ROUNDS = "groups.work_on_rounds"
MAX_DRAFTS = 10
MAX_ROUNDS = 12
TITLE_LIMIT = 120
REASON_LIMIT = 500


class RoundsBusy(BusinessError):
    code = "rounds_at_work"


class BadRounds(BusinessError):
    """What was ordered cannot be; the message says what to change."""

    code = "bad_rounds"
    status = 400


class CannotSit(BusinessError):
    """Somebody cannot sit at a table, for whatever cause: it must not tell of a block."""

    code = "cannot_sit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsOptions:
    """What an organiser orders; no constituency means everybody who has joined, as no topic (key) does.

    Roundtables need a topic: what they are about. Trios without one form around any need; three sit in each.
    `most_each`: at how many roundtables, or in how many trios, a person may be.
    """

    title: str
    kind: str = Rounds.Kind.ROUNDS
    slot_ids: tuple[int, ...]
    table_ids: tuple[int, ...]
    constituencies: tuple[str, ...] = ()
    topic: str = ""
    least: int = 4
    most: int = 6
    most_each: int = 1
    seed: int = 1

    @property
    def sizes(self) -> tuple[int, int]:
        """People at a table, at least and at most."""
        return (TRIO, TRIO) if self.kind == Rounds.Kind.TRIOS else (self.least, self.most)


@in_transaction
def order_rounds(*, event: Event, options: RoundsOptions, by: Person, now: dt.datetime) -> Rounds:
    """Order a draft of groups, who sits where; the worker plans it.

    Refuses OrganisersOnly, NotInThisState, BadRounds and `too_many_drafts`.
    """
    check_organiser(by, event, Activity.EDIT)
    title = _clean_title(options.title)
    slots, tables = _checked_slots(event, options.slot_ids, now), _checked_tables(event, options.table_ids)
    topic = _checked_people(event, options)
    least, most = options.sizes
    lock_event(event.pk)
    if Rounds.objects.filter(event=event, state=Rounds.State.DRAFT).count() >= MAX_DRAFTS:
        message = _("There are %(limit)s drafts already. Cancel those you no longer need first.")
        raise Refused("too_many_drafts", message % {"limit": MAX_DRAFTS})
    _check_free(event, slots, tables)
    rounds = Rounds.objects.create(
        event=event,
        kind=options.kind,
        title=title,
        constituencies=sorted(options.constituencies),
        topic=topic,
        least=least,
        most=most,
        most_each=options.most_each,
        seed=options.seed,
        made_by=by,
        made_at=now,
    )
    RoundTable.objects.bulk_create(
        RoundTable(event=event, rounds=rounds, slot=slot, table=table) for slot in slots for table in tables
    )
    _order(rounds)
    return rounds


def _clean_title(title: str) -> str:
    text = clean_text(title)
    if not text or len(text) > TITLE_LIMIT:
        raise BadRounds(_("Give a title of at most %(limit)d characters.") % {"limit": TITLE_LIMIT}, field="title")
    return text


def _checked_slots(event: Event, ids: Collection[int], now: dt.datetime) -> list[Slot]:
    slots = list(Slot.objects.filter(event=event, pk__in=ids, starts_at__gt=now + MIN_NOTICE))
    if not slots or len(slots) != len(set(ids)) or len(slots) > MAX_ROUNDS:
        raise BadRounds(
            _("Choose from one to %(limit)d times that are to come.") % {"limit": MAX_ROUNDS}, field="slots"
        )
    if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(slots)):
        raise BadRounds(_("Two of these times overlap. Choose times that follow each other."), field="slots")
    return slots


def _checked_tables(event: Event, ids: Collection[int]) -> list[Table]:
    tables = list(Table.objects.filter(event=event, pk__in=ids, is_online=False))
    if not tables or len(tables) != len(set(ids)):
        raise BadRounds(_("Choose at least one table of the venue."), field="tables")
    return tables


def _checked_people(event: Event, options: RoundsOptions) -> Topic | None:
    least, most = options.sizes
    if options.kind not in Rounds.Kind.values:
        raise BadRounds(_("Choose one of the kinds of the list."), field="kind")
    if not 1 <= options.most_each <= MAX_ROUNDS:
        raise BadRounds(_("Choose from 1 to %(most)d.") % {"most": MAX_ROUNDS}, field="most_each")
    fewest = TRIO if options.kind == Rounds.Kind.ROUNDTABLES else FEWEST
    if not fewest <= least <= most <= MAX_MEMBERS:
        raise BadRounds(
            _("A table has from %(fewest)d to %(most)d people, and at least no more than at most.")
            % {"fewest": fewest, "most": MAX_MEMBERS},
            field="most",
        )
    if not set(options.constituencies) <= set(Constituency.values):
        raise BadRounds(_("Choose constituencies of the list."), field="constituencies")
    topic = Topic.objects.filter(event=event, key=options.topic).first() if options.topic else None
    if options.topic and topic is None:
        raise BadRounds(_("This event has no such topic. Choose one of its topics."), field="topic")
    if topic is None and options.kind == Rounds.Kind.ROUNDTABLES:
        raise BadRounds(_("Choose what the roundtables are about."), field="topic")
    return topic


def _check_free(event: Event, slots: Iterable[Slot], tables: Collection[Table]) -> None:
    for slot in slots:
        free = free_tables(Meeting(event=event), slot)
        taken = [table.label for table in tables if table not in free]
        if taken:
            raise BadRounds(
                _("Taken or closed at one of these times: %(tables)s. Choose other tables or times.")
                % {"tables": ", ".join(taken[:5])},
                field="tables",
            )


def _order(rounds: Rounds) -> None:
    rounds.version += 1
    rounds.work = Rounds.Work.WAITING
    rounds.save()
    enqueue(
        WORK_ON_ROUNDS,
        lock=f"programme:{rounds.event_id}",
        queue=PLANS,
        rounds_id=rounds.pk,
        order_number=rounds.version,
    )


def rounds_for_update(event: Event, rounds_id: int, by: Person) -> Rounds:
    """The event's rounds, locked until the transaction ends; refuses OrganisersOnly, NotFound, RoundsBusy."""
    check_organiser(by, event, Activity.EDIT)
    found = approved(event).select_for_update(no_key=True).filter(pk=rounds_id).first()
    if found is None:
        raise NotFound(_("There are no such groups. Choose some of the list."))
    if found.is_at_work:
        raise RoundsBusy(_("They are being worked on. Wait until that is done."))
    return found


@in_transaction
def draft_again(*, event: Event, rounds_id: int, by: Person) -> Rounds:
    """Plan a draft anew, by another seed; what was moved by hand goes.

    Refuses OrganisersOnly, NotFound, RoundsBusy and `not_a_draft`.
    """
    rounds = rounds_for_update(event, rounds_id, by)
    _check_draft(rounds)
    rounds.seed += 1
    _order(rounds)
    return rounds


@in_transaction
def publish_rounds(*, event: Event, rounds_id: int, answer_by: dt.datetime, by: Person, now: dt.datetime) -> Rounds:
    """Put the places of a draft forward: each person accepts theirs by this hour, or loses it.

    Refuses OrganisersOnly, NotFound, RoundsBusy, `not_a_draft`, BadRounds, NotOpenYet and NotInThisState.
    """
    rounds = rounds_for_update(event, rounds_id, by)
    check_allowed(event, Activity.ASK)
    _check_draft(rounds)
    first = rounds.tables.order_by("slot__starts_at").first()
    if first is None or not rounds.seats.exists():
        raise BadRounds(_("Nobody is seated in this draft. Draft others."))
    if not now < answer_by <= first.slot.starts_at - MIN_NOTICE:
        raise BadRounds(_("Choose an hour to answer by that is to come, and before the first time."), field="answer_by")
    rounds.state, rounds.published_at, rounds.answer_by = Rounds.State.PUBLISHED, now, answer_by
    _order(rounds)
    return rounds


@in_transaction
def seat_latecomers(*, event: Event, rounds_id: int, by: Person) -> Rounds:
    """Have those who have joined since put at the tables; nobody with a place is moved.

    Refuses OrganisersOnly, NotFound, RoundsBusy, `not_published` and NotInThisState.
    """
    rounds = rounds_for_update(event, rounds_id, by)
    check_allowed(event, Activity.ASK)
    if rounds.state != Rounds.State.PUBLISHED or rounds.is_open:
        raise Refused("not_published", _("Only what is published can be joined late."))
    _order(rounds)
    return rounds


@in_transaction
def cancel_rounds(*, event: Event, rounds_id: int, by: Person, now: dt.datetime) -> Rounds:
    """Cancel rounds, drafted or published: who has a place is told. Again it changes nothing.

    Refuses OrganisersOnly, NotFound and RoundsBusy.
    """
    rounds = rounds_for_update(event, rounds_id, by)
    if rounds.state != Rounds.State.CANCELLED:
        was_draft = rounds.state == Rounds.State.DRAFT
        rounds.state, rounds.cancelled_at = Rounds.State.CANCELLED, now
        rounds.seats.all().delete()
        rounds.save() if was_draft else _order(rounds)
    return rounds


def _check_draft(rounds: Rounds) -> None:
    if rounds.state != Rounds.State.DRAFT:
        raise Refused("not_a_draft", _("This is no draft any more, so it cannot be changed."))
    if rounds.work != Rounds.Work.READY:
        raise Refused("not_a_draft", _("This draft could not be planned. Draft it again first."))


@in_transaction
def seat_by_hand(
    *, event: Event, rounds_id: int, slot_id: int, attendee_id: int, table_id: int | None, by: Person
) -> Rounds:
    """Move somebody of a draft to this table in this round, or out of it (None).

    Refuses OrganisersOnly, NotFound, RoundsBusy, `not_a_draft`, `table_full`, and CannotSit, in one sentence
    whether they have something else then, have no language with somebody there, or may not be in contact.
    """
    rounds = rounds_for_update(event, rounds_id, by)
    _check_draft(rounds)
    mine = rounds.seats.filter(slot=slot_id, attendee=attendee_id)
    if table_id is None:
        mine.delete()
        return rounds
    cell = rounds.tables.select_related("slot").filter(slot=slot_id, table=table_id).first()
    if cell is None:
        raise NotFound(_("There is no such table in this draft. Load the page again."))
    there = rounds.seats.filter(slot=slot_id, table=table_id).exclude(attendee=attendee_id)
    members = list(there.values_list("attendee_id", flat=True))
    if len(members) >= rounds.most:
        raise Refused("table_full", _("All %(count)d seats of this table are taken.") % {"count": rounds.most})
    if not _can_sit(rounds, cell.slot, attendee_id, members):
        raise CannotSit(_("This person cannot sit at that table then. Choose another."))
    try:
        with transaction.atomic():
            RoundSeat.objects.update_or_create(
                rounds=rounds,
                slot_id=slot_id,
                attendee_id=attendee_id,
                defaults={"event_id": event.pk, "table_id": table_id},
            )
    except IntegrityError as error:
        raise CannotSit(_("This person cannot sit at that table then. Choose another.")) from error
    return rounds


def _can_sit(rounds: Rounds, slot: Slot, attendee_id: int, members: Sequence[int]) -> bool:
    is_free = attendee_id in free_ids(rounds, slot, among=[attendee_id])
    return is_free and may_sit_with(rounds.event_id, attendee_id, members)


@in_transaction
def approve_roundtable(*, event: Event, rounds_id: int, version: int | None, by: Person, now: dt.datetime) -> Rounds:
    """Open a roundtable that an attendee proposed, at a table that is free; its host is told. Again: nothing.

    From then on those read it who may meet everybody at it. `version`: of the proposal as it was read.
    Refuses OrganisersOnly, NotInThisState, NotFound, `not_proposed`, `changed_meanwhile`, TooLate, NoTableFree,
    and CannotSit where the host cannot come then, for whatever cause.
    """
    one = _proposed_for_update(event, rounds_id, version, by, now)
    rounds, slot, host = one.rounds, one.slot, one.host_id or 0
    if rounds.state == Rounds.State.PUBLISHED:
        return rounds
    if rounds.state != Rounds.State.PROPOSED:
        raise _not_proposed()
    if slot.starts_at - MIN_NOTICE <= now:
        raise TooLate(_("Its time has come, so nobody could join it any more. Decline it."))
    rounds.state, rounds.published_at, rounds.answer_by = Rounds.State.PUBLISHED, now, slot.starts_at - MIN_NOTICE
    rounds.save(update_fields=["state", "published_at", "answer_by"])
    if not may_sit_with(event.pk, host, ()):
        raise _host_cannot_come()
    free = free_tables(Meeting(event=event), slot)
    for table in sorted(free, key=lambda table: table != one.table):  # the one it was proposed at first
        one.table = table
        one.save(update_fields=["table"])
        if open_table(one, [host], now=now):
            break
    if one.meeting is None:
        raise NoTableFree(_("No table is free at that time any more. Free one, or decline it."))
    if not say_yes(one.meeting, host, now):
        raise _host_cannot_come()
    notify(one.meeting, Notice.Kind.ROUNDTABLE_OPEN, to=[host], now=now)
    return rounds


@in_transaction
def decline_roundtable(
    *, event: Event, rounds_id: int, version: int | None, reason: str, by: Person, now: dt.datetime
) -> Rounds:
    """Decline a roundtable that an attendee proposed, with a reason that they alone are told. Again: nothing.

    `version`: of the proposal as it was read. Refuses OrganisersOnly, NotInThisState, NotFound, `not_proposed`,
    `changed_meanwhile` and `reason_needed`.
    """
    one = _proposed_for_update(event, rounds_id, version, by, now)
    rounds = one.rounds
    text = clean_text(reason)
    if not text or len(text) > REASON_LIMIT:
        message = _("Give a reason of at most %(limit)d characters.") % {"limit": REASON_LIMIT}
        raise Refused("reason_needed", message, field="reason", status=400)
    if rounds.state != Rounds.State.DECLINED:
        if rounds.state != Rounds.State.PROPOSED:
            raise _not_proposed()
        rounds.state, rounds.reason = Rounds.State.DECLINED, text
        rounds.save(update_fields=["state", "reason"])
        told = Meeting(event_id=event.pk)
        notify(told, Notice.Kind.ROUNDTABLE_DECLINED, to=[one.host_id or 0], now=now, rounds=rounds.pk)
    return rounds


def _proposed_for_update(event: Event, rounds_id: int, version: int | None, by: Person, now: dt.datetime) -> RoundTable:
    """What an attendee proposed, locked with its host.

    Refuses OrganisersOnly, NotInThisState, NotFound, and `changed_meanwhile` where it waits in another version.
    """
    check_organiser(by, event, Activity.EDIT)
    check_allowed(event, Activity.ASK)
    tables = RoundTable.objects.filter(event=event, rounds=rounds_id, rounds__is_open=True, host__isnull=False)
    hosts = list(tables.values_list("host", flat=True))
    lock_attendees(hosts)
    lock_requests(hosts, now)
    found = tables.select_related("rounds", "slot", "table").select_for_update(no_key=True, of=("self", "rounds"))
    if (one := found.first()) is None:
        raise NotFound(_("There is no such proposal. Choose one of the list."))
    if one.rounds.state == Rounds.State.PROPOSED and one.rounds.version != version:
        raise Refused("changed_meanwhile", _("Its host changed it meanwhile. Read it again, then decide."))
    return one


def _not_proposed() -> Refused:
    return Refused("not_proposed", _("This was answered already, or its host took it back. Load the page again."))


def _host_cannot_come() -> CannotSit:
    return CannotSit(_("Its host cannot come at that time any more. Decline it."))
