"""The programme's pages, full and empty: accessible in light and dark, on phone and desk, and by keys."""

import time
from dataclasses import asdict

import pytest
from playwright.sync_api import expect

from backend.programme.models import Plan
from backend.programme.rules.conflicts import PlanConflict
from backend.programme.rules.options import PlanOptions
from backend.programme.services.drafting import draft_plan
from backend.programme.services.editing import lock_planned
from backend.programme.services.publishing import apply_publication, publish_plan
from backend.programme.services.solving import solve_plan
from tests.factories import NOW
from tests.journeys.programme_forum import ORGANISER, make_planned_forum


@pytest.fixture
def planned_forum(transactional_db, settings):
    settings.TITIAN_DEMO = True
    return make_planned_forum(people=8, tables=3, slots=5)


def plan_of(forum, **options):
    wanted = PlanOptions(**{"most": 3, "seconds": 1, **options})
    plan = draft_plan(event=forum.event, options=wanted, by=forum.organiser.person, now=NOW)
    solve_plan(plan_id=plan.pk, round_number=1, now=NOW, clock=time.monotonic)
    return plan


def test_axe_finds_nothing_on_any_page_of_a_programme(planned_forum, visit):
    forum = planned_forum
    by, base = forum.organiser.person, f"/e/{forum.event.slug}/programme/"
    assert visit([base], ORGANISER) == []
    published = plan_of(forum, most=1)
    publish_plan(event=forum.event, plan_id=published.pk, by=by, now=NOW)
    published.refresh_from_db()
    apply_publication(plan=published, by=by, now=NOW)
    forum.join(1)[0].availability.all().delete()
    draft = plan_of(forum, least=1)
    row = draft.planned.first()
    lock_planned(event=forum.event, plan_id=draft.pk, planned_id=row.pk, locked=True, by=by)
    working = plan_of(forum)
    Plan.objects.filter(pk=working.pk).update(work="solving", progress=40, value=3.0, bound=4.0)
    impossible = plan_of(forum)
    Plan.objects.filter(pk=impossible.pk).update(
        work="impossible",
        report={"conflicts": [asdict(PlanConflict("locked_over_open_slots", (row.first_id,), count=3, limit=2))]},
    )
    plans = [f"{draft.pk}/?by={order}" for order in ("grid", "person", "slot", "table")]
    plans += [f"{draft.pk}/meetings/{row.pk}/", f"{draft.pk}/doors/", f"{draft.pk}/days/"]
    plans += [f"{published.pk}/", f"{working.pk}/", f"{impossible.pk}/"]
    assert visit([base, *(base + plan for plan in plans)], ORGANISER) == []


def test_a_meeting_is_moved_in_the_grid_by_the_keyboard_alone(planned_forum, sign_in, door):
    plan = plan_of(planned_forum, most=1)
    row = plan.planned.select_related("first", "second", "table").order_by("slot__starts_at").first()
    name = f"{row.first.name} × {row.second.name}"
    page = sign_in(planned_forum.organiser)
    page.goto(f"{door}/e/{planned_forum.event.slug}/programme/{plan.pk}/")
    page.locator(".move-it", has_text=name).press("Enter")
    expect(page.get_by_text(f"Choose a time and table for {name}")).to_be_visible()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
    page.locator(".plan-grid button").last.focus()
    page.keyboard.press("ArrowLeft")
    cell = page.locator(".plan-grid button:focus")
    expect(cell).to_have_count(1)
    chosen = cell.get_attribute("value")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text(f"The meeting is moved. {name}:")).to_be_visible()
    expect(page.get_by_role("link", name=name, exact=True)).to_be_focused()
    row.refresh_from_db()
    assert f"{row.slot_id}-{row.table_id}" == chosen
