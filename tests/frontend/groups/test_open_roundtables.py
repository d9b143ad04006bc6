"""Roundtables that attendees propose and join, on the pages and over the API."""

from __future__ import annotations

import icalendar
import pytest
from django.utils import timezone

from backend.agenda.selectors.calendar import feed_for
from backend.events.models.attendees import Attendee
from backend.groups.models import Rounds
from backend.privacy.selectors import export_for
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.stats.selectors.overview import counted_meetings
from tests.factories import block_contact, in_two_weeks, token_of
from tests.frontend.conftest import client_of
from tests.halls import OpenHall
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> OpenHall:
    return OpenHall(people=5, tables=2, slots=3, now=timezone.now(), **in_two_weeks())


def address(hall: OpenHall, page: str = "meetings/roundtables/") -> str:
    return f"/e/{hall.event.slug}/{page}"


def reads(hall: OpenHall, reader: Attendee, page: str = "meetings/roundtables/") -> str:
    return page_of(client_of(reader.person).get(address(hall, page))).text


def test_from_the_proposal_to_a_place_that_is_left(hall: OpenHall) -> None:
    host, me = hall.people[:2]
    client, desk, mine = client_of(host.person), client_of(hall.boss.person), client_of(me.person)
    sent = {"about": "Chat logs in court", "topic": hall.topic, "slot": hall.forum.slots[0].pk, "seats": 4}
    answer = client.post(address(hall), sent | {"about": ""})
    assert answer.status_code == 422
    assert "Say in at most 120 characters what it is about" in page_of(answer).text
    assert client.post(address(hall), sent).status_code == 302
    rounds = Rounds.objects.get()
    assert "Waiting for an organiser" in reads(hall, host)
    assert "Chat logs" not in reads(hall, me)
    shown = page_of(desk.get(address(hall, "programme/rounds/"))).text
    assert "Roundtables that attendees propose" in shown
    assert host.name in shown
    at = f"programme/rounds/{rounds.pk}/"
    answer = desk.post(address(hall, f"{at}decline/"), {"reason": "", "version": 1})
    assert "Give a reason of at most 500 characters." in page_of(answer).text
    assert "Its host changed it meanwhile." in page_of(desk.post(address(hall, f"{at}approve/"))).text
    assert desk.post(address(hall, f"{at}approve/"), {"version": 1}).status_code == 302
    assert "3 of 4 places are left." in reads(hall, me)
    meeting = hall.approve(rounds)
    join = address(hall, f"meetings/roundtables/{meeting.pk}/join/")
    answer = mine.post(join, follow=True)
    assert "You have a place at 1 table." in page_of(answer).text
    assert host.name in page_of(answer).text
    assert "You come" in reads(hall, me)
    for one in hall.people[2:4]:
        hall.join(one, meeting)
    answer = client_of(hall.people[4].person).post(join)
    assert answer.status_code == 409
    assert "All places are taken." in page_of(answer).text
    assert "Chat logs" in str(feed_for(me, hall.now, hall.now))
    assert len(icalendar.Calendar.from_ical(feed_for(me, hall.now, hall.now)).walk("VEVENT")) == 1
    assert "Chat logs" in reads(hall, me, "agenda/")
    mine.post(address(hall, f"meetings/tables/{meeting.pk}/leave/"))
    assert "1 of 4 places is left." in reads(hall, me)
    assert not counted_meetings(hall.event).exists()
    assert export_for(host.person, hall.now)["forums"][0]["tables_of_rounds"][0]["title"] == "Chat logs in court"


def test_a_proposal_is_changed_on_a_page_while_it_waits_and_organisers_decide_on_what_they_read(hall: OpenHall) -> None:
    host, other = hall.people[:2]
    rounds, client, desk = hall.propose(host, topic=hall.topic), client_of(host.person), client_of(hall.boss.person)
    page = address(hall, f"meetings/roundtables/{rounds.pk}/change/")
    assert page in page_of(client.get(address(hall))).attributes("a", "href")
    shown = page_of(client.get(page))
    assert shown.attributes("#id_about", "value") == ["Evidence that reaches the police"]
    sent = {"about": "Evidence, in one form", "topic": "", "slot": hall.forum.slots[1].pk, "seats": 6}
    answer = client.post(page, sent | {"about": ""})
    assert (answer.status_code, "Say in at most 120" in page_of(answer).text) == (422, True)
    assert client_of(other.person).get(page).status_code == client_of(other.person).post(page, sent).status_code == 404
    assert client.post(page, sent).status_code == 302
    assert "Evidence, in one form" in reads(hall, host)
    at = address(hall, f"programme/rounds/{rounds.pk}/")
    for answer in (
        desk.post(f"{at}approve/", {"version": 1}),
        desk.post(f"{at}decline/", {"version": 1, "reason": "No"}),
    ):
        assert (answer.status_code, "Its host changed it meanwhile." in page_of(answer).text) == (409, True)
    listed = page_of(desk.get(address(hall, "programme/rounds/")))
    assert listed.attributes("#proposed ~ ul input[name=version]", "value") == ["2", "2"]
    assert desk.post(f"{at}approve/", {"version": 2}).status_code == 302
    assert client.get(page).status_code == 404


def test_the_desk_counts_what_waits_for_organisers_and_leads_to_it(hall: OpenHall) -> None:
    desk = client_of(hall.boss.person)

    def line() -> str:
        return " ".join(page_of(desk.get(address(hall, "desk/"))).texts("#proposed"))

    assert line() == ""
    rounds = [hall.propose(hall.people[0]), hall.propose(hall.people[1], slot=1)]
    assert line().startswith("2 roundtables that attendees propose wait for your yes or no")
    page = page_of(desk.get(address(hall, "desk/")))
    assert page.attributes("#proposed a", "href") == [address(hall, "programme/rounds/#proposed")]
    hall.approve(rounds[0])
    assert line().startswith("1 roundtable that an attendee proposes waits for your yes or no")
    Attendee.objects.filter(pk=hall.people[1].pk).update(age_class="minor")
    assert line() == ""


def test_a_decline_is_read_by_whoever_proposed_it_and_a_proposal_is_taken_back(hall: OpenHall) -> None:
    host, other = hall.people[:2]
    declined, waiting = hall.propose(host), hall.propose(host, slot=1)
    desk = client_of(hall.boss.person)
    desk.post(address(hall, f"programme/rounds/{declined.pk}/decline/"), {"reason": "Too broad", "version": 1})
    assert "Too broad" in reads(hall, host)
    assert "Too broad" not in reads(hall, other)
    sentence = "Your roundtable “Evidence that reaches the police” was declined. The reason given: “Too broad”"
    assert sentence in reads(hall, host, "notices/")
    assert sentence in reads(hall, host, "meetings/")
    assert "Too broad" not in reads(hall, other, "notices/")
    back = address(hall, f"meetings/roundtables/{waiting.pk}/withdraw/")
    assert client_of(other.person).post(back).status_code == 404
    assert client_of(host.person).post(back).status_code == 302
    assert Rounds.objects.get(pk=waiting.pk).state == "cancelled"
    assert "None yet." in page_of(desk.get(address(hall, "programme/rounds/"))).text


@pytest.mark.parametrize("how", ["block", "report"])
def test_the_list_the_count_and_the_answer_to_a_join_tell_nothing_of_one_who_is_apart(hall: OpenHall, how: str) -> None:
    me = hall.people[4]
    before = reads(hall, me)
    meeting = hall.opened(*hall.people[1:3])
    block_contact(how, hall.people[1], me)
    assert reads(hall, me) == before
    client = client_of(me.person)
    for page in (f"meetings/roundtables/{meeting.pk}/join/", f"meetings/roundtables/{10**9}/join/"):
        answer = client.post(address(hall, page))
        assert answer.status_code == 404
        assert "There is no such table, or you have no place at it." in page_of(answer).text


def test_who_has_no_language_with_somebody_there_reads_why_they_cannot_join(hall: OpenHall) -> None:
    meeting, me = hall.opened(hall.people[1]), hall.people[4]
    Attendee.objects.filter(pk=me.pk).update(languages=["th"])
    page, why = f"meetings/roundtables/{meeting.pk}/join/", "You have no language in common with somebody"
    text = reads(hall, me)
    assert why in text
    assert "places are left" not in text
    assert page not in client_of(me.person).get(address(hall)).content.decode()
    answer = client_of(me.person).post(address(hall, page))
    assert answer.status_code == 409
    assert why in page_of(answer).text
    token = {"HTTP_AUTHORIZATION": f"Token {token_of(me.person)}"}
    [row] = client_of(me.person).get(f"/api/v1/events/{hall.event.slug}/rounds/open/", **token).json()
    assert row["can_talk"] is False


@pytest.mark.parametrize(
    "change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}], ids=str
)
def test_who_may_not_be_seated_reads_no_roundtable_and_no_form(hall: OpenHall, change: dict[str, object]) -> None:
    meeting, me = hall.opened(), hall.people[4]
    Attendee.objects.filter(pk=me.pk).update(**change)
    client = client_of(me.person)
    answer = client.get(address(hall))
    if answer.status_code == 200:
        text = page_of(answer).text
        assert "Evidence" not in text
        assert "Seats, with yours" not in text
    assert client.post(address(hall, f"meetings/roundtables/{meeting.pk}/join/")).status_code in (403, 404)


def test_an_alias_stands_on_every_page_of_a_roundtable(hall: OpenHall) -> None:
    host, me = hall.people[:2]
    data = AliasData(name="Orchid", real_name=host.name)
    set_alias_of(hall.event, host.pk, data, is_wish=True, by=None, now=hall.now)
    rounds = hall.propose(host)
    shown = page_of(client_of(hall.boss.person).get(address(hall, "programme/rounds/"))).text
    meeting = hall.approve(rounds)
    listed = reads(hall, me)
    hall.join(me, meeting)
    pages = [shown, listed, reads(hall, me, f"meetings/rounds/{rounds.pk}/"), reads(hall, me, "meetings/sheet/")]
    assert all("Orchid" in page for page in pages[:3])
    assert not any(data.real_name in page for page in pages)


def test_the_host_alone_reads_on_the_page_of_the_table_what_each_seeks_and_offers() -> None:
    hall = OpenHall(people=3, tables=1, slots=1, kind="roundtables", now=timezone.now(), **in_two_weeks())
    meeting = hall.opened(*hall.people[1:])
    page = f"meetings/rounds/{meeting.round_table.rounds_id}/"
    shown = [page_of(client_of(one.person).get(address(hall, page))).texts(".rows dl") for one in hall.people]
    assert [len(found) for found in shown] == [2, 0, 0]
    assert all("Evidence reporting" in one for one in shown[0])


def test_programs_propose_approve_join_and_decline(hall: OpenHall) -> None:
    host, me = hall.people[:2]
    api = f"/api/v1/events/{hall.event.slug}/rounds/"
    as_host, as_me, boss = ({"HTTP_AUTHORIZATION": f"Token {token_of(one.person)}"} for one in (host, me, hall.boss))
    client = client_of(host.person)
    client.logout()
    sent = {"about": "Chat logs in court", "slot": hall.forum.slots[0].pk, "seats": 4}
    answer = client.post(f"{api}open/", sent, content_type="application/json", **as_host)
    assert answer.status_code == 201
    [row] = answer.json()
    assert (row["state"], row["host_name"]) == ("proposed", "")
    assert client.get(f"{api}open/", **as_me).json() == []
    assert client.get(f"{api}proposals/", **as_me).status_code == 403
    [waiting] = client.get(f"{api}proposals/", **boss).json()
    assert waiting["host_name"] == host.name
    own, change = f"{api}open/proposed/{row['rounds_id']}/", sent | {"about": "Chat logs, in one form"}
    assert client.put(own, change, content_type="application/json", **as_me).status_code == 404
    row = client.put(own, change, content_type="application/json", **as_host).json()
    assert (row["about"], row["version"], row["state"]) == ("Chat logs, in one form", 2, "proposed")
    approve = {"path": f"{api}proposals/{row['rounds_id']}/approve/", "content_type": "application/json", **boss}
    assert client.post(**approve, data={}).status_code == 400
    assert client.post(**approve, data={"version": 1}).json()["code"] == "changed_meanwhile"
    assert client.post(**approve, data={"version": 2}).json()["state"] == "published"
    [open_one] = client.get(f"{api}open/", **as_me).json()
    assert (open_one["places_left"], open_one["host"]["name"]) == (3, host.name)
    joined = client.post(f"{api}open/{open_one['meeting']}/join/", **as_me).json()
    assert (joined["state"], joined["is_open"]) == ("accepted", True)
    assert client.post(f"{api}mine/{open_one['meeting']}/leave/", **as_me).json()["state"] == "cancelled"
    client.post(f"{api}open/", sent | {"slot": hall.forum.slots[1].pk}, content_type="application/json", **as_host)
    [second] = client.get(f"{api}open/proposed/", **as_host).json()
    at = f"{api}proposals/{second['rounds_id']}/decline/"
    answer = client.post(at, {"reason": "Too broad", "version": 1}, content_type="application/json", **boss)
    assert answer.json()["state"] == "declined"
    told = client.get(f"/api/v1/events/{hall.event.slug}/notices/", **as_host).json()[0]
    assert (told["kind"], told["declined"], told["meeting"]) == ("roundtable_declined", second["rounds_id"], None)
    assert client.get(f"{api}open/proposed/", **as_host).json()[0]["reason"] == "Too broad"
    assert client.post(f"{api}open/proposed/{second['rounds_id']}/withdraw/", **as_host).status_code == 204
