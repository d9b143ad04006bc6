"""Who acts for whom, as each of the two reads it, and what an assistant sees of the principal's meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.assistants.models import Assistant
from backend.assistants.rules import principals_of
from backend.assistants.selectors import PrincipalRow
from backend.booking.models.meetings import Meeting
from backend.booking.rules import BY_ASSISTANTS
from backend.booking.selectors.meetings import MeetingRow, rows_for
from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Activity, is_allowed
from backend.safeguarding.selectors.public_profiles import PublicProfile, public_profiles_of, visible_ids_for


@dataclass(frozen=True, slots=True)
class ActingFor:
    """What an assistant sees of the principal's: requests to answer, requests sent, meetings to come."""

    principal: Attendee
    profile: PublicProfile
    to_answer: tuple[MeetingRow, ...]
    sent: tuple[MeetingRow, ...]
    to_come: tuple[MeetingRow, ...]

    def row(self, meeting_id: int) -> MeetingRow:
        """One of these; refuses NotFound."""
        rows = (*self.to_answer, *self.sent, *self.to_come)
        for one in rows:
            if one.meeting_id == meeting_id:
                return one
        raise NotFound(_("There is no such meeting, or you cannot see it."))


def principals_for(assistant: Attendee, now: dt.datetime) -> tuple[PrincipalRow, ...]:
    """For whom this attendee acts now, with how many of the requests that they may see wait for an answer."""
    ids = dict(_agreed.fetch(attendee=assistant.pk))
    if not ids:
        return ()
    people = {one.pk: one for one in principals_of(assistant, now).select_related("event", "person")}
    profiles = public_profiles_of(Attendee.objects.filter(pk__in=people))
    return tuple(
        PrincipalRow(ids[pk], profiles[pk], len(_seen_by(assistant, people[pk], now).to_answer))
        for pk in ids
        if pk in people
    )


def _agreed_by(attendee: int) -> QuerySet[Assistant, tuple[int, int]]:
    mine = Assistant.objects.in_force().filter(attendee=attendee).order_by("pk")
    return mine.values_list("principal", "pk")


_agreed = CompiledRows(_agreed_by, attendee=-1)


def acting_for(assistant: Attendee, principal_id: int, now: dt.datetime) -> ActingFor:
    """What the assistant may see of this principal's; refuses NotFound where they do not act for them."""
    people = principals_of(assistant, now).filter(pk=principal_id)
    principal = people.select_related("event", "person").first()
    if principal is None:
        raise NotFound(_("There is no such person at this forum, or you do not act for them any more."))
    found = _seen_by(assistant, principal, now)
    profile = public_profiles_of(people)[principal.pk]
    return ActingFor(principal, profile, found.to_answer, found.sent, found.to_come)


@dataclass(frozen=True, slots=True)
class _Seen:
    to_answer: tuple[MeetingRow, ...]
    sent: tuple[MeetingRow, ...]
    to_come: tuple[MeetingRow, ...]


def _seen_by(assistant: Attendee, principal: Attendee, now: dt.datetime) -> _Seen:
    """The principal's rows that the contact policy lets both the principal and the assistant see."""
    asked = Meeting.objects.requests().open_at(now).order_by("expires_at", "pk")
    open_rows = rows_for(principal, asked, now) if is_allowed(principal.event, Activity.ASK) else ()
    to_come = rows_for(principal, Meeting.objects.to_come(now).order_by("period", "pk"), now)
    others = {row.other.attendee_id for row in (*open_rows, *to_come)}
    seen = visible_ids_for(viewer=assistant, ids=others, channel="meeting", now=now) if others else set()
    return _Seen(
        to_answer=_without_own(row for row in open_rows if not row.asked_by_me and _is_in(row, seen)),
        sent=_without_own(row for row in open_rows if row.asked_by_me and _is_in(row, seen)),
        to_come=_without_own(row for row in to_come if _is_in(row, seen)),
    )


def _is_in(row: MeetingRow, ids: set[int]) -> bool:
    return row.other.attendee_id in ids


def _without_own(rows: Iterable[MeetingRow]) -> tuple[MeetingRow, ...]:
    """These without what is the principal's alone to read and do."""
    return tuple(
        replace(
            row,
            actions=tuple(action for action in row.actions if action in BY_ASSISTANTS),
            counter_offer=None,
            question=None,
            follow_up=None,
            can_follow_up=False,
            my_word="",
            my_usefulness=None,
        )
        for row in rows
    )
