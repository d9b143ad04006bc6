"""Write the backup of this version that later ones have to upgrade: `python -m tests.upgrades.make`.

Made-up people alone: the demo's two forums, and two more whose people are minors, consented for, shown under
an alias, blocked, suspended, reported, merged or asked to be.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import tomllib
from pathlib import Path

import django

FOLDER = Path(__file__).resolve().parent
SECRET_KEY = "a key of made-up people"  # a backup fits the key that it was made under


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="titian-") as folder:
        os.environ |= {"TITIAN_VAR": folder, "SECRET_KEY": SECRET_KEY, "EMAIL_URL": "dummymail://"}
        os.environ.pop("DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
        django.setup()
        made = _filled_backup()
        version = tomllib.loads((FOLDER.parents[1] / "pyproject.toml").read_text())["project"]["version"]
        shutil.copy(made, FOLDER / f"{version}.tar")
    print(f"tests/upgrades/{version}.tar: {(FOLDER / f'{version}.tar').stat().st_size / 1e6:.1f} MB")


def _filled_backup() -> Path:
    from django.core.management import call_command
    from django.utils import timezone

    from backend.config.backup import make_backup
    from backend.demo.loading import load_demo

    call_command("migrate", verbosity=0)
    now = timezone.now()
    load_demo(now=now, notify=print)
    _write_protected_people()
    _write_more_meetings()
    return make_backup(now=now).path


def _write_protected_people() -> None:
    """Two forums with a minor of every consent, an alias, a block, a report, a suspension and two merges."""
    from django.utils import timezone

    from backend.privacy.services.merging import merge_attendees
    from tests.factories import make_attendee
    from tests.reading_everything import set_stage
    from tests.safeguarding_statement import CONSENTS, Complaint, Part, Situation

    roles = (Part(0, 0, permission="organiser"), Part(1, 0, permission="safeguarding-lead"))
    adults = (Part(2, 0, alias=True), Part(3, 0), Part(3, 1))
    minors = tuple(Part(4 + n, 0, age="minor", consent=consent) for n, consent in enumerate(CONSENTS))
    stage = set_stage(
        Situation(
            4 + len(minors), (*roles, *adults, *minors), blocks=frozenset({(2, 3)}),
            complaints=(Complaint(0, 2, 3, "open"),), suspended=frozenset({(3, 1)}),
        ),
        timezone.now(),
    )  # fmt: skip
    event, organiser = stage.events[0], stage.people[0]
    for number, joined in enumerate(({}, {"agreed_at": None, "agreement_version": ""})):
        kept = make_attendee(event, name=f"Rosa Twice {number}", email=f"rosa{number}@one.example")
        twin = make_attendee(event, name=kept.name, email=f"rosa{number}@two.example", **joined)
        merge_attendees(event=event, kept_id=kept.pk, duplicate_id=twin.pk, by=organiser, now=stage.now)


def _write_more_meetings() -> None:
    """A forum with a proposal, an office hour and a request that waits."""
    from backend.booking.services.proposals import propose_meeting
    from backend.groups.services.office_hours import OfficeHourData, open_office_hour
    from tests.backend.conftest import make_forum
    from tests.factories import make_attendee

    forum = make_forum(people=4)
    boss = make_attendee(forum.event, permission="organiser").person
    host, one, other, last = forum.people
    asked = tuple(forum.ask(guest, host, forum.slots[5]).pk for guest in (one, other))
    hour = OfficeHourData(request_ids=asked, slot_id=forum.slots[2].pk, about="Evidence")
    open_office_hour(attendee=host, data=hour, by=host.person, now=forum.now)
    forum.ask(last, host, forum.slots[4])
    times = [forum.slots[3].pk]
    propose_meeting(event=forum.event, pair=(one.pk, last.pk), slot_ids=times, by=boss, now=forum.now)


if __name__ == "__main__":
    main()
