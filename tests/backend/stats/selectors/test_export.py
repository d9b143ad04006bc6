"""Exported files, read back by igraph and openpyxl."""

import csv
import io
import xml.etree.ElementTree as ET
from collections import Counter

import igraph
import openpyxl
import pytest

from backend.core.spreadsheets import Worksheet
from backend.events.models import Attendee
from backend.stats.selectors import event_stats
from backend.stats.selectors.export import csv_for, graphml_for, workbook_for
from backend.stats.selectors.worksheets import NOTE, WITHHELD, worksheets_for
from backend.suggestions.models import Suggestion
from tests.backend.stats.events import large_event, make_meeting, seven_people
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def read_network(stats, tmp_path):
    file = tmp_path / "network.graphml"
    file.write_bytes(graphml_for(stats))
    return igraph.Graph.Read_GraphML(str(file))


def read_csv(sheet):
    return list(csv.DictReader(io.StringIO(csv_for(sheet).decode("utf-8-sig"))))


@pytest.fixture
def forum():
    return event_stats(event=large_event(160, 900, listed=4), now=NOW, permutations=19)


def test_the_about_sheet_holds_no_formula():
    event = make_event(name='=HYPERLINK("https://example.org/","Forum")')
    make_attendee(event)
    stats = event_stats(event=event, now=NOW, permutations=19)
    book = openpyxl.load_workbook(io.BytesIO(workbook_for(worksheets_for(stats), stats)))
    cells = [cell for page in book for row in page for cell in row if cell.value is not None]
    assert book["about"]["A1"].value == '\'=HYPERLINK("https://example.org/","Forum")'
    assert not [cell for cell in cells if cell.data_type == "f"]


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
    n, degrees = graph.vcount(), graph.degree()
    star = (n - 1) * (n - 2)  # the most that degrees can differ: Freeman's centralisation
    assert sum(max(degrees) - one for one in degrees) / star == pytest.approx(network.degree_centralisation)
    alike = sum(count**2 for count in Counter(group).values()) / n**2
    assert 1 - alike == pytest.approx(network.diversity)
    # Nodes bear no ids: people are compared by what they are.
    between = (2 * one / star for one in graph.betweenness())
    theirs = sorted(zip(group, degrees, between, strict=True))
    ours = sorted((one.constituency, one.partners, one.betweenness) for one in forum.people)
    assert [one[:2] for one in theirs] == [one[:2] for one in ours]
    assert [one[2] for one in theirs] == pytest.approx([one[2] for one in ours], abs=1e-9)


def test_igraph_finds_the_same_brokers_in_the_exported_graphml(forum, tmp_path):
    graph = read_network(forum, tmp_path)
    group, roles = graph.vs["constituency"], ("coordinator", "consultant", "gatekeeper", "liaison")
    counted = Counter()
    for vertex in graph.vs:
        found = dict.fromkeys(roles, 0)
        near = graph.neighbors(vertex.index)
        for place, a in enumerate(near):
            for b in near[:place]:
                if graph.are_adjacent(a, b):
                    continue
                own = (group[a] == vertex["constituency"]) + (group[b] == vertex["constituency"])
                same = ("consultant", "", "coordinator")[own] if group[a] == group[b] else ""
                found[same or ("gatekeeper" if own else "liaison")] += 1
        counted[vertex["constituency"], vertex.degree(), *found.values()] += 1
    assert counted == Counter(
        (one.constituency, one.partners, *(getattr(one, role) for role in roles)) for one in forum.people
    )


def test_the_matrix_counted_from_graphml_is_that_of_accepted_and_held_meetings(tmp_path):
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


def test_the_exported_matrix_gives_igraph_s_expected_and_e_i():
    event = large_event(90, 2_000, listed=1)  # so many that no request between two constituencies is withheld
    forum = event_stats(event=event, now=NOW, permutations=0)
    sheets = {sheet.name: sheet for sheet in worksheets_for(forum)}
    rows = read_csv(sheets["matrix-requested"])
    people = {row["constituency"]: int(row["attendees"]) for row in read_csv(sheets["constituencies"])}
    total = next(int(row["meetings"]) for row in rows if row["constituency"] == row["with"] == "all")
    pairs = [row for row in rows if "all" not in (row["constituency"], row["with"])]
    assert len(pairs) == 28
    assert WITHHELD not in {row["meetings"] for row in pairs}
    n = sum(people.values())
    full = igraph.Graph.Full(n)
    group = [name for name, count in people.items() for _ in range(count)]
    for row in pairs[::5]:
        one, two = row["constituency"], row["with"]
        of = sum({group[e.source], group[e.target]} == {one, two} for e in full.es)
        assert float(row["expected"]) == pytest.approx(total * of / full.ecount(), abs=1e-3)
        assert float(row["ratio"]) == pytest.approx(int(row["meetings"]) / float(row["expected"]), abs=1e-3)
    inside = sum(int(row["meetings"]) for row in pairs if row["constituency"] == row["with"])
    index = sheets["mixing-requested"].row("E-I index")["value"]
    assert index == pytest.approx((total - 2 * inside) / total, abs=1e-4)


def test_the_exposure_is_that_of_the_lists():
    event = large_event(60, 10, listed=3)
    exposure = event_stats(event=event, now=NOW, permutations=0).exposure
    times = Counter(Suggestion.objects.filter(run__event=event).values_list("other_id", flat=True))
    listed = [times[pk] for pk in Attendee.objects.filter(event=event).values_list("pk", flat=True)]
    assert exposure.coverage == pytest.approx(sum(count > 0 for count in listed) / len(listed))
    differences = sum(
        abs(one - other) for one in listed for other in listed
    )  # Gini: half the mean difference
    assert exposure.gini == pytest.approx(differences / (2 * len(listed) * sum(listed)))


def test_the_graphml_names_nobody_and_nothing_rare(tmp_path):
    event = make_event()
    p = seven_people(event)
    for _ in range(5):
        make_attendee(event, organisation=p[0].organisation, country="Laos", name="Vandara Xayavong")
    minor = make_attendee(event, age_class="minor", country="Cambodia", email="child@example.org")
    make_meeting(p[0], minor)
    text = graphml_for(event_stats(event=event, now=NOW, permutations=0)).decode()
    for secret in ("Vandara", "example.org", "Person", "Organisation", "Cambodia", "police", "Singapore"):
        assert secret not in text
    graph = read_network(event_stats(event=event, now=NOW, permutations=0), tmp_path)
    assert graph.vcount() == 12  # not the minor
    lines = Counter(zip(graph.vs["constituency"], graph.vs["sector"], graph.vs["country"], strict=True))
    assert lines["government", "ict-ministry", ""] == 2
    assert lines["government", "ict-ministry", "Laos"] == 5
    assert set(graph.vs.attributes()) == {"id", "constituency", "sector", "country"}
    assert set(graph.es.attributes()) == {"meetings"}


def test_the_graphml_numbers_people_at_random_in_every_file(forum, tmp_path):
    first, second = (read_network(forum, tmp_path) for _ in range(2))
    for graph in (first, second):
        assert sorted(map(int, graph.vs["id"])) == list(range(1, len(forum.people) + 1))
        edges = [edge.tuple for edge in graph.es]
        assert edges == sorted(edges)  # not as they were written into the database
    assert sorted(first.degree()) == sorted(second.degree())
    assert first.degree() != second.degree()
    assert first.degree() != [one.partners for one in forum.people]


def test_the_workbook_holds_every_worksheet(forum):
    sheets = worksheets_for(forum)
    book = openpyxl.load_workbook(io.BytesIO(workbook_for(sheets, forum)))
    assert book.sheetnames == ["about", *(sheet.name for sheet in sheets)]
    assert [row[0].value for row in book["about"].rows][2] == NOTE
    for sheet in sheets:
        read = [tuple(cell.value for cell in row) for row in book[sheet.name].rows]
        assert read == [sheet.columns, *sheet.rows]


def test_csv_and_workbook_hold_the_same(forum):
    for sheet in worksheets_for(forum):
        rows = read_csv(sheet)
        assert [tuple(row.values()) for row in rows] == [
            tuple("" if cell is None else str(cell) for cell in row) for row in sheet.rows
        ]


def test_a_country_that_looks_like_a_formula_is_text_in_every_file(tmp_path):
    event = make_event()
    for _ in range(6):
        make_attendee(event, country="=1+1\x0b", languages=["en"])
    stats = event_stats(event=event, now=NOW, permutations=0)
    countries = next(sheet for sheet in worksheets_for(stats) if sheet.name == "countries")
    assert read_csv(countries)[0]["country"] == "'=1+1"
    book = openpyxl.load_workbook(io.BytesIO(workbook_for((countries,), stats)))
    assert book["countries"]["A2"].value == "'=1+1"
    assert ET.fromstring(graphml_for(stats)).tag.endswith("graphml")


def test_scripts_of_the_region_survive_a_csv():
    sheet = Worksheet("s", ("ชื่อ",), (('ភាសាខ្មែរ, "ลาว"',),))
    assert csv_for(sheet).startswith(b"\xef\xbb\xbf")
    assert read_csv(sheet) == [{"ชื่อ": 'ភាសាខ្មែរ, "ลาว"'}]
