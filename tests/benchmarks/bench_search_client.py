"""Searches of one tree for `bench_search`: lists of them in, the processor milliseconds of each out.

The tree is the working folder, which may be another than this file's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.config.settings"
    sys.path[0] = os.getcwd()
    django.setup()

    from django.conf import settings
    from django.db import connection

    from backend.core.models import UseCount
    from backend.directory.selectors.finding import Wanted
    from backend.directory.services.finding import find_people
    from backend.events.models.attendees import Attendee
    from backend.suggestions.engine import meaning
    from tests.factories import NOW

    plan = json.loads(sys.stdin.readline())
    settings.ENCODER_FOLDER, meaning.SEARCH_SECONDS = plan["encoder"], 120.0
    viewer = Attendee.objects.get(pk=plan["viewer"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")

    def processor() -> float:
        """Milliseconds so far, of this process and of its database connection."""
        return 1000 * time.process_time() + int(database.read_text().split()[0]) / 1e6

    for line in sys.stdin:
        asked = json.loads(line)
        took = []
        for text in asked["texts"]:
            UseCount.objects.all().delete()
            before = processor()
            find_people(viewer=viewer, wanted=Wanted(q=text, by=asked["by"]), page=1, now=NOW)
            took.append(processor() - before)
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
