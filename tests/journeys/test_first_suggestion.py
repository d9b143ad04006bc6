"""From nothing to the first suggestion in few presses of the organiser, and never a refusal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.events.models.events import Event
from backend.people.models import Person
from tests.factories import in_two_weeks
from tests.journeys.conftest import signed_in, wait_for_the_server
from tests.journeys.long_jobs import do_its_job
from tests.journeys.presses import Presses
from tests.journeys.test_desk import SECTORS, WORDS
from tests.journeys.test_first_forum import start_a_forum
from tests.journeys.test_main_path import sign_in_by_mail
from tests.smtp import MailServer
from tests.worker import do_jobs

MOST = 15  # of the organiser and of who starts the forum for them; typing apart
GUESTS = 40


def guest_list() -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["email", "name", "organisation", "sector", "country", "age_class", "seeks", "offers"])
    for row in range(1, GUESTS + 1):
        sector = SECTORS[row % len(SECTORS)]
        about = (f"Guest {row}", f"House {row % 20}", sector, "Thailand", "adult", *WORDS[sector])
        writer.writerow((f"guest{row}@example.org", *about))
    return out.getvalue().encode()


def choose_file(page: Page, label: str, content: bytes) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_label(label).click()
    chooser.value.set_files({"name": "guests.csv", "mimeType": "text/csv", "buffer": content})


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[[Presses], Page]]:
    """A page in a browser of their own, in which what they press is counted."""
    contexts = []

    def open_page(presses: Presses) -> Page:
        contexts.append(browser.new_context(reduced_motion="reduce"))
        presses.count_in(contexts[-1])
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()
    wait_for_the_server()


def test_from_nothing_to_the_first_suggestion(
    transactional_db: None, opened: Callable[[Presses], Page], door: str, mail_server: MailServer, model_folder: object
) -> None:
    boss = Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    starting, leading, organising = Presses(), Presses(), Presses()

    page = opened(starting)
    signed_in(page.context, door, type("Named", (), {"person": boss}))
    page.goto(f"{door}/forums/")
    page.get_by_role("link", name="Start a forum").click()
    start_a_forum(page, name="ICT Forum", days=in_two_weeks(), zone="Asia/Bangkok")
    do_jobs()

    page = opened(leading)
    page.goto(f"{door}/e/ict-forum/roles/")
    sign_in_by_mail(page, mail_server, "lea@example.org")
    contact = page.locator("#contact")
    contact.get_by_label("Name").fill("Child helpline")
    contact.get_by_label("Phone").fill("1387")
    page.get_by_role("button", name="Save the outside contact").click()
    expect(page.get_by_text("The outside contact is saved.")).to_be_visible()

    page = opened(organising)
    mail = mail_server.received_by("olga@example.org")[0].get_body(("plain",)).get_content()
    page.goto(re.findall(r"http\S+/set-up/", mail)[0])
    sign_in_by_mail(page, mail_server, "olga@example.org")
    page.get_by_role("link", name="Import a list").click()
    choose_file(page, "List of attendees", guest_list())
    page.get_by_role("button", name="See what it would do").click()
    do_its_job(page)
    page.get_by_role("button", name="Import this list").click()
    do_its_job(page)
    expect(page.get_by_text("42 people on the list")).to_be_visible()
    page.get_by_role("link", name="Set up").click()
    page.get_by_role("button", name="Open the forum").click()
    expect(page.get_by_role("heading", name="This forum: Open")).to_be_visible()
    do_jobs()
    page.get_by_role("link", name="Look again").click()
    page.get_by_role("link", name="See who is suggested to whom").click()
    expect(page.get_by_role("heading", name="The list of Guest 1", exact=True)).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(1 + 10)
    assert Event.objects.get().state == Event.State.OPEN
    assert starting.refused + leading.refused + organising.refused == []
    assert len(organising.made) >= 10, "they are counted at all"
    assert len(starting) + len(organising) <= MOST, (starting.made, organising.made)
