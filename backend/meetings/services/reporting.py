"""Reporting the other one of a meeting to the safeguarding lead."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import NotFound
from backend.events.models import Attendee
from backend.meetings.selectors.reported import other_of
from backend.meetings.services.locking import check_own
from backend.people.models import Person
from backend.safeguarding.models import Report
from backend.safeguarding.services import file_report


@transaction.atomic
def report_meeting(
    *, attendee: Attendee, meeting_id: int, category: str, words: str, by: Person, now: dt.datetime
) -> Report:
    """Report the other one of a meeting of one's own, whatever became of it.

    A seat in it is enough: who is hidden since, or blocked by the other, can report all the same. Refuses
    NotYours, NotFound, UnknownCategory, WordsNeeded and TextTooLong.
    """
    check_own(attendee, by)
    other_id = other_of(attendee, meeting_id)
    if other_id is None:
        raise NotFound("There is no such meeting, or you cannot see it.")
    return file_report(
        reporter=attendee,
        reported_id=other_id,
        category=category,
        words=words,
        meeting_id=meeting_id,
        now=now,
    )
