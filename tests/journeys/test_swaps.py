"""What somebody opened or focuses survives a swap, on every page that swaps."""

import datetime as dt
import re
import time

from django.utils import timezone
from playwright.sync_api import Page, expect

from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.outcomes.services.arrivals import arrive
from backend.programme.models import Plan
from backend.programme.rules.options import PlanOptions
from backend.programme.services.drafting import draft_plan
from backend.programme.services.solving import solve_plan
from backend.suggestions.models import ListReading
from tests.factories import make_session
from tests.journeys.conftest import accept, ask
from tests.journeys.programme_forum import make_planned_forum


def mark(page: Page, part: str) -> None:
    """Until it is swapped, the first element of the part is marked."""
    page.evaluate("(part) => { document.querySelector(part).firstElementChild.dataset.mark = 'old'; }", part)


def swapped(page: Page, part: str) -> None:
    expect(page.locator(f"{part} > [data-mark=old]")).to_have_count(0)
    expect(page.locator(".htmx-settling, .htmx-swapping, .htmx-request")).to_have_count(0)


def test_filters_opened_while_people_are_found_stay_open_and_keep_the_choice(forum, door, sign_in):
    page = sign_in(forum.official, "phone")
    page.goto(door + forum.address("people/"))
    page.locator("#filters > summary").press("Enter")
    search = page.get_by_label("Name, organisation, topic, or what they seek or offer")
    search.press_sequentially("Arfi Rahman")
    expect(page.locator("#list [role=status]")).to_contain_text("1 person")
    mark(page, "#list")
    page.get_by_label("Country").focus()  # leaves the box, which asks once more
    swapped(page, "#list")
    expect(page.get_by_label("Country")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Language", exact=True)).to_be_focused()
    page.locator("#filters > summary").press("Enter")
    mark(page, "#list")
    search.fill("Rahman")
    swapped(page, "#list")
    expect(page.get_by_label("Country")).to_be_hidden()

    mark(page, "#list")
    search.fill("Arif")
    page.get_by_role("link", name="Arif Rahman").focus()
    swapped(page, "#list")
    expect(page.get_by_role("link", name="Arif Rahman")).to_be_focused()
    mark(page, "#list")
    page.get_by_label("Name, organisation, topic, or what they seek or offer").fill("Linh")
    page.get_by_role("link", name="Arif Rahman").focus()
    swapped(page, "#list")
    expect(page.locator("#list")).to_be_focused()


def test_what_is_open_on_a_card_stays_open_when_the_new_list_comes_in(forum, door, sign_in):
    Attendee.objects.filter(pk=forum.official.pk).update(changed_at=timezone.now())
    page = sign_in(forum.official, "phone")
    page.goto(door + forum.address("suggestions/"))
    expect(page.locator("#refreshing")).to_be_visible()
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Aung Min"))
    page.locator("#filters > summary").press("Enter")
    card.locator(".more-of > summary").press("Enter")
    card.get_by_text("Not relevant …").press("Enter")
    reason = card.get_by_role("button", name="another reason")
    reason.focus()
    page.evaluate("document.getElementById('filters').kept = true")
    mark(page, "#list")
    read = Attendee.objects.get(pk=forum.official.pk).changed_at
    ListReading.objects.filter(attendee=forum.official).update(profile_changed_at=read)
    swapped(page, "#list")
    expect(page.locator("#refreshing")).to_have_count(0)
    expect(reason).to_be_focused()
    expect(card.locator(".numbers")).to_be_visible()
    expect(page.get_by_label("Country")).to_be_visible()
    assert page.evaluate("document.getElementById('filters').kept"), "the filters did not change"
    assert page.locator("#list summary:not([id])").count() == 0


def test_a_new_list_never_undoes_a_filter_chosen_meanwhile(forum, door, sign_in):
    Attendee.objects.filter(pk=forum.official.pk).update(changed_at=timezone.now())
    page = sign_in(forum.official)
    page.goto(door + forum.address("suggestions/"))
    read = Attendee.objects.get(pk=forum.official.pk).changed_at
    held = []
    page.route(lambda address: address.endswith("/suggestions/"), lambda route: held.append(route))
    ListReading.objects.filter(attendee=forum.official).update(profile_changed_at=read)
    with page.expect_request(lambda asked: asked.url.endswith("/suggestions/")):
        pass  # the new list is asked for, and the answer is late
    page.get_by_label("Country").select_option("Indonesia")
    expect(page).to_have_url(re.compile("country=Indonesia"))
    expect(page.get_by_role("article")).to_have_count(2)
    assert held
    for late in held:  # on a busy machine it is asked for again meanwhile
        late.fulfill(response=late.fetch())
    expect(page.get_by_label("Country")).to_have_value("Indonesia")
    expect(page.get_by_role("article")).to_have_count(2)


def test_the_undo_that_failed_without_a_connection_can_be_pressed_again(forum, context, enter):
    page = enter(context, "A ministry official from Thailand")
    page.goto(f"{page.url}suggestions/")
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Aung Min"))
    card.locator(".more-of > summary").press("Enter")
    card.get_by_text("Not relevant …").press("Enter")
    card.get_by_role("button", name="another reason").press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    context.set_offline(True)
    for _ in range(2):
        undo.press("Enter")
        expect(page.get_by_text("The connection failed, and nothing was changed.")).to_have_count(1)
        expect(undo).to_be_focused()
    context.set_offline(False)
    undo.press("Enter")
    expect(card).to_have_count(1)


def test_a_link_of_a_session_keeps_the_focus_when_the_sessions_are_swapped(forum, door, sign_in):
    make_session(forum.event, "Evidence across borders")
    page = sign_in(forum.official)
    page.goto(door + forum.address("sessions/"))
    zone = page.get_by_role("link", name="My time zone")
    mark(page, "#sessions")
    page.get_by_role("button", name="Bookmark Evidence across borders").click()
    zone.focus()
    swapped(page, "#sessions")
    expect(page.get_by_role("button", name="Bookmarked: Evidence across borders")).to_be_visible()
    expect(zone).to_be_focused()


def test_the_focus_stays_in_a_plan_at_work_and_in_the_plan_when_it_is_ready(transactional_db, settings, door, sign_in):
    settings.TITIAN_DEMO = True
    forum = make_planned_forum(people=4)
    order = {"event": forum.event, "by": forum.organiser.person, "now": timezone.now()}
    plan = draft_plan(options=PlanOptions(most=1, seconds=1), **order)
    solve_plan(plan_id=plan.pk, round_number=plan.round, now=timezone.now(), clock=time.monotonic)
    Plan.objects.update(work=Plan.Work.SOLVING)
    page = sign_in(forum.organiser)
    page.goto(f"{door}/e/{forum.event.slug}/programme/{plan.pk}/")
    for focused in (page.get_by_role("link", name="By time"), page.get_by_role("button", name="Stop now")):
        focused.focus()
        mark(page, "#plan")
        swapped(page, "#plan")
        expect(focused).to_be_focused()
    Plan.objects.update(work=Plan.Work.READY)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    expect(page.locator("#plan")).to_be_focused()


def test_the_button_of_the_next_meeting_keeps_the_focus_when_its_time_is_told_anew(forum, booking, door, sign_in):
    other, soon = forum.named("Arif Rahman"), timezone.now() + dt.timedelta(minutes=12)
    Slot.objects.filter(pk=booking[0].pk).update(starts_at=soon, ends_at=soon + dt.timedelta(minutes=30))
    meeting = accept(ask(forum.official, other, booking[0]), other, booking[0])
    page = sign_in(forum.official)
    page.clock.install()
    page.goto(door + forum.address())
    page.locator(".next").get_by_role("link", name="Arif Rahman").focus()
    mark(page, ".next")
    arrive(attendee=other, meeting_id=meeting.pk, by=other.person, now=timezone.now())
    page.clock.fast_forward(31_000)
    swapped(page, ".next")
    expect(page.get_by_text("Arif Rahman is there.")).to_be_visible()
    expect(page.locator(".next").get_by_role("link", name="Arif Rahman")).to_be_focused()


def test_what_is_answered_while_one_writes_leaves_the_box_and_its_caret_alone(forum, door, sign_in):
    page = sign_in(forum.official)
    for address, answers in (("join/2/", "**/understood/"), ("profile/", "**/profile/")):
        page.goto(door + forum.address(address))
        box = page.locator("textarea").first
        box.focus()
        with page.expect_response(answers):
            box.press_sequentially("We train")
        box.press_sequentially(" teachers")
        expect(box).to_be_focused()
        expect(box).to_have_value(re.compile("We train teachers"))


def test_undo_breaks_no_rule_of_the_content_policy(matched_forum, worker, browser, enter):
    context = browser.new_context()
    page = enter(context, "A ministry official from Thailand")
    refused: list[str] = []
    page.on("console", lambda line: refused.append(line.text) if "security policy" in line.text.lower() else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(page.url.split("/e/")[0] + matched_forum.address("suggestions/"))
    for _again in range(2):
        page.locator(".more-of > summary").first.click()
        page.locator("details.choice summary").first.click()
        page.locator("details.choice[open] button").first.click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Taken back.")).to_be_visible()
        expect(page.locator("#refreshing")).to_have_count(0)
    context.close()
    assert refused == []
