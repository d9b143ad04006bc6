"""Files of a release, read back by igraph and openpyxl."""

import csv
import io
import xml.etree.ElementTree as ET
from collections import Counter

import igraph
import openpyxl
import pytest

from backend.core.spreadsheets import Worksheet
from backend.events.models.attendees import Attendee
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.export import csv_for, graphml_for, workbook_for
from backend.stats.selectors.worksheets import NOTE, draft_release
from backend.suggestions.models import Suggestion
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def released(event):
    stats = event_stats(event=event, now=NOW, permutations=0)
    return {sheet.name: sheet for sheet in draft_release(stats).worksheets}


def read_network(sheets, tmp_path):
    file = tmp_path / "network.graphml"
    file.write_bytes(graphml_for(sheets))
    return igraph.Graph.Read_GraphML(str(file))


def read_csv(sheet):
    return list(csv.DictReader(io.StringIO(csv_for(sheet).decode("utf-8-sig"))))


@pytest.fixture
def sheets():
    return released(large_event(160, 900, listed=4))


def test_the_about_sheet_holds_no_formula():
    name = '=HYPERLINK("https://example.org/","Forum")'
    event = make_event(name=name)
    make_attendee(event)
    book = openpyxl.load_workbook(io.BytesIO(workbook_for(tuple(released(event).values()), name, NOW)))
    cells = [cell for page in book for row in page for cell in row if cell.value is not None]
    assert book["about"]["A1"].value == f"'{name}"
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_graphml_is_the_released_matrix_and_has_nobody_in_it(sheets, tmp_path):
    graph = read_network(sheets, tmp_path)
    people = {row[0]: row[1] for row in sheets["constituencies"].rows}
    assert dict(zip(graph.vs["id"], graph.vs["people"], strict=True)) == people
    edges = {frozenset(graph.vs[end]["id"] for end in edge.tuple): edge["meetings"] for edge in graph.es}
    assert edges == {frozenset(row[:2]): row[2] for row in sheets["matrix-held"].rows if row[2]}
    assert set(graph.vs.attributes()) == {"id", "people"}
    assert set(graph.es.attributes()) == {"meetings"}


def test_where_no_table_of_groups_is_released_the_graphml_is_empty(tmp_path):
    event = make_event()
    p = seven_people(event)
    minor = make_attendee(event, age_class="minor", country="Cambodia", email="child@example.org")
    make_meeting(p[0], minor)
    text = graphml_for(released(event)).decode()
    assert ET.fromstring(text).tag.endswith("graphml")
    for secret in ("example.org", "Person", "Organisation", "Cambodia", "police", "Singapore", "<node"):
        assert secret not in text


def test_the_exported_matrix_gives_igraph_s_expected(sheets):
    rows = read_csv(sheets["matrix-held"])
    people = {row["constituency"]: int(row["attendees"]) for row in read_csv(sheets["constituencies"])}
    total = sum(int(row["meetings"]) for row in rows)
    full = igraph.Graph.Full(sum(people.values()))
    group = [name for name, count in people.items() for _ in range(count)]
    for row in rows:
        one, two = row["constituency"], row["with"]
        of = sum({group[e.source], group[e.target]} == {one, two} for e in full.es)
        assert float(row["expected"]) == pytest.approx(total * of / full.ecount(), abs=1e-3)
        assert float(row["ratio"]) == pytest.approx(int(row["meetings"]) / float(row["expected"]), abs=1e-3)


def test_the_exposure_is_that_of_the_lists():
    event = large_event(60, 10, listed=3)
    exposure = event_stats(event=event, now=NOW, permutations=0).exposure
    times = Counter(Suggestion.objects.filter(run__event=event).values_list("other_id", flat=True))
    listed = [times[pk] for pk in Attendee.objects.filter(event=event).values_list("pk", flat=True)]
    assert exposure.coverage == pytest.approx(sum(count > 0 for count in listed) / len(listed))
    differences = sum(abs(one - other) for one in listed for other in listed)  # Gini: half the mean difference
    assert exposure.gini == pytest.approx(differences / (2 * len(listed) * sum(listed)))


def test_the_workbook_holds_every_worksheet(sheets):
    book = openpyxl.load_workbook(io.BytesIO(workbook_for(tuple(sheets.values()), "Forum", NOW)))
    assert book.sheetnames == ["about", *sheets]
    assert [row[0].value for row in book["about"].rows][2] == NOTE
    for name, sheet in sheets.items():
        read = [tuple(cell.value for cell in row) for row in book[name].rows]
        assert read == [sheet.columns, *sheet.rows]


def test_csv_and_workbook_hold_the_same(sheets):
    for sheet in sheets.values():
        rows = read_csv(sheet)
        assert [tuple(row.values()) for row in rows] == [
            tuple("" if cell is None else str(cell) for cell in row) for row in sheet.rows
        ]


def test_a_country_that_looks_like_a_formula_is_text_in_every_file():
    event = make_event()
    for country in ("=1+1\x0b", "Laos"):
        for _ in range(6):
            make_attendee(event, country=country, languages=["en"])
    countries = released(event)["countries"]
    assert read_csv(countries)[0]["country"] == "'=1+1"
    book = openpyxl.load_workbook(io.BytesIO(workbook_for((countries,), "Forum", NOW)))
    assert book["countries"]["A2"].value == "'=1+1"


def test_scripts_of_the_region_survive_a_csv():
    sheet = Worksheet("s", ("ชื่อ",), (('ភាសាខ្មែរ, "ลาว"',),))
    assert csv_for(sheet).startswith(b"\xef\xbb\xbf")
    assert read_csv(sheet) == [{"ชื่อ": 'ភាសាខ្មែរ, "ลาว"'}]
