"""One figure for one fact: desk, printed page, files, API and *Set up* say the same, or withhold it."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from pypdf import PdfReader

from backend.directory.selectors import roster_ids
from backend.events.models import Event, Organisation
from tests.backend.stats.events import large_event, seven_people
from tests.factories import make_attendee, make_event
from tests.pages import page_of

pytestmark = pytest.mark.django_db
BREAKDOWNS = ("sectors", "countries", "languages")
SET_UP = ("Listed adults", "without a meeting", "Requests waiting", "Meetings to come", "Took place")


def small_event() -> Event:
    event = make_event()
    seven_people(event)
    return event


class Reader:
    """What an organiser of the event reads of it."""

    def __init__(self, client: Any, event: Event) -> None:
        self.client, self.event = client, event
        organisation = Organisation.objects.filter(event=event).first()
        organiser = make_attendee(
            event, permission="organiser", visibility="hidden", organisation=organisation
        )
        client.force_login(organiser.person)
        self.api = client.get(f"/api/v1/events/{event.slug}/stats/").json()

    def page(self, rest: str) -> Any:
        answer = self.client.get(f"/e/{self.event.slug}/{rest}")
        assert answer.status_code == 200
        return page_of(answer)

    def file(self, name: str) -> bytes:
        return self.client.get(f"/api/v1/events/{self.event.slug}/stats/{name}").content

    def sheets(self) -> dict[str, list[tuple[Any, ...]]]:
        book = openpyxl.load_workbook(io.BytesIO(self.file("tables.xlsx")))
        return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets[1:]}


@pytest.fixture(params=["of seven people", "of a hundred and ten"])
def reader(client, request):
    return Reader(client, small_event() if request.param == "of seven people" else large_event(110, 350))


def expected_rows(api: dict[str, Any]) -> dict[str, dict[tuple[str, ...], dict[str, Any]]]:
    """What each worksheet has to say by the API, by the key of the row and the column."""
    steps = {step["step"]: step for step in api["steps"]}
    found: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {
        "funnel": {(row["step"],): row for row in api["funnel"]},
        "exits": {(row["step"], row["cause"]): {"count": row["count"]} for row in api["exits"]},
        "days": {(row["date"],): row for row in api["days"]},
        "editions": {(row["slug"],): row for row in (api["edition"], api["previous"]) if row},
        "constituencies": {
            (row["key"],): row
            | {"meetings_inside": row["inside"], "meetings_outside": row["outside"]}
            | row["response"]
            for row in api["constituencies"]
        },
    }
    for name in BREAKDOWNS:
        found[name] = {
            (row["key"] or "not stated",): row
            | {f"seats_{step}": row[step] for step in ("requested", "accepted", "held")}
            for row in api[name]
        }
    for name, step in steps.items():
        for prefix, matrix, count in (
            ("matrix", step["by_constituency"], "meetings"),
            ("sectors", step["by_sector"], "meetings"),
            ("themes", step["by_theme"], "seats"),
        ):
            found[f"{prefix}-{name}"] = {
                (one, other): cell | {count: cell["observed"]}
                for one, cells in zip(matrix["rows"], matrix["cells"], strict=True)
                for other, cell in zip(matrix["columns"], cells, strict=True)
            }
    network = api["network"]
    found["network"] = {
        (label,): {"value": network[name]}
        for label, name in {
            "people": "people",
            "people without a meeting": "isolates",
            "meetings to come or held": "meetings",
            "pairs of people": "pairs",
            "density": "density",
            "components": "components",
            "people in the largest component": "largest_component",
            "meetings inside a constituency": "inside",
            "meetings across constituencies": "outside",
            "E-I index": "ei",
            "E-I index by chance": "ei_chance",
        }.items()
    }
    return found


def test_every_count_of_the_files_is_that_of_the_api_or_withheld(reader):
    sheets, expected = reader.sheets(), expected_rows(reader.api)
    compared = withheld = 0
    for name, rows in expected.items():
        columns, *lines = sheets[name]
        file = csv.reader(io.StringIO(reader.file(f"{name}.csv").decode("utf-8-sig")))
        assert [[value_of(cell) for cell in row] for row in file][1:] == [
            [value_of(cell) for cell in line] for line in lines
        ], name
        width = len(next(iter(rows))) if rows else 1
        for line in lines:
            key = tuple(str(cell) for cell in line[:width])
            if key not in rows:
                assert "all" in key or name == "network", (name, key)
                continue
            for column, cell in zip(columns[width:], line[width:], strict=True):
                if column not in rows[key]:
                    assert column in ("with_meeting", "without_meeting"), (name, column)
                    continue
                withheld += cell == "*"
                if cell != "*":
                    true = rows[key][column]
                    close = true if true is None else pytest.approx(true, abs=1e-4)
                    assert cell == close, (name, key, column)
                    compared += 1
    assert compared > 100
    assert withheld


def test_the_desk_shows_the_figures_of_the_api(reader):
    api, desk = reader.api, reader.page("desk/")
    network, edition = api["network"], api["edition"]
    assert desk.texts("dl.figures dd") == [
        str(count)
        for count in (
            network["people"], network["isolates"], edition["requested"], network["meetings"],
            network["outside"],
        )
    ]  # fmt: skip
    assert [row[:2] for row in desk.rows_under("funnel-title")] == [
        [str(step["count"]), str(step["from_suggestions"])] for step in api["funnel"]
    ]
    days = [[str(day[step]) for step in ("requested", "accepted", "held")] for day in api["days"]]
    assert desk.rows_under("days-title") == days
    columns = ("attendees", "with_meeting", "inside", "outside")
    assert [row[:4] for row in desk.rows_under("By constituency")] == [
        [str(one[name]) for name in columns] for one in api["constituencies"]
    ]
    lines = [line for name in BREAKDOWNS for line in api[name]]
    columns = ("attendees", "with_meeting", "requested", "accepted", "held")
    shown = [row for title in ("By sector", "By country", "By language") for row in table_of(desk, title)]
    assert shown == [[str(line[name]) for name in columns] for line in lines]
    for step in api["steps"]:
        for by, name in (("constituency", "by_constituency"), ("sector", "by_sector"), ("theme", "by_theme")):
            rows = reader.page(f"desk/?step={step['step']}&by={by}").rows_under("matrix-title")
            cells = [[int(cell.split(" / ")[0]) for cell in row] for row in rows]
            assert cells == [[cell["observed"] for cell in row] for row in step[name]["cells"]]


def value_of(cell: Any) -> Any:
    """A cell as a number where it is one; a workbook keeps 1.0 as 1."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return cell or ""


def table_of(desk: Any, label: str) -> list[list[str]]:
    return desk.rows(f'[aria-label="{label}"] table')


def test_the_printed_page_is_made_of_the_files(reader):
    sheets, page = reader.sheets(), reader.page("desk/print/")
    [funnel] = page.rows_under("From suggestion to a useful meeting")
    assert [cell.split()[0] for cell in funnel] == [str(row[1]) for row in sheets["funnel"][1:]]
    groups = {row[0]: row for row in sheets["constituencies"][1:]}
    head = sheets["constituencies"][0]
    columns = [head.index(name) for name in ("attendees", "with_meeting", "meetings_outside")]
    assert [row[:3] for row in page.rows_under("Each constituency")] == [
        [str(row[place]) for place in columns] for row in groups.values()
    ]


def test_the_reports_are_made_of_the_files(reader):
    sheets = reader.sheets()
    network = {row[0]: row[1] for row in sheets["network"][1:]}
    shown = [
        f"{network['people']}People",
        f"{network['people without a meeting']}withoutameeting",
        f"{network['meetings to come or held']}Meetingstocomeorheld",
        *(f"{step.capitalize()}{count}" for step, count, *_rest in sheets["funnel"][1:]),
    ]
    for name, pages in (("report-one-page.pdf", 1), ("report-five-pages.pdf", 5)):
        file = PdfReader(io.BytesIO(reader.file(name)))
        text = "".join("".join(page.extract_text() for page in file.pages).split())
        assert len(file.pages) == pages
        assert [part for part in shown if part not in text] == []


def test_the_share_across_is_one_figure_on_desk_printed_page_and_in_the_sentences(reader):
    api = reader.api
    share = round(50 * (1 + round(api["edition"]["ei"], 4)))
    assert share == round(50 * (1 + round(api["network"]["ei"], 4)))
    desk = reader.page("desk/")
    drawn = desk.text_of("section[aria-labelledby=network-title] .intro")
    assert f"{share} % of meetings cross constituencies." in drawn
    stated = [one["facts"]["share"] for one in api["headlines"] if one["code"].startswith("across")]
    assert stated == ([share] if api["network"]["people"] > 7 else [])
    for page in (desk, reader.page("desk/print/")):
        assert page.texts(".headlines li") == [one["text"] for one in api["headlines"]]


def test_set_up_and_the_list_of_attendees_count_as_the_desk_does(reader):
    api = reader.api
    exits = {(row["step"], row["cause"]): row["count"] for row in api["exits"]}
    figures = reader.page("set-up/venue/")
    shown = dict(zip(figures.texts("dl.figures dt"), figures.texts("dl.figures dd"), strict=True))
    assert [int(shown[name]) for name in SET_UP] == [
        api["network"]["people"],
        api["network"]["isolates"],
        exits["requested", "waiting"],
        exits["accepted", "to_come"],
        api["edition"]["held"],
    ]
    alone = {one["attendee_id"] for one in api["without_meeting"]}
    organiser = reader.event.attendees.get(permission="organiser").pk  # hidden, and so not counted
    assert set(roster_ids(event=reader.event, filters={"without_meeting": "1"})) == {*alone, organiser}
