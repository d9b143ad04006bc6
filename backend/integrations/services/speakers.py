"""Speakers of a programme elsewhere who are attendees by their address: proposed to organisers, who confirm each.

Addresses are compared as the programme is read, and kept nowhere. Nobody is proposed who is hidden, no known
adult, has not joined, shares a mailbox, or appears under an alias, which the address would give away.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.agenda.services.bookmarks import SpeakerInMeeting, assign_speaker
from backend.agenda.services.files import FileSession
from backend.core.mail_addresses import canonical_address
from backend.events.models.agenda import SessionPart
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.aliases import is_under_alias
from backend.events.rules.attendees import has_joined
from backend.people.models import Person
from backend.safeguarding.rules import is_listed_adult


@dataclass(frozen=True, slots=True)
class SpeakerToDecide:
    """An attendee whose address a session elsewhere names; `key` stands for the two."""

    key: str
    attendee_id: int
    name: str
    title: str
    entry: str


def proposed_speakers(
    event: Event, rows: Sequence[FileSession], sessions: Mapping[str, int], now: dt.datetime
) -> tuple[SpeakerToDecide, ...]:
    """Whom these sessions name that do not speak there yet; `sessions` are those of the agenda, by entry."""
    if not any(row.speakers for row in rows):
        return ()
    at_address = defaultdict(list)
    for pk, email in Attendee.objects.of(event).values_list("pk", "person__email"):
        at_address[canonical_address(email)].append(pk)
    shown = Attendee.objects.of(event).filter(is_listed_adult(now), has_joined()).exclude(is_under_alias())
    names = dict(shown.values_list("pk", "name"))
    parts = SessionPart.objects.filter(event=event, part=SessionPart.Part.SPEAKING)
    speaking = set(parts.values_list("session_id", "attendee_id"))
    found = []
    for row in rows:
        entry = row.data.source_id
        for address in dict.fromkeys(map(canonical_address, row.speakers)):
            people = at_address.get(address, [])
            if len(people) == 1 and people[0] in names and (sessions.get(entry), people[0]) not in speaking:
                key = f"{people[0]}:{entry}"
                found.append(SpeakerToDecide(key, people[0], names[people[0]], row.data.title, entry))
    return tuple(found)


def assign_proposed(
    event: Event,
    proposed: Iterable[SpeakerToDecide],
    confirmed: Collection[str],
    sessions: Mapping[str, int],
    by: Person | None,
    now: dt.datetime,
) -> None:
    """Have those speak whom organisers confirmed; whoever has agreed to a meeting then is proposed again."""
    for one in proposed:
        if by is None or one.key not in confirmed or one.entry not in sessions:
            continue
        try:
            assign_speaker(event=event, session_id=sessions[one.entry], attendee_id=one.attendee_id, by=by, now=now)
        except SpeakerInMeeting:
            continue
