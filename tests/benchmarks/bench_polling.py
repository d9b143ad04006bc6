"""A thousand readers whose day's page asks twice a minute what is next, against the server's bare answer.

Real web processes on the loopback, a database and sign-ins of their own; clients in this process.

    python -m tests.benchmarks.bench_polling [PEOPLE]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import django

from tests.benchmarks.http_load import CLIENTS, asker, closed_loop, open_loop, signed_in

PROCESSES = 2
EVERY = 30.0  # seconds between two questions of one page
SECONDS = 30.0


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    django.setup()
    from django.utils import timezone

    from backend.benchmarks.load.event import SLUG, create_event
    from backend.benchmarks.load.servers import Servers, own_database
    from backend.events.models.attendees import Attendee

    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with own_database() as address:
        event = create_event(people=people, seed=1, now=timezone.now())
        readers = list(
            Attendee.objects.select_related("person", "event").filter(pk__in=[user.attendee_id for user in event.users])
        )
        _agree_meetings(readers)
        cookies = [signed_in(reader) for reader in readers]
        paths = [f"/e/{SLUG}/home/next/?version={_version(reader)}" for reader in readers]
        servers = Servers(address, processes=PROCESSES)
        try:
            servers.wait_until_up()
            ask = asker(servers.port)
            closed_loop(lambda n: ask(paths[n % people], cookies[n % people]), 3.0)  # warm
            bare = closed_loop(lambda _n: ask("/healthz", ""), 10.0)
            most = closed_loop(lambda n: ask(paths[n % people], cookies[n % people]), 10.0)
            waits = open_loop(lambda n: ask(paths[n % people], cookies[n % people]), people / EVERY, SECONDS)
        finally:
            servers.stop()
    statuses = {status for (status, _length), _wait in waits}
    times = sorted(wait for _status, wait in waits)
    print(f"{people} readers, one question each {EVERY:.0f} s ({people / EVERY:.1f} a second): {statuses}")
    print(f"  p50 {1000 * times[len(times) // 2]:.0f} ms, p95 {1000 * times[int(0.95 * len(times))]:.0f} ms, "
          f"longest {1000 * times[-1]:.0f} ms")  # fmt: skip
    print(f"  most with {CLIENTS} clients: {most:.0f} a second; the server's bare answer: {bare:.0f} "
          f"(ratio {bare / most:.1f})")  # fmt: skip
    assert statuses == {204}, statuses


def _agree_meetings(readers: Sequence[object]) -> None:
    """Every two neighbours meet at the first time both have."""
    from django.utils import timezone

    from backend.booking.services.answers import accept_meeting
    from backend.booking.services.requests import MeetingRequestData, request_meeting
    from backend.core.errors import BusinessError

    now = timezone.now()
    for first, second in zip(readers[::2], readers[1::2], strict=False):
        try:
            meeting = request_meeting(
                attendee=first, other_id=second.pk, data=MeetingRequestData(), by=first.person, now=now
            )
            accept_meeting(attendee=second, meeting_id=meeting.pk, slot_id=None, by=second.person, now=now)
        except BusinessError as refusal:
            print(f"no meeting of {first.pk} and {second.pk}: {refusal.code}")


def _version(reader: object) -> str:
    """What the reader's page shows already."""
    from django.utils import timezone

    from backend.directory.selectors.home import meetings_to_come, minutes_to_go
    from backend.events.rules.states import is_over
    from frontend.directory.words import next_meeting_words

    now = timezone.now()
    row = next(iter(meetings_to_come(reader, now)), None)
    return next_meeting_words(row, minutes_to_go(row, now), is_over=is_over(reader.event, now)).version


if __name__ == "__main__":
    main()
