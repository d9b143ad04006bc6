"""Home: what an attendee can do now, the same numbers as elsewhere, and where each role begins."""

import datetime as dt

import pytest

from backend.booking.models.availability import Availability
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from tests.factories import make_attendee
from tests.frontend.conftest import client_of, lay_out
from tests.pages import page_of


@pytest.mark.slow
def test_each_role_begins_where_its_work_is_and_can_switch(cast, official):
    lead = make_attendee(cast.event, name="Lea Lead", permission="safeguarding-lead")
    assert "What to do now" in page_of(official.get(cast.address()))
    assert not page_of(official.get(cast.address())).has(".roles")
    organiser = client_of(cast.organiser.person)
    assert organiser.get(cast.address())["Location"] == cast.address("desk/")
    assert page_of(organiser.get(cast.address("desk/"))).links(".roles") == [("My home", cast.address("home/"))]
    assert page_of(organiser.get(cast.address("home/"))).links(".roles") == [("Desk", cast.address("desk/"))]
    lead_client = client_of(lead.person)
    assert lead_client.get(cast.address())["Location"] == cast.address("reports/")
    shown = page_of(lead_client.get(cast.address("reports/")))
    assert shown.links(".roles") == [("My home", cast.address("home/"))]
    own = page_of(lead_client.get(cast.address("home/"))).links(".roles")
    assert [address for _label, address in own] == [cast.address("reports/"), cast.address("age-classes/")]


def test_the_next_meeting_says_where_and_in_how_many_minutes(cast, booking, official, time_machine):
    meeting = booking.ask(cast.engineer, cast.official, booking.slots[0], message="Shall we talk?")
    shown = page_of(official.get(cast.address()))
    assert "1 request waits for your answer" in shown
    assert shown.text_of("[aria-labelledby=to-answer] .line") == "They write Shall we talk?"
    assert "None yet." in shown.text_of(".next")
    assert shown.attribute("[name=slot]", "value") == str(booking.slots[0].pk)
    booking.accept(cast.official, meeting)
    time_machine.move_to(booking.slots[0].starts_at - dt.timedelta(minutes=25), tick=False)
    following = page_of(official.get(cast.address())).text_of(".next")
    for words in ("In 25 minutes", "T1", "Gallery", "Arif Rahman"):
        assert words in following
    time_machine.move_to(booking.slots[0].starts_at + dt.timedelta(minutes=5), tick=False)
    assert "Now" in page_of(official.get(cast.address())).text_of(".next")
    time_machine.move_to(booking.slots[0].ends_at, tick=False)
    assert "None yet." in page_of(official.get(cast.address())).text_of(".next")


def test_near_its_time_home_renews_the_next_meeting_and_says_who_is_there(cast, booking, official, time_machine):
    meeting = booking.accept(cast.official, booking.ask(cast.engineer, cast.official, booking.slots[0]))
    engineer = client_of(cast.engineer.person)
    assert not page_of(official.get(cast.address())).has(".next[hx-get]")  # a day before
    time_machine.move_to(booking.slots[0].starts_at - dt.timedelta(minutes=10), tick=False)
    part = page_of(official.get(cast.address())).attribute(".next", "hx-get")
    assert official.get(part).status_code == 204
    done = page_of(engineer.post(booking.page(meeting, "here/"), follow=True))
    assert "They see now that you are there." in done
    assert "Mali Wongsa sees that you are there." in done
    answer = official.get(part)
    shown = page_of(answer)
    assert (answer.status_code, shown.text_of(".next .here")) == (200, "Arif Rahman is there.")
    assert official.get(shown.attribute(".next", "hx-get")).status_code == 204
    official.post(booking.page(meeting, "here/"))
    assert "Arif Rahman sees that you are there." in page_of(official.get(part))
    url = f"/api/v1/events/{cast.event.slug}/meetings/{meeting.pk}/"
    assert engineer.post(f"{url}here/").json()["other_is_here"]
    time_machine.move_to(booking.slots[0].ends_at, tick=False)
    late = engineer.post(booking.page(meeting, "here/"))
    assert late.status_code == 409


def test_the_numbers_are_those_of_the_pages_they_lead_to(cast, booking, official):
    booking.accept(cast.official, booking.ask(cast.engineer, cast.official, booking.slots[0]))
    booking.ask(cast.lawyer, cast.official, booking.slots[1])
    shown, meetings = page_of(official.get(cast.address())), page_of(official.get(cast.address("meetings/")))
    assert shown.texts(".figures li") == ["1 meeting to come", "5 open times"]
    assert "5 open times" in meetings
    for page in (shown, meetings):
        assert page.text_of("#to-answer") == "1 request waits for your answer"


def test_suggestions_are_those_neither_saved_nor_asked_and_only_whom_the_policy_allows(cast, booking, official):
    assert page_of(official.get(cast.address())).texts(".row .name") == ["Arif Rahman", "Linh Tran"]
    booking.ask(cast.official, cast.engineer, booking.slots[0])
    assert page_of(official.get(cast.address())).texts(".row .name") == ["Linh Tran"]
    official.post(
        cast.address(f"suggestions/{cast.lawyer.pk}/feedback/"),
        {"verdict": "good", "next": cast.address("suggestions/")},
    )
    assert "You have saved or asked everybody at the top of your list." in page_of(official.get(cast.address()))


def test_the_gap_named_is_the_one_that_hinders_most(cast, official):
    booking = lay_out(cast)

    def gap():
        return page_of(official.get(cast.address())).links(".home .message")

    profile = cast.address("profile/")
    me = Attendee.objects.filter(pk=cast.official.pk)
    me.update(offers="", languages=[], visibility="hidden")
    assert gap() == [("List me", f"{profile}#listed")]
    for page in ("", "sessions/", "availability/"):
        assert not page_of(official.get(cast.address(page))).has(f'main a[href="{cast.address("suggestions/")}"]')
    me.update(visibility="listed", seeks="")
    cast.official.interests.all().delete()
    assert gap() == [("Open my times", cast.address("availability/"))]
    Availability.objects.create(event=cast.event, attendee=cast.official, slot=booking.slots[0])
    assert gap() == [("Say what I seek", cast.address("join/3/"))]
    me.update(seeks="Police contacts")
    assert gap() == [("Say what I offer", cast.address("join/2/"))]
    me.update(offers="Templates")
    assert gap() == [("Name my languages", f"{profile}#part-who")]
    me.update(languages=["th"])
    assert gap() == []


@pytest.mark.parametrize(
    ("age_class", "sentence"), [("minor", "other people cannot look you up"), ("unknown", "An organiser must confirm")]
)
def test_who_is_no_known_adult_reads_only_what_to_do_about_it(cast, age_class, sentence):
    who = make_attendee(cast.event, name="Somebody Young", age_class=age_class)
    shown = page_of(client_of(who.person).get(cast.address()))
    assert sentence in shown
    assert not shown.has(".row, .next, .figures")


@pytest.mark.slow
def test_the_api_says_what_the_page_says(cast, booking, official):
    booking.accept(cast.official, booking.ask(cast.engineer, cast.official, booking.slots[0]))
    booking.ask(cast.lawyer, cast.official, booking.slots[1])
    home = official.get(f"/api/v1/events/{cast.event.slug}/home/").json()
    assert home["next_meeting"]["other"]["name"] == "Arif Rahman"
    assert home["minutes_to_go"] == 24 * 60
    assert (home["meetings_to_come"], len(home["to_answer"]), home["open_times"]) == (1, 1, 5)
    assert (home["suggestions"], home["suggested"]) == ([], 2)
    assert home["gap"] == "nothing_offered"
    stranger = client_of(cast.stranger)
    assert stranger.get(f"/api/v1/events/{cast.event.slug}/home/").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("state", ["closed", "archived"])
def test_in_a_forum_that_was_closed_early_home_says_that_it_is_over(cast, booking, official, state):
    Event.objects.filter(pk=cast.event.pk).update(state=state)
    shown = page_of(official.get(cast.address()))
    assert "The forum is over." in shown.text_of(".next")
    assert not shown.has(".row")
    assert "When you can be asked" not in page_of(official.get(cast.address("meetings/")))
