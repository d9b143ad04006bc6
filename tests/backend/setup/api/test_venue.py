"""The set-up of topics and sessions over the API: as on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from rest_framework.test import APIClient

from backend.events.models.agenda import Session
from backend.events.models.events import Topic
from tests.factories import make_attendee
from tests.long_jobs import answered

pytestmark = pytest.mark.django_db
BASE = "/api/v1/events/forum/"
PROGRAMMES = Path(__file__).parents[3] / "fixtures" / "programmes"


@pytest.fixture
def api(forum):
    client = APIClient()
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden").person

    def send(method, path, **body):
        client.force_login(organiser)  # at whatever time it is by now
        answer = answered(client, getattr(client, method)(BASE + path, body or None, format="json"))
        return answer.status_code, answer.json() if answer.content else None

    return send


def test_themes_and_topics_are_listed_added_changed_moved_merged_and_removed(forum, api):
    status, themes = api("post", "themes/", name="Collaboration")
    assert (status, [one["name"] for one in themes]) == (201, ["Justice", "Prevention", "Collaboration"])
    theme = themes[-1]["theme"]
    assert api("put", f"themes/{theme}/", name="Working together")[0] == 200
    status, themes = api("post", "topics/", theme=theme, name="Hotlines")
    made = themes[-1]["topics"][0]["topic"]
    assert api("put", f"topics/{made}/", theme=theme, name="Hotline networks", description="INHOPE")[0] == 200
    assert api("post", f"themes/{theme}/move/", up=True)[1][1]["name"] == "Working together"
    assert api("post", f"topics/{made}/move/", up=True)[0] == 200
    other = Topic.objects.get(event=forum.event, key="sextortion")
    make_attendee(forum.event, seeks_topics=["sextortion"])
    assert api("delete", f"topics/{other.pk}/")[1]["code"] == "topic_in_use"
    assert api("post", f"topics/{other.pk}/merge/", into=made) == (200, {"count": 1})
    assert api("delete", f"themes/{theme}/")[1]["code"] == "topic_in_use"
    assert [one["name"] for one in api("get", "themes/")[1]] == ["Justice", "Working together", "Prevention"]


def test_sessions_are_added_changed_and_removed(forum, api):
    body = {"title": "Opening", "starts_at": "2026-12-09T09:00:00+07:00", "ends_at": "2026-12-09T09:30:00+07:00"}
    status, made = api("post", "programme-sessions/", **body, theme="justice")
    assert (status, made["theme"]) == (201, "justice")
    assert api("post", "programme-sessions/", **body)[1]["code"] == "session_taken"
    one = f"programme-sessions/{made['session']}/"
    assert api("put", one, **body | {"title": "Welcome"})[1]["title"] == "Welcome"
    assert api("get", one)[1]["theme"] == ""
    assert [row["title"] for row in api("get", "programme-sessions/")[1]] == ["Welcome"]
    assert api("post", "programme-sessions/", **body | {"title": "x", "ends_at": body["starts_at"]})[0] == 400
    assert api("delete", one)[0] == 204
    assert api("get", one)[0] == 404


def test_a_programme_is_told_first_and_imported_then(forum, api):
    content = (PROGRAMMES / "pretalx-1.json").read_text()
    status, told = api("post", "programme-sessions/import/", content=content, dry_run=True)
    assert (status, len(told["added"]), Session.objects.count()) == (200, 4, 0)
    assert api("post", "programme-sessions/import/", content=content)[1]["added"] == told["added"]
    assert Session.objects.count() == 4
    again = api("post", "programme-sessions/import/", content=content, remove_missing=True)[1]
    assert (again["unchanged"], again["missing"]) == (4, [])
    assert api("post", "programme-sessions/import/", content="{}")[1]["code"] == "unreadable_file"


def test_a_time_is_closed_undone_and_opened_again(forum, api, time_machine):
    time_machine.move_to(forum.now, tick=False)
    slot = forum.slots[0]
    body = {"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat(), "reason": "Flood"}
    status, (row,) = api("post", "closures/", **body)
    assert (status, row["can_undo"], row["waiting"]) == (201, True, 0)
    assert api("post", f"closures/{row['closure']}/undo/") == (200, {"count": 0})
    assert api("delete", f"closures/{row['closure']}/")[0] == 204
    assert api("get", "closures/")[1][0]["reopened_at"] is not None
    assert api("post", "closures/", **body | {"room": "Cellar"})[1]["code"] == "bad_closure"
    time_machine.move_to(slot.starts_at, tick=False)
    assert api("post", f"closures/{row['closure']}/undo/")[1]["code"] == "too_late_to_undo"


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [("0001-01-01T00:00:00Z", "0001-01-01T01:00:00Z"), ("9999-12-31T22:00:00Z", "9999-12-31T23:59:00Z"),
     ("0001-01-01T01:00:00Z", "0001-01-01T00:00:00Z")],
)  # fmt: skip
@pytest.mark.parametrize(("address", "code"), [("closures/", "bad_closure"), ("programme-sessions/", "bad_session")])
def test_a_time_at_an_end_of_the_calendar_is_refused(forum, api, address, code, starts_at, ends_at):
    status, refusal = api("post", address, starts_at=starts_at, ends_at=ends_at, title="Opening")
    assert (status, refusal["code"]) == (400, code)
