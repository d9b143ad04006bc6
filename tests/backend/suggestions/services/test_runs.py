"""Runs on the real model and database: built, published at once, and refreshed."""

import csv
import datetime as dt
import math
from itertools import count

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.services.availability import close_slots, open_slots
from backend.core.errors import NotFound
from backend.events.models.agenda import SessionPart, Slot
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.services.opening import change_state
from backend.events.services.profiles import ProfileChange, update_profile
from backend.suggestions import jobs
from backend.suggestions.engine.event_data import read_event_data
from backend.suggestions.engine.lists import explain_with_evidence
from backend.suggestions.engine.texts import READING, text_hash, text_reader
from backend.suggestions.models import Embedding, ListReading, Run, Suggestion
from backend.suggestions.selectors.lists import suggestions_for
from backend.suggestions.selectors.runs import current_run, events_with_stale_lists, stale_ids_for
from backend.suggestions.services.runs import NobodyToMatch, build_first_run, build_run, refresh_lists
from matching.policy import MatchingPolicy
from tests.factories import NOW, block_contact, make_attendee, make_event, make_session, make_tie, provide_for_minors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_folder")]
LATER = NOW + dt.timedelta(minutes=5)
HALF = dt.timedelta(minutes=30)
SEEKS_EVIDENCE = "I need help with preserving chat evidence across borders for trials."
SEEKS_COUNSELLORS = "Looking for a helpline with trained counsellors who answer pupils after school hours."
OFFERS_MLAT = "We train prosecutors to write mutual legal assistance requests for digital evidence."


@pytest.fixture
def forum():
    """Fourteen adults of two constituencies, a minor and one of unknown age, who would fit best of all."""
    event = make_event()
    seeker = make_attendee(event, name="Seeker", seeks=SEEKS_EVIDENCE)
    fitting = make_attendee(event, name="Fitting", offers=OFFERS_MLAT, constituency="civil-society", sector="ngo")
    for place in range(12):
        side = ("ict-ministry", "government") if place % 2 else ("small-company", "industry")
        make_attendee(
            event,
            sector=side[0],
            constituency=side[1],
            seeks=f"Partners for school programme number {place} on safe play in rural districts",
            offers=f"A helpline rota of {place + 3} trained counsellors who answer after school hours",
        )
    for age_class in ("minor", "unknown"):
        make_attendee(event, name=f"Young {age_class}", age_class=age_class, offers=OFFERS_MLAT)
    return event, seeker, fitting


def build(event, now=NOW):
    return build_run(event=event, now=now)


def change_of(attendee, **fields):
    values = {
        "title": attendee.title,
        "country": attendee.country,
        "languages": tuple(attendee.languages),
        "about": attendee.about,
        "seeks": attendee.seeks,
        "offers": attendee.offers,
        "seeks_topics": frozenset(),
        "offers_topics": frozenset(),
        "listed": True,
    }
    return ProfileChange(**{**values, **fields})


@pytest.mark.slow
def test_the_best_fit_comes_first_and_the_reason_quotes_both(forum):
    event, seeker, _ = forum
    build(event)
    first = suggestions_for(attendee=seeker, now=NOW).cards[0]
    assert first.other.name == "Fitting"
    quoted = next(reason for reason in first.reasons if reason.code == "seeks_offers")
    assert quoted.evidence["seek"] == SEEKS_EVIDENCE
    assert quoted.evidence["offer"] == OFFERS_MLAT


@pytest.mark.slow
def test_every_list_has_ten_entries_four_across_constituencies_each_with_a_reason(forum):
    event, *_ = forum
    build(event)
    adults = Attendee.objects.filter(event=event, age_class="adult").select_related("organisation__sector")
    for attendee in adults:
        rows = Suggestion.objects.proper().filter(attendee=attendee)
        rows = rows.select_related("other__organisation__sector")
        assert len(rows) == 10
        assert sum(row.other.constituency != attendee.constituency for row in rows) >= 4
        assert all(row.reasons for row in rows)


def test_minors_are_on_no_list_have_none_and_their_texts_are_never_encoded(forum):
    event, *_ = forum
    Attendee.objects.filter(event=event, age_class="minor").update(seeks="A text that only a minor wrote.")
    build(event)
    closed = Attendee.objects.filter(event=event).exclude(age_class="adult")
    assert not Suggestion.objects.filter(other__in=closed).exists()
    assert not Suggestion.objects.filter(attendee__in=closed).exists()
    assert not Embedding.objects.filter(text_hash=text_hash("A text that only a minor wrote.")).exists()


@pytest.mark.slow
def test_a_text_is_encoded_once_and_again_only_when_it_changes(forum):
    event, seeker, _ = forum

    def read_in(now):
        """The fields of which a build encodes anything."""
        stages = []
        build_run(event=event, now=now, progress=lambda stage, _share: stages.append(stage))
        return [field for field, stage in READING.items() if stage in stages]

    assert read_in(NOW) == ["seeks", "offers"]
    before = set(Embedding.objects.values_list("pk", flat=True))
    assert read_in(LATER) == []
    assert set(Embedding.objects.values_list("pk", flat=True)) == before
    update_profile(attendee=seeker, change=change_of(seeker, seeks="Age checks"), by=seeker.person, now=LATER)
    assert read_in(LATER) == ["seeks"]
    assert Embedding.objects.exclude(pk__in=before).count() == 1


@pytest.mark.slow
def test_the_same_input_gives_the_same_lists(forum):
    event, *_ = forum
    rows = ("attendee_id", "other_id", "rank", "score")
    first = list(build(event).suggestions.order_by("attendee_id", "rank").values_list(*rows))
    again = list(build(event, LATER).suggestions.order_by("attendee_id", "rank").values_list(*rows))
    assert first == again


@pytest.mark.slow
def test_publishing_retires_the_old_run_and_leaves_one_current(forum):
    event, *_ = forum
    old, new = build(event), build(event, LATER)
    old.refresh_from_db()
    assert (old.state, old.suggestions.count()) == ("retired", 0)
    assert current_run(event) == new
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(event=event, model="x", state="current", published_at=NOW)


@pytest.mark.slow
def test_a_failed_run_changes_no_published_list(forum):
    event, seeker, _ = forum
    good = build(event)
    Attendee.objects.filter(pk=seeker.pk).update(seeks="A new text")
    too_wide = Embedding(model=text_reader().model, kind="query", vector=[1.0, 2.0])
    too_wide.text_hash = text_hash("A new text")
    too_wide.save()  # a vector of another length, as a broken model would leave
    with pytest.raises(ValueError, match=r"dimension|shape|size"):
        build(event, LATER)
    assert current_run(event) == good
    assert Run.objects.filter(state="failed").count() == 1
    assert len(suggestions_for(attendee=seeker, now=NOW).cards) == 10


def test_an_event_with_nobody_to_match_is_refused():
    event = make_event()
    make_attendee(event, age_class="unknown")
    with pytest.raises(NobodyToMatch, match="age_class"):
        build(event)
    assert not Run.objects.exists()


@pytest.mark.slow
def test_a_change_is_announced_in_its_own_transaction_and_refreshed_by_the_job(forum):
    event, seeker, _ = forum
    build(event)
    assert events_with_stale_lists() == []
    with pytest.raises(RuntimeError), transaction.atomic():
        update_profile(attendee=seeker, change=change_of(seeker, seeks="x"), by=seeker.person, now=LATER)
        raise RuntimeError
    assert not ProcrastinateJob.objects.filter(task_name="events.attendees_changed").exists()
    for text in ("Safe play in rural schools", SEEKS_COUNSELLORS):
        seeker = update_profile(attendee=seeker, change=change_of(seeker, seeks=text), by=seeker.person, now=LATER)
    assert ProcrastinateJob.objects.filter(task_name="events.attendees_changed").count() == 1
    assert events_with_stale_lists() == [event]
    assert refresh_lists(event=event, now=LATER) == 1
    found = suggestions_for(attendee=Attendee.objects.select_related("event").get(pk=seeker.pk), now=LATER)
    assert (found.is_refreshing, found.computed_at) == (False, LATER)
    quotes = {reason.evidence.get("seek") for card in found.cards for reason in card.reasons}
    assert SEEKS_COUNSELLORS in quotes
    assert SEEKS_EVIDENCE not in quotes
    assert refresh_lists(event=event, now=LATER) == 0


@pytest.mark.slow
def test_a_change_made_during_a_build_is_stale_after_publishing(forum, monkeypatch):
    event, seeker, _ = forum
    build(event)
    read = read_event_data

    def read_then_change(changed_event):
        forum_read = read(changed_event)
        update_profile(attendee=seeker, change=change_of(seeker, seeks="x"), by=seeker.person, now=NOW)
        return forum_read

    monkeypatch.setattr("backend.suggestions.services.runs.read_event_data", read_then_change)
    seeker.changed_at = NOW - dt.timedelta(hours=1)
    Attendee.objects.filter(pk=seeker.pk).update(changed_at=seeker.changed_at)
    run = build(event, LATER)
    assert stale_ids_for(event, run) == {seeker.pk}


def test_a_block_or_report_takes_both_off_each_others_lists_at_the_next_refresh(forum, blocked_by):
    event, seeker, fitting = forum
    build(event)
    block_contact(blocked_by, fitting, seeker, LATER)
    assert refresh_lists(event=event, now=LATER) == 2
    pair = {seeker.pk, fitting.pk}
    assert not Suggestion.objects.filter(attendee__in=pair, other__in=pair).exists()


@pytest.mark.slow
def test_people_who_met_at_an_earlier_edition_are_not_proposed_again(forum):
    event, seeker, fitting = forum
    earlier = make_event("earlier", starts_on=dt.date(2025, 11, 19), ends_on=dt.date(2025, 11, 20))
    make_tie(earlier, seeker, fitting)
    build(event)
    assert not Suggestion.objects.filter(attendee=seeker, other=fitting).exists()


@pytest.mark.slow
def test_shared_sessions_are_a_reason(forum):
    event, seeker, _ = forum
    other = Attendee.objects.filter(event=event, organisation__sector__key="small-company").first()
    session = make_session(event, "Evidence clinic")
    for attendee in (seeker, other):
        SessionPart.objects.create(event=event, attendee=attendee, session=session)
    build(event)
    reasons = Suggestion.objects.get(attendee=seeker, other=other).reasons
    assert any(reason["evidence"].get("session") == "Evidence clinic" for reason in reasons)


@pytest.mark.slow
def test_capacity_is_the_number_of_open_slots_or_the_events_default(forum):
    event, seeker, _ = forum
    starts = dt.datetime.combine(event.starts_on, dt.time(9), event.zone)
    slots = [
        Slot.objects.create(event=event, starts_at=starts + k * HALF, ends_at=starts + (k + 1) * HALF).pk
        for k in range(3)
    ]
    open_slots(attendee=seeker, slot_ids=slots, by=seeker.person, now=NOW)
    close_slots(attendee=seeker, slot_ids=slots[:1], by=seeker.person, now=NOW)
    room = {person.id: person.capacity for person in read_event_data(event).participants}
    assert room.pop(seeker.pk) == 2
    assert set(room.values()) == {event.meetings_per_person}
    assert Suggestion.objects.proper().filter(run=build(event), other=seeker).count() <= 5  # 2.5 times her room


def test_the_commands_build_and_export(forum, tmp_path, capsys):
    event, seeker, fitting = forum
    call_command("build_suggestions", event.slug)
    call_command("export_suggestions", event.slug, str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["attendee", "suggested", "rank", "score", "reasons"]
    assert len(rows) == Suggestion.objects.proper().count() == 140
    mine = [row for row in rows if row["attendee"] == seeker.person.email]
    assert [row["rank"] for row in mine] == [str(rank) for rank in range(1, 11)]
    assert mine[0]["suggested"] == fitting.person.email
    assert all(0 <= float(row["score"]) <= 1 and row["reasons"] for row in rows)
    assert "140 suggestions" in capsys.readouterr().out


@pytest.mark.slow
def test_with_interpreters_people_without_a_common_language_are_suggested_after_the_next_refresh(forum):
    event, seeker, fitting = forum
    Attendee.objects.filter(pk=fitting.pk).update(languages=["vi"])
    Attendee.objects.filter(pk=seeker.pk).update(languages=["th"])
    run = build(event)
    assert not Suggestion.objects.filter(run=run, attendee=seeker, other=fitting).exists()
    for interpreters in (True, False):
        Event.objects.filter(pk=event.pk).update(interpreters=interpreters)
        event.refresh_from_db()
        refresh_lists(event=event, now=NOW)
        listed = Suggestion.objects.filter(run=current_run(event), attendee=seeker, other=fitting)
        assert listed.exists() == interpreters
        assert refresh_lists(event=event, now=NOW) == 0


def test_people_without_a_common_language_are_suggested_while_both_are_glad_of_a_device(forum):
    event, seeker, fitting = forum
    for person, language in ((seeker, "th"), (fitting, "vi")):
        Attendee.objects.filter(pk=person.pk).update(languages=[language])
        person.refresh_from_db()
    run, times = build(event), (NOW + dt.timedelta(minutes=minute) for minute in count(1))

    def tick(attendee: Attendee, is_glad: bool) -> bool:
        """Whether the one is suggested to the other after the refresh that the tick asked for."""
        change = change_of(attendee, translating_device=is_glad)
        update_profile(attendee=attendee, change=change, by=attendee.person, now=next(times))
        assert refresh_lists(event=event, now=NOW) > 0
        assert current_run(event) == run
        return Suggestion.objects.filter(run=run, attendee=seeker, other=fitting).exists()

    assert not tick(fitting, True)
    assert tick(seeker, True)
    assert not tick(fitting, False)


@pytest.mark.slow
def test_a_run_stores_the_profile_version_of_every_listed_adult(forum):
    event, *_ = forum
    run = build(event)
    read = dict(ListReading.objects.filter(run=run).values_list("attendee_id", "profile_changed_at"))
    assert read == dict(Attendee.objects.filter(event=event, age_class="adult").values_list("pk", "changed_at"))


def test_explain_prints_contributions_that_add_up_to_the_score(forum, capsys):
    event, seeker, fitting = forum
    run = build(event)
    call_command("explain", event.slug, seeker.person.email, str(fitting.pk))
    printed = capsys.readouterr().out
    found = explain_with_evidence(read_event_data(event), run, seeker.pk, fitting.pk)
    stored = Suggestion.objects.get(attendee=seeker, other=fitting)
    assert found.score == pytest.approx(stored.score, abs=1e-6)
    assert f"score of B for A {stored.score:.3f}" in printed
    assert OFFERS_MLAT in " ".join(printed.split())
    policy = MatchingPolicy.from_dict(run.policy)
    needs = [sum(part.contribution for part in parts) for parts in (found.a_to_b, found.b_to_a)]
    own, other = (math.exp(policy.intercept + policy.slope * need) for need in needs)
    odds = math.exp(policy.slope * policy.own_need) * own + other
    assert found.p_ab == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_explain_refuses_somebody_matching_may_not_read(forum):
    event, seeker, _ = forum
    minor = Attendee.objects.get(event=event, age_class="minor")
    for who in (minor.person.email, str(minor.pk), "nobody@example.org"):
        with pytest.raises(NotFound, match="nobody whom"):
            call_command("explain", event.slug, seeker.person.email, who)


@pytest.mark.slow
def test_a_forum_that_opens_gets_its_first_lists_and_one_that_has_them_or_nobody_stays_as_it_is(forum):
    event, _seeker, _fitting = forum
    empty = make_event("empty")
    assert build_first_run(event=empty, now=NOW) is None
    first = build_first_run(event=event, now=NOW)
    assert current_run(event) == first
    assert build_first_run(event=event, now=LATER) is None
    assert Run.objects.count() == 1


@pytest.mark.slow
def test_people_who_come_after_a_forum_opened_with_nobody_bring_its_first_lists(forum):
    event, seeker, _fitting = forum
    for state, has_run in (("draft", False), ("inviting", False), ("closed", False), ("open", True)):
        Event.objects.filter(pk=event.pk).update(state=state)
        jobs.refresh_lists(event_id=event.pk)
        assert (current_run(event) is not None) == has_run
    assert Suggestion.objects.filter(attendee=seeker).exists()
    newest = make_attendee(event, offers=OFFERS_MLAT)
    jobs.refresh_lists(event_id=event.pk)
    assert Suggestion.objects.filter(attendee=newest).exists()
    assert Run.objects.count() == 1


def test_opening_a_forum_queues_its_first_lists(forum):
    event, _seeker, _fitting = forum
    Event.objects.filter(pk=event.pk).update(state="inviting")
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    for permission in ("safeguarding-lead", "safeguarding-lead"):
        make_attendee(event, permission=permission, visibility="hidden")
    provide_for_minors(event)
    change_state(event=event, state="open", by=organiser.person, now=NOW)
    assert ProcrastinateJob.objects.filter(task_name="events.forum_opened").count() == 1
