"""The organiser's desk: who may read it, that it holds with nobody, and that it prints the figures' own."""

import json
import re

import pytest

from backend.stats.selectors import event_stats
from tests.backend.stats.events import seven_people
from tests.factories import NOW, make_attendee, make_event
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    event = make_event("desk")
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    client.force_login(organiser.person)
    return event, client


def read(client, event, rest=""):
    answer = client.get(f"/e/{event.slug}/desk/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def cells_of(text, title):
    """The numbers of the first table under this heading, row by row."""
    return page_of(text).rows_under(title)


@pytest.mark.parametrize("where", ["desk/", "desk/print/"])
def test_only_an_organiser_reads_it(client, where):
    event = make_event("desk")
    assert client.get(f"/e/{event.slug}/{where}").status_code == 302
    client.force_login(make_attendee(event).person)
    assert client.get(f"/e/{event.slug}/{where}").status_code == 403
    client.force_login(make_attendee(make_event("elsewhere"), permission="organiser").person)
    assert client.get(f"/e/{event.slug}/{where}").status_code == 404


@pytest.mark.parametrize("rest", ["", "print/"])
def test_it_holds_with_nobody_and_says_so(desk, rest):
    event, client = desk
    assert "No meeting is agreed yet." in read(client, event, rest)
    if not rest:
        assert "Nobody to count yet" in read(client, event)


def test_the_funnel_and_the_matrix_are_those_of_event_stats(desk):
    event, client = desk
    seven_people(event)
    stats = event_stats(event=event, now=NOW, permutations=0)
    text = read(client, event)
    assert [row[0] for row in cells_of(text, "funnel-title")] == [str(s.count) for s in stats.funnel]
    for step in ("requested", "accepted", "held"):
        matrix = stats.step(step).by_constituency
        shown = cells_of(read(client, event, f"?step={step}"), "matrix-title")
        expected = [[f"{c.observed} / {c.expected:.1f}" for c in row] for row in matrix.cells]
        assert [[cell.replace(" *", "") for cell in row] for row in shown] == expected


def test_a_theme_narrows_the_matrix_and_an_unknown_one_does_not(desk):
    event, client = desk
    seven_people(event)
    step = event_stats(event=event, now=NOW, permutations=0).step("held")
    within = step.within_theme[step.themes.index("justice")]

    def observed(query):
        rows = cells_of(read(client, event, query), "matrix-title")
        return [[int(cell.split(" / ")[0]) for cell in row] for row in rows]

    assert observed("?step=held&theme=justice") == [[c.observed for c in row] for row in within.cells]
    everything = [[c.observed for c in row] for row in step.by_constituency.cells]
    assert observed("?step=nowhere&theme=nothing") == everything


@pytest.mark.parametrize("by", ["sector", "theme"])
def test_the_matrix_is_read_by_sector_and_by_theme_too(desk, by):
    event, client = desk
    seven_people(event)
    step = event_stats(event=event, now=NOW, permutations=0).step("held")
    matrix = {"sector": step.by_sector, "theme": step.by_theme}[by]
    text = read(client, event, f"?step=held&by={by}&theme=justice")
    shown = cells_of(text, "matrix-title")
    expected = [[f"{c.observed} / {c.expected:.1f}" for c in row] for row in matrix.cells]
    assert [[cell.replace(" *", "") for cell in row] for row in shown] == expected
    small = sum(0 < cell.observed < 5 for row in matrix.cells for cell in row)
    assert text.count("data-withheld") >= small > 0  # the picture that leaves the desk has none of them
    assert 'data-picture="heat"' in text


def test_a_matrix_within_a_theme_does_not_leave_the_desk(desk):
    event, client = desk
    seven_people(event)
    assert 'data-picture="heat"' not in read(client, event, "?theme=justice")


def test_the_list_of_who_needs_help_is_taken_by_organisers_only(desk):
    event, client = desk
    make_attendee(event, name="Ana Alone")
    make_attendee(event, name="Kim Kid", age_class="minor")
    answer = client.get(f"/e/{event.slug}/desk/who-needs-help.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-who-needs-help.csv"'
    assert "Ana Alone" in answer.content.decode()
    assert "Kim" not in answer.content.decode()
    client.force_login(make_attendee(event).person)
    assert client.get(f"/e/{event.slug}/desk/who-needs-help.csv").status_code == 403


def test_the_network_holds_every_tie_and_who_stands_alone_is_named(desk):
    event, client = desk
    people = seven_people(event)
    stats = event_stats(event=event, now=NOW, permutations=0)
    text = read(client, event)
    drawing = json.loads(re.search(r'<script id="network-data"[^>]*>(.*?)</script>', text, re.S)[1])
    assert len(drawing["people"]) == len(stats.people)
    ids = [one.attendee_id for one in stats.people]
    assert {(ids[a], ids[b]) for a, b in drawing["ties"]} == {(t.first, t.second) for t in stats.ties}
    keys = [one.key for one in stats.constituencies]
    assert drawing["withheld"] == [*(key for key in keys if key != "youth"), "alone"]  # no youth met anybody
    alone = text.split('id="alone-title"')[-1]
    assert people[6].person.name in alone.split("</table>")[0]


def test_this_edition_stands_beside_the_one_before_and_on_paper_as_released(desk):
    event, client = desk
    seven_people(event)
    assert "Compared with the previous edition" not in read(client, event) + read(client, event, "print/")
    event.previous = make_event("before")
    event.save()
    seven_people(event.previous)
    title = "Compared with the previous edition"
    assert cells_of(read(client, event), title) == 2 * [["7", "6", "7", "7", "5", "6", "71\u202f%"]]
    released = cells_of(read(client, event, "print/"), title)
    assert [row[1] for row in released] == ["*", "*"]  # with the seven it would tell that one has no meeting
    assert all(cell == "*" or int(cell) >= 5 for row in released for cell in row[:6])


def test_the_measures_are_those_of_event_stats(desk):
    event, client = desk
    seven_people(event)
    measures = [row[0] for row in cells_of(read(client, event), "measures-title")]
    assert measures[0:2] == ["0.43", "0.62"]
    assert 0 < float(measures[2]) <= 1  # p of the E-I index
    assert measures[7:9] == ["2", "6"]  # components, the largest of them
    industry = cells_of(read(client, event), "By constituency")[1]
    assert industry[4:7] == ["0.43", "0.14", "0.57"]  # E-I, homophily, diversity of partners


def test_nobody_who_is_not_counted_is_named(desk):
    event, client = desk
    seven_people(event)
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, name="Never Shown", **who)
    assert "Never Shown" not in read(client, event)


def test_the_page_to_hand_over_withholds_small_counts_and_names_nobody(desk):
    event, client = desk
    people = seven_people(event)
    text = read(client, event, "print/")
    held = event_stats(event=event, now=NOW, permutations=0).step("held").by_constituency
    assert held.total == 5
    shown = cells_of(text, "Who met whom")
    assert all(cell.split()[0] in ("0", "*") or int(cell.split()[0]) >= 5 for row in shown for cell in row)
    assert not any(cell.startswith("*") and "×" in cell for row in shown for cell in row)
    groups = cells_of(text, "Each constituency")
    assert all(cell in ("0", "*") or int(cell) >= 5 for row in groups for cell in row)
    assert any(cell == "*" for row in shown for cell in row)
    assert not any(person.person.name in text for person in people)


def test_every_file_the_desk_offers_can_be_had(desk):
    event, client = desk
    seven_people(event)
    files = re.findall(r'href="(/api/v1/[^"]+)"', read(client, event))
    assert {name.rsplit(".")[-1] for name in files} == {"xlsx", "graphml", "csv"}
    for address in files:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.content, address


def test_the_page_takes_as_many_queries_for_many_as_for_few(desk, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    event, client = desk
    seven_people(event)
    read(client, event)
    with CaptureQueriesContext(connection) as few:
        read(client, event)
    seven_people(event)
    with django_assert_num_queries(len(few)):
        read(client, event)


def test_the_nudge_says_how_many_get_a_mail_and_nobody_gets_two(desk):
    event, client = desk
    make_attendee(event, seeks="Partners")
    assert "Nudge 1 person" in read(client, event)
    assert "not sent yet" not in read(client, event)
    said = [client.post(f"/e/{event.slug}/desk/nudge/", follow=True).content.decode() for _ in range(2)]
    assert "1 person gets a mail." in said[0]
    assert "one mail a day is the most" in said[1]
    assert any(re.fullmatch(r"\d\d:\d\d, not sent yet", cell) for cell in page_of(said[1]).texts("td"))
    assert "All of them were nudged today" in said[1]
    client.force_login(make_attendee(event).person)
    assert client.post(f"/e/{event.slug}/desk/nudge/").status_code == 403
