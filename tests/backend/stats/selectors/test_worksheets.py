"""Published worksheets: no small count, nothing that gives one away, and otherwise the same figures."""

import time
from itertools import pairwise

import pytest

from backend.stats.selectors import WITHHELD, event_stats, worksheets_for
from backend.stats.selectors.worksheets import Figure, WorkbookDraft
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db

COUNTED = {
    *("count", "from_suggestions", "meetings", "seats", "attendees", "with_meeting", "without_meeting"),
    *("received", "answered", "accepted", "waiting", "requested", "held", "pairs", "inside", "outside"),
    *("meetings_inside", "meetings_outside", "seats_requested", "seats_accepted", "seats_held"),
}


@pytest.fixture
def forum():
    return event_stats(event=large_event(160, 900, listed=4), now=NOW, permutations=19)


def sheets_of(event):
    return {sheet.name: sheet for sheet in worksheets_for(event_stats(event=event, now=NOW, permutations=0))}


def counts_in(sheet):
    for row in sheet.rows:
        for column, cell in zip(sheet.columns, row, strict=True):
            if column in COUNTED and cell is not None:
                yield column, cell


def test_no_table_shows_a_count_from_one_to_four(forum):
    sheets = worksheets_for(forum)
    shown = [cell for sheet in sheets for _, cell in counts_in(sheet)]
    assert all(cell == WITHHELD or cell == 0 or cell >= 5 for cell in shown)
    assert sum(cell != WITHHELD for cell in shown) > 200
    assert WITHHELD in shown


def test_an_event_of_seven_publishes_no_small_count():
    event = make_event()
    seven_people(event)
    sheets = {
        sheet.name: sheet for sheet in worksheets_for(event_stats(event=event, now=NOW, permutations=19))
    }
    matrix = sheets["matrix-accepted"]
    assert {row[2] for row in matrix.rows} <= {WITHHELD, 0, 5, 6, 7}  # small are all but some totals
    assert sheets["mixing-accepted"].row("E-I index")["value"] == WITHHELD
    assert {row[3] for row in matrix.rows if "all" not in row[:2]} == {
        WITHHELD
    }  # they would tell how many people
    for row in sheets["constituencies"].rows:
        assert all(cell in (WITHHELD, None, 0, 5) for cell in row[1:])  # industry met others five times


def test_components_do_not_give_away_a_withheld_number_of_people_without_a_meeting():
    event = make_event()
    people = [make_attendee(event) for _ in range(20)]
    for one, other in pairwise(people[:17]):
        make_meeting(one, other)
    network = sheets_of(event)["network"]
    names = ("people without a meeting", "components", "people in the largest component")
    assert [network.row(name)["value"] for name in names] == [WITHHELD] * 3  # 3, 4, and 17 of 20
    for one, other in pairwise(people):
        make_meeting(one, other)
    network = sheets_of(event)["network"]
    assert [network.row(name)["value"] for name in names] == [0, WITHHELD, 20]
    for _ in range(6):
        make_attendee(event)
    network = sheets_of(event)["network"]
    assert [network.row(name)["value"] for name in names] == [6, 7, 20]


def test_published_counts_equal_the_figures(forum):
    sheets = {sheet.name: sheet for sheet in worksheets_for(forum)}
    for step in forum.steps:
        names, matrix = step.by_constituency.rows, step.by_constituency.cells
        for a, one in enumerate(names):
            for b, other in enumerate(names[a:], start=a):
                row = sheets[f"matrix-{step.step}"].row(one, other)
                if row["meetings"] != WITHHELD:
                    assert row["meetings"] == matrix[a][b].observed
                    assert row["ratio"] in (WITHHELD, pytest.approx(matrix[a][b].ratio, abs=1e-4))
    assert sheets["funnel"].row("held")["count"] == forum.edition.held
    assert sheets["network"].row("E-I index")["value"] == pytest.approx(forum.network.ei, abs=1e-4)


def test_worksheets_have_no_row_about_a_single_person(forum):
    ids = {one.attendee_id for one in forum.people}
    for sheet in worksheets_for(forum):
        assert not any("attendee_id" in column or "name" in column for column in sheet.columns)
        assert all(row[0] not in ids for row in sheet.rows)


def test_proposals_have_a_line_of_their_own_and_a_small_count_of_them_is_withheld():
    event = make_event()
    people = [make_attendee(event) for _ in range(14)]
    for n in range(7):
        make_meeting(people[n], people[n + 7], "expired" if n < 6 else "accepted", by_organisers=True)
        make_meeting(people[n], people[(n + 1) % 7], "declined", hours=1)
    tables = {one.name: one for one in worksheets_for(event_stats(event=event, now=NOW, permutations=0))}
    assert tables["funnel"].row("requested").get("count") == 7
    assert tables["funnel"].row("proposed").get("count") == 7
    assert tables["funnel"].row("accepted").get("count") == "*"
    assert tables["exits"].row("proposed", "not_agreed").get("count") == "*", "7 less 6 would tell the one"


def test_an_exit_given_away_by_the_previous_step_withholds_another_exit():
    event = make_event()
    p = [make_attendee(event) for _ in range(8)]
    for n in range(30):
        make_meeting(p[n % 8], p[(n + 1 + n // 8) % 8], "expired" if n < 14 else "requested", hours=None)
    make_meeting(p[0], p[1], "declined", hours=2)
    exits = next(
        s for s in worksheets_for(event_stats(event=event, now=NOW, permutations=0)) if s.name == "exits"
    )
    assert exits.row("requested", "declined")["count"] == WITHHELD
    # Of 31 requests, 14 expired and 16 waiting would leave exactly one.
    assert exits.row("requested", "expired")["count"] == WITHHELD
    assert exits.row("requested", "waiting")["count"] == 16


def test_a_figure_is_withheld_with_any_count_it_is_computed_from():
    draft = WorkbookDraft()
    small, large = draft.count(3, "small"), draft.count(30, "large")
    draft.add_worksheet("s", "a b c", [(small, large, Figure(0.1, (small.key, large.key)))])
    draft.add_worksheet("t", "a", [(Figure(0.123456, (large.key,)),), (Figure(None, (small.key,)),)])
    first, second = draft.release()
    assert first.rows == ((WITHHELD, 30, WITHHELD),)
    assert second.rows == ((0.1235,), (None,))


def test_an_empty_event_has_worksheets_of_zeros():
    sheets = worksheets_for(event_stats(event=make_event(), now=NOW, permutations=0))
    assert {cell for sheet in sheets for _, cell in counts_in(sheet)} == {0}


def test_the_worksheets_of_an_event_take_less_than_five_seconds(forum):
    started = time.perf_counter()
    worksheets_for(forum)
    assert time.perf_counter() - started < 5
