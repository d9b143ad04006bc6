"""An organiser plans the forum, changes the draft by hand, publishes it, and plans for late joiners."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting, Seat
from tests.journeys.programme_forum import ORGANISER, make_planned_forum
from tests.worker import do_jobs, workers_at_work


@pytest.fixture
def begin_work() -> Iterator[Callable[[], object]]:
    """Begin the workers of every queue; planning needs no model, which a process of theirs would load."""
    with ExitStack() as until_the_end:
        yield lambda: until_the_end.enter_context(workers_at_work())


@pytest.fixture
def planned_forum(transactional_db, settings):
    settings.TITIAN_DEMO = True
    return make_planned_forum()


def places():
    agreed = Meeting.objects.filter(state=Meeting.State.ACCEPTED)
    return set(agreed.values_list("pk", "slot", "table"))


def draft(page, most="3", seconds="2"):
    page.get_by_role("link", name="Programme", exact=True).first.click()
    page.get_by_label("At most, per person").fill(most)
    page.get_by_label("Seconds to search").fill(seconds)
    with page.expect_navigation():
        page.get_by_role("button", name="Draft the plan").press("Enter")


def publish(page):
    page.get_by_text("Publish …").press("Enter")
    page.get_by_role("button", name="Publish and arrange").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Published")
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_a_forum_is_planned_changed_published_and_planned_again_for_late_joiners(
    planned_forum, context, enter, begin_work
):
    page = enter(context, ORGANISER)
    draft(page)
    page.evaluate("window.sameDocument = true")
    expect(page.get_by_role("progressbar")).to_be_visible()
    begin_work()
    expect(page.get_by_text("Meetings planned")).to_be_visible()
    assert page.evaluate("window.sameDocument"), "the plan came in place"
    expect(page.get_by_text("No better plan of the suggested pairs is possible.")).to_be_visible()

    with page.expect_navigation():
        page.get_by_role("link", name="By time").click()
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("^Change")).first.press("Enter")
    names = page.get_by_role("heading", level=1).inner_text()
    slots = page.get_by_label("Time")
    taken = slots.locator("optgroup[label='Not free'] option").filter(has_text="in this plan").first
    slots.select_option(taken.get_attribute("value"))
    page.get_by_role("button", name="Move it").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("then, in this plan.")
    there = page.locator(".lead").inner_text()
    options = slots.locator("optgroup[label='Free for both'] option")
    free = [option for option in options.all() if option.inner_text().strip() not in there]
    chosen = free[0].inner_text().strip()
    slots.select_option(free[0].get_attribute("value"))
    page.get_by_role("button", name="Move it").press("Enter")
    expect(page.get_by_text("The meeting is moved.")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text(chosen)
    page.get_by_role("button", name="Lock it here").press("Enter")
    expect(page.get_by_role("button", name="Unlock it")).to_be_visible()
    locked_at = page.locator(".lead").inner_text()
    page.get_by_role("link", name="← The plan").click()

    with page.expect_navigation():
        page.get_by_role("button", name="Plan again").click()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("link", name="By time").click()
    page.get_by_role("link", name=re.compile("^Change.*" + re.escape(names))).first.click()
    expect(page.locator(".lead")).to_have_text(locked_at)

    page.get_by_role("link", name="Programme", exact=True).first.click()
    page.get_by_label("arrange the meetings at once").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name=re.compile("^Everyone")).click()
    publish(page)
    before = places()
    assert len(before) == 24
    expect(page.get_by_text("Agreed", exact=True).first).to_be_visible()

    late = planned_forum.join(5, prefix="Late ")
    planned_forum.suggest()
    with page.expect_navigation():
        page.get_by_role("button", name="Plan again").click()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft")
    publish(page)
    assert before < places(), "nothing agreed has moved"
    joined = Seat.objects.filter(attendee__in=late, meeting__state="accepted", is_active=True)
    assert joined.values("attendee").distinct().count() == 5
    expect(page.get_by_text("Not sent")).to_have_count(0)

    page.get_by_role("link", name="Door sheets").click()
    expect(page.get_by_role("heading", name="T1", exact=True)).to_be_visible()
    page.get_by_role("link", name="← The plan").click()
    page.get_by_role("link", name="Day sheets").click()
    page.get_by_label("Person").select_option(label="Late Grace Rahman")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("article")).to_have_count(1)


def test_without_script_a_plan_is_watched_by_looking_again(planned_forum, without_script, enter):
    page = enter(without_script, ORGANISER)
    draft(page)
    again = page.get_by_role("link", name="Look again")
    with page.expect_navigation():
        again.click()
    expect(again).to_be_visible()
    do_jobs()
    again.click()
    expect(page.get_by_text("Meetings planned")).to_be_visible()
    page.get_by_role("link", name="By time").click()
    page.get_by_role("link", name=re.compile("^Change")).first.click()
    page.get_by_role("button", name="Drop it").click()
    expect(page.get_by_text("The meeting is dropped.")).to_be_visible()
    expect(page.get_by_text("Meetings planned").locator("xpath=following-sibling::dd")).to_have_text("23")
