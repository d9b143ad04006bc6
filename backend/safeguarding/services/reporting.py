"""Telling the safeguarding lead of somebody: the two are kept apart from that moment."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.core.errors import BusinessError, NotFound, NotYours
from backend.events.models import Attendee
from backend.events.services import TextTooLong, clean_text
from backend.people.models import Person
from backend.safeguarding.alerts import alert_leads
from backend.safeguarding.models import Report
from backend.safeguarding.rules import knows_of
from backend.safeguarding.services.marking import mark_changed

WORDS_LIMIT = 4_000


class UnknownCategory(BusinessError):
    code = "unknown_category"
    status = 400


class WordsNeeded(BusinessError):
    code = "words_needed"
    status = 400


@transaction.atomic
def report_person(
    *, reporter: Attendee, reported_id: int, category: str, words: str, by: Person, now: dt.datetime
) -> Report:
    """Report another attendee of the event (id) to its safeguarding lead, from their page.

    Refuses NotYours, NotFound (nobody the reporter knows of), and what `file_report` refuses.
    """
    if reporter.person_id != by.pk:
        raise NotYours("Only the attendee can do this.")
    if not knows_of(reporter, reported_id, now):
        raise NotFound("There is no such person at this forum, or you cannot see them.")
    return file_report(reporter=reporter, reported_id=reported_id, category=category, words=words, now=now)


@transaction.atomic
def file_report(
    *,
    reporter: Attendee,
    reported_id: int,
    category: str,
    words: str,
    meeting_id: int | None = None,
    now: dt.datetime,
) -> Report:
    """Keep a report, keep the two people apart at once, and alert the event's safeguarding leads.

    Whoever calls has seen that the reporter knows the other. The same again, while it waits, is the same
    report. Refuses UnknownCategory, WordsNeeded and TextTooLong.
    """
    words = clean_text(words)
    if category not in Report.Category.values:
        raise UnknownCategory("Please choose what your report is about.", field="category")
    if not words:
        raise WordsNeeded("Please say in your own words what happened.", field="words")
    if len(words) > WORDS_LIMIT:
        raise TextTooLong(f"Please keep your report under {WORDS_LIMIT:,} characters.", field="words")
    reported = Attendee.objects.get(pk=reported_id)
    mark_changed(reporter.person_id, reported.person_id, now=now)
    report, is_new = Report.objects.waiting().get_or_create(
        event_id=reporter.event_id,
        reporter=reporter,
        reported=reported,
        meeting_id=meeting_id,
        category=category,
        words=words,
        defaults={"created_at": now},
    )
    if is_new:
        alert_leads(event_id=reporter.event_id)
    return report
