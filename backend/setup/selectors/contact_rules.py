"""What a contact rule would end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from backend.booking.models.meetings import Meeting, Seat
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import pair_of
from backend.safeguarding.models import ContactRule
from backend.safeguarding.rules import RefusedPairs, groups_of
from backend.safeguarding.selectors.contact_rules import count_or_few


@dataclass(frozen=True, slots=True)
class ContactRuleEffect:
    """How many requests that wait, and meetings to come, a rule ends (None: a few)."""

    requests: int | None
    meetings: int | None


def contact_rule_effect(rule: ContactRule, now: dt.datetime) -> ContactRuleEffect:
    """What the rule, not saved yet, would end; in as many queries for every size. For organisers only."""
    pairs = RefusedPairs(groups=(groups_of(rule, Attendee.objects.filter(event=rule.event_id)),))
    one_to_one = Meeting.objects.filter(event=rule.event_id, kind=Meeting.Kind.ONE_TO_ONE)

    def count(meetings: QuerySet[Meeting]) -> int | None:
        rows = Seat.objects.filter(meeting__in=meetings, part=Seat.Part.INVITED)
        between = rows.values_list("meeting__asker", "attendee")
        return count_or_few(sum(pair_of(asker, invited) in pairs for asker, invited in between))

    return ContactRuleEffect(count(one_to_one.open_at(now)), count(one_to_one.to_come(now)))
