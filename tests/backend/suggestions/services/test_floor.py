"""The floor of the E-I index: previewed, set, kept for later Runs, and reset."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from backend.suggestions import jobs
from backend.suggestions.models import Run, Suggestion
from backend.suggestions.selectors.runs import current_run, events_with_stale_lists
from backend.suggestions.services.runs import build_run, preview_run, refresh_lists
from matching.policy import MatchingPolicy
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    """Twenty-four people of two constituencies, topics and no text, so that no model is loaded."""
    event = make_event()
    for place in range(24):
        sides = ("ngo", "civil-society") if place < 12 else ("ict-ministry", "government")
        topic = "sextortion" if place < 12 else "victim-support"  # each wants one's own kind
        make_attendee(event, seeks_topics=[topic], offers_topics=[topic], sector=sides[0], constituency=sides[1])
    return event


def test_a_dry_run_prints_the_cost_of_a_floor_and_publishes_nothing(event, capsys):
    call_command("build_suggestions", event.slug, "--floor", "0.5", "--dry-run")
    printed = capsys.readouterr().out
    report = preview_run(event=event, policy=MatchingPolicy(ei_floor=0.5))
    assert report["score_cost"] > 0
    assert f"E-I index of the lists: {report['ei_lists']:.2f}; by chance {report['ei_chance']:.2f}, " in printed
    assert f"the floor 0.50, expected meetings {report['ei_index']:.2f}." in printed
    assert f"The floor costs {report['score_cost']:.1%} of the mean score" in printed
    assert "Nothing was published." in printed
    assert not Run.objects.exists()
    assert not Suggestion.objects.exists()


def test_a_floor_holds_for_later_runs_until_it_is_reset(event, capsys):
    call_command("build_suggestions", event.slug, "--floor", "0.5")
    assert "Published" in capsys.readouterr().out
    jobs.build_suggestions(event.pk)
    run = current_run(event)
    assert (run.policy["ei_floor"], run.report["ei_floor"]) == (0.5, 0.5)
    assert run.report["ei_index"] >= 0.5
    call_command("build_suggestions", event.slug, "--floor", "default")
    assert current_run(event).policy["ei_floor"] is None


@pytest.mark.parametrize("floor", ["2", "-1.5", "nan", "high"])
def test_an_invalid_floor_is_refused(event, floor):
    with pytest.raises(CommandError, match=r"ei_floor must lie|is neither a number"):
        call_command("build_suggestions", event.slug, f"--floor={floor}")


def test_refreshing_lists_of_an_older_version_rebuilds_all_and_keeps_the_floor(event):
    spoils = ({"policy": {"renamed": 1, "ei_floor": 0.5}}, {"matching_state": b"of another version"})
    for hours, spoilt in enumerate(spoils, start=1):
        old = build_run(event=event, now=NOW)
        Run.objects.filter(pk=old.pk).update(**spoilt)
        event.attendees.update(changed_at=NOW + dt.timedelta(hours=hours))
        assert refresh_lists(event=event, now=NOW) == 24
        new = current_run(event)
        assert new != old
        assert new.policy["ei_floor"] == 0.5
        assert new.suggestions.exists()


def test_a_floor_that_is_met_anyway_says_that_no_cost_was_needed(event, capsys):
    call_command("build_suggestions", event.slug, "--floor", "-1", "--dry-run")
    assert "No cost was needed: the lists were already above the floor." in capsys.readouterr().out


def test_interpreters_reach_the_lists_and_a_change_of_them_rebuilds_all(event):
    build_run(event=event, now=NOW)
    assert current_run(event).policy["interpreters"] is False
    assert events_with_stale_lists() == []
    event.interpreters = True
    event.save()
    assert events_with_stale_lists() == [event]
    jobs.refresh_lists(event.pk)
    assert current_run(event).policy["interpreters"] is True
    assert events_with_stale_lists() == []
    build_run(event=event, now=NOW, policy=MatchingPolicy(ei_floor=0.5))
    assert current_run(event).policy["interpreters"] is True
