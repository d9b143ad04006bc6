"""The paragraph a report begins with: true of its release, and of nothing else."""

import datetime as dt
import re

import pytest

from backend.booking.models.meetings import Meeting
from backend.stats.selectors.summary import summary_for
from backend.stats.services import release_for
from tests.backend.stats.events import make_meeting, seven_people
from tests.backend.stats.selectors.test_headlines import make_forum
from tests.factories import NOW, make_attendee, make_event, make_organisation

pytestmark = pytest.mark.django_db


def released(event, now=NOW):
    organiser = make_attendee(
        event, permission="organiser", visibility="hidden", organisation=event.organisations.first()
    )
    return release_for(event=event, by=organiser.person, now=now)


def parts(release):
    return {str(head): text for head, text in summary_for(release)}


@pytest.mark.slow
def test_it_says_what_was_built_what_is_missing_and_what_to_do_each_with_its_figure():
    event = make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6)
    alone = make_organisation(event, "company", "industry")
    for _ in range(5):
        make_attendee(event, organisation=alone)
    summary = parts(released(event))
    assert list(summary) == ["What was built.", "What is missing.", "What to do."]
    assert summary["What was built."].startswith(
        "24 of 29 attendees have a meeting. Of 81 meetings agreed or held, 78 % bring two constituencies together."
    )
    assert "Government and industry held 48 meetings" in summary["What was built."]
    bridge = "Industry and civil society have 7 meetings, where chance would give 21."
    assert summary["What is missing."] == f"{bridge} 5 attendees have no meeting."
    assert summary["What to do."] == (
        "Plan 14 more meetings between industry and civil society. "
        "Plan a meeting for each of the 5 attendees without one."
    )


def test_once_the_forum_is_over_it_says_what_to_do_at_the_next():
    event = make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6)
    now = dt.datetime.combine(event.ends_on + dt.timedelta(days=9), dt.time(12), dt.UTC)
    summary = parts(released(event, now))
    assert summary["What to do."].startswith("At the next forum, plan meetings between industry and civil society")


@pytest.mark.slow
def test_it_is_made_of_the_stored_release_alone():
    event = make_forum(gov_ind=20, gov_civ=8, ind_civ=7)
    release = released(event)
    before = parts(release)
    Meeting.objects.filter(event=event).update(state=Meeting.State.CANCELLED)
    release.refresh_from_db()
    assert parts(release) == before


@pytest.mark.slow
def test_what_is_withheld_is_said_coarsely_and_no_small_count_is_told():
    event = make_event()
    seven_people(event)
    summary = parts(released(event))
    assert "Some of 7 attendees have a meeting." in summary["What was built."]
    assert "to count them would tell" in summary["What is missing."]
    assert all(int(number) >= 5 for number in re.findall(r"\d+", " ".join(summary.values())))
    assert "withheld" not in " ".join(summary.values())


def test_nearly_everybody_and_everybody_and_nobody_are_said_so():
    event = make_event()
    people = [make_attendee(event) for _ in range(41)]
    assert parts(released(event))["What was built."] == "No meeting is agreed yet."
    for one, other in zip(people[:38:2], people[1:38:2], strict=True):
        make_meeting(one, other)
    later = NOW + dt.timedelta(days=1)
    assert "Nearly all of 41 attendees have a meeting." in parts(released(event, later))["What was built."]
