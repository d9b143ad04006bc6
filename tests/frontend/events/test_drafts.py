"""What is saved while it is typed: checked as by the button, and matched a little later."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.events.models.attendees import Attendee
from backend.events.services.changes import ATTENDEES_CHANGED
from tests.frontend.conftest import Cast, client_of
from tests.worker import waiting_jobs

PROFILE = {"about": "I prosecute.", "languages": ["th"], "listed": "on", "seeks_topics": ["sextortion"]}


@pytest.fixture
def client(cast: Cast) -> Client:
    return client_of(cast.official.person)


def test_a_draft_of_a_step_is_saved_and_changes_nothing_else(cast: Cast, client: Client) -> None:
    before = Attendee.objects.get(pk=cast.official.pk)
    answer = client.post(cast.address("join/2/"), {"offers": "A trai", "draft": "1"})
    assert (answer.status_code, answer.text) == (200, "Saved")
    saved = Attendee.objects.get(pk=cast.official.pk)
    assert (saved.offers, saved.seeks, saved.languages) == ("A trai", before.seeks, before.languages)
    assert "A trai</textarea>" in client.get(cast.address("join/2/")).text


def test_a_draft_of_the_profile_is_saved_by_the_same_rules(cast: Cast, client: Client) -> None:
    answer = client.post(cast.address("profile/"), PROFILE | {"seeks": "Judges", "draft": "1"})
    assert (answer.status_code, answer.text) == (200, "Saved")
    assert Attendee.objects.get(pk=cast.official.pk).seeks == "Judges"
    answer = client.post(cast.address("profile/"), PROFILE | {"seeks": "y" * 4001, "draft": "1"})
    assert answer.status_code == 422
    assert answer.text.startswith("Not saved yet: ")
    assert Attendee.objects.get(pk=cast.official.pk).seeks == "Judges"


def test_a_closed_forum_refuses_a_draft_in_its_own_words(cast: Cast, client: Client) -> None:
    cast.event.state = "archived"
    cast.event.save()
    answer = client.post(cast.address("profile/"), PROFILE | {"seeks": "Judges", "draft": "1"})
    assert answer.status_code == 409
    assert answer.text.startswith("Not saved yet: ")


def test_drafts_share_one_job_that_waits_and_the_button_does_not_wait(cast: Cast, client: Client) -> None:
    for typed in ("J", "Ju", "Judges"):
        client.post(cast.address("profile/"), PROFILE | {"seeks": typed, "draft": "1"})
    assert [waits for _, waits in waiting_jobs(ATTENDEES_CHANGED)] == [True]
    client.post(cast.address("profile/"), PROFILE | {"seeks": "Judges"})
    assert sorted(waits for _, waits in waiting_jobs(ATTENDEES_CHANGED)) == [False, True]
