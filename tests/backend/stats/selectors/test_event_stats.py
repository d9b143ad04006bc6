"""The figures of an event: a forum of seven worked out by hand, and what must not be counted."""

import datetime as dt
from dataclasses import FrozenInstanceError, fields
from itertools import pairwise

import pytest

from backend.stats.engine.figures import NO_THEME, Connection, Day
from backend.stats.selectors.event_stats import event_stats
from backend.suggestions.services.feedback import record_views
from tests.backend.stats.events import make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event, make_organisation, make_run, make_tie

pytestmark = pytest.mark.django_db

KEYS = ("government", "industry", "civil-society", "youth")


@pytest.fixture
def forum():
    event = make_event()
    return event, seven_people(event)


def stats_of(event, **options):
    return event_stats(event=event, now=NOW, **{"permutations": 19, **options})


def observed(matrix):
    return [[cell.observed for cell in row] for row in matrix.cells]


def test_the_network_of_seven_people_is_as_computed_by_hand(forum):
    event, _ = forum
    network = stats_of(event).network
    assert (network.people, network.meetings, network.pairs, network.isolates) == (7, 7, 6, 1)
    assert (network.components, network.largest_component) == (2, 6)
    assert network.density == pytest.approx(6 / 21)
    assert network.degree_centralisation == pytest.approx(16 / 30)
    assert network.ei == pytest.approx(3 / 7)
    assert network.ei_chance == pytest.approx(13 / 21)
    assert 0 < network.ei_p <= 1
    assert network.assortativity == pytest.approx(-3 / 11)
    assert network.diversity == pytest.approx(34 / 49)


def test_each_step_has_its_matrix_against_chance(forum):
    event, _ = forum
    stats = stats_of(event)
    accepted, held = stats.step("accepted").by_constituency, stats.step("held").by_constituency
    assert accepted.rows == accepted.columns == KEYS
    assert observed(accepted) == [[1, 4, 0, 0], [4, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert observed(held) == [[1, 3, 0, 0], [3, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert (accepted.total, held.total) == (7, 5)
    cell = accepted.cells[0][1]
    assert (cell.expected, cell.ratio) == (pytest.approx(2), pytest.approx(2))
    assert 0 < cell.p <= 1
    assert observed(stats.step("requested").by_constituency) == observed(accepted)


def test_the_matrix_can_be_read_by_sector(forum):
    event, _ = forum
    matrix = stats_of(event).step("held").by_sector
    assert matrix.rows == ("ict-ministry", "large-company", "ngo", "police", "youth")
    assert observed(matrix)[0] == [1, 3, 0, 0, 0]


def test_themes_count_seats_and_have_a_matrix_each(forum):
    event, _ = forum
    held = stats_of(event).step("held")
    assert held.by_theme.columns == held.themes == ("justice", "prevention", NO_THEME)
    # justice: 1-2, 1-4, 4-6; prevention: 4-1; none: 2-4
    assert observed(held.by_theme) == [[3, 1, 1], [2, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert held.by_theme.cells[0][0].expected == pytest.approx(2 * 3 * 3 / 7)
    assert observed(held.within_theme[0]) == [[1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert [matrix.total for matrix in held.within_theme] == [3, 1, 1]


def test_constituencies_have_their_indices(forum):
    event, _ = forum
    government, industry, civil, youth = stats_of(event).constituencies
    assert (government.key, government.attendees, government.with_meeting) == ("government", 3, 3)
    assert (government.ei, government.ei_chance) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert (industry.ei, industry.homophily) == (pytest.approx(3 / 7), pytest.approx(1 / 7))
    assert (civil.ei, civil.homophily, civil.partner_diversity) == (1, 0, 0)
    # Partners of government: two of its own (both ends of one meeting), four of industry.
    assert government.partner_diversity == pytest.approx(1 - (1 / 9 + 4 / 9))
    assert (youth.with_meeting, youth.ei, youth.homophily, youth.partner_diversity) == (0, None, None, None)


def test_brokers_and_people_without_a_meeting_are_named_by_id(forum):
    event, p = forum
    stats = stats_of(event)
    first, second = stats.brokers
    assert (first.attendee_id, first.gatekeeper, first.representative, first.liaison) == (p[3].pk, 3, 3, 2)
    assert (first.bridged, first.betweenness, first.partners, first.meetings) == (5, pytest.approx(8 / 15), 4, 5)
    assert (second.attendee_id, second.bridged) == (p[4].pk, 1)
    assert [one.attendee_id for one in stats.without_meeting] == [p[6].pk]
    assert stats.without_meeting[0].is_profile_empty
    assert Connection(p[0].pk, p[3].pk, 2) in stats.ties


def test_a_profile_with_a_topic_or_a_text_is_not_empty():
    event = make_event()
    make_attendee(event, seeks_topics=["sextortion"])
    make_attendee(event, about="Prosecutor")
    make_attendee(event)
    assert [one.is_profile_empty for one in stats_of(event).without_meeting] == [False, False, True]


def test_the_funnel_counts_each_step_and_where_people_drop_out(forum):
    event, p = forum
    make_run(event, {p[0]: [p[1], p[6]], p[1]: [p[0]], p[3]: [p[5]]})
    record_views(attendee=p[0], other_ids=[p[1].pk, p[6].pk], by=p[0].person, now=NOW)
    make_meeting(p[6], p[0], "declined", hours=1)
    make_meeting(p[6], p[1], "cancelled", hours=1)
    make_meeting(p[6], p[2], "requested")
    stats = stats_of(event)
    steps = {step.step: (step.count, step.from_suggestions, step.share) for step in stats.funnel}
    assert steps == {
        "suggested": (3, 3, None),
        "viewed": (2, 2, pytest.approx(2 / 3)),
        "requested": (10, 3, 1.0),  # 1-2, 4-6, and the declined 7-1
        "proposed": (0, 0, None),
        "accepted": (8, 2, pytest.approx(0.8)),
        "held": (5, 2, pytest.approx(5 / 6)),  # two are still to come
        "useful": (2, 1, pytest.approx(2 / 4)),  # one is not rated; 4.5 and 4; neither 3.5 nor 2
    }
    out = {(row.step, row.cause): row.count for row in stats.exits if row.count}
    assert out == {
        ("suggested", "not_viewed"): 1,
        ("requested", "declined"): 1,
        ("requested", "waiting"): 1,
        ("accepted", "to_come"): 2,
        ("accepted", "cancelled"): 1,
        ("held", "not_useful"): 2,
        ("held", "not_rated"): 1,
    }


def test_what_organisers_put_forward_is_counted_beside_what_people_asked(forum):
    event, p = forum
    before = stats_of(event)
    for other, state in ((p[0], "proposed"), (p[1], "expired"), (p[2], "accepted")):
        make_meeting(p[6], other, state, hours=1, by_organisers=True)
    stats = stats_of(event)
    steps = {step.step: (step.count, step.share) for step in stats.funnel}
    assert (steps["requested"], steps["proposed"]) == ((7, None), (3, None))
    assert steps["accepted"] == (8, pytest.approx(0.8))
    out = {(row.step, row.cause): row.count for row in stats.exits if row.count}
    assert out[("proposed", "proposal_open")] == out[("proposed", "not_agreed")] == 1
    assert ("requested", "expired") not in out
    assert stats.edition.requested == before.edition.requested == sum(day.requested for day in stats.days)
    assert stats.step("requested") == before.step("requested")
    assert stats.response == before.response
    assert [one.response for one in stats.constituencies] == [one.response for one in before.constituencies]
    assert stats.network.meetings == before.network.meetings + 1
    assert [line.requested for line in stats.sectors] == [line.requested for line in before.sectors]


def test_before_the_first_meeting_is_due_there_is_no_share_held():
    event = make_event()
    p = [make_attendee(event) for _ in range(3)]
    make_meeting(p[0], p[1], "accepted", hours=1)
    make_meeting(p[1], p[2], "cancelled", hours=1)
    assert [step.share for step in stats_of(event).funnel if step.step == "held"] == [None]
    make_meeting(p[0], p[2], "not_held", hours=1)
    assert [step.share for step in stats_of(event).funnel if step.step == "held"] == [0.0]


def test_suggestions_are_pairs_with_the_theme_of_their_first_topic(forum):
    event, p = forum
    make_run(event, {p[0]: [p[3]], p[3]: [p[0], p[5]]})
    stats = stats_of(event)
    suggested = stats.step("suggested")
    assert observed(suggested.by_constituency)[1] == [1, 0, 1, 0]
    assert observed(suggested.by_theme)[1] == [2, 0, 0]  # evidence-reporting is a topic of justice
    assert stats.exposure.coverage == pytest.approx(3 / 7)
    assert {one.attendee_id: one.listed for one in stats.people if one.listed} == {
        p[0].pk: 1, p[3].pk: 1, p[5].pk: 1,
    }  # fmt: skip
    assert stats.exposure.gini == pytest.approx(4 / 7)


def test_sectors_countries_and_languages_have_a_line_each(forum):
    event, _ = forum
    stats = stats_of(event)
    lines = {row.key: (row.attendees, row.with_meeting, row.requested, row.held) for row in stats.countries}
    assert lines == {"Malaysia": (2, 2, 2, 1), "Singapore": (2, 2, 7, 4), "Thailand": (2, 2, 5, 5), "": (1, 0, 0, 0)}
    assert sum(row.held for row in stats.sectors) == 2 * 5
    assert {row.key: row.constituency for row in stats.sectors}["police"] == "government"
    languages = {row.key: row.attendees for row in stats.languages}
    assert languages == {"en": 5, "th": 2, "ms": 1, "": 1}


def test_days_are_days_of_the_event_s_zone():
    event = make_event()  # Bangkok is seven hours ahead
    one, two = make_attendee(event), make_attendee(event)
    late = dt.datetime(2026, 12, 1, 17, 30, tzinfo=dt.UTC)
    make_meeting(one, two, "held", asked_at=late, answered_at=late + dt.timedelta(days=1))
    assert stats_of(event).days == (
        Day(dt.date(2026, 12, 2), 1, 0, 0),
        Day(dt.date(2026, 12, 3), 0, 1, 0),
        Day(event.starts_on, 0, 0, 1),
    )


@pytest.mark.parametrize("unseen", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_minors_people_of_unknown_age_and_hidden_ones_are_not_counted(forum, unseen):
    event, p = forum
    before = stats_of(event)
    other = make_attendee(
        event,
        organisation=make_organisation(event, "acwc", "intergovernmental"),
        country="Laos",
        languages=["lo"],
        **unseen,
    )
    make_meeting(other, p[0], theme="justice", hours=1, useful=(5, 5))
    make_meeting(p[1], other, "requested")
    make_run(event, {p[0]: [other], other: [p[1]]})
    assert stats_of(event) == before


def test_another_event_s_people_and_meetings_are_not_counted(forum):
    event, _ = forum
    before = stats_of(event)
    seven_people(make_event("elsewhere"))
    assert stats_of(event) == before


def test_the_previous_edition_has_the_same_figures():
    before, event = make_event("before"), make_event("after")
    seven_people(before)
    event.previous = before
    event.save()
    make_attendee(event)
    stats, own = stats_of(event), stats_of(before)
    assert stats.previous == own.edition
    assert (own.edition.attendees, own.edition.held, own.edition.pairs, own.edition.without_meeting) == (7, 5, 6, 1)
    assert own.previous is None


def test_an_edition_known_by_its_ties_alone_is_read_from_them():
    before, event = make_event("before"), make_event("after")
    event.previous = before
    event.save()
    p = seven_people(event)
    make_tie(before, p[0], p[1])
    make_tie(before, p[0], p[3])
    make_tie(before, p[4], p[5])
    edition = stats_of(event).previous
    assert (edition.held, edition.pairs, edition.attendees, edition.requested) == (3, 3, None, None)
    assert (edition.ei, edition.ei_chance) == (pytest.approx(1 / 3), pytest.approx(13 / 21))


def test_a_meeting_accepted_now_is_in_the_next_figures(forum):
    event, p = forum
    meeting = make_meeting(p[6], p[0], "requested")
    assert stats_of(event).network.isolates == 1
    make_meeting(p[6], p[0], "accepted", hours=0)
    meeting.delete()
    stats = stats_of(event)
    assert (stats.network.isolates, stats.network.meetings) == (0, 8)
    assert stats.step("accepted").by_constituency.cells[0][3].observed == 1


def test_the_same_event_has_the_same_frozen_figures(forum):
    event, _ = forum
    stats = stats_of(event)
    assert stats == stats_of(event)
    for field in fields(stats):
        with pytest.raises(FrozenInstanceError):
            setattr(stats, field.name, None)


def test_an_event_without_people_and_one_without_meetings_have_figures_too():
    event = make_event()
    empty = stats_of(event)
    assert (empty.network.people, empty.network.meetings, empty.people) == (0, 0, ())
    make_attendee(event)
    make_attendee(event, constituency="industry", sector="company")
    quiet = stats_of(event)
    assert quiet.network.isolates == len(quiet.without_meeting) == 2
    assert quiet.network.ei is quiet.exposure.gini is quiet.response.median_hours is None
    assert quiet.network.ei_chance == 1
    assert observed(quiet.step("held").by_constituency) == [[0, 0], [0, 0]]


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_event(django_assert_num_queries):
    for people in (2, 30):
        event = make_event(f"of-{people}")
        p = [make_attendee(event) for _ in range(people)]
        for one, two in pairwise(p):
            make_meeting(one, two, useful=(4, None))
        make_run(event, {one: [two] for one, two in pairwise(p)})
        event.refresh_from_db()
        with django_assert_num_queries(8):
            event_stats(event=event, now=NOW, permutations=0)
