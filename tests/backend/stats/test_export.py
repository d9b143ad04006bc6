"""Files read back by programs of other makers: igraph recomputes the figures from what was exported."""

import csv
import io
import xml.etree.ElementTree as ET

import igraph
import openpyxl
import pytest

from backend.stats.export import csv_of, graphml_of, workbook_of
from backend.stats.selectors import event_stats
from backend.stats.sheets import NOTE, WITHHELD, Sheet
from backend.stats.tables import sheets_for
from tests.backend.stats.forums import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def read_network(stats, tmp_path):
    file = tmp_path / "network.graphml"
    file.write_bytes(graphml_of(stats))
    return igraph.Graph.Read_GraphML(str(file))


def read_csv(sheet):
    return list(csv.DictReader(io.StringIO(csv_of(sheet).decode("utf-8-sig"))))


@pytest.fixture
def forum():
    return event_stats(event=large_event(160, 900, listed=4), now=NOW, permutations=19)


def test_igraph_finds_the_same_network_in_the_exported_graphml(forum, tmp_path):
    graph = read_network(forum, tmp_path)
    network, meetings = forum.network, graph.es["meetings"]
    assert (graph.vcount(), graph.ecount(), sum(meetings)) == (
        network.people,
        network.pairs,
        network.meetings,
    )
    assert graph.density() == pytest.approx(network.density)
    parts = graph.connected_components().sizes()
    assert (len(parts), max(parts)) == (network.components, network.largest_component)
    assert graph.degree().count(0) == network.isolates == len(forum.without_meeting)
    group = graph.vs["constituency"]
    crossing = sum(
        m for edge, m in zip(graph.es, meetings, strict=True) if group[edge.source] != group[edge.target]
    )
    assert (2 * crossing - sum(meetings)) / sum(meetings) == pytest.approx(network.ei)
    every_meeting = igraph.Graph(
        graph.vcount(),
        [edge.tuple for edge, m in zip(graph.es, meetings, strict=True) for _ in range(int(m))],
    )
    codes = [sorted(set(group)).index(one) for one in group]
    assert every_meeting.assortativity_nominal(codes, False) == pytest.approx(network.assortativity)
    n = graph.vcount()
    ours = {str(one.attendee_id): one for one in forum.people}
    for name, between, degree in zip(graph.vs["id"], graph.betweenness(), graph.degree(), strict=True):
        assert between / ((n - 1) * (n - 2) / 2) == pytest.approx(ours[name].betweenness, abs=1e-9)
        assert degree == ours[name].partners


def test_igraph_finds_the_same_brokers_in_the_exported_graphml(forum, tmp_path):
    graph = read_network(forum, tmp_path)
    group, ours = graph.vs["constituency"], {str(one.attendee_id): one for one in forum.people}
    for vertex in graph.vs:
        found = {"coordinator": 0, "consultant": 0, "gatekeeper": 0, "liaison": 0}
        near = graph.neighbors(vertex.index)
        for place, a in enumerate(near):
            for b in near[:place]:
                if graph.are_adjacent(a, b):
                    continue
                own = (group[a] == vertex["constituency"]) + (group[b] == vertex["constituency"])
                same = ("consultant", "", "coordinator")[own] if group[a] == group[b] else ""
                found[same or ("gatekeeper" if own else "liaison")] += 1
        assert found == {name: getattr(ours[vertex["id"]], name) for name in found}


def test_the_matrix_recounted_from_graphml_is_the_one_of_the_accepted_and_held(tmp_path):
    event = make_event()
    seven_people(event)
    stats = event_stats(event=event, now=NOW, permutations=0)
    graph = read_network(stats, tmp_path)
    counted = {}
    for edge in graph.es:
        pair = tuple(sorted(graph.vs[end]["constituency"] for end in edge.tuple))
        counted[pair] = counted.get(pair, 0) + edge["meetings"]
    assert counted == {
        ("government", "government"): 1, ("government", "industry"): 4, ("industry", "industry"): 1,
        ("civil-society", "industry"): 1,
    }  # fmt: skip


def test_the_exported_matrix_gives_igraph_s_expected_and_e_i(forum):
    sheets = {sheet.name: sheet for sheet in sheets_for(forum)}
    rows = read_csv(sheets["matrix-requested"])
    people = {row["constituency"]: int(row["attendees"]) for row in read_csv(sheets["constituencies"])}
    total = next(int(row["meetings"]) for row in rows if row["constituency"] == row["with"] == "all")
    pairs = [row for row in rows if "all" not in (row["constituency"], row["with"])]
    shown = [row for row in pairs if row["meetings"] != WITHHELD]
    assert len(shown) > 20
    n = sum(people.values())
    full = igraph.Graph.Full(n)
    group = [name for name, count in people.items() for _ in range(count)]
    for row in shown[::5]:
        one, two = row["constituency"], row["with"]
        of = sum({group[e.source], group[e.target]} == {one, two} for e in full.es)
        assert float(row["expected"]) == pytest.approx(total * of / full.ecount(), abs=1e-3)
        assert float(row["ratio"]) == pytest.approx(int(row["meetings"]) / float(row["expected"]), abs=1e-3)
    if len(shown) == len(pairs):
        inside = sum(int(row["meetings"]) for row in pairs if row["constituency"] == row["with"])
        index = sheets["mixing-requested"].row("E-I index")["value"]
        assert index == pytest.approx((total - 2 * inside) / total, abs=1e-4)


def test_the_graphml_names_nobody_and_nothing_rare(tmp_path):
    event = make_event()
    p = seven_people(event)
    for _ in range(5):
        make_attendee(event, organisation=p[0].organisation, country="Laos", name="Vandara Xayavong")
    minor = make_attendee(event, age_class="minor", country="Cambodia", email="child@example.org")
    make_meeting(p[0], minor)
    text = graphml_of(event_stats(event=event, now=NOW, permutations=0)).decode()
    for secret in ("Vandara", "example.org", "Person", "Organisation", "Cambodia", "police", "Singapore"):
        assert secret not in text
    graph = read_network(event_stats(event=event, now=NOW, permutations=0), tmp_path)
    assert str(minor.pk) not in graph.vs["id"]
    lines = list(zip(graph.vs["constituency"], graph.vs["sector"], graph.vs["country"], strict=True))
    assert lines[0] == ("government", "ict-ministry", "")
    assert lines[-1] == ("government", "ict-ministry", "Laos")
    assert set(graph.vs.attributes()) == {"id", "constituency", "sector", "country"}
    assert set(graph.es.attributes()) == {"meetings"}


def test_the_workbook_holds_every_table_as_it_is(forum):
    sheets = sheets_for(forum)
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(sheets, forum)))
    assert book.sheetnames == ["about", *(sheet.name for sheet in sheets)]
    assert [row[0].value for row in book["about"].rows][2] == NOTE
    for sheet in sheets:
        read = [tuple(cell.value for cell in row) for row in book[sheet.name].rows]
        assert read == [sheet.columns, *sheet.rows]


def test_csv_and_workbook_say_the_same(forum):
    for sheet in sheets_for(forum):
        rows = read_csv(sheet)
        assert [tuple(row.values()) for row in rows] == [
            tuple("" if cell is None else str(cell) for cell in row) for row in sheet.rows
        ]


def test_a_country_written_as_a_formula_is_text_in_every_file(tmp_path):
    event = make_event()
    for _ in range(6):
        make_attendee(event, country="=1+1\x0b", languages=["en"])
    stats = event_stats(event=event, now=NOW, permutations=0)
    countries = next(sheet for sheet in sheets_for(stats) if sheet.name == "countries")
    assert read_csv(countries)[0]["country"] == "'=1+1"
    book = openpyxl.load_workbook(io.BytesIO(workbook_of((countries,), stats)))
    assert book["countries"]["A2"].value == "'=1+1"
    assert ET.fromstring(graphml_of(stats)).tag.endswith("graphml")


def test_scripts_of_the_region_survive_a_csv():
    sheet = Sheet("s", ("ชื่อ",), (('ភាសាខ្មែរ, "ลาว"',),))
    assert csv_of(sheet).startswith(b"\xef\xbb\xbf")
    assert read_csv(sheet) == [{"ชื่อ": 'ភាសាខ្មែរ, "ลาว"'}]
