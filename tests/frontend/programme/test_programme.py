"""The organiser's programme pages: what they show in every state, and what each form does."""

import pytest

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Table
from backend.programme.models import Plan, PlannedMeeting
from backend.programme.services.publishing import apply_publication
from tests.factories import NOW, block_contact
from tests.frontend.conftest import client_of
from tests.pages import page_of

pytestmark = pytest.mark.usefixtures("at_now")

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(desk):
    return client_of(desk.by)


def address(desk, rest=""):
    return f"/e/{desk.event.slug}/programme/{rest}"


AIMS = {"scope": "everyone", "least": "0", "most": "2", "cross": "0", "seconds": "1", "seed": "1"}


def test_an_empty_forum_explains_how_to_begin(desk, client):
    page = page_of(client.get(address(desk)))
    assert page.text_of("#plans ~ .empty h3") == "No plan yet"
    assert page.text_of("#new button") == "Draft the plan"


@pytest.mark.slow
def test_ordering_a_draft_leads_to_its_page_which_watches_the_planner(desk, client):
    answer = client.post(address(desk), AIMS)
    plan = Plan.objects.get()
    assert answer["Location"] == address(desk, f"{plan.pk}/")
    page = page_of(client.get(answer["Location"]))
    assert "Waiting for the planner to begin" in page.text_of("#work")
    assert page.attribute("#work", "hx-get") == address(desk, f"{plan.pk}/")
    Plan.objects.update(work="solving", value=3.2, bound=4.5, progress=40)
    fragment = page_of(client.get(answer["Location"], headers=HTMX))
    assert "Best so far: 3.2 of at most 4.5." in fragment.text_of("#work")
    assert not fragment.has("nav.site, header, footer")
    Plan.objects.update(work="waiting")
    desk.solve(plan)
    done = page_of(client.get(answer["Location"], headers=HTMX))
    assert not done.has("[hx-get]")
    assert "No better plan of the suggested pairs is possible." in done
    assert "worth more than" not in done.text_of(".figures")  # the same number once


def test_a_refused_form_shows_the_reason_and_keeps_its_input(desk, client):
    answer = client.post(address(desk), {**AIMS, "least": "4", "most": "3", "seed": "77"})
    assert answer.status_code == 400
    page = page_of(answer)
    assert page.text_of(".message.error") == "The least number of meetings is from 0 to the most, 3."
    assert page.attribute("input[name=seed]", "value") == "77"
    answer = client.post(address(desk), {**AIMS, "most": "many"})
    assert answer.status_code == 422
    assert "Give a whole number." in page_of(answer)
    assert not Plan.objects.exists()


@pytest.mark.slow
def test_a_plan_is_a_grid_of_times_by_tables_whose_meetings_lead_to_their_pages(desk, client):
    plan = desk.plan(most=2)
    for rest in ("", "?by=grid", "?by=nonsense"):
        page = page_of(client.get(address(desk, f"{plan.pk}/{rest}")))
        assert page.texts(".plan-grid thead th")[0] == "Time"
        rows = dict(zip(page.texts(".plan-grid tbody th"), page.rows(".plan-grid table"), strict=True))
        assert sum(bool(cell) for row in rows.values() for cell in row) == 6
        links = set(page.attributes(".plan-grid .sits > a:not(.move-it)", "href"))
        assert links == {address(desk, f"{plan.pk}/meetings/{row.pk}/") for row in plan.planned.all()}
    columns = page.texts(".plan-grid thead th")[1:]
    for row in plan.planned.select_related("table", "first", "second", "slot"):
        start = f"{row.slot.starts_at.astimezone(desk.event.zone):%H:%M}"
        [cells] = [found for when, found in rows.items() if f" {start}" in when]
        assert f"{row.first.name} × {row.second.name}" in cells[columns.index(row.table.label)]


def test_a_meeting_is_moved_to_another_cell_of_the_grid(desk, client):
    plan = desk.plan(most=1)
    row = plan.planned.first()
    where = address(desk, f"{plan.pk}/")
    links = page_of(client.get(where)).attributes(".plan-grid .move-it", "href")
    [link] = [to for to in links if to.endswith(f"move={row.pk}")]
    grid = page_of(client.get(where + link))
    assert grid.has(f"#sits-{row.pk}[autofocus]")
    cells = set(grid.attributes(".plan-grid button", "value"))
    assert f"{row.slot_id}-{row.table_id}" not in cells
    taken = {f"{other.slot_id}-{other.table_id}" for other in plan.planned.exclude(pk=row.pk)}
    assert cells
    assert not cells & taken
    chosen = next(cell for cell in sorted(cells) if not cell.startswith(f"{row.slot_id}-"))
    post = address(desk, f"{plan.pk}/meetings/{row.pk}/")
    page = page_of(client.post(post, {"cell": chosen, "page": "1"}, follow=True))
    row.refresh_from_db()
    assert f"{row.slot_id}-{row.table_id}" == chosen
    assert f"{row.first.name} × {row.second.name}: " in page.text_of("#messages")
    assert page.has(f"#sits-{row.pk}[autofocus]")
    page = page_of(client.post(post, {"cell": sorted(taken)[0], "page": "1"}, follow=True))
    assert page.has("#messages .error")
    assert page.has("#moving")


@pytest.mark.slow
@pytest.mark.parametrize("order", ["person", "slot", "table"])
def test_a_plan_reads_in_three_orders(desk, client, order):
    plan = desk.plan(most=2)
    page = page_of(client.get(address(desk, f"{plan.pk}/?by={order}")))
    assert len(page.all(".entry")) == (6 if order in ("slot", "table") else 12)
    for person in desk.people:
        assert person.person.name in page


@pytest.mark.slow
def test_a_clash_is_refused_with_the_reason_on_the_same_page(desk, client):
    plan = desk.plan(most=5)
    first, second = plan.planned.filter(first=desk.people[0]).order_by("pk")[:2]
    where = address(desk, f"{plan.pk}/meetings/{first.pk}/")
    answer = client.post(where, {"do": "move", "slot": second.slot_id, "table": ""})
    assert answer.status_code == 409
    page = page_of(answer)
    refusal = page.text_of("[role=alert]")
    assert refusal.startswith("Person A meets")
    assert refusal.endswith("then, in this plan.")
    assert page.fields("form.move")["slot"] == [str(second.slot_id)]


def test_a_meeting_is_moved_locked_unlocked_and_dropped_by_its_form(desk, client):
    plan = desk.plan(most=1)
    row = plan.planned.first()
    where = address(desk, f"{plan.pk}/meetings/{row.pk}/")
    free = next(slot for slot in desk.slots if not plan.planned.filter(slot=slot).exists())
    page = page_of(client.post(where, {"do": "move", "slot": free.pk, "table": ""}, follow=True))
    assert "The meeting is moved." in page.text_of("#messages")
    assert "Moved by hand" in page.texts(".chip")
    client.post(where, {"do": "lock"})
    row.refresh_from_db()
    assert (row.slot, row.is_locked) == (free, True)
    client.post(where, {"do": "unlock"})
    row.refresh_from_db()
    assert not row.is_locked
    answer = client.post(where, {"do": "drop"}, follow=True)
    assert "The meeting is dropped." in page_of(answer).text_of("#messages")
    assert plan.planned.count() == 2
    assert client.get(where).status_code == 404


def test_publishing_arranges_or_proposes_as_the_event_is_set(desk, client):
    plan = desk.plan(most=2)
    where = address(desk, f"{plan.pk}/")
    publish = f'form[action="{where}publish/"]'
    assert "6 meetings are proposed in the organisers’ name" in page_of(client.get(where)).text_of(publish)
    client.post(address(desk, "publishing/"), {"confirms": "yes"})
    assert "6 meetings are agreed at once" in page_of(client.get(where)).text_of(publish)
    client.post(f"{where}publish/")
    assert "The meetings are being put forward." in page_of(client.get(where)).text_of("#work")
    apply_publication(plan=Plan.objects.get(), by=desk.by, now=NOW)
    page = page_of(client.get(f"{where}?by=person"))
    assert page.texts(".entry .chip") == ["Agreed"] * 12
    assert not page.has(f'.entry a[href^="{where}meetings/"]')
    assert page_of(client.get(where)).texts(".plan-grid .chip") == ["Agreed"] * 6
    assert Meeting.objects.filter(state="accepted").count() == 6


def test_a_meeting_that_could_not_be_sent_shows_its_reason(desk, client):
    plan = desk.plan(most=1)
    row = plan.planned.first()
    Availability.objects.filter(attendee=row.second).delete()
    desk.publish(plan)
    for rest, one in (("", ".sits"), ("?by=person", ".entry")):
        page = page_of(client.get(address(desk, f"{plan.pk}/{rest}")))
        assert "Not sent" in page.texts(f"{one} .chip")
        assert plan.planned.get(pk=row.pk).refusal in page.texts(f"{one} .refusal")
    assert any("lost their meeting since this was planned" in text for text in page.texts(".left-out li"))


def test_an_infeasible_plan_names_its_conflict(desk, client):
    for table in desk.tables[1:]:
        table.delete()
    plan = desk.plan(least=3, most=5)
    page = page_of(client.get(address(desk, f"{plan.pk}/")))
    conflict = "People must have 9 meetings at least in all; there is room for 6."
    assert page.texts(".sentences li") == [conflict]
    assert not page.has('form[action$="/publish/"]')


def test_withdrawing_and_planning_again(desk, client):
    plan = desk.publish(desk.plan(most=2))
    client.post(address(desk, f"{plan.pk}/again/"))
    again = Plan.objects.latest("pk")
    assert (again.pk != plan.pk, again.state, again.most) == (True, "draft", 2)
    client.post(address(desk, f"{plan.pk}/withdraw/"))
    apply_publication(plan=Plan.objects.get(pk=plan.pk), by=desk.by, now=NOW)
    assert len(page_of(client.get(address(desk, f"{plan.pk}/"))).all(".sits.off")) == 6
    assert len(page_of(client.get(address(desk, f"{plan.pk}/?by=person"))).all(".entry.off")) == 12


@pytest.mark.slow
def test_schedules_are_one_per_table_or_person_and_one_can_be_picked(desk, client):
    plan = desk.plan(most=2)
    by_person = page_of(client.get(address(desk, f"{plan.pk}/days/")))
    assert len(by_person.all(".paper")) == 6
    one = page_of(client.get(address(desk, f"{plan.pk}/days/?of={desk.people[0].pk}")))
    assert one.texts(".paper h1") == [desk.people[0].person.name]
    assert "not confirmed" in one.text_of(".paper")
    by_table = page_of(client.get(address(desk, f"{plan.pk}/doors/")))
    assert len(by_table.all(".paper")) == plan.planned.values("table").distinct().count()
    plan.planned.all().delete()
    assert page_of(client.get(address(desk, f"{plan.pk}/doors/"))).text_of(".empty h1") == "Nothing to print yet"


@pytest.mark.slow
def test_no_page_names_blocked_or_hidden_people(desk, client, blocked_by):
    plan = desk.plan(most=1)
    row = plan.planned.first()
    block_contact(blocked_by, row.first, row.second)
    desk.people[-1].visibility = "hidden"
    desk.people[-1].save()
    for rest in (f"{plan.pk}/", f"{plan.pk}/days/", f"{plan.pk}/doors/"):
        page = page_of(client.get(address(desk, rest)))
        assert desk.people[-1].person.name not in page
        assert f"{row.first.person.name} × {row.second.person.name}" not in page
    assert client.get(address(desk, f"{plan.pk}/meetings/{row.pk}/")).status_code == 404


@pytest.mark.slow
def test_a_running_planner_is_stopped_by_a_button(desk, client):
    plan = desk.order(seconds=60)
    where = address(desk, f"{plan.pk}/")
    button = f'form[action="{where}stop/"]'
    assert page_of(client.get(where)).has(button)
    Plan.objects.update(work="solving", value=3.2, bound=4.5)
    answer = client.post(f"{where}stop/", follow=True)
    assert "Stopping: the best plan so far is being written down." in page_of(answer).text_of("#work")
    assert not page_of(answer).has(button)
    Plan.objects.update(work="waiting")
    desk.solve(plan)
    answer = client.post(f"{where}stop/", follow=True)
    assert "No better plan of the suggested pairs is possible." in page_of(answer)
    assert not page_of(answer).has(button)


@pytest.mark.slow
def test_a_long_plan_comes_in_pages_that_hold_each_meeting_once(desk, client):
    people = [*desk.people, *desk.join(34)]
    plan = desk.plan(most=1)
    plan.planned.all().delete()
    tables = [Table.objects.create(event=desk.event, label=f"Desk {number}") for number in range(20)]
    PlannedMeeting.objects.bulk_create(
        PlannedMeeting(
            event=desk.event,
            plan=plan,
            first=people[number],
            second=people[20 + (number + turn) % 20],
            slot=slot,
            table=tables[number],
        )
        for turn, slot in enumerate(desk.slots)
        for number in range(20)
    )
    for order, entries in (("person", 240), ("slot", 120), ("table", 120)):
        where, read = f"{address(desk, f'{plan.pk}/')}?by={order}", 0
        pages = 2 if order == "person" else 1
        assert ("Page 1 of 2" in page_of(client.get(where))) == (pages == 2)
        for number in range(1, pages + 1):
            page = page_of(client.get(f"{where}&page={number}"))
            assert page.has(f'a[href*="?by={order}&page="]') == (pages == 2)
            shown = len(page.all(".entry"))
            assert shown <= 200
            read += shown
        assert read == entries


def test_a_printed_schedule_uses_the_forums_time_zone(desk, client):
    plan = desk.plan(most=2)
    client.cookies["zone"] = "America/Lima"
    assert "Lima" in page_of(client.get(address(desk, f"{plan.pk}/")))
    for kind in ("doors", "days"):
        assert "Lima" not in page_of(client.get(address(desk, f"{plan.pk}/{kind}/")))
