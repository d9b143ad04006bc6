"""Joining an event, and the meeting times it opens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import connection
from django.utils.translation import gettext as _

from backend.booking.models.availability import Availability
from backend.booking.rules import MIN_NOTICE
from backend.booking.selectors.availability import with_open_time
from backend.booking.services.changes import announce_freed_times
from backend.core.errors import Refused
from backend.core.period import Period
from backend.core.queue import PLANS, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.age_classes import is_known_adult
from backend.events.rules.attendees import check_organiser, has_joined
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.joining import record_agreement
from backend.events.services.locks import lock_attendees, lock_event
from backend.events.services.profiles import ProfileChange, update_profile
from backend.events.services.venue import add_slots as add_slot_rows
from backend.people.models import Person
from backend.people.services import BATCH

PERSON_JOINED = "booking.person_joined"
OPEN = """
INSERT INTO booking_availability (event_id, attendee_id, slot_id)
SELECT %(event)s, attendee, slot
FROM unnest(%(attendees)s::bigint[]) attendee CROSS JOIN unnest(%(slots)s::bigint[]) slot
ORDER BY attendee, slot ON CONFLICT DO NOTHING
"""


@in_transaction
def join_event(*, attendee: Attendee, version: str, by: Person, now: dt.datetime) -> Attendee:
    """Accept this version of the privacy notice and the conduct pledge, and open every meeting time to come.

    From then on others see the attendee and can ask to meet. A session they bookmark keeps them busy, open
    or not. Doing it again changes nothing. Refuses NotYours, NotInThisState, `age_not_confirmed`
    and `old_agreement`.
    """
    check_allowed(attendee.event, Activity.JOIN)
    return accept_agreement(attendee=attendee, version=version, by=by, now=now)


@in_transaction
def accept_agreement(
    *, attendee: Attendee, version: str, beside: Collection[int] = (), by: Person, now: dt.datetime
) -> Attendee:
    """As `join_event`, in whatever state the event is: for people who answer what that state allows.

    Locks those `beside` them (ids) as well. Refuses NotYours, `age_not_confirmed` and `old_agreement`.
    """
    lock_event(attendee.event_id)  # so that no slot is added between
    lock_attendees({attendee.pk, *beside})
    locked = Attendee.objects.get(pk=attendee.pk)
    if not Attendee.objects.filter(is_known_adult(now), pk=locked.pk).exists():
        raise Refused(
            "age_not_confirmed", _("An organiser must confirm that you are an adult before you can join this forum.")
        )
    if record_agreement(attendee=locked, version=version, by=by, now=now):
        open_to_come(locked.event_id, [locked.pk], now)
        # The worker sends what a published programme plans for them.
        enqueue(PERSON_JOINED, lock=f"programme:{locked.event_id}", queue=PLANS, event_id=locked.event_id)
    return locked


@in_transaction
def join_with_profile(
    *, attendee: Attendee, version: str, change: ProfileChange, by: Person, now: dt.datetime
) -> Attendee:
    """Join, and save the attendee's profile, both or neither.

    Refuses what `join_event` and `events.services.profiles.update_profile` refuse.
    """
    join_event(attendee=attendee, version=version, by=by, now=now)
    return update_profile(attendee=attendee, change=change, by=by, now=now)


@in_transaction
def open_all_times(*, event: Event, attendee_ids: Collection[int], by: Person, now: dt.datetime) -> list[Attendee]:
    """As an organiser, open every meeting time to come for those of these who joined and have none.

    Gives them, locked. Refuses OrganisersOnly, NotOpenYet, NotInThisState, `no_times_to_come` and
    `nobody_to_open`.
    """
    check_organiser(by, event, Activity.ASK)
    lock_event(event.pk)  # so that no slot is added between
    slots = Slot.objects.filter(event=event, starts_at__gt=now + MIN_NOTICE)
    to_come = list(slots.values_list("pk", flat=True))
    if not to_come:
        raise Refused(
            "no_times_to_come",
            _("%(event)s has no meeting time to come. Add some under Set up, “Times, tables and rules”.")
            % {"event": event.local_name},
        )
    lock_attendees(attendee_ids)
    joined = Attendee.objects.filter(
        has_joined(), event=event, pk__in=attendee_ids, age_class=Attendee.AgeClass.ADULT, person__is_active=True
    )
    ids = set(joined.values_list("pk", flat=True))
    ids -= with_open_time(ids, now)
    if not ids:
        raise Refused(
            "nobody_to_open",
            _(
                "Nobody of those chosen is an adult who has joined and has no open time. Invite those who "
                "have not joined: joining opens their times."
            ),
        )
    _open(event.pk, sorted(ids), to_come)
    announce_freed_times(event.pk)
    return list(Attendee.objects.filter(pk__in=ids).select_related("event", "person").order_by("pk"))


@in_transaction
def add_slots(*, event: Event, periods: Iterable[Period], by: Person) -> int:
    """Add slots to the event and open them for those who joined; returns the number added.

    Whoever joined and has no time open closed all of them: theirs stay closed. Where there was no slot yet,
    nobody can have. Refuses what `events.services.venue.add_slots` refuses.
    """
    lock_event(event.pk)
    before = set(Slot.objects.filter(event=event).values_list("pk", flat=True))
    added = add_slot_rows(event=event, periods=periods, by=by)
    new = Slot.objects.filter(event=event).exclude(pk__in=before).values_list("pk", flat=True)
    people = Attendee.objects.filter(event=event, agreed_at__isnull=False)
    if before:
        people = people.filter(pk__in=Availability.objects.filter(event=event).values("attendee"))
    _open(event.pk, list(people.order_by("pk").values_list("pk", flat=True)), new)
    announce_freed_times(event.pk)
    return added


def open_to_come(event_id: int, attendee_ids: Collection[int], now: dt.datetime) -> None:
    """Open every meeting time to come for these attendees, as joining does; in the caller's transaction."""
    to_come = Slot.objects.filter(event=event_id, starts_at__gt=now).values_list("pk", flat=True)
    _open(event_id, attendee_ids, to_come)


def _open(event_id: int, attendee_ids: Collection[int], slot_ids: Iterable[int]) -> None:
    """Open these slots for these attendees; the database multiplies them, of 10,000 people half a million."""
    people, slots = list(attendee_ids), sorted(slot_ids)
    with connection.cursor() as cursor:
        for start in range(0, len(people), BATCH):
            some = people[start : start + BATCH]
            cursor.execute(OPEN, {"event": event_id, "attendees": some, "slots": slots})
