"""The command import_attendees: what it prints and writes, and how it ends."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from backend.core.errors import BusinessError
from backend.events.models.attendees import Attendee
from backend.setup.services.events import create_event

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 25, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _event() -> None:
    day = dt.date(2026, 12, 9)
    create_event(slug="forum", name="Forum", starts_on=day, ends_on=day, timezone="Asia/Bangkok", now=NOW)


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_attendees", "forum", str(path), *options, stdout=out, stderr=out)
    return out.getvalue()


def test_the_command_imports_and_prints_its_report(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name;Email;Age class\r\nAnn;a@example.org;adult\r\nBen;nobody;\r\nCy;c@example.org;\r\n")
    output = run(path)
    assert "line 3: “nobody” is not an e-mail address" in output
    assert "3 rows read: 2 added, 0 updated, 0 unchanged, 1 refused." in output
    assert "1 person of unknown age will appear nowhere until an organiser sets it" in output
    assert Attendee.objects.count() == 2


def test_a_trial_run_saves_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,email\nAnn,a@example.org\n")
    assert "Nothing was saved: repeat without --dry-run" in run(path, "--dry-run")
    assert not Attendee.objects.exists()


@pytest.mark.parametrize("asked_for", [True, False])
def test_refused_rows_are_written_to_a_file_all_of_them(tmp_path: Path, settings: Settings, asked_for: bool) -> None:
    settings.VAR = tmp_path
    path = tmp_path / "list.csv"
    report = tmp_path / "refused.csv" if asked_for else settings.VAR / "refused-forum.csv"
    rows = [f"P{n},=bad{n}" for n in range(30)]
    path.write_text("\n".join(["name,email", "Ann,a@example.org", *rows]) + "\n")
    output = run(path, *(["--report", str(report)] if asked_for else []))
    assert "… and 10 more refused rows" in output
    assert f"Every refused row with its reason: {report}" in output
    written = list(csv.DictReader(io.StringIO(report.read_text(encoding="utf-8-sig"))))
    assert [row["line"] for row in written] == [str(n) for n in range(3, 33)]
    assert written[0] == {"line": "3", "email": "'=bad0", "reason": "“=bad0” is not an e-mail address"}


def test_refused_rows_that_are_all_shown_need_no_file(tmp_path: Path, settings: Settings) -> None:
    settings.VAR = tmp_path
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["name,email", "Ann,a@example.org", *(f"P,bad{n}" for n in range(20))]) + "\n")
    output = run(path)
    assert output.count("is not an e-mail address") == 20
    assert "Every refused row" not in output
    assert list(tmp_path.iterdir()) == [path]


def test_a_list_of_which_no_row_fits_ends_with_an_error(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,email\nAnn,nobody\n")
    with pytest.raises(CommandError, match="No row could be imported"):
        run(path)


def test_thai_excel_is_shown_first_and_imported_once_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "รายชื่อ list.csv"
    path.write_bytes("email,name\r\na@example.org,สมชาย ใจดี กระทรวงดิจิทัล\r\n".encode("cp874"))
    out = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("import_attendees", "forum", str(path), "--dry-run", stdout=out, stderr=out)
    assert "as cp874: a@example.org,สมชาย ใจดี กระทรวงดิจิทัล" in out.getvalue()
    again = f"python manage.py import_attendees forum '{path}' --dry-run --encoding cp874"
    assert str(refusal.value).endswith(again)
    assert not Attendee.objects.exists()
    run(path, "--encoding", "cp874")
    assert Attendee.objects.get().person.name == "สมชาย ใจดี กระทรวงดิจิทัล"


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (b"", (), "The file is empty"),
        (b"email,name\n", (), "a header but no rows"),
        (b"PK\x03\x04....", (), "This Excel workbook cannot be read"),
        (b"email,who\na@b.org,c\n", (), "The file lacks the column name"),
        (b"email,name\na@example.org,A\n", ("--encoding", "klingon"), "not an encoding we know"),
        (b'email,name\na@example.org,"A\n', (), "opened on line 2 is never closed"),
        (None, (), "Cannot read"),
    ],
)
def test_a_file_that_cannot_be_used_gets_one_sentence(
    tmp_path: Path, content: bytes | None, options: tuple[str, ...], sentence: str
) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises((CommandError, BusinessError), match=sentence) as refusal:
        run(path, *options)
    assert "\n" not in str(refusal.value)


def test_an_unknown_event_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BusinessError, match="There is no event “nowhere”"):
        call_command("import_attendees", "nowhere", str(tmp_path / "list.csv"))


@pytest.mark.slow
def test_five_thousand_people_are_imported_changed_and_left_alone(tmp_path: Path) -> None:
    """More than are written at once; `make soak` imports as many as a list may have."""
    import_change_and_leave(5_000, tmp_path)


def import_change_and_leave(people: int, folder: Path) -> None:
    path = folder / "list.csv"
    rows = [
        f"p{n}@example.org,Person {n},Organisation {n // 2},academia,adult,About {n},sextortion" for n in range(people)
    ]
    text = "\n".join(["email,name,organisation,sector,age_class,about,topics_seek", *rows])
    path.write_text(text)
    assert f"{people:,} added, 0 updated, 0 unchanged" in run(path)
    path.write_text(text.replace(",About 12", ",Changed 12"))
    changed = sum(str(n).startswith("12") for n in range(people))
    assert f"0 added, {changed:,} updated, {people - changed:,} unchanged" in run(path)


def test_those_of_unknown_age_become_adults_once_the_number_the_trial_run_named_is_confirmed(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("email,name\na@example.org,Ann\nb@example.org,Ben\n")
    run(path)
    path.write_text("email,name,age_class\na@example.org,Ann,adult\nb@example.org,Ben,adult\n")
    output = run(path, "--dry-run")
    assert "line 2: Ann, no organisation" in output
    assert "If each of these is an adult, import with --confirm-adults 2." in output
    for options in ([], ["--confirm-adults", "1"], ["--confirm-adults", "3"]):
        if options:
            with pytest.raises(CommandError, match="2 people of unknown age"):
                run(path, *options)
        else:
            run(path)
        assert not Attendee.objects.filter(age_class="adult").exists()
    run(path, "--confirm-adults", "2")
    assert Attendee.objects.filter(age_class="adult").count() == 2
