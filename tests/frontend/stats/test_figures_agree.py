"""One figure for one fact: desk, printed page, pictures, files and API say the same, or withhold it."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

import igraph
import openpyxl
import pytest
from django.utils import timezone
from pypdf import PdfReader

from backend.directory.selectors.roster import roster_ids
from backend.events.models.attendees import Organisation
from backend.events.models.events import Event
from backend.stats.models import Release
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.printed_figures import LEAST_COMPARED
from backend.stats.selectors.worksheets import WITHHELD
from tests.backend.stats.events import large_event, seven_people
from tests.factories import make_attendee, make_event
from tests.long_jobs import read
from tests.pages import page_of

pytestmark = pytest.mark.django_db
BREAKDOWNS = ("sectors", "countries", "languages")
SET_UP = ("Attendees", "without a meeting", "Requests waiting", "Meetings to come", "Took place")


def small_event() -> Event:
    event = make_event()
    seven_people(event)
    return event


class Reader:
    """What an organiser of the event reads of it. `exact`: every figure, as computed."""

    def __init__(self, client: Any, event: Event) -> None:
        self.client, self.event = client, event
        organisation = Organisation.objects.filter(event=event).first()
        organiser = make_attendee(event, permission="organiser", visibility="hidden", organisation=organisation)
        client.force_login(organiser.person)
        self.exact = asdict(event_stats(event=event, now=timezone.now()))
        self.api = client.get(f"/api/v1/events/{event.slug}/stats/").json()
        self.sheets = {one["name"]: one["rows"] for one in self.api["worksheets"]}

    def page(self, rest: str) -> Any:
        answer = read(self.client, f"/e/{self.event.slug}/{rest}")
        assert answer.status_code == 200
        return page_of(answer)

    def file(self, name: str) -> bytes:
        return read(self.client, f"/api/v1/events/{self.event.slug}/stats/{name}").content


@pytest.fixture(params=["of seven people", "of a hundred and ten"])
def reader(client, request):
    return Reader(client, small_event() if request.param == "of seven people" else large_event(110, 350))


def test_api_workbook_and_csv_files_hold_the_same(reader):
    book = openpyxl.load_workbook(io.BytesIO(reader.file("tables.xlsx")))
    assert book.sheetnames == ["about", *reader.sheets]
    for sheet in reader.api["worksheets"]:
        rows = [[value_of(cell) for cell in row] for row in [sheet["columns"], *sheet["rows"]]]
        text = reader.file(f"{sheet['name']}.csv").decode("utf-8-sig")
        assert [[value_of(cell) for cell in row] for row in csv.reader(io.StringIO(text))] == rows
        assert [[value_of(cell) for cell in row] for row in book[sheet["name"]].iter_rows(values_only=True)] == rows
    assert reader.api["made_at"][:19] == book["about"]["B2"].value[:19]


def exact_rows(exact: dict[str, Any], step: str) -> dict[str, dict[tuple[str, ...], dict[str, Any]]]:
    """What each worksheet has to say by the exact figures, by the key of the row and the column."""
    network, edition = exact["network"], exact["edition"]
    found: dict[str, dict[tuple[str, ...], dict[str, Any]]] = {
        "funnel": {(row["step"],): row for row in exact["funnel"]},
        "exits": {(row["step"], row["cause"]): {"count": row["count"]} for row in exact["exits"]},
        "editions": {
            (row["slug"],): row
            | {"with_meeting": None if row["attendees"] is None else row["attendees"] - row["without_meeting"]}
            for row in (edition, exact["previous"])
            if row
        },
        "constituencies": {(row["key"],): people_of(row) for row in exact["constituencies"]},
        "network": {
            (label,): {"value": value}
            for label, value in {
                "people": network["people"],
                "people with a meeting": network["people"] - network["isolates"],
                "people without a meeting": network["isolates"],
                "meetings to come or held": network["meetings"],
                "pairs of people": network["pairs"],
                "density": network["density"],
                "meetings inside a constituency": network["inside"],
                "meetings across constituencies": network["outside"],
                "E-I index": network["ei"],
                "answers": exact["response"]["answered"],
                "requests waiting for an answer": next(
                    row["count"] for row in exact["exits"] if row["cause"] == "waiting"
                ),
                "median hours to an answer": exact["response"]["median_hours"],
            }.items()
        },
    }
    for name in BREAKDOWNS:
        found[name] = {
            (row["key"] or "not stated",): people_of(row) | {f"seats_{step}": row[step]} for row in exact[name]
        }
    figures = next(one for one in exact["steps"] if one["step"] == step)
    for name, matrix, count in (("matrix", "by_constituency", "meetings"), ("themes", "by_theme", "seats")):
        rows, columns = figures[matrix]["rows"], figures[matrix]["columns"]
        found[f"{name}-{step}"] = {
            (one, other): cell | {count: cell["observed"]}
            for one, cells in zip(rows, figures[matrix]["cells"], strict=True)
            for other, cell in zip(columns, cells, strict=True)
        }
    return found


def people_of(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"without_meeting": row["attendees"] - row["with_meeting"]} if "with_meeting" in row else row


def merged(rows: dict[tuple[str, ...], dict[str, Any]], key: tuple[str, ...], own: set[str]) -> Any:
    """The rows that a released one counts together, each once: "other" is whatever has none of its own."""
    found = {}
    for names, row in rows.items():
        fits = all(
            one == name or (one == "other" and name not in own - {"other"})
            for one, name in zip(key, names, strict=True)
        )
        if fits and tuple(sorted(names)) not in found:
            found[tuple(sorted(names))] = row
    return list(found.values())


def test_every_count_that_leaves_the_desk_is_the_exact_one_or_withheld(reader):
    step = "held" if reader.exact["edition"]["held"] >= 5 else "accepted"
    expected = exact_rows(reader.exact, step)
    compared = withheld = 0
    for sheet in reader.api["worksheets"]:
        name, columns = sheet["name"], sheet["columns"]
        if name == f"themes-{step}" and columns[0] == "theme":
            continue
        rows = expected[name]
        width = len(next(iter(rows)))
        own = {str(one) for row in sheet["rows"] for one in row[:width]}
        for row in sheet["rows"]:
            parts = merged(rows, tuple(map(str, row[:width])), own) if name != "exits" else None
            for column, cell in zip(columns[width:], row[width:], strict=True):
                withheld += cell == WITHHELD
                if cell == WITHHELD or cell is None:
                    continue
                if name == "exits":
                    listed = {one[1] for one in sheet["rows"] if one[0] == row[0]}
                    parts = [
                        one for (of, cause), one in rows.items()
                        if of == row[0] and (cause == row[1] or (row[1] == "other" and cause not in listed))
                    ]  # fmt: skip
                assert parts, (name, row)
                if column == "ratio":
                    true = sum(one["observed"] for one in parts) / sum(one["expected"] for one in parts)
                else:
                    true = sum(one[column] for one in parts)
                assert cell == pytest.approx(true, abs=1e-4), (name, row, column)
                compared += 1
    assert compared > 20
    assert withheld or reader.exact["network"]["people"] > 7


def test_the_desk_shows_the_exact_figures(reader):
    exact, desk, method = reader.exact, reader.page("desk/progress/"), reader.page("desk/method/")
    network, edition = exact["network"], exact["edition"]
    assert desk.texts("dl.figures dd") == [
        str(count)
        for count in (
            network["people"], network["isolates"], edition["requested"], network["meetings"],
            network["outside"],
        )
    ]  # fmt: skip
    assert [row[:2] for row in desk.rows_under("funnel-title")] == [
        [str(step["count"]), str(step["from_suggestions"])] for step in exact["funnel"]
    ]
    days = [[str(day[step]) for step in ("requested", "accepted", "held")] for day in exact["days"]]
    assert desk.rows_under("days-title") == days
    columns = ("attendees", "with_meeting", "inside", "outside")
    assert [row[:4] for row in method.rows_under("By constituency")] == [
        [str(one[name]) for name in columns] for one in exact["constituencies"]
    ]
    lines = [line for name in BREAKDOWNS for line in exact[name]]
    columns = ("attendees", "with_meeting", "requested", "accepted", "held")
    shown = [row for title in ("By sector", "By country", "By language") for row in table_of(method, title)]
    assert shown == [[str(line[name]) for name in columns] for line in lines]
    for step in exact["steps"]:
        for by, name in (("constituency", "by_constituency"), ("sector", "by_sector"), ("theme", "by_theme")):
            page = reader.page(f"desk/bridges/?step={step['step']}&by={by}")
            expected = [[cell["observed"] for cell in row] for row in step[name]["cells"]]
            if not any(map(sum, expected)):
                assert "There is nothing to show at this stage yet." in page.text_of("#matrix")
                assert not page.all("table.matrix")
                continue
            rows = page.rows("table.matrix")
            assert [[int(cell.split(" / ")[0]) for cell in row] for row in rows] == expected


def value_of(cell: Any) -> Any:
    """A cell as a number where it is one; a workbook keeps 1.0 as 1."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return cell or ""


def table_of(desk: Any, label: str) -> list[list[str]]:
    return desk.rows(f'[aria-label="{label}"] table')


def test_the_printed_page_and_the_pictures_are_made_of_the_files(reader, tmp_path):
    sheets, page = reader.sheets, reader.page("desk/print/")
    [funnel] = page.rows_under("From suggestion to a useful meeting")
    assert [cell.split()[0] for cell in funnel] == [str(row[1]) for row in sheets["funnel"]]
    drawn = [text.split()[0] for text in page.texts("#released-funnel .count")]
    assert drawn == [str(row[1]) for row in sheets["funnel"]]
    groups = sheets.get("constituencies", [])
    if groups:
        shown = page.rows_under("Each constituency")
        assert [row[: len(groups[0]) - 1][0] for row in shown] == [str(row[1]) for row in groups]
    matrix = next((rows for name, rows in sheets.items() if name.startswith("matrix-")), [])
    counts = {frozenset(row[:2]): row[2] for row in matrix}
    names = [row[0] for row in groups] if matrix else []
    wanted = [str(counts[frozenset((one, other))]) for one in names for other in names]
    assert [cell.split()[0] for cell in page.texts('[aria-label="Who meets whom"] td') if cell] == wanted
    assert page.texts("#released-heat .count") == wanted
    network = [text.split()[-1] for text in page.texts("#released-network .name")]
    assert network == [str(row[1]) for row in groups if matrix]
    bands = [int(text.split()[-1]) for text in page.texts("#released-network title")]
    assert bands == [row[2] for row in matrix if row[2]]
    (tmp_path / "network.graphml").write_bytes(reader.file("network.graphml"))
    graph = igraph.Graph.Read_GraphML(str(tmp_path / "network.graphml"))
    assert [vertex["people"] for vertex in graph.vs] == [row[1] for row in groups]
    network = {row[0]: row[1] for row in sheets["network"]}
    assert page.texts(".figures dd")[0] == str(network["people"])
    alone = network["people without a meeting"]
    said = f"{alone} attendees have no meeting." in page.text_of(".summary")
    assert said == (isinstance(alone, int) and alone > 0)


def test_the_reports_are_made_of_the_files(reader):
    network = {row[0]: row[1] for row in reader.sheets["network"]}
    shown = [
        f"{network['people']}Attendees",
        f"{network['people without a meeting']}withoutameeting",
        f"{network['meetings to come or held']}Meetingstocomeorheld",
        *(f"{step.capitalize()}{count}" for step, count, _share in reader.sheets["funnel"]),
    ]
    for name, pages in (("report-one-page.pdf", 1), ("report-five-pages.pdf", 5)):
        file = PdfReader(io.BytesIO(reader.file(name)))
        text = "".join("".join(page.extract_text() for page in file.pages).split())
        assert len(file.pages) == pages
        assert [part for part in shown if part not in text] == []


def test_everything_that_leaves_is_of_one_release(reader):
    for name in ("tables.xlsx", "network.graphml", "funnel.csv"):
        reader.file(name)
    reader.page("desk/print/")
    assert Release.objects.filter(event=reader.event).count() == 1
    assert reader.api["rule"] in reader.page("desk/print/").text_of(".paper footer")


def test_the_share_across_is_one_figure_on_desk_printed_page_and_in_the_sentences(reader):
    exact = reader.exact
    share = round(50 * (1 + round(exact["edition"]["ei"], 4)))
    assert share == round(50 * (1 + round(exact["network"]["ei"], 4)))
    desk, bridges = reader.page("desk/progress/"), reader.page("desk/bridges/")
    drawn = bridges.text_of("section[aria-labelledby=network-title] .intro")
    across, meetings = exact["network"]["outside"], exact["network"]["meetings"]
    assert f"{across} of {meetings} meetings cross constituencies." in drawn
    is_said = meetings > LEAST_COMPARED
    said = [text for text in desk.texts(".headlines li") if f"{share} % of meetings cross" in text]
    assert bool(said) is is_said
    stated = [one["facts"]["share"] for one in reader.api["headlines"] if one["code"].startswith("across")]
    assert stated == ([share] if is_said else [])


def test_set_up_and_the_list_of_attendees_count_as_the_desk_does(reader):
    exact = reader.exact
    exits = {(row["step"], row["cause"]): row["count"] for row in exact["exits"]}
    figures = reader.page("set-up/venue/")
    shown = dict(zip(figures.texts("dl.figures dt"), figures.texts("dl.figures dd"), strict=True))
    assert [int(shown[name]) for name in SET_UP] == [
        exact["network"]["people"],
        exact["network"]["isolates"],
        exits["requested", "waiting"],
        exits["accepted", "to_come"],
        exact["edition"]["held"],
    ]
    alone = {one["attendee_id"] for one in exact["without_meeting"]}
    organiser = reader.event.attendees.get(permission="organiser").pk  # hidden, and so not counted
    listed = reader.page("attendees/")
    count = exact["network"]["people"]
    assert f"{count + 1} people on the list. {count} of them are attendees in the figures" in listed
    assert set(roster_ids(event=reader.event, filters={"without_meeting": "1"})) == {*alone, organiser}
