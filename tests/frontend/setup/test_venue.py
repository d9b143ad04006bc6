"""Where and when people meet, as organisers set it up."""

import datetime as dt
import re

import pytest

from backend.booking.models.availability import MeetingRules
from backend.events.models.agenda import Slot, Table
from tests.frontend.conftest import client_of
from tests.pages import page_of

GRID = {
    "days": ["2026-12-09", "2026-12-10"],
    "opens_1": "10:00", "closes_1": "12:00", "opens_2": "14:00", "closes_2": "15:00",
    "length": "25", "pause": "5", "do": "preview",
}  # fmt: skip


def post(client, cast, page, data):
    return client.post(cast.address(f"set-up/{page}"), data, follow=True)


def test_the_desk_leads_to_it_and_no_page_of_participants(cast, official):
    assert "set-up" not in official.get(cast.address("meetings/")).content.decode()
    desk = page_of(client_of(cast.organiser.person).get(cast.address("desk/")))
    assert cast.address("set-up/") in [link for _words, link in desk.links()]


def test_a_grid_is_previewed_and_then_added(cast, boss):
    preview = page_of(post(boss, cast, "slots/", GRID))
    assert "12 new meeting times" in preview
    assert "10:30–10:55" in preview
    assert not Slot.objects.exists()
    assert "12 meeting times added." in page_of(post(boss, cast, "slots/", GRID | {"do": "add"}))
    first = Slot.objects.earliest("starts_at")
    assert first.starts_at == dt.datetime(2026, 12, 9, 3, 0, tzinfo=dt.UTC)  # 10:00 in Bangkok
    again = page_of(post(boss, cast, "slots/", GRID | {"closes_2": "15:30"}))
    assert "2 new meeting times" in again
    assert len(again.all(".periods .known")) == 12


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"days": []}, 422, "Choose at least one day."),
        ({"days": ["2027-01-01"]}, 422, "Select a valid choice"),
        ({"length": "soon"}, 422, "Give whole minutes."),
        ({"length": "1"}, 400, "A slot is from 5 to 480 minutes long."),
        ({"closes_1": ""}, 422, "Give both hours, or neither."),
        ({"opens_1": "ten"}, 422, "Write the hour like 10:30."),
        ({"opens_2": "11:00"}, 400, "Two windows of hours overlap"),
        ({"closes_1": "09:00"}, 400, "ends before it starts"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_and_what_was_typed_stays(cast, boss, change, status, sentence):
    answer = post(boss, cast, "slots/", GRID | {"pause": "7"} | change)
    page = page_of(answer)
    assert (answer.status_code, sentence in page) == (status, True)
    assert page.fields("#slots form")["pause"] == ["7"]
    assert not Slot.objects.exists()


def test_times_nobody_asked_for_are_removed_and_the_others_stay(booking, boss):
    cast = booking.cast
    booking.ask(cast.official, cast.engineer, booking.slots[0])
    ids = [str(slot.pk) for slot in booking.slots[:2]]
    answer = post(boss, cast, "slots/remove/", {"slots": ids})
    assert answer.status_code == 409
    assert "Somebody has asked to meet in one of these slots" in page_of(answer)
    assert Slot.objects.count() == 6
    post(boss, cast, "slots/remove/", {"slots": ids[1:]})
    assert Slot.objects.count() == 5


@pytest.mark.slow
def test_tables_are_added_by_the_dozen_changed_and_removed(cast, boss):
    data = {"label": "T9", "count": "3", "place": "Gallery", "step_free": "on"}
    assert "3 tables added." in page_of(post(boss, cast, "tables/", data))
    assert list(Table.objects.values_list("label", "place", "step_free")) == [
        (label, "Gallery", True) for label in ("T9", "T10", "T11")
    ]
    again = post(boss, cast, "tables/", data | {"label": "T8"})
    assert again.status_code == 409
    assert "There is a table “T9” already." in page_of(again)
    assert Table.objects.count() == 3
    table = Table.objects.get(label="T9")
    post(boss, cast, f"tables/{table.pk}/", {"label": "Window", "place": "Foyer", "do": "change"})
    table.refresh_from_db()
    assert (table.label, table.place, table.step_free) == ("Window", "Foyer", False)
    bad = post(boss, cast, f"tables/{table.pk}/", {"label": "T10", "place": "Kept", "do": "change"})
    assert bad.status_code == 409
    assert page_of(bad).fields("details[open] form")["place"] == ["Kept"]
    post(boss, cast, f"tables/{table.pk}/", {"do": "remove"})
    assert not Table.objects.filter(pk=table.pk).exists()


def test_an_online_room_needs_a_link_with_a_part_for_each_meeting(cast, boss):
    data = {"label": "Online", "count": "1", "room_link": "https://meet.example.org/hall"}
    answer = post(boss, cast, "tables/", data)
    assert answer.status_code == 400
    assert "An online room needs a link with {meeting} in it" in page_of(answer)
    post(boss, cast, "tables/", data | {"room_link": "https://meet.example.org/{meeting}"})
    assert Table.objects.get().is_online


def test_a_table_where_people_meet_stays(booking, boss):
    cast = booking.cast
    meeting = booking.accept(cast.engineer, booking.ask(cast.official, cast.engineer))
    answer = post(boss, cast, f"tables/{meeting.table_id}/", {"do": "remove"})
    assert answer.status_code == 409
    assert "People meet, or met, at this table, so it stays." in page_of(answer)


@pytest.mark.slow
def test_changing_the_table_of_a_meeting_notifies_both_and_cannot_drop_a_needed_step_free_mark(booking, boss):
    cast = booking.cast
    Table.objects.update(step_free=True)
    asked = booking.ask(cast.official, cast.engineer, booking.slots[0], needs_step_free=True)
    table = booking.accept(cast.engineer, asked).table
    data = {"label": "Terrace", "place": "Garden", "do": "change"}
    refused = post(boss, cast, f"tables/{table.pk}/", data)
    assert refused.status_code == 409
    assert "the mark stays until then" in page_of(refused)
    assert post(boss, cast, f"tables/{table.pk}/", data | {"step_free": "on"}).status_code == 200
    notices = page_of(client_of(cast.engineer.person).get(cast.address("notices/"))).text
    assert re.search("The meeting with Mali Wongsa is now Wed 9 Dec, 10:00.*, Terrace[.]", notices)


def test_the_limits_are_kept_within_reason(cast, boss):
    post(boss, cast, "rules/", {"open_requests": "3", "expiry_hours": "24"})
    assert MeetingRules.objects.values_list("open_requests", "expiry_hours").get() == (3, 24)
    answer = post(boss, cast, "rules/", {"open_requests": "0", "expiry_hours": "24"})
    assert answer.status_code == 400
    assert "Waiting requests are from 1 to 100" in page_of(answer)


def test_a_table_of_another_forum_cannot_be_changed(cast, boss):
    table = Table.objects.create(event=cast.stranger.attendances.get().event, label="T1")
    assert post(boss, cast, f"tables/{table.pk}/", {"label": "X", "do": "change"}).status_code == 404
    post(boss, cast, f"tables/{table.pk}/", {"do": "remove"})
    assert Table.objects.get().label == "T1"


@pytest.mark.slow
def test_the_rules_say_whether_there_are_interpreters(cast, boss):
    page = page_of(boss.get(cast.address("set-up/venue/")))
    assert not page.has("#rules input[name=interpreters][checked]")
    limits = {"open_requests": "5", "expiry_hours": "24"}
    page = page_of(post(boss, cast, "rules/", limits | {"interpreters": "on"}))
    assert page.has("#rules input[name=interpreters][checked]")
    cast.event.refresh_from_db()
    assert cast.event.interpreters
    post(boss, cast, "rules/", limits)
    cast.event.refresh_from_db()
    assert not cast.event.interpreters
