"""The time of keeping: whoever is no known adult goes first, then the others; figures and ties stay."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import call_command

from backend.events.models.attendees import Attendee
from backend.events.models.events import Event, Tie
from backend.people.models import KnownMinor, Person
from backend.privacy.jobs import purge
from backend.privacy.services.remembering import replay_erasures
from backend.privacy.services.retention import PurgeReport, purge_all, purge_event
from backend.safeguarding.models import HeldIdentity
from backend.safeguarding.services.reports import file_report
from tests.factories import make_attendee, make_event, make_tie

pytestmark = pytest.mark.django_db
LAST_DAY = dt.date(2026, 12, 10)
NEXT_YEAR = {"starts_on": dt.date(2027, 12, 9), "ends_on": dt.date(2027, 12, 10)}


class Forum:
    """An event with adults, a minor, somebody of unknown age, and an organiser."""

    def __init__(self) -> None:
        self.event = make_event(retention_days=60)
        self.adult = make_attendee(self.event, name="Ana Adult", seeks="A word of Ana's")
        self.other = make_attendee(self.event, name="Ben Other")
        self.minor = make_attendee(self.event, name="Mia Minor", age_class="minor")
        self.unknown = make_attendee(self.event, name="Uma Unknown", age_class="unknown")
        self.organiser = make_attendee(self.event, name="Olga Organiser", permission="organiser")

    def after(self, days: int) -> dt.datetime:
        """Noon of the forum, so many days after its last."""
        return dt.datetime.combine(LAST_DAY + dt.timedelta(days=days), dt.time(12), self.event.zone)

    def here(self) -> set[str]:
        return set(Attendee.objects.of(self.event).values_list("name", flat=True))


@pytest.fixture
def forum() -> Forum:
    return Forum()


def test_minors_and_unknown_ages_go_after_thirty_days_and_adults_as_the_event_says(forum: Forum) -> None:
    everybody = forum.here()
    purge_all(now=forum.after(30))
    assert forum.here() == everybody
    purge_all(now=forum.after(31))
    assert forum.here() == {"Ana Adult", "Ben Other", "Olga Organiser"}
    purge_all(now=forum.after(60))
    assert "Ana Adult" in forum.here()
    purge_all(now=forum.after(61))
    assert forum.here() == {"Olga Organiser"}
    assert KnownMinor.objects.count() == 1


@pytest.mark.slow
def test_a_shorter_time_of_keeping_holds_for_minors_too(forum: Forum) -> None:
    Event.objects.update(retention_days=5)
    purge_all(now=forum.after(6))
    assert forum.here() == {"Olga Organiser"}


@pytest.mark.slow
def test_an_archived_forum_is_purged_and_a_rehearsal_is_left_alone(forum: Forum) -> None:
    Event.objects.update(state="archived")
    rehearsal = make_event("rehearsal", rehearsal_of=forum.event)
    made_up = make_attendee(rehearsal)
    purge_all(now=forum.after(61))
    assert forum.here() == {"Olga Organiser"}
    assert Attendee.objects.filter(pk=made_up.pk).exists()


@pytest.mark.slow
def test_accounts_go_unless_they_have_another_forum_or_a_tie(forum: Forum) -> None:
    friend = make_attendee(forum.event, name="Fay Friend")
    make_tie(make_event("earlier"), forum.other, friend)
    make_attendee(make_event("next", **NEXT_YEAR), person=forum.minor.person, age_class="minor")
    purge_all(now=forum.after(61))
    names = set(Person.objects.filter(erased_at=None).values_list("name", flat=True))
    assert names == {"Ben Other", "Fay Friend", "Mia Minor", "Olga Organiser"}
    assert Tie.objects.count() == 1


def test_a_dry_run_erases_nothing_and_names_nobody(forum: Forum) -> None:
    everybody = forum.here()
    report = purge_event(event=forum.event, now=forum.after(61), is_dry=True)
    assert report == PurgeReport(forum.event.slug, minors=2, adults=2, kept=1, accounts=4)
    assert forum.here() == everybody
    said = io.StringIO()
    call_command("purge_event", forum.event.slug, "--dry-run", stdout=said)
    assert said.getvalue() == (
        f"Would erase at {forum.event.slug}: 0 minors or of unknown age, 0 adults, 0 accounts. "
        "Kept: 1 organisers and leads.\n"
    )
    assert purge_event(event=forum.event, now=forum.after(61)) == report
    assert purge_event(event=forum.event, now=forum.after(61)) == PurgeReport(forum.event.slug, 0, 0, 1, 0)


@pytest.mark.slow
def test_an_open_case_is_held_through_a_purge(forum: Forum) -> None:
    file_report(reporter=forum.adult, reported_id=forum.other.pk, category="other", words="A word.", now=forum.after(1))
    purge_all(now=forum.after(61))
    assert set(HeldIdentity.objects.values_list("name", flat=True)) == {"Ana Adult", "Ben Other"}


@pytest.mark.slow
def test_the_daily_job_purges_and_what_it_erased_is_remembered(forum: Forum, time_machine: object) -> None:
    time_machine.move_to(forum.after(61), tick=False)  # type: ignore[attr-defined]
    purge(0)
    assert forum.here() == {"Olga Organiser"}
    assert replay_erasures(now=forum.after(62)) == 0
