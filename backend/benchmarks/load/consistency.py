"""Checks the database after a load test against what the servers answered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from backend.benchmarks.load.clients import ResponseLog
from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.waiting_list import WaitingListEntry
from backend.booking.services.notices import SEND_NOTICE

# Counted by comparing pairs, not by relying on the constraints under test.
DOUBLE_SEATS = """
    SELECT count(*) FROM booking_seat a JOIN booking_seat b
    ON a.attendee_id = b.attendee_id AND a.id < b.id AND a.is_active AND b.is_active AND a.period && b.period
"""
DOUBLE_TABLES = """
    SELECT count(*) FROM booking_meeting a JOIN booking_meeting b
    ON a.table_id = b.table_id AND a.id < b.id AND a.period && b.period AND NOT a.is_online
    WHERE a.state = 'accepted' AND b.state = 'accepted'
"""
DOUBLE_REQUESTS = """
    SELECT coalesce(sum(times - 1), 0) FROM (SELECT count(*) AS times FROM booking_meeting WHERE asker_id IS
    NOT NULL AND key <> '' GROUP BY asker_id, key) AS asked
"""
LOST_MAILS = """
    SELECT count(*) FROM booking_notice n LEFT JOIN booking_delivery d ON d.notice_id = n.id
    WHERE coalesce(d.state, 'queued') = 'queued' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = %s AND j.status IN ('todo', 'doing')
        AND (j.args ->> 'notice_id')::bigint = n.id
    )
"""
QUEUED_MAILS = "SELECT count(*) FROM booking_delivery WHERE state = 'queued'"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The figures of one load test; passed when errors, double bookings and losses are 0."""

    requests: int
    accepted: int
    refused: int
    errors_5xx: int
    double_bookings: int
    lost: int
    moved: int
    waited: int
    given_a_freed_time: int
    office_hours: int
    guests: int
    rps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def is_passed(self) -> bool:
        return not (self.errors_5xx or self.double_bookings or self.lost)


def check_load(log: ResponseLog, *, requests: int) -> LoadResult:
    """Compare the log with the database.

    Lost: a call without a response, a response the database contradicts, and a notice neither mailed nor
    queued.
    """
    latencies = sorted(log.latencies) or [0.0]
    return LoadResult(
        requests=requests,
        accepted=len(log.accepted),
        refused=log.refused,
        errors_5xx=log.errors,
        double_bookings=_count(DOUBLE_SEATS) + _count(DOUBLE_TABLES) + _count(DOUBLE_REQUESTS),
        lost=log.unanswered + _contradictions(log) + _lost_places(log) + _count(LOST_MAILS, SEND_NOTICE),
        moved=len(log.moved),
        waited=len(log.waiting),
        given_a_freed_time=WaitingListEntry.objects.filter(meeting__isnull=False).count(),
        office_hours=len(log.office_hours),
        guests=sum(map(len, log.office_hours.values())),
        rps=round(len(log.latencies) / log.seconds, 1) if log.seconds else 0.0,
        p50_ms=_percentile(latencies, 50),
        p95_ms=_percentile(latencies, 95),
        p99_ms=_percentile(latencies, 99),
    )


def count_queued_mails() -> int:
    return _count(QUEUED_MAILS)


def _contradictions(log: ResponseLog) -> int:
    stored = {meeting.pk: meeting for meeting in Meeting.objects.filter(pk__in=_logged_meetings(log))}
    count = 0
    for key, (meeting_id, asker_id) in log.requested.items():
        found = stored.get(meeting_id)
        count += found is None or (found.key, found.asker_id) != (key, asker_id)
    for meeting_id, starts_at in log.accepted.items():
        found = stored.get(meeting_id)
        state = log.ended.get(meeting_id, Meeting.State.ACCEPTED)
        count += (
            found is None
            or found.state != state
            or found.period is None
            or found.period.lower != dt.datetime.fromisoformat(starts_at)
        )
    for meeting_id, state in log.ended.items():
        found = stored.get(meeting_id)
        count += found is None or found.state != state
    return count


def _lost_places(log: ResponseLog) -> int:
    """Entries of waiting lists, and guests of office hours, that the database does not have."""
    entries = set(WaitingListEntry.objects.values_list("attendee_id", "other_id"))
    seats = Seat.objects.filter(meeting__in=log.office_hours, part=Seat.Part.GUEST, is_active=True)
    found: dict[int, set[int]] = {}
    for meeting_id, attendee_id in seats.values_list("meeting_id", "attendee_id"):
        found.setdefault(meeting_id, set()).add(attendee_id)
    missing = (guests - found.get(meeting, set()) for meeting, guests in log.office_hours.items())
    return len(log.waiting - entries) + sum(map(len, missing))


def _logged_meetings(log: ResponseLog) -> list[int]:
    return [meeting_id for meeting_id, _ in log.requested.values()]


def _count(sql: str, *arguments: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return int(cursor.fetchone()[0])


def _percentile(latencies: list[float], percent: int) -> float:
    """Milliseconds that `percent` of the calls did not exceed (nearest rank)."""
    rank = max(-(-len(latencies) * percent // 100), 1)
    return round(1000 * latencies[rank - 1], 1)
