"""Learned weights: which answers count, what is stored, who may reset them, and what the next Run uses."""

import datetime as dt

import numpy as np
import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.meetings import Meeting
from backend.config.logs import redacted
from backend.core.errors import NotFound, OrganisersOnly
from backend.events.models.agenda import Slot, Table
from backend.suggestions import jobs
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.engine.learning import read_answers, read_editions
from backend.suggestions.models import Embedding, Feedback, LearnedWeights, Learning, SuggestionRules, SuggestionView
from backend.suggestions.selectors.learning import active_weights, learns_nightly
from backend.suggestions.selectors.runs import current_run
from backend.suggestions.services.feedback import record_views
from backend.suggestions.services.learning import (
    LEARN_WEIGHTS,
    learn_weights,
    preview_weights,
    request_learning,
    reset_weights,
    set_nightly_learning,
)
from backend.suggestions.services.runs import build_run
from matching.policy import MatchingPolicy
from matching.text.model import ModelError
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, appoint, block_contact, make_attendee, make_event, make_run, make_tie
from tests.refusals import refuses

pytestmark = pytest.mark.django_db

TOPICS = ("sextortion", "victim-support")
LATER = NOW + dt.timedelta(days=30)


@pytest.fixture
def event():
    """Forty people of four constituencies with topics and no text, so that no model is loaded."""
    event = make_event()
    sides = [
        ("ngo", "civil-society"),
        ("ict-ministry", "government"),
        ("large-company", "industry"),
        ("youth", "youth"),
    ]
    for place in range(40):
        sector, constituency = sides[place % 4]
        make_attendee(
            event,
            seeks_topics=[TOPICS[place // 20]],
            offers_topics=[TOPICS[place % 2]],
            sector=sector,
            constituency=constituency,
        )
    return event


def make_organiser(event):
    organiser = event.attendees.order_by("pk").first()
    appoint(organiser, "organiser")
    return organiser


def show_everybody_and_save_fits(event):
    """Everybody is shown twelve others over ten days and saves most of those whom a topic links to them."""
    people = list(event.attendees.order_by("pk"))[:40]
    for place, attendee in enumerate(people):
        for rank in range(1, 13):
            other = people[(place + rank) % len(people)]
            at = NOW - dt.timedelta(days=20 - (7 * place + rank) % 10)
            SuggestionView.objects.create(attendee=attendee, other=other, rank=rank, propensity=1.0, viewed_at=at)
            back = (place + rank) % len(people)
            fits = TOPICS[back % 2] == TOPICS[place // 20] or TOPICS[place % 2] == TOPICS[back // 20]
            if fits and (place + rank) % 7:
                Feedback.objects.create(attendee=attendee, other=other, verdict="good", created_at=at)


def answers_of(event):
    return {
        (row.attendee, row.other, row.source): (row.yes, round(row.reading, 3))
        for row in read_answers(event, read_event_data(event), LATER)
    }


def test_learning_from_saved_fits_raises_the_weight_of_topics(event):
    show_everybody_and_save_fits(event)
    learn_weights(event=event, now=LATER)
    stored = active_weights(event)
    topic = stored.weights["topic"]
    assert topic["prior"] == MatchingPolicy().topic < topic["value"]
    assert topic["low"] < topic["value"] < topic["high"]
    assert stored.counts["by_source"] == {"shown": 480, "asked": 0, "met": 0, "ties": 0}
    assert stored.counts["answers"] == 480
    assert stored.counts["people"] == 40
    assert stored.counts["held_out"]["gain"] > 0


@pytest.mark.slow
def test_the_next_run_uses_and_stores_the_learned_weights_until_they_are_reset(event):
    show_everybody_and_save_fits(event)
    organiser = make_organiser(event)
    learned = learn_weights(event=event, now=LATER).weights["topic"]["value"]
    assert learned != pytest.approx(MatchingPolicy().topic)
    assert build_run(event=event, now=LATER).policy["topic"] == pytest.approx(learned)
    assert build_run(event=event, now=LATER, policy=MatchingPolicy(ei_floor=0.1)).policy["topic"] == pytest.approx(
        learned
    )
    set_nightly_learning(event=event, is_on=True, by=organiser.person, now=NOW)
    reset_weights(event=event, by=organiser.person, now=NOW)
    assert active_weights(event) is None
    assert not learns_nightly(event)
    assert build_run(event=event, now=LATER).policy["topic"] == MatchingPolicy().topic


@pytest.mark.slow
def test_under_two_hundred_answers_nothing_is_stored(event):
    people = list(event.attendees.order_by("pk"))
    for other in people[1:]:
        SuggestionView.objects.create(attendee=people[0], other=other, rank=1, viewed_at=NOW)
    assert not preview_weights(event=event, now=LATER).is_changed
    learn_weights(event=event, now=LATER)
    assert not LearnedWeights.objects.exists()


@pytest.mark.slow
def test_learning_again_replaces_the_weights_and_keeps_the_earlier_ones(event):
    show_everybody_and_save_fits(event)
    for _ in range(2):
        learn_weights(event=event, now=LATER)
    second, first = LearnedWeights.objects.all()
    assert (first.is_active, second.is_active) == (False, True)
    assert first.weights == second.weights


@pytest.mark.slow
def test_only_organisers_reset_the_weights_or_switch_the_nightly_learning(event):
    someone = event.attendees.first().person
    with pytest.raises(OrganisersOnly):
        reset_weights(event=event, by=someone, now=NOW)
    with pytest.raises(OrganisersOnly):
        set_nightly_learning(event=event, is_on=True, by=someone, now=NOW)


@pytest.mark.slow
def test_the_nightly_job_learns_only_where_it_is_switched_on_and_gains(event):
    show_everybody_and_save_fits(event)
    jobs.learn_weights(event.pk)
    assert active_weights(event) is None
    SuggestionRules.objects.create(event=event, learns_nightly=True)
    jobs.learn_weights(event.pk)
    assert active_weights(event) is not None


@pytest.mark.slow
def test_the_nightly_job_keeps_what_came_of_it(event):
    organiser = make_organiser(event)
    set_nightly_learning(event=event, is_on=True, by=organiser.person, now=NOW)
    jobs.learn_weights(event.pk)
    assert Learning.objects.get().state == "too-few"
    show_everybody_anew_and_save_at_random(event, seed=0)
    jobs.learn_weights(event.pk)
    assert Learning.objects.get().state == "not-proven"
    Feedback.objects.all().delete()
    SuggestionView.objects.all().delete()
    show_everybody_and_save_fits(event)
    jobs.learn_weights(event.pk)
    assert Learning.objects.get().state == "learned"
    assert active_weights(event) is not None
    set_nightly_learning(event=event, is_on=False, by=organiser.person, now=NOW)
    jobs.learn_weights(event.pk)
    assert not Learning.objects.exists()


@pytest.mark.slow
def test_a_learning_that_fails_says_so_and_fails_its_job(event, settings):
    settings.TITIAN_MODEL = "/nowhere"
    make_attendee(event, about="We train the police.")
    SuggestionRules.objects.create(event=event, learns_nightly=True)
    show_everybody_and_save_fits(event)
    with pytest.raises(ModelError):
        jobs.learn_weights(event.pk)
    assert Learning.objects.get().state == "failed"


@pytest.mark.slow
def test_an_organiser_has_the_weights_learned_at_once_where_learning_is_on(event):
    organiser = make_organiser(event)
    with pytest.raises(OrganisersOnly):
        request_learning(event=event, by=event.attendees.last().person, now=NOW)
    with refuses("learning_is_off"):
        request_learning(event=event, by=organiser.person, now=NOW)
    assert not ProcrastinateJob.objects.exists()
    set_nightly_learning(event=event, is_on=True, by=organiser.person, now=NOW)
    for _ in range(2):
        request_learning(event=event, by=organiser.person, now=NOW)
    assert Learning.objects.get().state == "waiting"
    assert [job.task_name for job in ProcrastinateJob.objects.all()] == [LEARN_WEIGHTS]


def show_everybody_anew_and_save_at_random(event, seed):
    """As above, but what is saved has nothing to do with topics."""
    for table in (Feedback, SuggestionView):
        table.objects.all().delete()
    show_everybody_and_save_fits(event)
    Feedback.objects.all().delete()
    saved = np.random.default_rng(seed)
    for view in SuggestionView.objects.order_by("pk"):
        if saved.random() < 0.3:
            Feedback.objects.create(attendee=view.attendee, other=view.other, verdict="good", created_at=view.viewed_at)


@pytest.mark.slow
def test_weights_that_predict_no_better_are_not_used_and_their_figures_are_told(event, capsys, caplog):
    show_everybody_and_save_fits(event)
    learn_weights(event=event, now=NOW)
    assert active_weights(event) is not None
    show_everybody_anew_and_save_at_random(event, seed=12)
    call_command("learn_weights", event.slug, "--dry-run")
    assert active_weights(event) is not None
    call_command("learn_weights", event.slug)
    assert active_weights(event) is None
    held_out = LearnedWeights.objects.first().counts["held_out"]
    assert held_out["low"] <= 0
    gain = f"gain {held_out['gain']:+.4f} [{held_out['low']:+.4f}, {held_out['high']:+.4f}]"
    printed = capsys.readouterr().out
    assert printed.count("Not to be used") == printed.count(gain) == 2
    assert "use the default weights" in printed
    assert gain in caplog.text
    assert redacted(caplog.text) == caplog.text
    assert build_run(event=event, now=LATER).policy["topic"] == MatchingPolicy().topic


def test_what_was_shown_becomes_a_yes_or_a_no_as_likely_read_as_its_rank(event):
    a, b, c, d, e, f, g, h = event.attendees.order_by("pk")[:8]
    for rank, other in enumerate((b, c, d, e, f, g, h), start=1):
        SuggestionView.objects.create(attendee=a, other=other, rank=rank, propensity=1.0, viewed_at=NOW)
    make_meeting(a, b, "requested")
    Feedback.objects.create(attendee=a, other=c, verdict="good")
    Feedback.objects.create(attendee=a, other=d, verdict="not-relevant", cause="topic")
    Feedback.objects.create(attendee=a, other=e, verdict="not-relevant", cause="known")
    SuggestionView.objects.filter(other=f).update(viewed_at=LATER)
    make_meeting(a, g, "requested", asked_at=NOW - dt.timedelta(days=1))
    assert answers_of(event) == {
        (a.pk, b.pk, 0): (True, 1.0),
        (a.pk, c.pk, 0): (True, 0.631),
        (a.pk, d.pk, 0): (False, 1.0),
        (a.pk, h.pk, 0): (False, 0.333),
    }


def test_requests_are_answered_by_who_received_them_and_meetings_by_both(event):
    a, b, c, d = event.attendees.order_by("pk")[:4]
    make_meeting(a, b, "declined", hours=2)
    make_meeting(a, c, "held", hours=2, useful=(5, 3))
    make_meeting(a, d, "expired", hours=48)
    assert answers_of(event) == {
        (b.pk, a.pk, 1): (False, 1.0),
        (c.pk, a.pk, 1): (True, 1.0),
        (a.pk, c.pk, 2): (True, 1.0),
    }


@pytest.mark.slow
def test_a_request_answered_with_an_office_hour_was_a_yes_of_who_answered(event):
    a, _b, c = event.attendees.order_by("pk")[:3]
    slot = Slot.objects.create(event=event, starts_at=NOW, ends_at=NOW + dt.timedelta(minutes=30))
    hour = Meeting.objects.create(
        event=event, kind="office_hours", asker=c, state="accepted", expires_at=NOW, slot=slot,
        table=Table.objects.create(event=event, label="T9"), period=(slot.starts_at, slot.ends_at),
    )  # fmt: skip
    request = make_meeting(a, c, "requested", hours=2)
    Meeting.objects.filter(pk=request.pk).update(
        state="gathered", office_hour=hour, answered_at=NOW + dt.timedelta(hours=2)
    )
    assert answers_of(event) == {(c.pk, a.pk, 1): (True, 1.0)}


@pytest.mark.parametrize("how", ["block", "report"])
def test_pairs_that_may_not_be_in_touch_and_people_not_matched_teach_nothing(event, how):
    a, b, c = event.attendees.order_by("pk")[:3]
    minor = make_attendee(event, age_class="minor")
    for other in (b, c, minor):
        SuggestionView.objects.create(attendee=a, other=other, rank=1, viewed_at=NOW)
    make_meeting(b, a, "declined", hours=1)
    block_contact(how, a, b)
    assert set(answers_of(event)) == {(a.pk, c.pk, 0)}


@pytest.mark.slow
def test_a_view_keeps_the_place_and_propensity_of_the_card(event):
    a, b, c = event.attendees.order_by("pk")[:3]
    make_run(event, {a: [b, c]})
    record_views(attendee=a, other_ids=[c.pk], by=a.person, now=NOW)
    view = SuggestionView.objects.get()
    assert (view.other, view.rank, view.propensity) == (c, 2, 1.0)


def with_past_ties(event):
    """An earlier edition where neighbours met whose topics fit, in both directions or one."""
    before = make_event(
        "forum-before",
        starts_on=event.starts_on - dt.timedelta(days=365),
        ends_on=event.ends_on - dt.timedelta(days=365),
    )
    people = list(event.attendees.order_by("pk"))
    for place in range(0, 20, 2):
        make_tie(before, people[place], people[place + 20])
        make_tie(before, people[place], people[(place + 2) % 20])
    return before


def test_ties_of_earlier_editions_count_from_the_edition_named(event, capsys):
    before = with_past_ties(event)
    data = read_event_data(event)
    edition = read_editions(event, data, before)[0]
    assert (edition.day, len(edition.met), edition.earlier) == (before.starts_on.toordinal(), 20, ())
    assert preview_weights(event=event, now=NOW).counts["by_source"]["ties"] == 0
    call_command("learn_weights", event.slug, "--since", before.slug, "--dry-run")
    printed = capsys.readouterr().out
    assert "from earlier editions" in printed
    assert "Nothing was stored." in printed
    assert not LearnedWeights.objects.exists()


@pytest.mark.slow
def test_the_nightly_job_learns_from_earlier_editions_since_the_one_chosen(event):
    before = with_past_ties(event)
    show_everybody_and_save_fits(event)
    organiser = make_organiser(event)
    for since, ties in ((None, False), (before, True)):
        set_nightly_learning(event=event, is_on=True, since=since, by=organiser.person, now=NOW)
        jobs.learn_weights(event.pk)
        assert (active_weights(event).counts["by_source"]["ties"] > 0) == ties
    with refuses("not_earlier"):
        set_nightly_learning(event=event, is_on=True, since=event, by=organiser.person, now=NOW)


def test_an_edition_that_is_not_earlier_is_refused(event):
    with refuses("not_earlier"):
        preview_weights(event=event, since=event, now=NOW)
    with pytest.raises(NotFound):
        call_command("learn_weights", event.slug, "--since", "nowhere")


@pytest.mark.slow
def test_the_command_prints_what_changed_from_how_many_answers_and_the_gain(event, capsys):
    show_everybody_and_save_fits(event)
    call_command("learn_weights", event.slug)
    printed = capsys.readouterr().out
    stored = active_weights(event)
    topic, held_out = stored.weights["topic"], stored.counts["held_out"]
    assert "480 answers of 40 people" in printed
    assert f"topic            1.00{topic['value']:>9.2f}   [{topic['low']:.2f}, {topic['high']:.2f}]" in printed
    assert "Not to be used" not in printed
    assert f"gain {held_out['gain']:+.4f} [{held_out['low']:+.4f}, {held_out['high']:+.4f}]" in printed
    ranking = held_out["ranking"]
    assert f"gain {ranking['gain']:+.4f} [{ranking['low']:+.4f}, {ranking['high']:+.4f}]" in printed
    assert "use these weights" in printed
    assert current_run(event) is None


@pytest.mark.slow
def test_what_is_stored_outlives_the_answers_and_names_nobody(event):
    show_everybody_and_save_fits(event)
    learn_weights(event=event, now=LATER)
    event.attendees.all().delete()
    stored = active_weights(event)
    numbers = [value for row in stored.weights.values() for value in row.values()]
    assert np.isfinite(numbers).all()
    assert set(stored.counts) == {"answers", "yes", "people", "by_source", "held_out"}
    assert not Embedding.objects.exists()
