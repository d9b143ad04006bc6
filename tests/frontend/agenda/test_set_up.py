"""The organiser's pages of sessions: by hand, and from the file of a programme."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from backend.events.models.agenda import Session
from tests.factories import make_event, make_session
from tests.long_jobs import answered
from tests.pages import page_of

PROGRAMMES = Path(__file__).parents[2] / "fixtures" / "programmes"
FIELDS = {
    "title": "Opening", "day": "2026-12-09", "starts": "09:00", "ends": "09:30", "room": "Hall",
    "theme": "justice", "stream_url": "https://live.example.org/1", "abstract": "Welcome.",
}  # fmt: skip


def upload(name):
    return {"file": SimpleUploadedFile(name, (PROGRAMMES / name).read_bytes())}


def test_a_session_is_written_changed_and_removed_by_hand(cast, boss):
    address = cast.address("set-up/sessions/")
    assert "Import the agenda as a file" in page_of(boss.get(address))
    assert "The session is added." in page_of(boss.post(address, FIELDS, follow=True))
    session = Session.objects.get(event=cast.event)
    local = session.starts_at.astimezone(cast.event.zone)
    assert (local.hour, session.theme.key, session.stream_url) == (9, "justice", FIELDS["stream_url"])
    one = f"{address}{session.pk}/"
    form = page_of(boss.get(one))
    assert (form.fields()["title"][0], form.fields()["starts"][0], form.fields()["day"][0]) == (
        "Opening",
        "09:00",
        "2026-12-09",
    )
    boss.post(one, FIELDS | {"title": "Welcome", "ends": "09:45"})
    session.refresh_from_db()
    assert session.title == "Welcome"
    assert "removed" in page_of(boss.post(one, {"do": "remove"}, follow=True))
    assert not Session.objects.exists()


def test_what_was_typed_stays_with_the_error(cast, boss):
    answer = boss.post(cast.address("set-up/sessions/"), FIELDS | {"starts": "nine"})
    page = page_of(answer)
    assert (answer.status_code, "Write the hour like 10:30." in page, page.fields()["title"][0]) == (
        422,
        True,
        "Opening",
    )
    answer = boss.post(cast.address("set-up/sessions/"), FIELDS | {"stream_url": "live"})
    assert (answer.status_code, "is a web address" in page_of(answer)) == (400, True)


def test_a_programme_is_shown_before_it_is_imported(cast, boss):
    address = cast.address("set-up/sessions/import/")
    page = page_of(answered(boss, boss.post(address, upload("pretalx-1.json"))))
    assert "4 new, 0 moved, 0 changed otherwise, 0 as before." in page
    assert not Session.objects.exists()
    confirm = {"carried": page.fields()["carried"][0], "confirm": "1"}
    assert "4 sessions added" in page_of(answered(boss, boss.post(address, confirm), follow=True))
    page = page_of(answered(boss, boss.post(address, upload("pretalx-2.json"))))
    assert "1 new, 1 moved, 1 changed otherwise, 1 as before." in page
    assert "1 session of the agenda is not in this file" in page
    assert Session.objects.filter(title="Opening").exists()
    confirm = {"carried": page.fields()["carried"][0], "confirm": "1", "remove_missing": "1"}
    assert "1 removed" in page_of(answered(boss, boss.post(address, confirm), follow=True))
    assert set(Session.objects.values_list("title", flat=True)) == {
        "Opening and welcome", "Evidence across borders", "Mạng xã hội và trẻ em", "Closing",
    }  # fmt: skip


def test_a_file_that_cannot_be_read_says_why(cast, boss):
    file = {"file": SimpleUploadedFile("a.json", b"{}")}
    answer = answered(boss, boss.post(cast.address("set-up/sessions/import/"), file))
    assert (answer.status_code, "not a schedule.json" in page_of(answer)) == (400, True)
    assert boss.post(cast.address("set-up/sessions/import/"), {}).status_code == 400


def test_another_forum_s_session_is_not_found(cast, boss):
    other = make_session(make_event("third"), "Theirs")
    assert boss.get(cast.address(f"set-up/sessions/{other.pk}/")).status_code == 404
    assert boss.post(cast.address(f"set-up/sessions/{other.pk}/"), {"do": "remove"}, follow=True)
    assert Session.objects.filter(pk=other.pk).exists()
