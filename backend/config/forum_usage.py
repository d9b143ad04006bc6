"""What each forum uses of the installation, for its administrators: numbers, and nobody's name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Sum
from django.db.models.functions import Length

from backend.core.models import MailDay
from backend.core.queue import LONG, PLANS, SMALL_WORK, WORK
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.pictures import Picture
from backend.events.rules.quotas import MB
from backend.suggestions.models import Run

MOST_SHOWN = 200
# Of what is computed alone: a mail that waits may be about a report.
WAITING = """
select coalesce(
        (args ->> 'event_id')::bigint,
        (select event_id from programme_plan where id = (args ->> 'plan_id')::bigint),
        (select event_id from groups_rounds where id = (args ->> 'rounds_id')::bigint),
        (select event_id from integrations_source where id = (args ->> 'source_id')::bigint),
        (select event_id from events_longjob where id = (args ->> 'job_id')::bigint)
    ), count(*)
from procrastinate_jobs
where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) and queue_name = any(%s)
group by 1
"""


@dataclass(frozen=True, slots=True)
class ForumUsage:
    """A forum's numbers; `build_seconds` are those of its newest lists, None where it has none."""

    event: Event
    people: int
    mails_today: int
    pictures: int
    picture_bytes: int
    build_seconds: float | None
    waiting_jobs: int

    @property
    def picture_mb(self) -> float:
        return self.picture_bytes / MB

    @property
    def at_limit(self) -> frozenset[str]:
        """Of what it has as much as it may: people, mails, pictures."""
        event = self.event
        reached = {
            "people": self.people >= event.max_people,
            "mails": self.mails_today >= event.max_mails_a_day,
            "pictures": self.pictures >= event.max_pictures or self.picture_mb >= event.max_picture_mb,
        }
        return frozenset(name for name, is_reached in reached.items() if is_reached)


def forum_usage_at(now: dt.datetime) -> list[ForumUsage]:
    """Of every forum, in six queries: those at a limit first, then by people."""
    people = dict(Attendee.objects.order_by().values_list("event").annotate(Count("pk")))
    sizes = Picture.objects.values_list("attendee__event").annotate(
        count=Count("pk"), size=Sum(Length("small") + Length("large"))
    )
    pictures = {event: (count, size) for event, count, size in sizes}
    mails = {one.event_id: one for one in MailDay.objects.all()}
    current = Run.objects.filter(state=Run.State.CURRENT)
    builds = dict(current.values_list("event", F("report__seconds")))
    waiting = _waiting_jobs()
    found = []
    for event in Event.objects.all():
        day = mails.get(event.pk)
        count, size = pictures.get(event.pk, (0, 0))
        stages = builds.get(event.pk)
        found.append(
            ForumUsage(
                event=event,
                people=people.get(event.pk, 0),
                mails_today=day.sent if day and day.day == now.astimezone(event.zone).date() else 0,
                pictures=count,
                picture_bytes=size,
                build_seconds=sum(seconds for _stage, seconds in stages) if stages else None,
                waiting_jobs=waiting.get(event.pk, 0),
            )
        )
    return sorted(found, key=lambda one: (-len(one.at_limit), -one.people, one.event.slug))


def _waiting_jobs() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [[WORK, SMALL_WORK, PLANS, LONG]])
        return {int(event): int(count) for event, count in cursor.fetchall() if event is not None}
