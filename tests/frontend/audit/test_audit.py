"""The page of what was done: for organisers, through the real requests that do it."""

import csv
import io

import pytest
from django.core.management import call_command
from pghistory.models import Context

from backend.booking.models.meetings import Meeting
from backend.core.audit import record_act
from backend.core.models import Act
from backend.events.models.attendees import Attendee
from backend.safeguarding.models import Block
from tests.backend.programme.conftest import make_desk
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, make_attendee, make_event
from tests.long_jobs import read
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    event = make_event("desk")
    organiser = make_attendee(event, name="Olga Organiser", permission="organiser", visibility="hidden")
    client.force_login(organiser.person)
    return event, client, organiser


def done(client, event, query=""):
    return client.get(f"/e/{event.slug}/desk/done/{query}").content.decode()


def test_before_anything_is_done_the_page_says_how_it_begins(desk):
    event, client, _ = desk
    page = done(client, event)
    assert "Nothing yet" in page
    assert "Narrow the list" not in page


def test_what_an_organiser_does_through_the_pages_is_read_there(desk):
    event, client, _ = desk
    ana, kim = (make_attendee(event, name="Ana Adult", age_class="unknown"), make_attendee(event, name="Kim Kid"))
    client.post(f"/e/{event.slug}/attendees/", {"attendee": ana.pk, "set_age_class": "adult"})
    client.post(f"/e/{event.slug}/attendees/", {"attendee": kim.pk, "set_age_class": "minor"})
    client.post(f"/e/{event.slug}/set-up/tables/", {"label": "T", "count": 3, "kind": "table", "place": "Hall"})
    read(client, f"/api/v1/events/{event.slug}/stats/funnel.csv")
    page = done(client, event)
    assert "Set the age class of Ana Adult to adult" in page
    assert "Set the age class of 1 person to minor" in page
    assert "Kim" not in page
    assert "Downloaded funnel.csv" in page
    assert page.count("Olga Organiser") >= 3
    assert page_of(page).has(".zone")


def test_what_an_organiser_changes_in_a_programme_is_read_there_and_the_file_names_nobody(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    planned = make_desk()
    plan = planned.plan(most=1)
    row = plan.planned.select_related("first__person", "second__person").first()
    client.force_login(planned.by)
    client.post(f"/e/{planned.event.slug}/programme/{plan.pk}/meetings/{row.pk}/", {"do": "lock"})
    client.post(f"/e/{planned.event.slug}/programme/{plan.pk}/again/")
    client.post(f"/e/{planned.event.slug}/programme/{plan.pk}/stop/")
    page = done(client, planned.event)
    names = f"{row.first.person.name} and {row.second.person.name}"
    assert f"Locked the planned meeting of {names} in programme {plan.pk}" in page
    assert f"Had programme {plan.pk} planned again" in page
    assert f"Stopped the planner at programme {plan.pk}" in page
    assert "Planned meetings" in page
    file = read(client, f"/e/{planned.event.slug}/desk/done.csv").content.decode()
    assert f"Locked 1 planned meeting in programme {plan.pk}" in file
    assert "Person" not in file


def test_a_participants_own_entries_are_not_there(desk):
    event, client, organiser = desk
    one, other = make_attendee(event, name="Ana"), make_attendee(event, name="Ben")
    client.force_login(one.person)
    client.post(f"/e/{event.slug}/people/{other.pk}/block/", {"confirm": "1"})
    assert Block.objects.exists()
    client.get(f"/e/{event.slug}/meetings/")  # reads what the block answered
    client.force_login(organiser.person)
    page = done(client, event)
    assert "Ana" not in page
    assert "Ben" not in page
    assert "Nothing yet" in page


def test_no_address_is_written_down_that_could_tell_of_a_block_or_open_an_answer(desk):
    event, client, _ = desk
    one, other = make_attendee(event), make_attendee(event)
    meeting = make_meeting(one, other, state="accepted")
    client.force_login(one.person)
    client.post(f"/e/{event.slug}/meetings/{meeting.pk}/cancel/", {"reason": "My flight leaves early"})
    assert Meeting.objects.get(pk=meeting.pk).state == "cancelled"
    assert [context.metadata for context in Context.objects.all()] == [{"user": one.person_id}]


@pytest.mark.slow
def test_filters_pages_and_an_empty_answer(desk):
    event, client, organiser = desk
    for number in range(60):
        record_act(event=event, by=organiser.person, kind=Act.Kind.DOWNLOADED, what=f"{number}.csv", now=NOW)
    assert "Page 1 of 2" in done(client, event)
    assert "Page 2 of 2" in done(client, event, "?kind=took&page=2")
    assert "60 entries" in done(client, event, f"?person={organiser.person_id}&day=2026-11-25")
    assert "Nothing like that" in done(client, event, "?day=2026-11-24")
    assert "60 entries" in done(client, event, "?day=yesterday&person=x&kind=%00&page=zz")


def test_the_file_has_what_the_page_says_but_no_names_and_is_an_entry_itself(desk):
    event, client, _ = desk
    ana = make_attendee(event, name="Ana Adult", age_class="unknown")
    client.post(f"/e/{event.slug}/attendees/", {"attendee": ana.pk, "set_visibility": "hidden"})
    Attendee.objects.filter(pk=ana.pk).update(age_class="adult")
    answer = read(client, f"/e/{event.slug}/desk/done.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert "Set the visibility of 1 person to hidden" in [row["what"] for row in rows]
    assert "Ana" not in answer.content.decode()
    assert "Downloaded what-was-done.csv" in done(client, event)


def test_an_import_by_command_is_the_systems(desk, tmp_path):
    event, client, _ = desk
    file = tmp_path / "list.csv"
    file.write_text("email,name\na@example.org,Ana\nb@example.org,Ben\n")
    call_command("import_attendees", event.slug, str(file), stdout=io.StringIO())
    page = done(client, event)
    assert "Imported 2 attendees" in page
    assert "The system" in page
