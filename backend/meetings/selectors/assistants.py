"""Who acts for whom, as each of the two reads it, and what an assistant sees of the principal's meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.states import Doing, is_allowed
from backend.meetings.models.assistants import Assistant
from backend.meetings.models.meetings import Meeting
from backend.meetings.rules import BY_ASSISTANTS, pairable_with, principals_of
from backend.meetings.selectors.meetings import MeetingRow, rows_for
from backend.people.models import mailbox_hashes
from backend.safeguarding.selectors.public_profiles import (
    PublicProfile,
    public_profiles_for,
    public_profiles_of,
    visible_ids_for,
)


@dataclass(frozen=True, slots=True)
class AssistantRow:
    """Somebody whom the viewer named; `profile` is None until they agree, and of whom the viewer may not see.

    `may_act`: at this moment.
    """

    assistant_id: int
    profile: PublicProfile | None
    named_at: dt.datetime
    accepted_at: dt.datetime | None
    may_act: bool


@dataclass(frozen=True, slots=True)
class PrincipalRow:
    """Somebody for whom the viewer acts, or who asks them to; `waiting`: their requests to answer."""

    assistant_id: int
    profile: PublicProfile
    waiting: int


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


def assistants_for(principal: Attendee, now: dt.datetime) -> tuple[AssistantRow, ...]:
    """Whom the attendee named and did not end, in that order."""
    rows = list(Assistant.objects.not_ended().filter(principal=principal.pk))
    ids = [row.attendee_id for row in rows if row.attendee_id]
    profiles = public_profiles_for(viewer=principal, ids=ids, channel="meeting", now=now)
    acting = set(pairable_with(principal, now, ids).values_list("pk", flat=True)) if ids else set()
    return tuple(
        AssistantRow(
            row.pk,
            profiles.get(row.attendee_id or 0),
            row.named_at,
            row.accepted_at,
            row.attendee_id in acting,
        )
        for row in rows
    )


def asking_principals(attendee: Attendee, now: dt.datetime) -> tuple[PrincipalRow, ...]:
    """Who asks this attendee to act for them, the first one first."""
    hashes = sorted(mailbox_hashes(attendee.person.email))  # one or two
    ids = dict(_asking.fetch(event=attendee.event_id, one_hash=hashes[0], other_hash=hashes[-1]))
    if not ids:
        return ()
    profiles = public_profiles_of(pairable_with(attendee, now, list(ids)))
    return tuple(PrincipalRow(ids[pk], profiles[pk], 0) for pk in ids if pk in profiles)


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


def _asking_for(event: int, one_hash: str, other_hash: str) -> QuerySet[Assistant, tuple[int, int]]:
    waiting = Assistant.objects.waiting().filter(event=event, address_hash__in=[one_hash, other_hash])
    return waiting.values_list("principal", "pk")


def _agreed_by(attendee: int) -> QuerySet[Assistant, tuple[int, int]]:
    mine = Assistant.objects.in_force().filter(attendee=attendee).order_by("pk")
    return mine.values_list("principal", "pk")


_asking = CompiledRows(_asking_for, event=-1, one_hash="-", other_hash="--")
_agreed = CompiledRows(_agreed_by, attendee=-1)


def names_of_readers(asker: Attendee, principal_id: int, now: dt.datetime) -> tuple[str, ...]:
    """Who reads and may answer, beside the principal, what this attendee asks of them: names, in order.

    An assistant whom the policy parts from the asker reads nothing of it, and is not named.
    """
    named = Assistant.objects.in_force().filter(principal=principal_id)
    ids = list(named.values_list("attendee", flat=True))
    principal = Attendee.objects.filter(pk=principal_id).first() if ids else None
    if principal is None:
        return ()
    acting = pairable_with(principal, now, ids).values_list("pk", flat=True)
    profiles = public_profiles_for(viewer=asker, ids=acting, channel="meeting", now=now)
    return tuple(sorted(one.name for one in profiles.values()))


def acting_for(assistant: Attendee, principal_id: int, now: dt.datetime) -> ActingFor:
    """What the assistant may see of this principal's; refuses NotFound for whom they do not act."""
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
    open_rows = rows_for(principal, asked, now) if is_allowed(principal.event, Doing.ASK) else ()
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
