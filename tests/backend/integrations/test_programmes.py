"""Programmes from elsewhere, as pretalx 2025.2 and 2026.2 answered; `tests/peers/record.py` asks them anew."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from backend.agenda.models import SessionMail
from backend.agenda.services.agenda import change_session
from backend.agenda.services.files import read_agenda
from backend.agenda.services.sessions import SessionData, remove_session
from backend.core.errors import Refused
from backend.core.outgoing import AddressRefused, PeerDenied, PeerFailed
from backend.events.models.agenda import Session, SessionPart
from backend.events.models.events import Event
from backend.integrations.models import ProgrammeEntry, Source
from backend.integrations.services import programmes
from backend.integrations.services.programmes import programme_address
from backend.integrations.services.schedule import read_due_source
from backend.integrations.services.sources import delete_source
from backend.integrations.services.syncing import sync_source
from backend.privacy.services.leaving import leave_event
from backend.roster.services.csv_tables import UnreadableFile
from tests.backend.integrations.test_syncing import last_act, tables
from tests.factories import NOW, make_event, make_session
from tests.https import Answer
from tests.programmes import BY_TOKEN, answering, follow, follower, mails, publish, recorded, talk, titles
from tests.registrations import QUICK, Shop

VERSIONS = ("2025.2", "2026.2")
INDICO = settings.BASE_DIR / "tests" / "fixtures" / "indico"
PUBLIC = "/forum/schedule/export/schedule"


def times(shop: Shop, title: str) -> tuple[str, str]:
    one = Session.objects.get(event=shop.event, title=title)
    starts, ends = (moment.astimezone(shop.event.zone) for moment in (one.starts_at, one.ends_at))
    return f"{starts:%d %H:%M}", f"{ends:%d %H:%M}"


def set_session(shop: Shop, named: str, **changed: Any) -> None:
    """Change a session by hand, as organisers do."""
    one = Session.objects.get(event=shop.event, title=named)
    values = {name: getattr(one, name) for name in ("title", "starts_at", "ends_at", "room", "abstract", "stream_url")}
    data = SessionData(**values | {"theme": one.theme.key if one.theme else ""} | changed)
    change_session(event=shop.event, session_id=one.pk, data=data, by=shop.organiser.person, now=NOW)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("kind", "path", "token"),
    [
        ("pretalx", "/forum/", ""), ("pretalx", "/forum/schedule/", "very-secret"),
        ("programme", f"{PUBLIC}.xml", ""), ("programme", f"{PUBLIC}.ics", ""),
    ],
)  # fmt: skip
def test_a_new_release_moves_renames_cancels_and_adds_and_followers_are_told_once(
    shop: Shop, version: str, kind: str, path: str, token: str
) -> None:
    follow(shop, kind, path, token)
    shop.peer.answer = answering(recorded(f"{version}-first"))
    preview, report = shop.sync(dry_run=True), shop.sync()
    assert preview.counts == report.counts
    assert (report.counts.added, report.counts.left_out, len(titles(shop))) == (30, 0, 30)
    over_midnight = next(title for title in titles(shop) if title.startswith("Session 15"))
    assert times(shop, over_midnight) == ("09 23:30", "10 01:30")
    speaker = kind == "programme" and path.endswith("ics")
    named = {f"Session {number}": f"Session {number}{f' - Speaker {number}' * speaker}" for number in range(31)}
    ids = dict(Session.objects.values_list("title", "pk"))
    ann = follower(shop, "Ann", *(named[f"Session {number}"] for number in (1, 2, 4, 6)))
    follower(shop, "Ben", named["Session 6"])
    before = tables()
    again = shop.sync(by=False)
    assert (again.counts.unchanged, tables()) == (30, before)

    shop.peer.answer = answering(recorded(f"{version}-second"))
    report = shop.sync(by=False)
    assert report.counts.values() == {
        "added": 1, "updated": 3, "unchanged": 25, "taken_out": 2, "to_decide": 0, "left_out": 0,
    }  # fmt: skip
    assert last_act(shop) == f"{shop.source.pk} 1 3 25 2 0 0"
    moved = Session.objects.get(title=named["Session 1"])
    assert (moved.pk, moved.room) == (ids[named["Session 1"]], "Room 2")
    assert times(shop, moved.title) == ("10 18:00", "10 19:00")
    assert Session.objects.get(pk=ids[named["Session 2"]]).title.startswith("Session 2, renamed")
    assert Session.objects.get(pk=ids[named["Session 3"]]).room == "Hall"
    assert not Session.objects.filter(pk=ids[named["Session 4"]]).exists()
    assert SessionPart.objects.filter(attendee=ann).count() == 3
    told = mails()
    assert set(told) == {"ann@example.org"}
    body = told["ann@example.org"]
    assert f"“{named['Session 1']}”: Thursday 10 December 2026, 18:00–19:00" in body
    assert f"“{named['Session 2']}”, now “Session 2, renamed" in body
    assert f"“{named['Session 4']}” does not take place (Wednesday 9 December" in body
    assert "Session 6" not in body

    before = tables()
    assert shop.sync(by=False).counts.unchanged == 29
    assert (tables(), mails()) == (before, {})


def test_a_token_goes_to_the_api_alone_and_one_that_is_revoked_is_one_sentence(shop: Shop) -> None:
    follow(shop, "pretalx", "/forum/", "very-secret")
    shop.peer.answer = answering(recorded("2025.2-first"))
    shop.sync()
    assert [one.path for one in shop.peer.asked] == [BY_TOKEN, "/api/events/forum/speakers/"]
    everything = titles(shop)
    shop.peer.answer = lambda _asked: Answer(status=401)
    with pytest.raises(PeerDenied):
        shop.sync(by=False)
    assert Source.objects.get().error == "localhost does not accept the token, or it may not read this."
    assert titles(shop) == everything
    assert last_act(shop) == f"{shop.source.pk} failed"


def test_what_organisers_changed_here_stays_until_the_programme_changes_it(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    set_session(shop, "Talk 1", title="A better title", stream_url="https://example.org/live")
    publish(shop, talk(1, room="Garden"), talk(2))
    assert shop.sync(by=False).counts.updated == 1
    one = Session.objects.get(title="A better title")
    assert (one.room, one.stream_url) == ("Garden", "https://example.org/live")
    publish(shop, talk(1, title="Talk one", room="Garden"), talk(2))
    shop.sync(by=False)
    one.refresh_from_db()
    assert (one.title, one.stream_url) == ("Talk one", "https://example.org/live")


def test_a_session_that_was_removed_here_does_not_come_back(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    one = Session.objects.get(title="Talk 1")
    remove_session(event=shop.event, session_id=one.pk, by=shop.organiser.person)
    publish(shop, talk(1, title="Talk 1 later", hour=15), talk(2))
    assert shop.sync(by=False).counts.unchanged == 2
    assert titles(shop) == {"Talk 2"}


def test_a_session_that_was_here_is_found_and_one_of_nobody_else_s_is_touched(shop: Shop) -> None:
    mine = make_session(shop.event, "By hand")
    found = make_session(shop.event, "Talk 2")
    Session.objects.filter(pk=found.pk).update(stream_url="https://example.org/live", abstract="Ours")
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2, room="Garden"))
    report = shop.sync()
    assert (report.counts.added, report.counts.updated, report.leaving) == (1, 1, ())
    found.refresh_from_db()
    assert (found.room, found.abstract, found.stream_url) == ("Garden", "Ours", "https://example.org/live")
    publish(shop, talk(1))
    assert shop.sync(by=False).counts.taken_out == 1
    assert titles(shop) == {"By hand", "Talk 1"}
    delete_source(event=shop.event, source_id=shop.source.pk, by=shop.organiser.person)
    assert titles(shop) == {"By hand", "Talk 1"}
    assert not ProgrammeEntry.objects.exists()
    mine.refresh_from_db()


def test_more_than_five_go_only_where_organisers_read_which(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, *map(talk, range(1, 21)))
    shop.sync()
    publish(shop, *map(talk, range(1, 15)))
    report = shop.sync(by=False)
    assert (report.counts.taken_out, report.counts.to_decide, len(titles(shop))) == (0, 6, 20)
    assert report.has_to_be_confirmed
    assert [one.title for one in report.leaving] == [f"Talk {number}" for number in range(15, 21)]
    one, *_others = report.leaving
    assert shop.sync(taken_out=[one.session_id]).counts.taken_out == 1
    publish(shop, *map(talk, range(1, 16)))
    report = shop.sync(by=False)
    assert (report.counts.added, report.counts.taken_out) == (1, 5)


def test_a_cancelled_entry_goes_and_one_that_cannot_be_read_does_not(shop: Shop) -> None:
    follow(shop, "programme", "/talks.ics")

    def calendar(*entries: tuple[str, str]) -> None:
        lines = ["BEGIN:VCALENDAR"]
        for number, (uid, more) in enumerate(entries):
            hours = (f"DTSTART:20261209T{number:02}0000Z", f"DTEND:20261209T{number:02}3000Z")
            lines += ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{uid}", *hours, more, "END:VEVENT"]
        text = "\r\n".join(filter(None, [*lines, "END:VCALENDAR", ""]))
        shop.peer.answer = lambda _asked: Answer(text.encode())

    calendar(("a", ""), ("b", ""), ("c", ""))
    shop.sync()
    calendar(("a", "STATUS:CANCELLED"), ("b", "RRULE:FREQ=DAILY"), ("c", ""))
    report = shop.sync(by=False)
    assert (report.counts.taken_out, report.counts.left_out) == (1, 1)
    assert titles(shop) == {"b", "c"}


def test_nothing_goes_by_itself_while_an_entry_without_an_id_cannot_be_told(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    publish(shop, talk(1), ("", *talk(2)[1:]))
    report = shop.sync(by=False)
    assert (report.counts.left_out, report.counts.to_decide, report.has_to_be_confirmed) == (1, 1, True)
    assert "no id of its own" in report.left_out[0].reason
    assert titles(shop) == {"Talk 1", "Talk 2"}


def test_nothing_goes_that_is_over_and_a_session_outside_the_forum_stays_where_it_was(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2), talk(9))
    shop.sync()
    outside = ("s2", "Talk 2", "2026-12-19 09:00", "2026-12-19 10:00", "Hall")
    publish(shop, outside, talk(9))
    shop.now = dt.datetime(2026, 12, 9, 10, 45, tzinfo=shop.event.zone)
    report = shop.sync(by=False)
    assert (report.counts.taken_out, report.counts.left_out) == (0, 1)
    assert titles(shop) == {"Talk 1", "Talk 2", "Talk 9"}


def test_two_programmes_leave_each_other_s_sessions_alone(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1))
    shop.sync()
    first = shop.source
    shop.source = Source.objects.create(
        event=shop.event, kind="programme", name="Another", address=shop.peer.address("/other.csv")
    )
    publish(shop, ("t1", "Talk 1", "2026-12-10 09:00", "2026-12-10 10:00", "Tent"))
    assert shop.sync().counts.added == 1
    assert Session.objects.filter(title="Talk 1").count() == 2
    shop.source = first
    publish(shop, talk(2))
    assert shop.sync(by=False).counts.taken_out == 1
    assert list(Session.objects.values_list("room", flat=True).order_by("starts_at")) == ["Hall", "Tent"]


def test_a_run_that_ends_half_way_leaves_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    follower(shop, "Ann", "Talk 1")
    publish(shop, talk(1, hour=15), talk(3))
    before = tables()

    class Killed(BaseException):
        """The process ends."""

    def ends(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("backend.integrations.services.programmes.note_run", ends)
        shop.sync()
    assert (tables(), mails()) == (before, {})
    assert shop.sync().counts.values() == {
        "added": 1, "updated": 1, "unchanged": 0, "taken_out": 1, "to_decide": 0, "left_out": 0,
    }  # fmt: skip
    assert len(mails()) == 1


def test_what_changes_again_before_the_mail_leaves_is_said_once_as_it_is_then(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    ann = follower(shop, "Ann", "Talk 1", "Talk 2")
    ann.person.quiet_from, ann.person.quiet_until = dt.time(0), dt.time(23)
    ann.person.save()
    publish(shop, talk(1, hour=15), talk(2, hour=16))
    shop.sync(by=False)
    assert mails() == {}
    publish(shop, talk(1, hour=17), talk(2))
    shop.sync(by=False)
    ann.person.quiet_from = ann.person.quiet_until = None
    ann.person.save()
    body = mails()["ann@example.org"]
    assert "17:30–18:30" in body
    assert "Talk 2" not in body
    assert SessionMail.objects.count() == 1
    publish(shop, talk(1), talk(2))
    shop.sync(by=False)
    leave_event(attendee=ann, is_confirmed=True, by=ann.person, now=NOW)
    assert (mails(), SessionMail.objects.count()) == ({}, 0)


def test_indico_s_sessions_come_by_their_blocks_and_no_person_with_them(shop: Shop) -> None:
    """As an Indico 3.2.9 answered a manager's token."""
    follow(shop, "indico_sessions", "/indico/event/7/timetable/", "very-secret")
    shop.peer.answer = lambda _asked: Answer((INDICO / "first.json").read_bytes())
    report = shop.sync()
    [asked] = shop.peer.asked
    assert (asked.path, asked.query) == ("/indico/export/event/7.json", {"detail": ["sessions"], "nc": ["yes"]})
    assert asked.headers["Authorization"] == "Bearer very-secret"
    assert (report.counts.added, report.counts.left_out) == (30, 1)
    assert [(one.what, one.reason) for one in report.left_out] == [
        ("Word 7", "its start or its end is missing or cannot be read")
    ]
    block = Session.objects.get(title="Session 0: Part 1")
    assert times(shop, block.title) == ("09 09:00", "09 09:45")
    assert (block.room, block.abstract) == ("Room 1", "About law & 1")
    assert Session.objects.get(title="Word 1").abstract == "Words & more"
    assert "Word 8" not in titles(shop)  # it stands in a block
    for word in ("chair1", "speaker1", "Cy", "boss@"):
        assert word not in repr(tables()["events_session"]) + repr(tables()["integrations_programmeentry"])
    follower(shop, "Ann", block.title, "Session 1: Part 3", "Word 1", "Word 2")
    before = tables()
    assert (shop.sync(by=False).counts.unchanged, tables()) == (30, before)
    shop.peer.answer = lambda _asked: Answer((INDICO / "second.json").read_bytes())
    assert shop.sync(by=False).counts.values() == {
        "added": 1, "updated": 3, "unchanged": 26, "taken_out": 1, "to_decide": 0, "left_out": 1,
    }  # fmt: skip
    assert times(shop, "Session 1: Part 3")[0] == "10 18:00"
    block.refresh_from_db()
    assert block.title == "Session 1, renamed: Part 1"
    body = mails()["ann@example.org"]
    assert "“Session 0: Part 1”, now “Session 1, renamed: Part 1”" in body
    assert "“Word 1” does not take place" in body
    assert "Word 2" not in body


@pytest.mark.parametrize(
    ("results", "sentence"),
    [([], "shows no such event"), ([{"sessions": [], "contributions": []}], "holds no sessions")],
)
def test_an_indico_that_shows_nothing_to_this_token_takes_nothing_out(
    shop: Shop, results: list[Any], sentence: str
) -> None:
    """So it answers where the event is protected, and where its contributions are not published."""
    follow(shop, "indico_sessions", "/event/7/")
    shop.peer.answer = lambda _asked: Answer((INDICO / "first.json").read_bytes())
    shop.sync()
    shop.peer.answer = lambda _asked: Answer(json.dumps({"count": 0, "results": results}).encode())
    with pytest.raises(UnreadableFile, match=sentence):
        shop.sync(by=False)
    assert len(titles(shop)) == 30


def test_a_zone_of_another_place_and_one_that_is_missing_are_the_same_moment(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(
        shop,
        ("a", "With a zone", "2026-12-09T04:00:00+02:00", "2026-12-09T05:00:00+02:00", ""),
        ("b", "Without", "2026-12-09 09:00", "2026-12-09 10:00", ""),
    )
    shop.sync()
    assert times(shop, "With a zone") == times(shop, "Without") == ("09 09:00", "09 10:00")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE schedule [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<schedule><day><room><event guid="1"><title>&b;</title></event></room></day></schedule>"""


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "declares a document type"),
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "declares a document type"),
        (b"<html><body>Sign in</body></html>", "not a schedule.xml"),
        (b"<schedule><day><room><event guid='1'>", "not a schedule.xml"),
        (b"<schedule></schedule>", "holds no sessions"),
        (b'<?xml version="1.0" encoding="none-such"?><schedule/>', "not a schedule.xml"),
        (b"<schedule>" + b"<event/>" * 20_001 + b"</schedule>", "more than 20,000"),
        (b"{}", "not a schedule.json"), (b'{"results": {}}', "not a schedule.json"),
        (b'{"results": [1]}', "not a schedule.json"), (b"[" * 100_000, "not a schedule.json"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "cut off"), (b"not a table", "no rows below"),
        (b"id,title\n1,Talk\n", "has to name the columns"),
        (b"", "holds no sessions"),
    ],
)  # fmt: skip
def test_what_is_no_programme_is_one_sentence_and_changes_nothing(shop: Shop, content: bytes, sentence: str) -> None:
    follow(shop, "programme", "/talks")
    publish(shop, talk(1))
    shop.sync()
    shop.peer.answer = lambda _asked: Answer(content)
    before = tables()
    with pytest.raises(Exception, match=sentence) as refused:
        shop.sync(by=False)
    assert tables() == before
    assert Source.objects.get().error == str(refused.value)


def test_a_field_of_megabytes_is_refused_with_its_session_and_a_huge_answer_is_not_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = b"<event guid='%d'><title>%s</title><date>2026-12-09T09:00</date><duration>1:00</duration></event>"
    data = b"<schedule>%s%s</schedule>" % (event % (1, b"x" * 1_000_000), event % (2, b"Short &amp; sweet"))
    file = read_agenda(data, event=shop.event)
    assert [one.data.title for one in file.sessions] == ["Short & sweet"]
    follow(shop, "programme", "/schedule.xml")
    shop.peer.answer = lambda _asked: Answer(data)
    report = shop.sync()
    assert (report.counts.added, report.counts.left_out, titles(shop)) == (1, 1, {"Short & sweet"})
    monkeypatch.setattr(programmes, "MAX_BYTES", 1_000)
    with pytest.raises(PeerFailed, match="more than"):
        shop.sync(by=False)


def test_only_the_address_of_an_event_is_one(shop: Shop) -> None:
    for kind, address in (
        ("pretalx", "https://talks.example.org/"), ("indico_sessions", "https://example.org/category/7/"),
        ("indico_sessions", "https://example.org/event/summit/"),
    ):  # fmt: skip
        with pytest.raises(AddressRefused):
            programme_address(kind, address)
    with pytest.raises(AddressRefused):
        follow(shop, "pretalx", "/")


def test_another_address_makes_its_entries_unknown_and_people_read_it_first(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1), talk(2))
    shop.sync()
    follow(shop, "programme", "/other.csv")
    assert (Source.objects.get().ran_at, ProgrammeEntry.objects.count(), len(titles(shop))) == (None, 0, 2)
    publish(shop, talk(3))
    report = shop.sync()
    assert (report.counts.added, report.counts.taken_out, len(titles(shop))) == (1, 0, 3)


def test_two_runs_at_once_the_clock_and_the_command(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1))
    stale = shop.source
    call_command("sync_source", shop.event.slug, str(stale.pk), "--dry-run")
    assert "1 added" in capsys.readouterr().out
    assert titles(shop) == set()
    call_command("sync_source", shop.event.slug, str(stale.pk))
    assert titles(shop) == {"Talk 1"}
    with pytest.raises(Refused, match="read meanwhile"):
        sync_source(source=stale, now=NOW, patience=QUICK)
    publish(shop, talk(1, title="Renamed"))
    read_due_source(source_id=stale.pk, now=NOW)
    assert titles(shop) == {"Renamed"}


def test_a_rehearsal_tells_nobody(shop: Shop) -> None:
    follow(shop, "programme", "/talks.csv")
    publish(shop, talk(1))
    shop.sync()
    follower(shop, "Ann", "Talk 1")
    Event.objects.filter(pk=shop.event.pk).update(rehearsal_of=make_event())
    publish(shop, talk(1, hour=15))
    shop.sync()
    assert (mails(), SessionMail.objects.get().state) == ({}, "skipped")
