"""The desk in a real browser: a list comes in, people meet, figures follow, files are read back."""

import csv
import datetime as dt
import io
import re
import struct
import xml.etree.ElementTree as ET

import openpyxl
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from backend.booking.models.availability import Availability
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.suggestions.models import Suggestion
from tests.backend.stats.events import make_meeting
from tests.factories import in_two_weeks, make_attendee, make_event, make_organisation
from tests.journeys.axe import faults_of
from tests.journeys.conftest import signed_in
from tests.journeys.long_jobs import do_its_job, open_made_page
from tests.worker import do_jobs

SVG = "{http://www.w3.org/2000/svg}"
SECTORS = ("ict-ministry", "large-company", "civil-society", "academia")
WORDS = {
    "ict-ministry": ("Companies that keep evidence of grooming.", "Rules for platforms, in plain words."),
    "large-company": ("Rules for platforms we can work with.", "Evidence of grooming, kept across borders."),
    "civil-society": ("Research on what helps children.", "A helpline for children who are blackmailed."),
    "academia": ("A helpline that shares its figures.", "Research on what helps children."),
}
GOOD, BAD = 293, 7


def attendee_list():
    """300 rows: every 40th has no address, so that seven cannot be imported."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["email", "name", "organisation", "sector", "country", "age_class", "seeks", "offers"])
    for row in range(1, GOOD + BAD + 1):
        sector = SECTORS[row % len(SECTORS)]
        email = "nobody" if row % 40 == 0 else f"p{row}@example.org"
        writer.writerow([email, f"Person {row}", f"House {sector}", sector, "Thailand", "adult", *WORDS[sector]])
    return out.getvalue().encode()


@pytest.fixture
def desk(transactional_db, context, door):
    """A page of an organiser who is alone at a forum."""
    event = make_event("desk", **in_two_weeks())
    organiser = make_attendee(event, name="Olga", permission="organiser", visibility="hidden")
    page = signed_in(context, door, organiser)
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("console", lambda line: page.wrong.append(line.text) if line.type == "error" else None)
    page.goto(f"{door}/e/{event.slug}/desk/")
    return event, page


def people(event, count):
    """As many adults, of each sector in turn."""
    constituencies = dict(zip(SECTORS, ("government", "industry", "civil-society", "academia"), strict=True))
    houses = [make_organisation(event, sector, constituencies[sector]) for sector in SECTORS]
    for row in range(count):
        make_attendee(event, name=f"Person {row}", organisation=houses[row % len(houses)])


def meet(event, count, *, state="held"):
    """As many meetings of an official with an engineer, each of two people who have no other of this kind."""

    def of(sector):
        people = Attendee.objects.filter(event=event, organisation__sector__key=sector)
        return sorted(people.exclude(permission="organiser"), key=lambda one: int(one.name.split()[-1]))

    officials, engineers = of("ict-ministry"), of("large-company")
    first = 0 if state == "held" else 40
    for one, other in zip(officials[first : first + count], engineers[first : first + count], strict=True):
        make_meeting(one, other, state, theme="justice", hours=2, useful=(5, 4) if state == "held" else ())


def saved(page, picture, kind):
    """The picture of the release as a file."""
    with page.expect_download() as download:
        page.locator(f"[data-picture=released-{picture}][data-file$={kind}]").click()
    return download.value.path().read_bytes()


def taken(page, name):
    page.get_by_role("link", name=name).click()
    do_its_job(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    page.go_back()
    return download.value.path().read_bytes()


def import_the_list(page):
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("List of attendees (CSV or Excel)").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": attendee_list()}
    )
    page.get_by_role("button", name="See what it would do").click()
    do_its_job(page)
    expect(page.get_by_text(f"{GOOD} would be added")).to_be_visible()
    expect(page.locator(".text-table tbody tr")).to_have_count(BAD)
    page.get_by_role("button", name="Import this list").click()
    do_its_job(page)
    expect(page.get_by_text(f"{GOOD} added")).to_be_visible()
    Attendee.objects.filter(agreed_at=None).update(agreed_at=timezone.now(), agreement_version="2026-11-26")


def build_suggestions(page):
    """Ordered by the organiser on the page, computed by the real worker with the real model."""
    page.get_by_role("link", name="Lists", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Build the lists").click()
    do_jobs()
    page.reload()
    expect(page.get_by_role("button", name="Rebuild every list")).to_be_visible()


def open_times(event, *attendees):
    day = dt.datetime.combine(event.ends_on, dt.time(10), event.zone)
    times = [day + n * dt.timedelta(minutes=30) for n in range(2)]
    slots = [Slot.objects.create(event=event, starts_at=one, ends_at=one + dt.timedelta(minutes=30)) for one in times]
    Table.objects.create(event=event, label="T1")
    for attendee in attendees:
        Availability.objects.bulk_create(Availability(event=event, attendee=attendee, slot=one) for one in slots)


def ask_and_accept(event, browser, door, asker, other):
    """Through the pages: the asker from her list of suggestions, the other from his meetings."""
    hers, his = browser.new_context(), browser.new_context()
    page = signed_in(hers, door, asker)
    page.goto(f"{door}/e/{event.slug}/suggestions/")
    page.get_by_role("link", name=re.compile(rf"^Ask.*\({other.person.name}\)$")).click()
    page.get_by_role("checkbox", name="10:00–10:30").check()
    page.get_by_role("button", name=f"Ask {other.person.name}", exact=True).click()
    expect(page.get_by_text("Request sent.")).to_be_visible()
    page = signed_in(his, door, other)
    page.goto(f"{door}/e/{event.slug}/meetings/")
    page.get_by_role("button", name=re.compile(f"^Meet {asker.person.name}: ")).click()
    expect(page.get_by_role("region", name="My agenda")).to_contain_text(asker.person.name)
    hers.close()
    his.close()


def test_from_a_list_to_figures_and_files(desk, browser, door, model_folder):
    event, page = desk
    expect(page.get_by_text("Nobody to count yet")).to_be_visible()
    import_the_list(page)
    build_suggestions(page)
    asker = Attendee.objects.get(event=event, name="Person 1")  # of a company
    suggested = Suggestion.objects.filter(attendee=asker, other__organisation__sector__key="ict-ministry")
    other = suggested.order_by("rank").first().other
    open_times(event, asker, other)

    desk_page = f"{door}/e/{event.slug}/desk/?step=accepted"  # as it was once: it leads to the bridges
    bridge = page.locator("table.matrix tbody tr", has_text="Government").locator("td").nth(1)
    page.goto(desk_page)
    expect(page.locator("#network .dot")).to_have_count(GOOD)
    nothing = page.locator("#matrix").get_by_text("There is nothing to show at this stage yet.")
    expect(nothing).to_be_visible()
    ask_and_accept(event, browser, door, asker, other)
    page.goto(desk_page)
    expect(bridge).to_contain_text("1 /")
    page.get_by_role("link", name="Progress", exact=True).click()
    funnel = page.get_by_role("region", name="From suggestion to a useful meeting")
    expect(funnel.locator("tbody tr", has_text="Requested").locator("td").nth(1)).to_have_text("1")

    meet(event, 30)
    meet(event, 5, state="accepted")  # with the one above six: fewer would be withheld
    page.goto(f"{door}/e/{event.slug}/desk/bridges/")
    expect(bridge).to_contain_text("30 /")
    page.get_by_label("Only one theme").select_option("prevention")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(nothing).to_be_visible()

    page.get_by_role("link", name="Method", exact=True).click()
    page.get_by_role("link", name="Download the figures").click()
    do_its_job(page)
    funnel = {row["step"]: row for row in csv.DictReader(io.StringIO(taken(page, "funnel.csv").decode("utf-8-sig")))}
    assert (funnel["held"]["count"], funnel["useful"]["count"]) == ("30", "30")
    book = openpyxl.load_workbook(io.BytesIO(taken(page, "All tables")))
    matrix = {row[:2]: row[2] for row in book["matrix-held"].iter_rows(values_only=True)}
    assert matrix["government", "industry"] == 30
    graph = ET.fromstring(taken(page, "The network"))
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert len(graph.findall(".//g:node", space)) == len(SECTORS)
    assert len(graph.findall(".//g:edge", space)) == 1  # of all meetings held

    page.goto(f"{door}/e/{event.slug}/desk/")
    page.get_by_role("link", name="What was done").click()
    expect(page.get_by_role("heading", name="What was done")).to_be_visible()
    done = page.get_by_role("row")
    for sentence in (
        f"Imported {GOOD} attendees",
        "Had every list of suggestions rebuilt",
        "Downloaded network.graphml",
    ):
        expect(done.filter(has_text=sentence)).to_be_visible()
    open_made_page(page, f"{door}/e/{event.slug}/desk/print/")
    assert re.findall(rb"/Count (\d+)", page.pdf(format="A4")) == [b"1"]  # one page of paper
    assert page.wrong == []


def written(drawn):
    """The texts of a saved picture."""
    return ["".join(text.itertext()) for text in drawn.iter(f"{SVG}text")]


def test_the_network_can_be_pointed_at_narrowed_and_saved(desk):
    event, page = desk
    import_the_list(page)
    meet(event, 10)
    page.get_by_role("link", name="Desk", exact=True).click()
    page.get_by_role("link", name="Bridges", exact=True).click()
    expect(page.locator("#network .dot")).to_have_count(GOOD)
    page.get_by_label("Find a person").fill("Person 4")
    expect(page.locator("#network .dot.found")).not_to_have_count(0)
    expect(page.locator("#network-status")).to_contain_text("have this in their name")
    page.get_by_label("Find a person").fill("Person 44")
    expect(page.locator("#network-status")).to_contain_text("Person 44: 1 partners")
    expect(page.locator("#network .near")).to_have_attribute("d", re.compile("^M.+L"))
    page.get_by_label("Ties").select_option("inside")
    expect(page.locator("#network-status")).to_contain_text("Person 44: 0 partners")
    page.get_by_label("Ties").select_option("")
    page.get_by_label("Find a person").fill("")
    academics = page.locator("#network .dot.academia")
    expect(academics.first).to_be_visible()
    page.locator("#network-choose label", has_text="Academia").click()
    expect(academics.first).to_be_hidden()
    page.get_by_label("Draw every tie").check()
    expect(page.locator("#network .tie").first).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})  # drawn anew, with what was chosen
    expect(page.locator("#network")).to_have_attribute("viewBox", re.compile(r"^0 0 3\d\d "))
    expect(academics.first).to_be_hidden()
    expect(page.locator("#network .tie").first).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 800})
    expect(page.locator("#network")).to_have_attribute("viewBox", re.compile(r"^0 0 1\d{3} "))
    assert page.wrong == []


def test_pictures_of_the_release_are_saved_in_light_colours_and_without_names(desk, door):
    event, page = desk
    people(event, 60)
    meet(event, 10)
    open_made_page(page, f"{door}/e/{event.slug}/desk/print/")
    page.emulate_media(color_scheme="dark")
    for picture, words in (("network", "Government 15"), ("heat", "Industry"), ("funnel", "10 meetings")):
        drawn = ET.fromstring(saved(page, picture, "svg"))
        assert drawn.tag == f"{SVG}svg"
        assert words in " ".join(written(drawn))
        assert "No count from 1 to 4 can be worked out" in " ".join(written(drawn))
        assert all(use.get("href").startswith("#") for use in drawn.iter(f"{SVG}use"))
        assert drawn.find(f"{SVG}rect").get("fill") == "#ffffff"
        assert not list(drawn.iter(f"{SVG}title"))
        ink = {text.get("fill") for text in drawn.iter(f"{SVG}text")}
        assert "rgb(236, 231, 220)" not in ink  # the ink of the dark page
        image = saved(page, picture, "png")
        assert image[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", image[16:24]) == (int(drawn.get("width")), int(drawn.get("height")))
    assert page.wrong == []


def test_a_saved_picture_tells_no_count_that_is_withheld(desk, door):
    event, page = desk
    people(event, 14)
    meet(event, 3)
    open_made_page(page, f"{door}/e/{event.slug}/desk/print/")
    expect(page.locator("[data-picture=released-heat]")).to_have_count(0)
    drawn = " ".join(written(ET.fromstring(saved(page, "funnel", "svg"))))
    assert "* meetings" in drawn
    assert "3 meetings" not in drawn
    assert page.wrong == []


PAGES = (
    "desk/bridges/", "desk/bridges/?by=sector", "desk/", "desk/progress/", "desk/method/",
    "desk/who-needs-help/", "desk/unmet-needs/", "desk/print/", "desk/done/", "attendees/",
    "attendees/import/",
)  # fmt: skip


@pytest.mark.parametrize("meetings", [0, 6])
def test_axe_finds_nothing_on_the_organisers_pages(desk, door, meetings):
    event, page = desk
    if meetings:
        people(event, 24)
        meet(event, meetings)
        page.goto(f"{door}/e/{event.slug}/desk/")
        page.get_by_role("link", name="See the mails").click()
        expect(page.get_by_role("heading", name="Who to nudge")).to_be_visible()
        assert faults_of(page) == []
        page.get_by_role("button", name="Nudge those ticked").click()
        expect(page.get_by_text("get a mail.")).to_be_visible()
    found = []
    for address in PAGES:
        open_made_page(page, f"{door}/e/{event.slug}/{address}")
        if meetings and address in PAGES[:2]:
            expect(page.locator("#network")).to_be_visible()
        found += faults_of(page)
    assert found == []
    assert page.wrong == []


def test_the_desk_is_read_without_script(desk, without_script, door, context):
    event, page = desk
    import_the_list(page)
    meet(event, 8)
    without_script.add_cookies(context.cookies())
    plain = without_script.new_page()
    plain.goto(f"{door}/e/{event.slug}/desk/bridges/")
    expect(plain.locator("#network-panel noscript p")).to_be_visible()
    expect(plain.locator("#heat")).to_be_visible()
    expect(plain.locator("table.matrix")).to_contain_text("8 /")
    open_made_page(plain, f"{door}/e/{event.slug}/desk/print/")
    expect(plain.locator("#released-heat")).to_be_visible()
    expect(plain.locator("[data-picture]").first).to_be_hidden()
