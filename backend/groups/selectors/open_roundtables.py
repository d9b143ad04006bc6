"""Open roundtables as those read them who may meet everybody there, their hosts, and organisers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.booking.models.meetings import Meeting, MeetingQuerySet
from backend.booking.rules import MIN_NOTICE
from backend.booking.selectors.availability import busy_during
from backend.core.errors import NotFound
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Topic
from backend.events.rules.languages import cannot_talk
from backend.events.selectors import shown_name
from backend.groups.models import Rounds, RoundTable
from backend.groups.rules import can_be_seated
from backend.groups.selectors.rounds import kept_at_tables, members_of
from backend.safeguarding.rules import contactable_ids
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_among


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoundtable:
    """One that the viewer has a place at (`is_mine`), or could join. `host`: None where the viewer is.

    `can_talk`: whether they have a language with everybody there, or an interpreter or a device helps; those
    who cannot read it and do not join.
    """

    meeting_id: int
    rounds_id: int
    about: str
    topic_name: str
    host: PublicProfile | None
    starts_at: dt.datetime
    ends_at: dt.datetime
    seats: int
    places_left: int
    is_mine: bool
    can_talk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedRoundtable:
    """What an attendee proposed. `state`: of `Rounds.State`. `reason`: why it was declined. `topic`: its key.

    `version` rises with each change, and an organiser answers the one they read.
    `host_name` and `organisation` are read by organisers alone.
    """

    rounds_id: int
    about: str
    topic_name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    seats: int
    state: str
    reason: str
    topic: str
    slot_id: int
    version: int
    host_name: str = ""
    organisation: str = ""


def open_roundtables_for(viewer: Attendee, now: dt.datetime) -> tuple[OpenRoundtable, ...]:
    """Those to come that the viewer may read, by time: they may meet everybody who keeps a place there."""
    return _rows_for(viewer, Meeting.objects.all(), now)


def open_roundtable_for(viewer: Attendee, meeting_id: int, now: dt.datetime) -> OpenRoundtable:
    """One of them; refuses NotFound, in the same words whether there is none or they may not read it."""
    for row in _rows_for(viewer, Meeting.objects.filter(pk=meeting_id), now):
        return row
    raise NotFound(_("There is no such table, or you have no place at it."))


def _rows_for(viewer: Attendee, meetings: MeetingQuerySet, now: dt.datetime) -> tuple[OpenRoundtable, ...]:
    coming = meetings.filter(
        event=viewer.event_id,
        state=Meeting.State.ACCEPTED,
        round_table__rounds__is_open=True,
        slot__starts_at__gt=now + MIN_NOTICE,
    )
    found = list(coming.select_related("round_table__rounds", "round_table__topic").order_by("period", "pk"))
    members = members_of(found)
    kept = kept_at_tables(viewer.event_id, found, members)
    others = {pk for at_table in kept.values() for pk in at_table} - {viewer.pk}
    near = contactable_ids(viewer, "meeting", now, others) if others else set()
    hosts = {one.round_table.host_id or 0 for one in found} & near
    profiles = public_profiles_among(sorted(hosts)) if hosts else {}
    shown = [one for one in found if kept[one.pk] and set(kept[one.pk]) <= near | {viewer.pk}]
    silent = _silent_with(viewer, {pk for one in shown for pk in kept[one.pk]})
    return tuple(
        _row(viewer, one, len(members[one.pk]), kept[one.pk], profiles.get(one.round_table.host_id or 0), silent)
        for one in shown
    )


def _silent_with(viewer: Attendee, others: Collection[int]) -> set[int]:
    """Those of these (ids) with whom the viewer has no language to talk in."""
    people = Attendee.objects.only("languages", "translating_device").in_bulk(others) if others else {}
    return {pk for pk, one in people.items() if cannot_talk(viewer, one, viewer.event)}


def _row(
    viewer: Attendee, meeting: Meeting, taken: int, kept: tuple[int, ...], host: PublicProfile | None, silent: set[int]
) -> OpenRoundtable:
    one: RoundTable = meeting.round_table
    return OpenRoundtable(
        meeting_id=meeting.pk,
        rounds_id=one.rounds_id,
        about=one.rounds.title,
        topic_name=one.topic.local_name if one.topic else "",
        host=host,
        starts_at=meeting.period.lower,
        ends_at=meeting.period.upper,
        seats=one.rounds.most,
        places_left=max(0, one.rounds.most - taken),
        is_mine=viewer.pk in kept,
        can_talk=not silent & set(kept),
    )


def own_proposals_for(attendee: Attendee, now: dt.datetime) -> tuple[ProposedRoundtable, ...]:
    """What the attendee proposed for a time to come and no organiser approved, by time."""
    own = RoundTable.objects.filter(
        host=attendee, rounds__is_open=True, rounds__state__in=Rounds.UNAPPROVED, slot__starts_at__gt=now
    )
    return _proposals(own)


def waiting_proposal_for(attendee: Attendee, rounds_id: int, now: dt.datetime) -> ProposedRoundtable:
    """One of them that no organiser has answered; refuses NotFound."""
    for one in own_proposals_for(attendee, now):
        if one.rounds_id == rounds_id and one.state == Rounds.State.PROPOSED:
            return one
    raise NotFound(_("This was answered or taken back. Propose another."))


def declined_for(attendee: Attendee, rounds_ids: Collection[int]) -> dict[int, ProposedRoundtable]:
    """Of these (ids of rounds), what the attendee proposed and an organiser declined."""
    own = RoundTable.objects.filter(host=attendee, rounds__in=rounds_ids, rounds__state=Rounds.State.DECLINED)
    return {one.rounds_id: one for one in _proposals(own)} if rounds_ids else {}


def proposals_for(event: Event, now: dt.datetime) -> tuple[ProposedRoundtable, ...]:
    """What waits for the organisers, by time; for them alone."""
    return _proposals(_waiting(event, now), with_host=True)


def proposal_count_for(event: Event, now: dt.datetime) -> int:
    """How many those are."""
    return _waiting(event, now).count()


def _waiting(event: Event, now: dt.datetime) -> QuerySet[RoundTable]:
    return RoundTable.objects.filter(
        event=event,
        rounds__is_open=True,
        rounds__state=Rounds.State.PROPOSED,
        slot__starts_at__gt=now + MIN_NOTICE,
        host__in=can_be_seated(event),
    )


def _proposals(tables: QuerySet[RoundTable], *, with_host: bool = False) -> tuple[ProposedRoundtable, ...]:
    rows = tables.select_related("rounds", "topic", "slot", "host__person", "host__organisation")
    return tuple(
        ProposedRoundtable(
            rounds_id=one.rounds_id,
            about=one.rounds.title,
            topic_name=one.topic.local_name if one.topic else "",
            starts_at=one.slot.starts_at,
            ends_at=one.slot.ends_at,
            seats=one.rounds.most,
            state=one.rounds.state,
            reason=one.rounds.reason,
            topic=one.topic.key if one.topic else "",
            slot_id=one.slot_id,
            version=one.rounds.version,
            host_name=shown_name(one.host) if with_host and one.host else "",
            organisation=one.host.organisation.name if with_host and one.host and one.host.organisation else "",
        )
        for one in rows
    )


@dataclass(frozen=True, slots=True)
class RoundtableChoices:
    """Times and topics that a roundtable can be proposed with."""

    slots: tuple[Slot, ...]
    topics: tuple[Topic, ...]


def roundtable_choices_for(attendee: Attendee, now: dt.datetime) -> RoundtableChoices:
    """Times to come, also those at which the attendee has something."""
    event = attendee.event_id
    slots = Slot.objects.filter(event=event, starts_at__gt=now + MIN_NOTICE)
    return RoundtableChoices(tuple(slots), tuple(Topic.objects.filter(event=event)))


def is_busy_at(attendee_id: int, slot: Slot) -> bool:
    """Whether the attendee (id) has a session or something agreed in this slot."""
    busy = busy_during(attendee_id, slot.starts_at, slot.ends_at)
    return Attendee.objects.filter(busy, pk=attendee_id).exists()
