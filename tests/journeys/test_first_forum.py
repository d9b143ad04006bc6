"""A forum from an empty database to its archive, in a real browser: nobody needs a shell or /admin."""

import datetime as dt
import re
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.invitations.models import Invitation
from backend.people.models import Person
from tests.factories import in_two_weeks, make_attendee, make_event, make_organisation
from tests.journeys.axe import faults_of
from tests.journeys.conftest import signed_in
from tests.journeys.long_jobs import do_its_job
from tests.worker import do_jobs

PHONE = {"width": 360, "height": 740}
COLUMNS = ("email", "name", "organisation", "sector", "country", "languages", "age_class", "seeks", "offers")
SECTORS = ("government", "industry", "civil-society", "academia")
BAD_ROWS = (
    ("", "No Address"),
    ("nameless@example.org", ""),
    ("not an address", "Bad Address"),
    ("guest1@example.org", "Listed Twice"),
    ("long@example.org", "Long " * 60),
    ("class@example.org", "Odd Class", "", "", "", "", "grown up"),
    ("far@example.org", "Far Away", "", "", "Far " * 30, "", "adult"),
)


@pytest.fixture
def link(transactional_db, door):
    out = StringIO()
    call_command("first_administrator", stdout=out)
    return f"{door}/first/{out.getvalue().split('/first/')[1].strip()}"


def as_person(context, door, email):
    """This browser as that person's."""

    class Named:
        person = Person.objects.get(email=email)

    context.clear_cookies()
    return signed_in(context, door, Named)


def zone_by_day():
    """A zone whose people are awake now: to others no invitation is sent before their morning."""
    zones = ("Asia/Bangkok", "Europe/Lisbon", "America/Los_Angeles", "Pacific/Auckland")
    return next(zone for zone in zones if 8 <= timezone.now().astimezone(ZoneInfo(zone)).hour < 20)


def guests(count):
    """A workbook of this many people whose columns are right, and the seven bad rows among them."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(COLUMNS)
    for number in range(1, count + 1):
        sector = SECTORS[number % len(SECTORS)]
        sheet.append(
            (
                f"guest{number}@example.org", f"Guest {number}", f"House {number % 40}", sector,
                "Thailand", "en; th", "adult", "", f"Guide {number % 10} on reports",
            )
        )  # fmt: skip
        if number <= len(BAD_ROWS):
            sheet.append(BAD_ROWS[number - 1])
    file = BytesIO()
    book.save(file)
    return {"name": "guests.xlsx", "mimeType": "application/octet-stream", "buffer": file.getvalue()}


def start_a_forum(page, *, name, days, zone, basis=""):
    """Fill in the form of a new forum, with Olga to organise and Lea to lead; no basis: the one offered."""
    page.get_by_label("Name of the forum").fill(name)
    page.get_by_label("First day").fill(str(days["starts_on"]))
    page.get_by_label("Last day").fill(str(days["ends_on"]))
    page.get_by_label("Time zone").select_option(zone)
    if basis:
        page.get_by_label("Start from").select_option(basis)
    for role, person, email in (
        ("first organiser", "Olga Nowak", "olga@example.org"),
        ("first safeguarding lead", "Lea Duarte", "lea@example.org"),
    ):
        page.get_by_label(f"Name of the {role}").fill(person)
        page.get_by_label(f"E-mail of the {role}").fill(email)
    page.get_by_role("button", name="Start the forum").click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


def name_the_outside_contact(page, home):
    page.goto(f"{home}roles/")
    contact = page.locator("#contact")
    contact.get_by_label("Name").fill("Child helpline")
    contact.get_by_label("Phone").fill("1387")
    page.get_by_role("button", name="Save the outside contact").click()


def prepare(page, home, first_day):
    """Venue, topics, a session, times and tables, each from the checklist."""
    page.get_by_role("link", name="About", exact=True).click()
    page.get_by_label("Venue").fill("Hall 1")
    page.get_by_role("button", name="Save").click()

    page.goto(f"{home}set-up/")
    page.get_by_role("link", name="Themes and topics").click()
    page.get_by_role("region", name="Add a theme").get_by_label("Name").fill("Justice")
    page.get_by_role("button", name="Add").last.click()
    theme = page.get_by_role("region", name="Justice")
    for topic in ("Evidence", "Reporting"):
        adding = theme.get_by_role("group").filter(has_text="Add a topic")
        if adding.get_attribute("open") is None:
            adding.get_by_text("Add a topic").click()
        adding.get_by_label("Name").fill(topic)
        adding.get_by_role("button", name="Add").click()
        expect(theme.locator("summary", has_text=topic)).to_be_visible()

    page.goto(f"{home}set-up/")
    page.locator(".checklist").get_by_role("link", name="Sessions").click()
    page.get_by_label("Title").fill("Opening")
    page.get_by_label("Day").select_option(str(first_day))
    page.get_by_label("From").fill("09:00")
    page.get_by_label("To", exact=True).fill("09:30")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name="Opening")).to_be_visible()

    page.goto(f"{home}set-up/")
    page.get_by_role("link", name="Meeting times").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Add").first.click()
    page.goto(f"{home}set-up/venue/#tables")
    page.get_by_label("How many").fill("4")
    page.get_by_role("button", name="Add").last.click()


def import_guests(page, home):
    page.goto(f"{home}set-up/")
    page.locator(".checklist").get_by_role("link", name="Attendees").click()
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("List of attendees").set_input_files(guests(300))
    page.get_by_role("button", name="See what it would do").click()
    do_its_job(page)
    refused = page.get_by_role("group", name="Lines that cannot be imported")
    expect(refused.get_by_role("row")).to_have_count(1 + len(BAD_ROWS))
    assert not faults_of(page)
    page.get_by_role("button", name="Import this list").click()
    do_its_job(page)
    expect(page.get_by_text("302 people on the list")).to_be_visible()


def invite(page, home, post):
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Invite people first").click()
    page.locator(".checklist").get_by_role("link", name="Invitations").click()
    page.get_by_role("link", name="Text and reminders").click()
    page.get_by_role("button", name="Send me a test mail").click()
    expect(page.get_by_text("A test mail is on its way to olga@example.org.")).to_be_visible()
    page.goto(f"{home}invitations/")
    page.get_by_role("button", name="Preview for all 300 of this list").click()
    do_its_job(page)
    expect(page.get_by_role("heading", name="Send 300 invitations?")).to_be_visible()
    assert not Invitation.objects.exclude(kind=Invitation.Kind.TEST).exists()
    page.get_by_role("button", name="Send 300 invitations").click()
    do_its_job(page)
    expect(page.get_by_text("300 invitations are on their way.")).to_be_visible()
    do_jobs()
    page.reload()
    assert Invitation.objects.filter(kind="invitation", state=Invitation.State.SENT).count() == 300
    assert post.received_by("olga@example.org")


def linked(post, email, path):
    """The first link of this kind in the newest mail to an address that has one."""
    texts = [mail.get_body(("plain",)).get_content() for mail in post.received_by(email)]
    return [found[0] for text in texts if (found := re.findall(rf"http\S+/{path}/\S+", text))][-1]


def join(context, post, email):
    """Join on a phone by the link in the mail; the phone shows the suggestions in the end."""
    page = context.new_page()
    page.goto(linked(post, email, "invitation"))
    page.get_by_role("button", name="Sign in").tap()
    page.get_by_label("I accept the privacy notice").tap()
    page.get_by_role("button", name="Accept and go on").tap()
    page.get_by_label("What I offer").fill("A guide to keep chat logs as evidence.")
    page.get_by_role("button", name="Save and go on").tap()
    page.get_by_label("What I seek").fill("Police who use chat logs as evidence.")
    page.get_by_label("Evidence").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Save and see my times").tap()
    expect(page.get_by_text("You have joined.")).to_be_visible()
    return page


def meet(asker, answerer, post, home, other, email):
    """One asks from the other's page, the other accepts by the link in the mail."""
    asker.goto(f"{home}people/{other.pk}/ask/")
    asker.get_by_label("Any time we are both free").tap()
    asker.get_by_role("button", name=f"Ask {other.name}").tap()
    expect(asker.get_by_text("Request sent.")).to_be_visible()
    do_jobs()
    answerer.goto(linked(post, email, "answer"))


def test_from_the_administrators_link_to_the_archive(
    context, browser, door, link, mail_server, monkeypatch, model_folder
):
    days, zone, home = in_two_weeks(), zone_by_day(), f"{door}/e/ict-forum/"
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Your name").fill("Ada Boss")
    page.get_by_label("Your e-mail").fill("ada@example.org")
    page.get_by_role("button", name="Become the administrator").click()
    expect(page.get_by_role("heading", name="There is no forum yet")).to_be_visible()
    assert not faults_of(page)
    page.get_by_role("link", name="Status").click()
    expect(page.get_by_role("alert")).to_contain_text("No worker has given a sign of life")
    assert not faults_of(page)
    page.get_by_role("main").get_by_role("link", name="Forums").click()
    page.get_by_role("link", name="Remarks on the translations").click()
    assert not faults_of(page)
    page.go_back()
    page.get_by_role("link", name="Start a forum").click()
    assert not faults_of(page)
    start_a_forum(page, name="ICT Forum", days=days, zone=zone, basis="nothing")

    page = as_person(context, door, "olga@example.org")
    page.goto(f"{home}set-up/")
    expect(page.get_by_role("heading", name="This forum: Draft")).to_be_visible()
    expect(page.locator(".checklist .open")).to_have_count(9)
    assert not faults_of(page)
    prepare(page, home, days["starts_on"])
    import_guests(page, home)
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a second confirmed safeguarding lead")

    name_the_outside_contact(as_person(context, door, "lea@example.org"), home)
    page = as_person(context, door, "olga@example.org")
    invite(page, home, mail_server)
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("heading", name="This forum: Open")).to_be_visible()

    phones = {}
    for number in (1, 2, 3):
        phone = browser.new_context(viewport=PHONE, has_touch=True, reduced_motion="reduce")
        phones[number] = join(phone, mail_server, f"guest{number}@example.org")
    do_jobs()
    one, two = (Attendee.objects.get(name=f"Guest {number}") for number in (1, 2))
    phones[1].goto(f"{home}suggestions/")
    expect(phones[1].get_by_role("link", name=re.compile(r"^Ask.*\(Guest 2\)$"))).to_be_visible()
    meet(phones[1], phones[2], mail_server, home, two, "guest2@example.org")
    phones[2].get_by_role("button", name=re.compile("^Accept")).first.tap()
    expect(phones[2].get_by_role("heading", name="You meet Guest 1")).to_be_visible()
    meet(phones[3], phones[1], mail_server, home, one, "guest1@example.org")

    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(days=15, hours=12))
    for number, other in ((1, "Guest 2"), (2, "Guest 1")):
        phone = as_person(phones[number].context, door, f"guest{number}@example.org")
        phone.goto(f"{home}meetings/")
        phone.get_by_role("form", name=f"Did you meet {other}?").get_by_role("button", name="Yes, we met").tap()
        expect(phone.get_by_text("Thank you, noted.")).to_be_visible()
    assert Meeting.objects.filter(state=Meeting.State.HELD).count() == 1

    page = as_person(context, door, "olga@example.org")
    for button, state in (
        ("It takes place now", "Live"),
        ("Close the forum", "Closed"),
        ("Archive the forum", "Archived"),
    ):
        page.goto(f"{home}set-up/")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("heading", name=f"This forum: {state}")).to_be_visible()
    page.goto(f"{home}set-up/about/")
    page.get_by_label("Venue").fill("Elsewhere")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("archived")).to_be_visible()
    assert Event.objects.get().venue == "Hall 1"


@pytest.fixture
def last_edition(transactional_db):
    """An archived forum with topics, a table, times, and people; its administrator is Ada."""
    Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    day = in_two_weeks()["starts_on"] - dt.timedelta(days=365)
    days = {"starts_on": day, "ends_on": day}
    event = make_event("last-year", name="ICT Forum last year", state="archived", **days)
    opening = dt.datetime.combine(day, dt.time(10), event.zone)
    Slot.objects.create(event=event, starts_at=opening, ends_at=opening + dt.timedelta(minutes=30))
    Table.objects.create(event=event, label="T1", place="Gallery")
    make_attendee(event, name="Old Guest", organisation=make_organisation(event, name="Old House"))
    return event


def test_a_forum_from_last_edition_is_ready_after_its_list_is_imported(context, door, last_edition):
    days, home = in_two_weeks(), f"{door}/e/ict-forum/"
    page = as_person(context, door, "ada@example.org")
    page.goto(f"{door}/forums/start/")
    edition = f"edition:{last_edition.slug}"
    start_a_forum(page, name="ICT Forum", days=days, zone="Asia/Bangkok", basis=edition)

    name_the_outside_contact(as_person(context, door, "lea@example.org"), home)
    page = as_person(context, door, "olga@example.org")
    page.goto(f"{home}set-up/")
    for title, is_done in (
        ("Themes and topics", True),
        ("Meeting times", True),
        ("Tables and online rooms", True),
        ("Organisers and safeguarding leads", True),
        ("Sessions", False),
        ("Invitations", False),
    ):
        row = page.locator(".checklist li").filter(has=page.get_by_role("link", name=title, exact=True))
        expect(row.locator(".chip")).to_have_text("Done" if is_done else "Missing")
    page.goto(f"{home}set-up/topics/")
    expect(page.locator("summary", has_text="Evidence reporting")).to_be_visible()
    page.goto(f"{home}attendees/")
    expect(page.get_by_role("link", name="Old Guest")).to_have_count(0)
    expect(page.get_by_text("2 people on the list")).to_be_visible()
    page.get_by_role("link", name="Import a list").click()
    page.get_by_label("List of attendees").set_input_files(guests(2))
    page.get_by_role("button", name="See what it would do").click()
    do_its_job(page)
    page.get_by_role("button", name="Import this list").click()
    do_its_job(page)
    expect(page.get_by_text("4 people on the list")).to_be_visible()
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("heading", name="This forum: Open")).to_be_visible()
    times = Slot.objects.exclude(event=last_edition).values_list("starts_at", flat=True)
    assert {time.astimezone(last_edition.zone).hour for time in times} == {10}
