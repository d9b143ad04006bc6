"""Meetings that organisers put forward in their own name: proposed to two people, or arranged at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from django.utils.translation import gettext as _

from backend.booking.models.meetings import MAX_TIMES, Meeting, Seat
from backend.booking.models.notices import Notice
from backend.booking.rules import MAX_ALTERNATIVES, REASON_LIMIT, NotJoined, check_open_request, expiry_of
from backend.booking.selectors.availability import common_slots, rules_for, times_of_two
from backend.booking.selectors.meetings import other_id_in, seated_ids
from backend.booking.selectors.tables import free_tables, place_kinds_for
from backend.booking.services.booking import SlotTaken, book_meeting, no_table_free, slot_details
from backend.booking.services.choosing import choose_slot
from backend.booking.services.locks import lock_meeting
from backend.booking.services.notices import notify
from backend.booking.services.requests import (
    AlreadyAsked,
    BadTimes,
    KeyReused,
    NoSuchPlace,
    check_key,
    meeting_between,
    offer_slots,
    release_requests,
)
from backend.core.errors import NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import TextTooLong, check_organiser, clean_text
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_attendees
from backend.people.models import Person
from backend.safeguarding.selectors.names import name_shown_to

Was = Literal["new", "kept", "moved", "known"]  # kept or moved: withdrawn, and put forward again


@in_transaction
def propose_meeting(
    *,
    event: Event,
    pair: tuple[int, int],
    slot_ids: Sequence[int],
    table_id: int | None = None,
    because: str = "",
    key: str = "",
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """As an organiser, propose to two attendees (ids) that they meet, at one to three times both have.

    Nobody asks: it counts in no cap and blocks no time. Both answer; two yeses agree it, at the table named
    if that is free then. `because` is shown to both. With a `key`, proposing again gives the same meeting.
    Refuses OrganisersOnly, NotOpenYet, NotInThisState, BadKey, KeyReused, `same_person`, NotFound, NotJoined,
    BadTimes, SlotTaken (not free for both, or the contact policy parts them), AlreadyAsked, NoSuchPlace and
    TextTooLong.
    """
    meeting, was = _make_proposal(event, pair, slot_ids, table_id, because, key, by, now)
    if was == "new":
        notify(meeting, Notice.Kind.PROPOSED, to=pair, now=now)
    elif was == "moved":
        asked = meeting.seats.exclude(answer=Seat.Answer.NO).values_list("attendee_id", flat=True)
        notify(meeting, Notice.Kind.TIME_TAKEN, to=asked, now=now, are_new=True)
    return meeting


@in_transaction
def arrange_meeting(
    *,
    event: Event,
    pair: tuple[int, int],
    slot_ids: Sequence[int],
    table_id: int | None = None,
    because: str = "",
    key: str = "",
    by: Person,
    now: dt.datetime,
) -> Meeting:
    """As an organiser, have two attendees (ids) meet at the first of these times, agreed at once.

    All are times both have opened. It gets the named table, or the first free one where that is taken. Both
    get one notice. With a `key`, arranging again gives the same meeting. Refuses what `propose_meeting`
    refuses, and NoTableFree.
    """
    meeting, was = _make_proposal(event, pair, slot_ids, table_id, because, key, by, now)
    if was == "known":
        return meeting
    slot = Slot.objects.get(pk=slot_ids[0])
    book_meeting(meeting=meeting, slot=slot, preferred=meeting.preferred_table, now=now)
    release_requests(attendee_ids=pair, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.ARRANGED, to=pair, now=now)
    return meeting


def _make_proposal(
    event: Event,
    pair: tuple[int, int],
    slot_ids: Sequence[int],
    table_id: int | None,
    because: str,
    key: str,
    by: Person,
    now: dt.datetime,
) -> tuple[Meeting, Was]:
    """A proposal without its notice, and what it was before. Locks both attendees."""
    check_organiser(by, event, Activity.ASK)
    check_key(key)
    if pair[0] == pair[1]:
        raise Refused("same_person", _("Choose two different people."), status=400)
    lock_attendees(pair)
    if key and (first := Meeting.objects.filter(event=event, asker=None, key=key).first()):
        if not set(seated_ids(first.pk)) <= set(pair):
            raise KeyReused(_("This key was used for two other people; every proposal needs its own."))
        return first, "known"
    _check_people(event, pair, by, now)
    _check_times(event, pair, slot_ids, now)
    between = meeting_between(*pair, now)
    if between is not None and between.withdrawn_at is None:
        raise AlreadyAsked(_("A request, a proposal or a meeting is between these two already."), meeting=between.pk)
    table = _table(event, table_id)
    text = clean_text(because)
    if len(text) > REASON_LIMIT:
        raise TextTooLong(
            _("Please keep the reason under %(limit)d characters.") % {"limit": REASON_LIMIT}, field="because"
        )
    last = max(slot.starts_at for slot in Slot.objects.filter(pk__in=slot_ids))
    hours = rules_for(event.pk).proposal_hours
    values = {
        "message": text,
        "is_online": table.is_online if table else not place_kinds_for(event.pk).table,
        "preferred_table": table,
        "key": key,
        "withdrawn_at": None,
        "changed_at": now,
        "expires_at": expiry_of(asked_at=now, changed_at=now, last_starts_at=last, hours=hours),
    }
    if between is not None:
        return _propose_again(between, values, slot_ids)
    meeting = Meeting.objects.create(event=event, state=Meeting.State.PROPOSED, asked_at=now, **values)
    parts = zip(sorted(pair), (Seat.Part.FIRST, Seat.Part.SECOND), strict=True)
    Seat.objects.bulk_create(Seat(event=event, meeting=meeting, attendee_id=pk, part=part) for pk, part in parts)
    offer_slots(meeting, tuple(slot_ids))
    return meeting, "new"


def _propose_again(meeting: Meeting, values: dict[str, Any], slot_ids: Sequence[int]) -> tuple[Meeting, Was]:
    """Put a withdrawn proposal forward again: to the two it was open all the time. A no stays a no."""
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
    for name, value in values.items():
        setattr(meeting, name, value)
    meeting.save(update_fields=list(values))
    if set(meeting.times.values_list("slot_id", flat=True)) == set(slot_ids):
        return meeting, "kept"
    meeting.seats.filter(answer=Seat.Answer.YES).update(answer="")
    offer_slots(meeting, tuple(slot_ids))
    return meeting, "moved"


def _check_people(event: Event, pair: tuple[int, int], by: Person, now: dt.datetime) -> None:
    people = list(Attendee.objects.select_related("person").filter(event=event, pk__in=pair).order_by("pk"))
    if len(people) < 2:
        raise NotFound(_("There is no such person at this forum. Choose one of its list of people."))
    for one in people:
        if not one.has_joined:
            raise NotJoined(
                _("%(name)s has not joined this forum yet; whoever joins can meet.")
                % {"name": name_shown_to(by, one, now)}
            )


def _check_times(event: Event, pair: tuple[int, int], slot_ids: Sequence[int], now: dt.datetime) -> None:
    """Refuse BadTimes, and SlotTaken for a time that is not free for both.

    Two whom the contact policy parts have no time in common: the answer is the same as for anybody else.
    """
    if not 1 <= len(set(slot_ids)) == len(slot_ids) <= MAX_TIMES:
        raise BadTimes(_("Offer one to %(limit)d different times.") % {"limit": MAX_TIMES})
    if Slot.objects.filter(event=event, pk__in=slot_ids).count() < len(slot_ids):
        raise BadTimes(
            _("One of these times is not a meeting slot of this forum. Load the page again and choose others.")
        )
    free = times_of_two(pair, now)
    if not set(slot_ids) <= {slot.pk for slot in free}:
        raise SlotTaken(
            _("The two are not both free at this time. Please choose another one.")
            if free
            else _("These two have no time in common at which both are free."),
            alternatives=slot_details(free[:MAX_ALTERNATIVES]),
        )


def _table(event: Event, table_id: int | None) -> Table | None:
    """The named table; refuses NotFound, and NoSuchPlace where the event has none at all."""
    kinds = place_kinds_for(event.pk)
    if not kinds.table and not kinds.online:
        raise NoSuchPlace(_("This forum has no tables or online rooms yet, so nobody can meet."))
    table = Table.objects.filter(event=event, pk=table_id).first() if table_id else None
    if table_id and table is None:
        raise NotFound(_("There is no such table at this forum."))
    return table


@in_transaction
def withdraw_proposal(*, event: Event, meeting_id: int, by: Person, now: dt.datetime) -> Meeting:
    """As an organiser, take a proposal back: no answer agrees it any more.

    To the two nothing changes until it would have expired; then they are told that it did not come about, as
    if nobody had answered. Doing it again changes nothing. Refuses OrganisersOnly, NotFound, AlreadyAnswered
    and RequestExpired.
    """
    check_organiser(by, event, Activity.EDIT)
    if not Meeting.objects.filter(event=event, pk=meeting_id, asker=None).exists():
        raise NotFound(_("There is no such proposal at this forum. It may be decided already: load the list again."))
    meeting = lock_meeting(meeting_id)
    if meeting.withdrawn_at is None:
        check_open_request(meeting, now)
        meeting.withdrawn_at = now
        meeting.save(update_fields=["withdrawn_at"])
    return meeting


def answer_proposal(
    meeting: Meeting, attendee: Attendee, answer: str, slot_id: int | None, now: dt.datetime
) -> Meeting:
    """Store the answer of one of the two to a locked proposal; the second yes books the meeting.

    A yes is to any of its times; the second yes may choose among them. Time and table are checked in the same
    way whatever the other said, so that a refusal tells nothing of it. Refuses AlreadyAnswered,
    RequestExpired, `not_offered`, SlotTaken and NoTableFree.
    """
    check_open_request(meeting, now)
    mine = meeting.seats.filter(attendee=attendee)
    if answer == Seat.Answer.NO:
        mine.update(answer=answer)
        return meeting
    other_id = other_id_in(meeting, attendee)
    free = common_slots(attendee.pk, [other_id], after=now)[other_id]
    slot = choose_slot(meeting, slot_id, free, now)
    if not free_tables(meeting, slot):
        raise no_table_free(meeting, now)
    mine.update(answer=answer)
    said_yes = meeting.seats.filter(answer=Seat.Answer.YES).count()
    if said_yes < 2 or meeting.withdrawn_at is not None:
        return meeting
    both = [attendee.pk, other_id]
    book_meeting(meeting=meeting, slot=slot, preferred=meeting.preferred_table, now=now)
    release_requests(attendee_ids=both, starts_at=slot.starts_at, ends_at=slot.ends_at, now=now)
    notify(meeting, Notice.Kind.ACCEPTED, to=both, now=now)
    return meeting
