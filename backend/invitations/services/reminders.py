"""Reminders, at most two to each who was invited, on the days the organisers set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from backend.core.isolation import for_each
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.states import Activity, states_that_allow
from backend.events.services.locks import lock_event
from backend.invitations.models import MAX_REMINDERS, Invitation, InvitationRules
from backend.invitations.rules import MAILS_A_DAY, reminder_times
from backend.invitations.selectors import mails_since, people_to_invite
from backend.invitations.services.deliveries import ids_to_remind, queue_mails

DAY = dt.timedelta(hours=24)
PEOPLE_AT_ONCE = 200  # in one transaction
State = Invitation.State


def queue_reminders(*, now: dt.datetime) -> int:
    """Queue the reminders that are due at every event that invites; gives how many. For a frequent job.

    Nobody is reminded within a day of the mail before, after the event, or more than twice.
    """
    scheduled = InvitationRules.objects.select_related("event").filter(
        event__state__in=states_that_allow(Activity.INVITE)
    )
    events = list(scheduled.exclude(schedule=InvitationRules.Schedule.NONE).order_by("event_id"))
    return sum(for_each("invitations.queue_reminders", events, lambda rules: _remind(rules, now)))


def _remind(rules: InvitationRules, now: dt.datetime) -> int:
    """Queue those of one event."""
    if now.astimezone(rules.event.zone).date() > rules.event.ends_on:
        return 0
    left = MAILS_A_DAY - mails_since(rules.event, now - DAY).exclude(kind=Invitation.Kind.TEST).count()
    ids = sorted(_ids_due(rules, now))[: max(left, 0)]
    some = (ids[start : start + PEOPLE_AT_ONCE] for start in range(0, len(ids), PEOPLE_AT_ONCE))
    return sum(_remind_some(rules, part, now) for part in some)


def _invited(event: Event, now: dt.datetime) -> QuerySet[Any]:
    """Whom a mail reached that is still theirs, and who was reminded less than twice."""
    sent = Invitation.objects.filter(
        attendee=OuterRef("pk"), kind=Invitation.Kind.INVITATION, state=State.SENT
    ).order_by("-pk")
    people = people_to_invite(event).annotate(invited_at=Subquery(sent.values("tried_at")[:1]))
    invited: QuerySet[Any] = people.filter(
        Q(mail_state=State.SENT, mailed_at__lte=now - DAY, mail_address=F("person__address_hash")),
        invited_at__isnull=False,
        reminders__lt=MAX_REMINDERS,
    )
    return invited


def _ids_due(rules: InvitationRules, now: dt.datetime, among: Collection[int] | None = None) -> set[int]:
    """Who was reminded less often than the days that have come since their invitation say."""
    invited = _invited(rules.event, now)
    if among is not None:
        invited = invited.filter(pk__in=among)
    rows = invited.order_by().values_list("pk", "invited_at", "reminders")
    due = {
        pk
        for pk, invited_at, reminders in rows
        if reminders < sum(time <= now for time in reminder_times(rules, invited_at))
    }
    return ids_to_remind(due)


@in_transaction
def _remind_some(rules: InvitationRules, ids: Collection[int], now: dt.datetime) -> int:
    lock_event(rules.event_id)
    due = _ids_due(rules, now, among=ids)
    readers = list(Attendee.objects.filter(pk__in=due).select_related("event", "person").order_by("pk"))
    queue_mails(readers, Invitation.Kind.REMINDER, by=None, now=now)
    return len(readers)
