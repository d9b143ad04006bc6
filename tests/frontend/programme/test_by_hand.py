"""Two named people, by the pages of an organiser."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.booking.models.meetings import Meeting
from backend.events.models.attendees import Attendee
from backend.suggestions.services.runs import build_run
from tests.factories import NOW, block_contact
from tests.pages import page_of

BASE = "/e/forum/programme/by-hand/"


@pytest.fixture
def client(desk, time_machine):
    time_machine.move_to(NOW, tick=False)
    client = Client()
    client.force_login(desk.by)
    return client


def test_a_pair_is_chosen_proposed_once_and_withdrawn(desk, client):
    a, b, *_ = desk.people
    page = page_of(client.get(BASE, {"first": a.pk, "second": b.pk}))
    assert page.has(f'input[name="slots"][value="{desk.slots[0].pk}"]')
    values = {"first": a.pk, "second": b.pk, "slots": [desk.slots[0].pk], "key": "once"}
    for _ in range(2):
        assert client.post(BASE, values).status_code == 302
    meeting = Meeting.objects.get()
    assert "Proposed" in page_of(client.get(BASE)).texts(".entry .chip")
    assert client.post(f"{BASE}{meeting.pk}/withdraw/").status_code == 302
    assert page_of(client.get(BASE)).texts(".entry .chip") == ["Withdrawn"]


def test_refusals_stand_on_the_page_with_what_was_chosen(desk, client, blocked_by):
    a, b, c, *_ = desk.people
    refused = client.post(BASE, {"first": a.pk, "second": b.pk, "because": "A topic"})
    assert refused.status_code == 400
    assert "Offer one to 3 different times." in page_of(refused).text_of('[role="alert"]')
    assert "A topic" in refused.content.decode()
    same = client.post(BASE, {"first": a.pk, "second": a.pk, "slots": [desk.slots[0].pk]})
    assert "Choose two different people." in page_of(same).text_of('[role="alert"]')
    block_contact(blocked_by, a, b)
    c.availability.all().delete()
    pages = [page_of(client.get(BASE, {"first": a.pk, "second": one.pk})) for one in (b, c)]
    for page in pages:
        assert "These two have no time in common" in page.text_of("main")
        assert not page.has('input[name="slots"]')


def test_an_agreed_meeting_is_moved_by_its_form_and_a_taken_table_is_refused(desk, client):
    a, b, c, d, *_ = desk.people
    meeting, other = desk.forum.arrange(a, b, desk.slots[0]), desk.forum.arrange(c, d, desk.slots[0])
    where = f"/e/forum/meetings/{meeting.pk}/move/"
    refused = client.post(where, {"slot": desk.slots[0].pk, "table": other.table_id})
    assert refused.status_code == 409
    assert "This table is taken at that time" in page_of(refused).text_of('[role="alert"]')
    assert client.post(where, {"slot": desk.slots[1].pk, "table": other.table_id}).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.slot, meeting.table) == (desk.slots[1], other.table)


@pytest.mark.slow
def test_people_are_found_by_name_and_organisation_and_chosen_step_by_step(desk, client):
    a, b, c, *_ = desk.people
    for one, name in ((a, "Đào Nguyễn"), (b, "Dao Ly"), (c, "Somebody Else")):
        one.name = name
        one.save()
    page = page_of(client.get(BASE))
    assert not page.has("select[name=first]")
    assert not page.has("input[type=radio]")
    page = page_of(client.get(BASE, {"find_first": "dao"}))
    assert set(page.attributes("input[name=first]", "value")) == {str(a.pk), str(b.pk)}
    page = page_of(client.get(BASE, {"find_first": "dao nguyen", "find_second": a.organisation.name}))
    assert page.attribute("input[name=first][checked]", "value") == str(a.pk)
    assert str(a.pk) in page.attributes("input[name=second]", "value")
    page = page_of(client.get(BASE, {"find_first": "dao", "first": a.pk, "find_second": "dao"}))
    assert page.attribute("input[name=first]", "value") == str(a.pk), "chosen, and hidden"
    assert page.attributes("input[name=second]", "value") == [str(b.pk)], "nobody meets themself"
    page = page_of(client.get(BASE, {"first": a.pk, "second": b.pk}))
    assert page.has("input[name=slots]")
    assert "Nobody who has joined has these words" in page_of(client.get(BASE, {"find_first": "Nobody Here"}))


def test_while_one_types_the_matches_of_that_side_alone_are_sent(desk, client):
    Attendee.objects.filter(pk=desk.people[0].pk).update(name="Xu Lan")
    headers = {"HX-Request": "true", "HX-Target": "found-second"}
    part = page_of(client.get(BASE, {"find_second": "xu lan"}, headers=headers))
    assert part.attributes("input", "name") == ["second"]
    assert not part.has("h1")


def test_minors_hidden_people_and_who_has_not_joined_are_never_found(desk, client):
    unjoined = {"agreed_at": None, "agreement_version": ""}
    changes = ({"visibility": "hidden"}, {"age_class": "minor"}, unjoined)
    for one, change in zip(desk.people, changes, strict=False):
        Attendee.objects.filter(pk=one.pk).update(name="Xu Lan", **change)
    page = page_of(client.get(BASE, {"find_first": "Xu Lan"}))
    assert not page.has("input[type=radio]")


@pytest.mark.slow
@pytest.mark.usefixtures("model_folder")
def test_the_fit_is_told_of_two_who_have_times_and_of_parted_people_nothing(desk, client, blocked_by):
    a, b, *_ = desk.people
    assert not page_of(client.get(BASE, {"first": a.pk, "second": b.pk})).has(".fit"), "a list of another model"
    build_run(event=desk.event, now=NOW)
    page = page_of(client.get(BASE, {"first": a.pk, "second": b.pk}))
    assert page.text_of(".fit") in {"Strong fit", "Good fit", "Worth a look"}
    block_contact(blocked_by, a, b)
    assert not page_of(client.get(BASE, {"first": a.pk, "second": b.pk})).has(".fit")
