"""The organiser's desk: who may read it, and that it shows the figures of event_stats."""

import json
import re

import pytest

from backend.directory.models import Nudge
from backend.events.models.events import Event
from backend.events.rules.states import SENTENCES
from backend.stats.selectors.event_stats import event_stats
from tests.backend.stats.events import make_meeting, seven_people
from tests.backend.stats.selectors.test_headlines import make_forum
from tests.factories import NOW, make_attendee, make_event, make_organisation, make_run
from tests.long_jobs import read as fetch
from tests.pages import page_of

pytestmark = pytest.mark.django_db


def read(client, event, rest=""):
    answer = fetch(client, f"/e/{event.slug}/desk/{rest}")
    assert answer.status_code == 200
    return page_of(answer)


PAGES = ("", "bridges/", "progress/", "method/", "who-needs-help/", "unmet-needs/", "print/")


def test_the_desk_of_an_event_without_people_says_so(desk):
    event, client = desk
    for rest in ("progress/", "print/"):
        assert "No meeting is agreed yet." in read(client, event, rest)
    for rest in PAGES[:4]:
        page = read(client, event, rest)
        assert "Nobody to count yet" in page
        assert page.texts("section h2") == page.texts(".today li") == []  # no table of noughts


@pytest.mark.slow
def test_the_pages_of_the_desk_lead_to_each_other_and_an_old_address_of_a_matrix_to_the_bridges(desk):
    event, client = desk
    seven_people(event)
    for number, rest in enumerate(PAGES[:4]):
        page = read(client, event, rest)
        assert page.texts(".subpages a") == ["Today", "Bridges", "Progress", "Method"]
        assert page.texts(".subpages [aria-current]") == [page.texts(".subpages a")[number]]
    answer = client.get(f"/e/{event.slug}/desk/?step=held&by=sector")
    assert answer["Location"] == f"/e/{event.slug}/desk/bridges/?step=held&by=sector#matrix"


def lines_of(page):
    return dict(zip(page.attributes(".today li", "id"), page.texts(".today li"), strict=True))


def test_today_has_a_line_for_each_thing_to_do_with_its_figure_and_its_page(desk):
    event, client = desk
    seven_people(event)
    seeker = make_attendee(event, name="Ana Alone", seeks="Training")
    make_attendee(event, has_joined=False)
    make_run(event, {}, report={"unmet_needs": [seeker.pk], "unsought_offers": []})
    page = read(client, event)
    lines = lines_of(page)
    assert lines["unjoined"].startswith("1 of 9 attendees have not joined yet")
    assert lines["alone"].startswith("2 of 8 who have joined have no meeting")
    assert lines["unmet"].startswith("1 person seeks what nobody here offers; 0 offer what nobody seeks")
    assert lines["missing"].startswith("0 bridges between constituencies are missing")
    assert "9 attendees (listed adults), 8 joined." in page
    by_line = {key: [to for _, to in page.links(f"#{key}")] for key in lines}
    address = f"/e/{event.slug}"
    assert by_line["unjoined"][0] == f"{address}/invitations/"
    assert by_line["alone"][0] == f"{address}/programme/?scope=without_meeting#new"
    assert by_line["unmet"] == [f"{address}/desk/unmet-needs/"]
    assert by_line["missing"] == by_line["waiting"] == []
    counts = [int(text.split()[0]) for text in lines.values()]
    assert counts.index(0) == len([count for count in counts if count])  # nothing to do comes last


def test_before_anybody_asks_today_says_what_comes_first(desk):
    event, client = desk
    make_attendee(event, has_joined=False)
    assert "Nobody has joined yet." in read(client, event)
    make_attendee(event)
    page = read(client, event)
    assert "No meeting is asked for yet." in page
    assert f"/e/{event.slug}/set-up/venue/#slots" in [to for _, to in page.links(".lead")]


def test_today_counts_those_who_need_help_as_their_list_does(desk):
    event, client = desk
    seven_people(event)
    make_attendee(event)
    listed = read(client, event, "who-needs-help/")
    to_nudge = int(lines_of(read(client, event))["to-nudge"].split()[0])
    assert f"Nudge {to_nudge} people" in listed


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "archived"])
def test_once_the_forum_is_closed_nothing_is_left_to_do_today(desk, state):
    event, client = desk
    seven_people(event)
    alone = make_attendee(event, name="Ana Alone")
    Event.objects.filter(pk=event.pk).update(state=state)
    page = read(client, event)
    assert page.texts(".today li") == []
    assert str(SENTENCES[state]) in page
    assert not page.has(".main a.button")
    page = read(client, event, "who-needs-help/")
    assert alone.name in page
    addresses = [address for _, address in page.links(".main")]
    assert not [one for one in addresses if "/nudge/" in one or "/programme/" in one]
    assert "Nobody to nudge now." in read(client, event, "nudge/")


def test_before_anybody_can_ask_nobody_is_nudged(desk):
    event, client = desk
    make_attendee(event)
    Event.objects.filter(pk=event.pk).update(state="inviting")
    assert {"to-nudge", "requests"}.isdisjoint(lines_of(read(client, event)))
    assert "alone" in lines_of(read(client, event))
    assert "Nobody to nudge now." in read(client, event, "nudge/")


def test_a_step_at_which_nothing_was_counted_is_no_drop_out(desk):
    event, client = desk
    one, other, third = (make_attendee(event) for _ in range(3))
    make_run(event, {one: [other]})
    make_meeting(one, other)
    make_meeting(one, third, "declined")
    assert "50 % of those requested or proposed became accepted" in read(client, event, "progress/")


def test_the_funnel_and_the_matrix_are_those_of_event_stats(desk):
    event, client = desk
    seven_people(event)
    stats = event_stats(event=event, now=NOW, permutations=0)
    page = read(client, event, "progress/")
    assert [row[0] for row in page.rows_under("funnel-title")] == [str(s.count) for s in stats.funnel]
    for step in ("requested", "accepted", "held"):
        matrix = stats.step(step).by_constituency
        shown = read(client, event, f"bridges/?step={step}").rows_under("matrix-title")
        expected = [[f"{c.observed} / {c.expected:.1f}" for c in row] for row in matrix.cells]
        assert [[cell.replace(" *", "") for cell in row] for row in shown] == expected


def test_a_theme_narrows_the_matrix_and_an_unknown_one_does_not(desk):
    event, client = desk
    seven_people(event)
    step = event_stats(event=event, now=NOW, permutations=0).step("held")
    within = step.within_theme[step.themes.index("justice")]

    def observed(query):
        rows = read(client, event, f"bridges/{query}").rows_under("matrix-title")
        return [[int(cell.split(" / ")[0]) for cell in row] for row in rows]

    assert observed("?step=held&theme=justice") == [[c.observed for c in row] for row in within.cells]
    everything = [[c.observed for c in row] for row in step.by_constituency.cells]
    assert observed("?step=nowhere&theme=nothing") == everything


@pytest.mark.parametrize("by", ["sector", "theme"])
def test_the_matrix_can_be_grouped_by_sector_and_by_theme(desk, by):
    event, client = desk
    seven_people(event)
    step = event_stats(event=event, now=NOW, permutations=0).step("held")
    matrix = {"sector": step.by_sector, "theme": step.by_theme}[by]
    page = read(client, event, f"bridges/?step=held&by={by}&theme=justice")
    shown = page.rows_under("matrix-title")
    expected = [[f"{c.observed} / {c.expected:.1f}" for c in row] for row in matrix.cells]
    assert [[cell.replace(" *", "") for cell in row] for row in shown] == expected
    assert not page.has("[data-picture]")  # what may be saved is made of the release


def test_organisers_download_who_needs_help_without_minors(desk):
    event, client = desk
    make_attendee(event, name="Ana Alone")
    make_attendee(event, name="Kim Kid", age_class="minor")
    answer = fetch(client, f"/e/{event.slug}/desk/who-needs-help.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-who-needs-help.csv"'
    assert "Ana Alone" in answer.content.decode()
    assert "Kim" not in answer.content.decode()


def test_what_nobody_answers_is_listed_by_theme_and_downloaded_by_organisers_only(desk):
    event, client = desk
    seeker = make_attendee(event, name="Ana Alone", seeks="Training", seeks_topics=["sextortion"])
    kid = make_attendee(event, name="Kim Kid", seeks="Games", age_class="minor")
    assert "Known once the lists are computed." in read(client, event, "unmet-needs/").texts("#unmet p")
    make_run(event, {}, report={"unmet_needs": [seeker.pk, kid.pk], "unsought_offers": [kid.pk]})
    page = read(client, event, "unmet-needs/")
    assert "Unmet needs: 1 person" in page.texts("#unmet h2")
    assert page.texts("#unmet .unmet .chip") == ["Ana Alone"]
    assert page.texts("#unmet .quote") == ["Training"]
    assert "Every offer is sought." in page.texts("#unmet p")
    line = read(client, event).text_of("#unmet")
    assert line.startswith("1 person seeks what nobody here offers; 0 offer what nobody seeks")
    address = f"/e/{event.slug}/desk/unmet-needs.csv"
    assert address in page.attributes("#unmet a", "href")
    answer = fetch(client, address)
    assert answer["Content-Disposition"] == f'attachment; filename="{event.slug}-unmet-needs.csv"'
    assert "Ana Alone" in answer.content.decode()
    assert kid.person.name not in answer.content.decode()
    client.force_login(make_attendee(event).person)
    assert client.get(address).status_code == 403


def test_the_network_has_every_connection_and_people_without_a_meeting_are_named(desk):
    event, client = desk
    people = seven_people(event)
    stats = event_stats(event=event, now=NOW, permutations=0)
    page = read(client, event, "bridges/")
    drawing = json.loads(page.one("script#network-data").text())
    assert len(drawing["people"]) == len(stats.people)
    ids = [one.attendee_id for one in stats.people]
    assert {(ids[a], ids[b]) for a, b in drawing["ties"]} == {(t.first, t.second) for t in stats.ties}
    page = read(client, event, "who-needs-help/")
    assert people[6].person.name in [name for (name,) in page.rows_under("alone-title", "th .chip")]


def test_this_edition_is_compared_with_the_previous_one_and_in_print_as_released(desk):
    event, client = desk
    seven_people(event)
    assert "Compared with the previous edition" not in read(client, event, "progress/")
    event.previous = make_event("before")
    event.save()
    seven_people(event.previous)
    title = "Compared with the previous edition"
    page = read(client, event, "progress/")
    counts = ["7", "6", "7", "7", "5", "6"]
    assert page.rows_under("editions-title") == [[*counts, "71\u202f%"], [*counts, "–"]]
    assert "one would be of 7 meetings, the other of 7, and each should be of more than 50" in page
    released = read(client, event, "print/").rows_under(title)
    assert [row[1] for row in released] == ["*", "*"]  # with the seven it would tell that one has no meeting
    assert all(cell == "*" or int(cell) >= 5 for row in released for cell in row[:6])


def test_the_measures_are_those_of_event_stats(desk):
    event, client = desk
    seven_people(event)
    measures = [row[0] for row in read(client, event, "method/").rows_under("measures-title")]
    assert measures[0:2] == ["0.43", "0.62"]
    assert 0 < float(measures[2]) <= 1  # p of the E-I index
    assert measures[7:9] == ["2", "6"]  # components, the largest of them
    industry = read(client, event, "method/").rows_under("By constituency")[1]
    assert industry[4:7] == ["0.43", "0.14", "0.57"]  # E-I, homophily, diversity of partners


@pytest.mark.slow
def test_nobody_who_is_not_counted_is_named(desk):
    event, client = desk
    seven_people(event)
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, name="Never Shown", **who)
    assert not any("Never Shown" in read(client, event, rest).html for rest in PAGES)


@pytest.mark.slow
def test_the_printed_page_has_no_small_count_and_names_nobody(desk):
    event, client = desk
    people = seven_people(event)
    page = read(client, event, "print/")
    [funnel] = page.rows_under("From suggestion to a useful meeting")
    assert funnel[2:4] == ["7", "0"]  # requested and proposed
    assert [cell.split()[0] for cell in funnel[4:]] == ["*"] * 3
    assert "Each constituency" not in page.texts("h2")  # there are three of the largest
    assert not any(person.person.name in page.html for person in people)


def test_the_tables_of_the_printed_page_have_no_star_and_the_others_are_counted_together(desk):
    event = make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6)
    make_attendee(event, organisation=make_organisation(event, "youth", "youth"))
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    _, client = desk
    client.force_login(organiser.person)
    page = read(client, event, "print/")
    groups, matrix = page.rows_under("Each constituency"), page.rows_under("Who meets whom")
    assert [row[0] for row in groups] == ["8", "8", "9"]
    assert page.texts('[aria-label="Who meets whom"] tbody th') == ["Government", "Civil society", "Other"]
    cells = [cell.split()[0] for row in (*matrix, *groups) for cell in row]
    assert all(cell == "0" or int(cell) >= 5 for cell in cells)
    assert "small groups are counted together as other" in page.text_of(".paper footer")


def test_every_file_the_printed_page_links_to_can_be_downloaded(desk):
    event, client = desk
    seven_people(event)
    assert f"/e/{event.slug}/desk/print/#downloads" in [to for _, to in read(client, event).links()]
    links = [address for _, address in read(client, event, "print/").links()]
    files = [address for address in links if "/desk/files/" in address]
    assert {name.rsplit(".")[-1] for name in files} == {"xlsx", "graphml", "pdf", "csv"}
    for address in files:
        answer = fetch(client, address)
        assert answer.status_code == 200, address
        assert answer.content, address


def test_a_missing_bridge_leads_to_a_plan_between_the_two_and_who_has_nobody_to_whom_they_suit(desk):
    event, client = desk
    seven_people(event)
    assert not read(client, event, "bridges/").has(".acts")
    other = make_forum(gov_ind=48, gov_civ=8, ind_civ=7, gov_gov=6, ind_ind=6, civ_civ=6)
    organiser = make_attendee(other, permission="organiser", visibility="hidden")
    alone = make_attendee(other, organisation=make_organisation(other), seeks="Partners")
    client.force_login(organiser.person)
    page = read(client, other, "bridges/")
    assert page.texts(".acts li")[0].startswith("Government and civil society: 8 where chance would give 19.")
    _, address = page.links(".acts")[0]
    form = page_of(client.get(address.split("#")[0])).fields('form[action$="#new"]')
    chosen = [form[name] for name in ("scope", "first", "second")]
    assert chosen == [["between"], ["government"], ["civil-society"]]
    by_hand = f"/e/{other.slug}/programme/by-hand/?first={alone.pk}#likely"
    today = read(client, other)
    assert "civil society: 8 meetings, chance would give 19" in today.text_of("#missing")
    assert page.links(".acts")[0][1] in [to for _, to in today.links("#missing")]
    assert by_hand in [to for _, to in read(client, other, "who-needs-help/").links()]
    form = page_of(client.get(f"/e/{other.slug}/programme/?scope=x&first=y")).fields('form[action$="#new"]')
    assert (form["scope"], form["first"]) == (["everyone"], [""])


def test_a_nudge_is_seen_before_it_is_sent_and_nobody_gets_two(desk):
    event, client = desk
    address = f"/e/{event.slug}/desk/nudge/"
    one, other = make_attendee(event, seeks="Partners"), make_attendee(event, seeks="Advice")
    assert "Nudge 2 people" in read(client, event, "who-needs-help/")
    assert "2 people can be nudged now" in read(client, event).text_of("#to-nudge")
    preview = read(client, event, "nudge/")
    assert "Has asked nobody: 2" in preview
    assert "See who is suggested to you" in preview
    ticked = preview.attributes("input[type=checkbox][checked]", "value")
    assert {*ticked} == {str(one.pk), str(other.pk)}
    assert not Nudge.objects.exists()
    first, second = (page_of(client.post(address, {"attendee": one.pk}, follow=True)) for _ in range(2))
    assert "1 person gets a mail." in first
    assert "Nobody was mailed." in second
    assert "1 person can be nudged now" in second.text_of("#to-nudge")
    cells = read(client, event, "who-needs-help/").texts("td")
    assert any(re.fullmatch(r"\d\d:\d\d, not sent yet", cell) for cell in cells)
    assert f"{one.person.name} has asked nobody: nudged today at" in read(client, event, "nudge/")
    assert client.post(address, {"attendee": "x"}).status_code == 400
    client.force_login(one.person)
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 403
