"""A trio and a roundtable in real browsers: from the order to what came of it, on a desk and on a phone."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from backend.booking.models.meetings import Meeting
from backend.groups.models import Rounds
from backend.groups.selectors.rounds import own_tables
from tests.factories import in_two_weeks
from tests.halls import Hall
from tests.journeys.axe import faults_of
from tests.journeys.conftest import over


def test_a_trio_of_a_ministry_a_company_and_an_ngo_from_proposal_to_follow_up(booking, door, sign_in):
    hall = Hall(people=3, kind="trios", now=timezone.now(), **in_two_weeks())
    me, base = hall.people[0], f"{door}/e/{hall.event.slug}/"
    desk = sign_in(hall.boss)
    desk.goto(f"{base}programme/rounds/")
    desk.get_by_label("What to draft").select_option("trios")
    desk.get_by_label("Title").fill("Evidence across borders")
    desk.get_by_label("Who seeks or offers").select_option(hall.topic)
    for legend in ("Times", "Tables"):
        choice = desk.get_by_role("group", name=legend).get_by_role("checkbox").first
        choice.focus()
        desk.keyboard.press("Space")
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Draft them").press("Enter")
    expect(desk.get_by_text("The planner seats people")).to_be_visible()
    rounds = hall.work(Rounds.objects.get())
    expect(desk.get_by_text("Seeks", exact=True)).to_have_count(2)
    expect(desk.get_by_text("Offers", exact=True)).to_have_count(2)
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Publish and ask").click()
    expect(desk.get_by_text("Published. Everybody with a place is asked")).to_be_visible()
    hall.work(rounds)
    for one in hall.people[1:]:
        hall.accept_all(one)

    phone = sign_in(me, "phone")
    phone.goto(f"{base}meetings/")
    phone.get_by_role("link", name="See your tables").first.click()
    expect(phone.get_by_text("At least three have to say yes")).to_be_visible()
    assert faults_of(phone) == []
    phone.get_by_role("button", name="I come to all of them").press("Enter")
    expect(phone.get_by_text("You have a place at 1 table.")).to_be_visible()
    [row] = own_tables(me, timezone.now())
    over(Meeting.objects.get(pk=row.meeting_id))
    phone.reload()
    expect(phone.get_by_text("Were you at the table of “Evidence across borders”?")).to_be_visible()
    assert faults_of(phone) == []
    phone.get_by_role("button", name="Yes, we met").press("Enter")
    expect(phone.get_by_text("You said: it took place.")).to_be_visible()
    phone.get_by_text("What came of it", exact=True).first.click()
    phone.get_by_label("What you agreed, in one line").fill("A joint note in March")
    assert faults_of(phone) == []
    phone.get_by_role("button", name="Save the note").press("Enter")
    expect(phone.get_by_text("Saved. Nobody but you reads it.")).to_be_visible()
    assert own_tables(me, timezone.now())[0].follow_up.agreed == "A joint note in March"


def test_a_host_reads_on_a_phone_who_comes_and_what_each_seeks_and_offers(booking, door, sign_in):
    hall = Hall(people=8, tables=2, slots=1, kind="roundtables", now=timezone.now(), **in_two_weeks())
    rounds = hall.published()
    base = f"{door}/e/{hall.event.slug}/"
    host = next(one for one in hall.people for row in own_tables(one, hall.now) if row.i_am_host)
    phone = sign_in(host, "phone")
    phone.goto(f"{base}meetings/rounds/{rounds.pk}/")
    expect(phone.get_by_text("You are the host.")).to_be_visible()
    expect(phone.get_by_text("Seeks", exact=True).first).to_be_visible()
    assert faults_of(phone) == []
    desk = sign_in(hall.boss)
    desk.goto(f"{base}programme/rounds/{rounds.pk}/")
    expect(desk.get_by_text("Host", exact=True).first).to_be_visible()
    assert faults_of(desk) == []
