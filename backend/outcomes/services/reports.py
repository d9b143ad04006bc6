"""Reports about a meeting, to the safeguarding leads."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from backend.booking.selectors.meetings import ids_near, other_attendee_id
from backend.core.errors import NotFound
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import check_own
from backend.people.models import Person
from backend.safeguarding.models import Report
from backend.safeguarding.services import reports
from backend.safeguarding.services.reports import file_report


@in_transaction
def report_unsafe(
    *,
    attendee: Attendee,
    words: str,
    named: str,
    lead_id: int | None,
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Tell the leads that one does not feel safe, as `safeguarding.services.reports.report_unsafe`.

    The name of one with whom the attendee shares a meeting or a session keeps the two apart at once.
    """
    near = ids_near(attendee)
    return reports.report_unsafe(
        reporter=attendee, words=words, named=named, lead_id=lead_id, near=near, wants_news=wants_news, by=by, now=now
    )


@in_transaction
def report_meeting(
    *,
    attendee: Attendee,
    meeting_id: int,
    category: str,
    words: str,
    wants_news: bool = False,
    by: Person,
    now: dt.datetime,
) -> Report:
    """Report the other attendee of one's own meeting to the safeguarding lead, in whatever state it is.

    A seat in it is enough, even where contact is no longer allowed. Refuses NotYours, NotFound,
    UnknownCategory, WordsNeeded and TextTooLong.
    """
    check_own(attendee, by)
    other_id = other_attendee_id(attendee, meeting_id)
    if other_id is None:
        raise NotFound(_("There is no such meeting, or you cannot see it."))
    return file_report(
        reporter=attendee,
        reported_id=other_id,
        category=category,
        words=words,
        meeting_id=meeting_id,
        wants_news=wants_news,
        now=now,
    )
