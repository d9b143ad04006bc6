"""Worksheets of a release: no small count, nothing that gives one away, and otherwise the same figures."""

from itertools import pairwise

import pytest

from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.worksheets import (
    WITHHELD,
    Count,
    Table,
    draft_release,
    exact_worksheets,
    groupings,
    worksheet_of,
)
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db
LISTS = ("funnel", "network", "editions")  # of single counts; the others are tables of groups
FIGURES = ("share", "ei", "expected", "ratio")
MEASURED = ("density", "E-I index", "median hours to an answer")


@pytest.fixture
def forum():
    return event_stats(event=large_event(160, 900, listed=4), now=NOW, permutations=19)


def stats_of(event):
    return event_stats(event=event, now=NOW, permutations=0)


def sheets_of(event):
    return {sheet.name: sheet for sheet in draft_release(stats_of(event)).worksheets}


def counts_in(sheet):
    for row in sheet.rows:
        for column, cell in zip(sheet.columns, row, strict=True):
            is_count = isinstance(cell, int) or cell == WITHHELD
            if is_count and column not in FIGURES and row[0] not in MEASURED:
                yield cell


def test_no_table_shows_a_count_from_one_to_four_and_tables_of_groups_have_no_star(forum):
    draft = draft_release(forum)
    for sheet in draft.worksheets:
        counts = list(counts_in(sheet))
        assert counts, sheet.name
        assert all(cell == WITHHELD or cell == 0 or cell >= 5 for cell in counts)
        assert sheet.name in LISTS or WITHHELD not in counts
    assert draft.exposed(draft.counts, draft.shown) == set()
    assert not draft.told
    assert sum(len(list(counts_in(sheet))) for sheet in draft.worksheets) > 80


def test_an_event_of_seven_publishes_no_small_count():
    event = make_event()
    seven_people(event)
    draft = draft_release(stats_of(event))
    sheets = {sheet.name: sheet for sheet in draft.worksheets}
    assert all(cell == WITHHELD or cell == 0 or cell >= 5 for one in sheets.values() for cell in counts_in(one))
    assert not {"constituencies", "matrix-held", "matrix-accepted"} & set(sheets)
    assert sheets["network"].row("E-I index")["value"] == WITHHELD
    assert draft.exposed(draft.counts, draft.shown) == set()
    assert not draft.told


def test_a_small_number_of_people_without_a_meeting_is_withheld_with_those_who_have_one():
    event = make_event()
    people = [make_attendee(event) for _ in range(20)]
    for one, other in pairwise(people[:17]):
        make_meeting(one, other)
    names = ("people", "people with a meeting", "people without a meeting")
    network = sheets_of(event)["network"]
    assert [network.row(name)["value"] for name in names] == [20, WITHHELD, WITHHELD]
    for one, other in pairwise(people):
        make_meeting(one, other)
    network = sheets_of(event)["network"]
    assert [network.row(name)["value"] for name in names] == [20, 20, 0]


def test_groups_are_merged_until_no_count_is_small_with_the_same_groups_in_every_table(forum):
    sheets = {sheet.name: sheet for sheet in draft_release(forum).worksheets}
    groups = [row[0] for row in sheets["constituencies"].rows]
    assert 2 <= len(groups) < len(forum.constituencies)
    assert groups[-1] == "other"
    assert {name for row in sheets["matrix-held"].rows for name in row[:2]} == set(groups)
    attendees = {one.key: one.attendees for one in forum.constituencies}
    kept = sum(count for key, count in attendees.items() if key in groups and key != "other")
    assert sheets["constituencies"].row("other")["attendees"] == forum.network.people - kept
    assert sum(row[2] for row in sheets["matrix-held"].rows) == forum.edition.held


def test_released_counts_equal_the_figures(forum):
    sheets = {sheet.name: sheet for sheet in draft_release(forum).worksheets}
    matrix = forum.step("held").by_constituency
    place = {name: n for n, name in enumerate(matrix.rows)}
    compared = 0
    for one, other, count, expected, ratio in sheets["matrix-held"].rows:
        if "other" not in (one, other):
            cell = matrix.cells[place[one]][place[other]]
            assert (count, expected, ratio) == (
                cell.observed, pytest.approx(cell.expected, abs=1e-4), pytest.approx(cell.ratio, abs=1e-4)
            )  # fmt: skip
            compared += 1
    assert compared
    assert sheets["funnel"].row("held")["count"] == forum.edition.held
    assert sheets["network"].row("E-I index")["value"] == pytest.approx(forum.network.ei, abs=1e-4)


def test_what_chance_gives_is_published_only_with_the_numbers_of_people_it_is_made_of(forum):
    sheets = {sheet.name: sheet for sheet in draft_release(forum).worksheets}
    people = {row[0]: row[1] for row in sheets["constituencies"].rows}
    total, pairs = sum(people.values()), sum(people.values()) * (sum(people.values()) - 1) / 2
    for one, other, _, expected, _ in sheets["matrix-held"].rows:
        of = people[one] * (people[one] - 1) / 2 if one == other else people[one] * people[other]
        assert expected == pytest.approx(forum.edition.held * of / pairs, abs=1e-3), total


def test_the_desk_s_own_worksheets_have_every_count(forum):
    sheets = {sheet.name: sheet for sheet in exact_worksheets(forum)}
    assert WITHHELD not in {cell for sheet in sheets.values() for row in sheet.rows for cell in row}
    assert len(sheets["matrix-held"].rows) == 28
    assert len(sheets["constituencies"].rows) == 7


def test_proposals_have_a_line_of_their_own_and_a_small_count_of_them_is_withheld():
    event = make_event()
    people = [make_attendee(event) for _ in range(14)]
    for n in range(7):
        make_meeting(people[n], people[n + 7], "expired" if n < 6 else "accepted", by_organisers=True)
        make_meeting(people[n], people[(n + 1) % 7], "declined", hours=1)
    tables = sheets_of(event)
    assert tables["funnel"].row("requested").get("count") == 7
    assert tables["funnel"].row("proposed").get("count") == 7
    assert tables["funnel"].row("accepted").get("count") == WITHHELD
    shown = tables["exits"].row("proposed", "not_agreed") if "exits" in tables else {}
    assert shown.get("count") is None, "7 less 6 would tell the one"


def test_small_causes_of_a_step_are_counted_together():
    event = make_event()
    p = [make_attendee(event) for _ in range(8)]
    for n in range(30):
        make_meeting(p[n % 8], p[(n + 1 + n // 8) % 8], "expired" if n < 14 else "requested", hours=None)
    make_meeting(p[0], p[1], "declined", hours=2)
    exits = sheets_of(event)["exits"]
    assert exits.row("requested", "declined") == exits.row("requested", "expired") == {}
    assert exits.row("requested", "other")["count"] == 15  # of 31 requests, 14 expired and one was declined
    assert exits.row("requested", "waiting")["count"] == 16


def test_ever_fewer_groups_end_with_one_and_the_others():
    keys, sizes = ["a", "b", "c", "other"], {"a": 3, "b": 9, "c": 5, "other": 1}
    assert [[name for name, _ in groups] for groups in groupings(keys, sizes)] == [
        ["a", "b", "c", "other"], ["b", "c", "other"], ["b", "other"],
    ]  # fmt: skip


def test_a_figure_is_withheld_with_any_count_it_is_computed_from():
    values = {("small",): 3, ("large",): 30}
    stats = stats_of(make_event())
    table = Table("t", ("a", "b"), (("x", Count((("small",),))), ("y", Count((("large",),)))))
    assert worksheet_of(table, values, {("small",)}).rows == (("x", WITHHELD), ("y", 30))
    network = next(one for one in draft_release(stats).tables if one.name == "network")
    hidden = worksheet_of(network, draft_release(stats).counts.values, {("connected pairs", "all")})
    assert hidden.row("pairs of people")["value"] == hidden.row("density")["value"] == WITHHELD


def test_an_empty_event_has_worksheets_of_zeros():
    sheets = draft_release(stats_of(make_event())).worksheets
    assert {cell for sheet in sheets for cell in counts_in(sheet)} == {0}
