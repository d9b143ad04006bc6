"""From an empty database to an open forum, in a real browser: nobody needs a shell or /admin."""

from io import StringIO

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from backend.events.models import Event
from backend.people.models import Person
from tests.journeys.axe import faults_of
from tests.journeys.test_desk import signed_in


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


def test_from_the_administrators_link_to_an_open_forum(context, door, link):
    page = context.new_page()
    page.goto(link)
    page.get_by_label("Your name").fill("Ada Boss")
    page.get_by_label("Your e-mail").fill("ada@example.org")
    page.get_by_role("button", name="Become the administrator").click()
    expect(page.get_by_role("heading", name="There is no forum yet")).to_be_visible()
    assert not faults_of(page)
    page.get_by_role("link", name="Start a forum").click()
    page.get_by_label("Name of the forum").fill("ICT Forum 2027")
    page.get_by_label("First day").fill("2027-11-17")
    page.get_by_label("Last day").fill("2027-11-18")
    page.get_by_label("Time zone").select_option("Asia/Bangkok")
    page.get_by_label("Start from").select_option("nothing")
    for legend, name, email in (
        ("First organiser", "Olga Nowak", "olga@example.org"),
        ("First safeguarding lead", "Lea Duarte", "lea@example.org"),
    ):
        group = page.get_by_role("group", name=legend)
        group.get_by_label("Name").fill(name)
        group.get_by_label("E-mail").fill(email)
    assert not faults_of(page)
    page.get_by_role("button", name="Start the forum").click()
    expect(page.get_by_role("heading", name="ICT Forum 2027")).to_be_visible()

    page = as_person(context, door, "olga@example.org")
    home = f"{door}/e/ict-forum-2027/"
    page.goto(f"{home}set-up/")
    expect(page.get_by_role("heading", name="This forum: Draft")).to_be_visible()
    expect(page.locator(".checklist .open")).to_have_count(8)
    assert not faults_of(page)
    page.get_by_role("link", name="About", exact=True).click()
    page.get_by_label("Venue").fill("Hall 1")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Meeting times").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Add").first.click()
    page.goto(f"{home}set-up/venue/#tables")
    page.get_by_role("button", name="Add").last.click()
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("alert")).to_contain_text("needs a second confirmed safeguarding lead")

    page = as_person(context, door, "lea@example.org")
    page.goto(f"{home}roles/")
    contact = page.locator("#contact")
    contact.get_by_label("Name").fill("Child helpline")
    contact.get_by_label("Phone").fill("1387")
    page.get_by_role("button", name="Save the outside contact").click()

    page = as_person(context, door, "olga@example.org")
    page.goto(f"{home}set-up/")
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("heading", name="This forum: Open")).to_be_visible()
    assert Event.objects.get().state == "open"
