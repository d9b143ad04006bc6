"""Programmes as files: CSV, calendars, and schedules that pretalx itself wrote."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from backend.agenda.services.files import FileSession, read_agenda
from backend.events.models.events import Event
from backend.roster.services.csv_tables import EncodingNotConfirmed, UnreadableFile
from tests.factories import make_event

pytestmark = pytest.mark.django_db
PROGRAMMES = Path(__file__).parents[3] / "fixtures" / "programmes"
JAKARTA = dt.timezone(dt.timedelta(hours=7))
NINE = dt.datetime(2026, 12, 9, 9, 0, tzinfo=JAKARTA)


@pytest.fixture
def event() -> Event:
    return make_event(timezone="Asia/Jakarta")


def read(event: Event, text: str) -> tuple[FileSession, ...]:
    return read_agenda(text.encode(), event=event).sessions


def rows(event: Event, data: bytes) -> list[tuple[str, dt.datetime, float, str, str]]:
    file = read_agenda(data, event=event)
    assert not file.refused
    found = (one.data for one in file.sessions)
    return sorted(
        (
            (one.title, one.starts_at, (one.ends_at - one.starts_at) / dt.timedelta(minutes=1), one.room, one.theme)
            for one in found
        ),
        key=lambda row: (row[1], row[0]),
    )


def test_a_schedule_of_pretalx_and_its_calendar_hold_the_same_sessions(event):
    hour = dt.timedelta(hours=1)
    expected = [
        ("Opening", NINE, 30, "Hall", ""),
        ("Evidence across borders", NINE + hour, 45, "Hall", "justice"),
        ("Hotlines: what works", NINE + hour, 90, "Room 2", "justice"),
        ("Mạng xã hội và trẻ em", NINE + dt.timedelta(days=1, minutes=15), 45, "Room 2", ""),
    ]
    assert rows(event, (PROGRAMMES / "pretalx-1.json").read_bytes()) == expected
    calendar = rows(event, (PROGRAMMES / "pretalx-1.ics").read_bytes())
    # A calendar entry of pretalx names the speakers after a dash, nobody here, and no track.
    assert [(title.removesuffix(" - "), *rest[:-1]) for title, *rest in calendar] == [row[:-1] for row in expected]


def test_a_csv_file_has_times_in_the_forum_s_zone_or_its_own(event):
    text = (
        "Title;Date;From;To;Room;Track;Id\n"
        "Opening;2026-12-09;09:00;09:30;Hall;Justice;a1\n"
        "Evidence;;2026-12-09 11:00+09:00;2026-12-09T12:00+09:00;;prevention;\n"
    )
    opening, evidence = read(event, text)
    assert (opening.line, opening.data.starts_at, opening.data.theme, opening.data.source_id) == (
        2, NINE, "justice", "a1",
    )  # fmt: skip
    assert (evidence.data.starts_at, evidence.data.theme) == (NINE, "prevention")


def test_a_theme_the_forum_does_not_have_is_left_out(event):
    (session,) = read(event, "title,starts,ends,theme\nA,2026-12-09 09:00,2026-12-09 10:00,Cooking\n")
    assert session.data.theme == ""


def test_each_entry_that_is_no_session_is_named_with_its_line_and_the_reason(event):
    text = (
        "title,starts,ends\n"
        "Fine,2026-12-09 09:00,2026-12-09 10:00\n"
        "No time,9 in the morning,2026-12-09 10:00\n"
        ",2026-12-09 09:00,2026-12-09 10:00\n"
        "Day 31,2026-12-32 09:00,2026-12-32 10:00\n"
    )
    refused = read_agenda(text.encode(), event=event).refused
    assert [one.line for one in refused] == [3, 4, 5]
    assert "“9 in the morning” is no time" in refused[0].reason
    assert refused[1].reason == "it has no title"
    dated = "title,date,starts,ends\nA,9 December 2026,09:00,10:00\n"
    assert "“9 December 2026 09:00” is no time" in read_agenda(dated.encode(), event=event).refused[0].reason


def test_a_calendar_s_repeating_whole_day_and_cancelled_entries_are_told_apart(event):
    def entry(uid: str, *lines: str) -> str:
        return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *lines, "END:VEVENT"])

    times = ("DTSTART:20261209T020000Z", "DTEND:20261209T023000Z")
    text = "\r\n".join(
        [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//",
            entry("a", "SUMMARY:Opening", *times),
            entry("b", "SUMMARY:Breakfast", *times, "RRULE:FREQ=DAILY;COUNT=2"),
            entry("c", "SUMMARY:Day one", "DTSTART;VALUE=DATE:20261209"),
            entry("d", "SUMMARY:Gone", *times, "STATUS:CANCELLED"),
            entry("e", "SUMMARY:Half an hour", "DTSTART:20261209T030000Z", "DURATION:PT30M"),
            entry("f", "SUMMARY:Local", "DTSTART:20261209T090000", "DTEND:20261209T093000"),
            "END:VCALENDAR", "",
        ]
    )  # fmt: skip
    file = read_agenda(text.encode(), event=event)
    assert [(one.data.title, one.data.source_id) for one in file.sessions] == [
        ("Opening", "a"), ("Half an hour", "e"), ("Local", "f"),
    ]  # fmt: skip
    assert {one.data.starts_at for one in file.sessions if one.data.title != "Half an hour"} == {NINE}
    assert [(one.what, one.reason.partition(":")[0]) for one in file.refused] == [
        ("Breakfast", "it repeats"), ("Day one", "it lasts whole days"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "holds no sessions"),
        (b"{}", "not a schedule.json"),
        (b"[[[[", "not a schedule.json"),
        (b"[" * 100_000, "not a schedule.json"),
        (b'{"schedule": {"conference": {"days": [{"rooms": [1]}]}}}', "not a schedule.json"),
        (b'{"schedule": {"conference": {"days": []}}}', "holds no sessions"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cannot be read"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "holds no sessions"),
        (b"email,name\na@example.org,A\n", "title, starts and ends"),
        (b"PK\x03\x04rest", "Excel workbook"),
    ],
)
def test_a_file_that_is_no_programme_is_refused_in_a_sentence(event, data, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        read_agenda(data, event=event)


def test_entries_of_a_schedule_that_are_no_sessions_are_refused_one_by_one(event):
    data = (
        b'{"schedule": {"conference": {"days": [{"rooms": {"Hall": [1, {"title": "A"}, '
        b'{"title": "B", "duration": "0:30", "date": "soon"}]}}]}}}'
    )
    assert [one.line for one in read_agenda(data, event=event).refused] == [1, 2, 3]


def test_an_unknown_encoding_is_asked_for(event):
    data = "title,starts,ends\nพิธีเปิดการประชุมระดับภูมิภาค,2026-12-09 09:00,2026-12-09 10:00\n".encode("cp874")
    with pytest.raises(EncodingNotConfirmed):
        read_agenda(data, event=event)
    (session,) = read_agenda(data, event=event, encoding="cp874").sessions
    assert session.data.title == "พิธีเปิดการประชุมระดับภูมิภาค"
