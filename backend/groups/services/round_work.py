"""What the worker does with groups: it loads the planner.

One job does what the state asks for; a job that is repeated goes on where it stopped.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.services.notices import notify
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.groups.engine.drafts import RoundsDraft, draft_rounds
from backend.groups.models import Rounds, RoundSeat, RoundTable
from backend.groups.rules import RoundsSetting, tables_of
from backend.groups.selectors.rounds import setting_of, slots_of
from backend.groups.services.places import cancel_locked_group
from backend.groups.services.round_tables import give_place, open_table, open_tables

SECONDS = 20.0  # for the planner


def work_on_rounds(*, rounds_id: int, version: int, now: dt.datetime, seconds: float = SECONDS) -> None:
    """Do what was ordered: draft, put forward, seat latecomers, or cancel. For a job.

    A superseded order changes nothing.
    """
    order = Rounds.objects.filter(pk=rounds_id, version=version, work__in=Rounds.AT_WORK)
    rounds = order.select_related("event", "topic").first()
    if rounds is None:
        return
    order.update(work=Rounds.Work.SOLVING)
    try:
        if rounds.state == Rounds.State.DRAFT:
            _draft(rounds, version, now, seconds)
        elif rounds.state == Rounds.State.CANCELLED:
            _cancel_tables(rounds, now)
        elif rounds.seats.exists():
            _put_forward(rounds, now)
        else:
            _seat_latecomers(rounds, now, seconds)
    except BaseException:
        order.update(work=Rounds.Work.FAILED)
        raise
    order.update(work=Rounds.Work.READY)


def _draft(rounds: Rounds, version: int, now: dt.datetime, seconds: float) -> None:
    setting = setting_of(rounds, now)
    draft = draft_rounds(setting, seconds=seconds)
    _write_draft(rounds, version, setting, draft, now)


@in_transaction
def _write_draft(rounds: Rounds, version: int, setting: RoundsSetting, draft: RoundsDraft, now: dt.datetime) -> None:
    held = Rounds.objects.select_for_update(no_key=True).filter(pk=rounds.pk, version=version, state=Rounds.State.DRAFT)
    found = held.first()
    if found is None:
        return
    found.planned_at = now
    found.report = {
        "people": len(setting.constituency),
        "pairs_bound": draft.plan.pairs_bound,
        "mix_bound": draft.plan.mix_bound,
        "value": draft.plan.value,
        "value_bound": draft.plan.value_bound,
        "mix_by_chance": draft.mix_by_chance,
    }
    found.save(update_fields=["planned_at", "report"])
    found.seats.all().delete()
    RoundSeat.objects.bulk_create(
        RoundSeat(event_id=found.event_id, rounds=found, slot_id=slot, attendee_id=attendee, table_id=table)
        for (slot, attendee), table in draft.plan.seated.items()
    )
    _name_tables(found, draft)


def _name_tables(rounds: Rounds, draft: RoundsDraft) -> None:
    """Write what each table of a draft is about, and its host; published ones stay as they are."""
    tables = list(rounds.tables.filter(meeting=None))
    for one in tables:
        cell = one.slot_id, one.table_id
        one.topic_id = draft.plan.topics.get(cell, rounds.topic_id if not rounds.is_rounds else None)
        one.host_id = draft.plan.hosts.get(cell)
    RoundTable.objects.bulk_update(tables, ["topic", "host"])


def _put_forward(rounds: Rounds, now: dt.datetime) -> None:
    """Make the tables of the draft meetings, one transaction for each time, then tell everybody once."""
    for slot in slots_of(rounds):
        _put_round_forward(rounds, slot, now)
    _tell(rounds, now)


@in_transaction
def _put_round_forward(rounds: Rounds, slot: Slot, now: dt.datetime) -> None:
    drafted = RoundSeat.objects.filter(rounds=rounds, slot=slot)
    members = tables_of({(slot.pk, pk): table for pk, table in drafted.values_list("attendee", "table")})
    waiting = rounds.tables.filter(slot=slot, meeting=None).select_related("slot", "table", "rounds")
    seated = {one: sorted(members[slot.pk, one.table_id]) for one in waiting if (slot.pk, one.table_id) in members}
    open_tables(seated, now=now)
    drafted.delete()


@in_transaction
def _tell(rounds: Rounds, now: dt.datetime) -> None:
    """Tell whoever has places and was not told yet, in one notice, of their first table."""
    first: dict[int, Meeting] = {}
    seats = Seat.objects.filter(meeting__round_table__rounds=rounds, place__isnull=False, answer="")
    told = Notice.objects.filter(kind=Notice.Kind.ROUNDS_PROPOSED, meeting__round_table__rounds=rounds)
    for seat in seats.exclude(attendee__in=told.values("attendee")).select_related("meeting").order_by("period"):
        first.setdefault(seat.attendee_id, seat.meeting)
    for meeting in set(first.values()):
        readers = [pk for pk, one in first.items() if one == meeting]
        notify(meeting, Notice.Kind.ROUNDS_PROPOSED, to=readers, now=now)


def _seat_latecomers(rounds: Rounds, now: dt.datetime, seconds: float) -> None:
    """Put those without a place at the tables, around whoever has one."""
    setting = setting_of(rounds, now)
    draft = draft_rounds(setting, seconds=seconds)
    _name_tables(rounds, draft)
    cells = {(one.slot_id, one.table_id): one for one in rounds.tables.select_related("slot", "table", "rounds")}
    for (slot, table), members in tables_of(draft.plan.seated).items():
        one = cells[slot, table]
        new = [pk for pk in members if (slot, pk) not in setting.fixed]
        if one.meeting_id is None:
            open_table(one, new, now=now)
        else:
            for pk in new:
                give_place(one.meeting_id, pk, most=rounds.most, now=now)
    _tell(rounds, now)


def _cancel_tables(rounds: Rounds, now: dt.datetime) -> None:
    meetings = Meeting.objects.filter(round_table__rounds=rounds, state=Meeting.State.ACCEPTED)
    for meeting_id in meetings.filter(period__endswith__gt=now).order_by("pk").values_list("pk", flat=True):
        _cancel_table(meeting_id, now)


@in_transaction
def _cancel_table(meeting_id: int, now: dt.datetime) -> None:
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    if meeting.state == Meeting.State.ACCEPTED:
        cancel_locked_group(meeting, _("The organisers cancelled it."), now)
