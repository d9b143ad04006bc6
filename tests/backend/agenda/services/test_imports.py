"""A file of sessions against the agenda: repeatable, and nothing done that was not shown."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from backend.agenda.services.agenda import import_agenda
from backend.agenda.services.files import AgendaFile, read_agenda
from backend.agenda.services.imports import AgendaChanges, plan_agenda
from backend.agenda.services.sessions import BadSession, SessionData, add_session
from backend.core.errors import OrganisersOnly
from backend.events.models.agenda import Session
from backend.events.models.events import Event
from tests.factories import NOW, make_attendee, make_event
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
PROGRAMMES = Path(__file__).parents[3] / "fixtures" / "programmes"


@pytest.fixture
def event() -> Event:
    return make_event(timezone="Asia/Jakarta")


def programme(event: Event, name: str) -> AgendaFile:
    return read_agenda((PROGRAMMES / name).read_bytes(), event=event)


def csv(event: Event, *lines: str) -> AgendaFile:
    return read_agenda("\n".join(["title,starts,ends,room", *lines]).encode(), event=event)


def told(changes: AgendaChanges) -> dict[str, list[str]]:
    found = {
        name: sorted(change.data.title for change in getattr(changes, name)) for name in ("added", "moved", "changed")
    }
    return found | {"missing": sorted(one.title for one in changes.missing)}


def snapshot(event: Event) -> list[tuple[object, ...]]:
    return list(Session.objects.filter(event=event).values_list("pk", "title", "starts_at", "ends_at", "room", "theme"))


def test_the_second_version_of_a_schedule_moves_renames_adds_and_drops(event, boss):
    import_agenda(event=event, file=programme(event, "pretalx-1.json"), remove_missing=False, by=boss.person, now=NOW)
    ids = dict(Session.objects.values_list("title", "pk"))
    assert len(ids) == 4
    second = programme(event, "pretalx-2.json")
    expected = {
        "added": ["Closing"],
        "moved": ["Evidence across borders"],
        "changed": ["Opening and welcome"],
        "missing": ["Hotlines: what works"],
    }
    before = snapshot(event)
    assert told(plan_agenda(event=event, file=second)) == expected
    assert snapshot(event) == before
    done = import_agenda(event=event, file=second, remove_missing=True, by=boss.person, now=NOW)
    assert told(done) == expected
    after = dict(Session.objects.values_list("title", "pk"))
    assert after["Opening and welcome"] == ids["Opening"]
    assert after["Evidence across borders"] == ids["Evidence across borders"]
    assert "Hotlines: what works" not in after


@pytest.mark.parametrize("name", ["pretalx-1.json", "pretalx-1.ics"])
def test_the_same_file_again_changes_nothing(event, boss, name):
    file = programme(event, name)
    import_agenda(event=event, file=file, remove_missing=True, by=boss.person, now=NOW)
    before = snapshot(event)
    again = import_agenda(event=event, file=file, remove_missing=True, by=boss.person, now=NOW)
    assert (again.unchanged, again.writes, again.missing) == (4, (), ())
    assert snapshot(event) == before


def test_missing_sessions_stay_unless_their_removal_is_asked(event, boss):
    import_agenda(event=event, file=programme(event, "pretalx-1.json"), remove_missing=False, by=boss.person, now=NOW)
    import_agenda(event=event, file=programme(event, "pretalx-2.json"), remove_missing=False, by=boss.person, now=NOW)
    assert Session.objects.filter(event=event, title="Hotlines: what works").exists()


def test_sessions_that_swap_times_keep_their_rows(event, boss):
    first = csv(event, "A,2026-12-09 09:00,2026-12-09 10:00,", "B,2026-12-09 10:00,2026-12-09 11:00,")
    import_agenda(event=event, file=first, remove_missing=False, by=boss.person, now=NOW)
    ids = dict(Session.objects.values_list("title", "pk"))
    swapped = csv(event, "A,2026-12-09 10:00,2026-12-09 11:00,", "B,2026-12-09 09:00,2026-12-09 10:00,")
    done = import_agenda(event=event, file=swapped, remove_missing=True, by=boss.person, now=NOW)
    assert told(done)["moved"] == ["A", "B"]
    assert dict(Session.objects.values_list("title", "pk")) == ids


def test_a_series_of_one_title_moved_later_meets_no_old_place(event, boss):
    hours = [(f"2026-12-09 {hour:02}:00", f"2026-12-09 {hour + 1:02}:00") for hour in range(9, 13)]
    first = csv(event, *(f"Coffee,{starts},{ends}," for starts, ends in hours[:3]))
    import_agenda(event=event, file=first, remove_missing=False, by=boss.person, now=NOW)
    later = csv(event, *(f"Coffee,{starts},{ends}," for starts, ends in hours[1:]))
    import_agenda(event=event, file=later, remove_missing=True, by=boss.person, now=NOW)
    found = Session.objects.filter(event=event).values_list("starts_at", flat=True)
    assert [one.astimezone(event.zone).hour for one in found] == [10, 11, 12]


def test_lines_outside_the_forum_and_repeated_ones_are_refused_with_their_line(event, boss):
    file = csv(
        event,
        "A,2026-12-09 09:00,2026-12-09 10:00,",
        "A,2026-12-09 09:00,2026-12-09 10:00,Hall",
        "Early,2026-12-08 09:00,2026-12-08 10:00,",
        "Backwards,2026-12-09 10:00,2026-12-09 09:00,",
        "Room,2026-12-09 10:00,2026-12-09 11:00," + "x" * 81,
    )
    done = import_agenda(event=event, file=file, remove_missing=False, by=boss.person, now=NOW)
    assert [(one.line, one.what) for one in done.refused] == [
        (3, "A"), (4, "Early"), (5, "Backwards"), (6, "Room"),
    ]  # fmt: skip
    assert done.refused[0].reason == "it is the same session as line 2"
    assert Session.objects.filter(event=event).count() == 1


def test_only_organisers_import_and_another_forum_s_sessions_are_not_touched(event, boss):
    elsewhere = make_event("elsewhere", timezone="Asia/Jakarta")
    other = make_attendee(elsewhere, permission="organiser")
    import_agenda(
        event=elsewhere, file=programme(elsewhere, "pretalx-1.json"), remove_missing=False, by=other.person, now=NOW
    )
    before = snapshot(elsewhere)
    with pytest.raises(OrganisersOnly):
        import_agenda(
            event=event, file=programme(event, "pretalx-2.json"), remove_missing=True, by=other.person, now=NOW
        )
    import_agenda(event=event, file=programme(event, "pretalx-2.json"), remove_missing=True, by=boss.person, now=NOW)
    assert snapshot(elsewhere) == before


def test_a_session_lasts_at_most_a_day_and_is_written_once(event, boss):
    starts_at = dt.datetime(2026, 12, 9, 9, tzinfo=event.zone)
    data = SessionData(title="A", starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1))
    add_session(event=event, data=data, by=boss.person)
    with refuses("session_taken"):
        add_session(event=event, data=data, by=boss.person)
    with pytest.raises(BadSession):
        longer = SessionData(title="B", starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=25))
        add_session(event=event, data=longer, by=boss.person)
