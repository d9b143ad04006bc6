"""From the administrator's link to a forum with its first organiser and lead, over HTTP."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.availability import MeetingRules
from backend.core.errors import BusinessError
from backend.core.models import Act
from backend.events.models.agenda import Slot, Table
from backend.events.models.attendees import Organisation
from backend.events.models.events import Event
from backend.events.models.roles import Appointment
from backend.invitations.models import InvitationRules
from backend.mails.models import MailTexts
from backend.people.models import FirstAdministratorLink, Person
from backend.safeguarding.models import ContactRule
from tests.factories import NOW, make_attendee, make_event, make_organisation
from tests.frontend.conftest import client_of
from tests.pages import page_of

ADA = {"name": "Ada Boss", "email": "ada@example.org"}
FORUM = {
    "name": "ICT Forum 2027",
    "starts_on": "2027-11-17",
    "ends_on": "2027-11-18",
    "timezone": "Asia/Tokyo",
    "venue": "Hall 1",
    "languages": ["en", "th"],
    "interpreters": "on",
    "basis": "shipped",
    "organiser_name": "Olga Nowak",
    "organiser_email": "olga@example.org",
    "lead_name": "Lea Duarte",
    "lead_email": "lea@example.org",
}


def printed_link():
    out = StringIO()
    call_command("first_administrator", stdout=out)
    return "/" + out.getvalue().split()[-1].split("/", 3)[3]


@pytest.fixture
def ada(db):
    return Person.objects.create_superuser("ada@example.org", name="Ada Boss")


def start(person, **changes):
    return client_of(person).post("/forums/start/", FORUM | changes, follow=True)


def test_the_link_makes_one_administrator_once_and_signs_them_in(db, client):
    link = printed_link()
    assert FirstAdministratorLink.objects.get().token_hash not in link  # its hash alone is kept
    assert client.get(link).status_code == 200
    answer = client.post(link, ADA, follow=True)
    assert answer.redirect_chain == [("/forums/", 302)]
    assert "There is no forum yet" in page_of(answer)
    person = Person.objects.get()
    assert (person.name, person.email, person.is_superuser) == ("Ada Boss", "ada@example.org", True)
    assert not person.has_usable_password()
    for again in (client.get(link), client.post(link, ADA | {"email": "eve@example.org"})):
        assert again.status_code == 404
    assert Person.objects.count() == 1
    with pytest.raises(BusinessError, match="has an administrator already"):
        printed_link()


def test_a_link_ends_with_the_next_one_and_after_a_day(db, client, time_machine):
    time_machine.move_to(NOW)
    first, second = printed_link(), printed_link()
    assert client.get(first).status_code == 404
    time_machine.shift(dt.timedelta(hours=23))
    assert client.get(second).status_code == 200
    time_machine.shift(dt.timedelta(hours=2))
    assert client.get(second).status_code == 404
    assert client.post(second, ADA).status_code == 404
    assert not Person.objects.exists()


def test_the_link_opens_no_account_that_is_there_already(cast, client):
    link = printed_link()
    answer = client.post(link, {"name": "Eve", "email": cast.official.person.email.upper()})
    assert answer.status_code == 422
    assert "There is an account with this address already" in page_of(answer)
    assert "_auth_user_id" not in client.session
    assert client.post(link, ADA).status_code == 302  # and is not spent by it


def test_an_administrator_starts_a_forum_and_confirms_two_people_by_naming_them(ada):
    answer = start(ada)
    assert answer.redirect_chain == [("/forums/", 302)]
    event = Event.objects.get(slug="ict-forum-2027")  # made from the name
    assert (event.state, event.timezone, event.languages) == ("draft", "Asia/Tokyo", ["en", "th"])
    assert event.interpreters
    assert event.topics.count() == 17
    found = {row.attendee.name: row for row in Appointment.objects.of(event).select_related("attendee")}
    assert {name: (row.permission, row.state) for name, row in found.items()} == {
        "Olga Nowak": ("organiser", "confirmed"),
        "Lea Duarte": ("safeguarding-lead", "confirmed"),
    }
    assert {row.decided_by for row in found.values()} == {ada}
    told = ProcrastinateJob.objects.filter(task_name="roles.send_appointment_mail")
    assert {job.args["person_id"] for job in told} >= {row.attendee.person_id for row in found.values()}
    assert Act.objects.get(event=event).kind == "started"
    assert "1 organiser · 1 safeguarding lead" in page_of(answer)
    organiser = client_of(found["Olga Nowak"].attendee.person)
    assert organiser.get(f"/e/{event.slug}/set-up/").status_code == 200
    assert client_of(ada).get(f"/e/{event.slug}/set-up/").status_code == 404  # not theirs to run


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"organiser_email": "ada@example.org"},
        {"lead_email": "ADA@example.org"},
        {"lead_email": "olga@example.org"},
        {"timezone": "Asia/Nowhere"},
        {"ends_on": "2027-11-16"},
        {"languages": ["xx"]},
        {"basis": "edition:nowhere"},
        {"name": ""},
    ],
)
def test_what_cannot_be_starts_nothing_and_keeps_what_was_typed(ada, wrong):
    answer = start(ada, **wrong)
    assert answer.status_code == 422
    page = page_of(answer)
    assert page.has(".error")
    assert page.attribute("input[name=venue]", "value") == "Hall 1"
    assert not Event.objects.exists()
    assert not Person.objects.exclude(pk=ada.pk).exists()


def test_whom_an_administrator_allows_starts_a_forum_whose_two_people_wait_to_be_confirmed(ada, cast):
    starter = cast.stranger
    assert start(starter).status_code == 404
    client_of(ada).post("/forums/starters/", {"email": starter.email, "do": "allow"})
    assert start(starter).status_code == 200
    event = Event.objects.get(slug="ict-forum-2027")
    proposed = Appointment.objects.of(event)
    assert {(row.permission, row.state, row.proposed_by) for row in proposed} == {
        ("organiser", "proposed", starter),
        ("safeguarding-lead", "proposed", starter),
    }
    roles = f"/forums/{event.slug}/roles/"
    assert client_of(starter).get(roles).status_code == 404
    for row in proposed:
        answer = client_of(ada).post(f"{roles}{row.pk}/", {"do": "confirm"}, follow=True)
        assert answer.status_code == 200
    assert {row.state for row in Appointment.objects.of(event)} == {"confirmed"}
    client_of(ada).post("/forums/starters/", {"email": starter.email, "do": "end"})
    assert start(starter, slug="another").status_code == 404
    assert client_of(starter).post("/forums/starters/", {"email": starter.email}).status_code == 404


def test_an_earlier_edition_hands_on_everything_but_its_people(ada):
    earlier = make_event("acop-2026", timezone="Asia/Bangkok")
    make_attendee(earlier, organisation=make_organisation(earlier, "ngo", "civil-society", "Helpline"))
    earlier.sectors.filter(key="academia").delete()
    Table.objects.create(event=earlier, label="T1", place="Gallery", step_free=True)
    MeetingRules.objects.create(event=earlier, open_requests=3, expiry_hours=24)
    MailTexts.objects.create(event=earlier, reply_to="team@example.org", signature="Your hosts")
    InvitationRules.objects.create(event=earlier, subject="Come to {forum}", valid_days=5)
    for day, hour in ((9, 2), (10, 3)):  # 09:00 and 10:00 in Bangkok
        opens = dt.datetime(2026, 12, day, hour, tzinfo=dt.UTC)
        Slot.objects.create(event=earlier, starts_at=opens, ends_at=opens + dt.timedelta(minutes=30))
    ContactRule.objects.create(event=earlier, sector=earlier.sectors.get(key="ngo"), other_constituency="industry")
    assert start(ada, basis="edition:acop-2026", ends_on="2027-11-17").status_code == 200
    event = Event.objects.get(slug="ict-forum-2027")
    assert event.previous == earlier
    assert list(event.topics.values_list("key", "theme__key")) == list(earlier.topics.values_list("key", "theme__key"))
    assert [(row.label, row.place, row.step_free) for row in event.tables.all()] == [("T1", "Gallery", True)]
    assert (event.meeting_rules.open_requests, event.meeting_rules.expiry_hours) == (3, 24)
    assert (event.mail_texts.reply_to, event.mail_texts.signature) == ("team@example.org", "Your hosts")
    assert (event.invitation_rules.subject, event.invitation_rules.valid_days) == ("Come to {forum}", 5)
    helpline = Organisation.objects.get(event=event)
    assert (helpline.name, helpline.sector.constituency) == ("Helpline", "civil-society")
    assert helpline.sector.event == event
    kept = [list(one.sectors.values_list("key", "name", "position")) for one in (earlier, event)]
    assert kept[0] == kept[1]
    rule = event.contact_rules.get()
    assert (rule.sector, rule.other_constituency) == (helpline.sector, "industry")
    assert not event.sectors.filter(key="academia").exists()
    # The first day's 09:00, now by the clock of Tokyo; the second day has no place in a forum of one day.
    assert [row.starts_at for row in event.slots.all()] == [dt.datetime(2027, 11, 17, 0, tzinfo=dt.UTC)]
    assert {row.name for row in event.attendees.all()} == {"Olga Nowak", "Lea Duarte"}


def test_whom_a_forum_knows_as_a_minor_is_not_named_to_run_another(ada):
    make_attendee(make_event("youth"), email="somchai@example.org", age_class="minor")
    for part in ("organiser", "lead"):
        refused = start(ada, **{f"{part}_email": "somchai@example.org"})
        assert refused.status_code == 422
        assert "This person cannot be named" in page_of(refused)
        assert client_of(ada).post(API, NEW | {f"{part}_email": "somchai@example.org"}, **JSON).status_code == 409
    assert not Event.objects.filter(slug="ict-forum-2027").exists()


def test_only_who_may_start_forums_finds_their_pages(ada, cast):
    pages = ("/forums/", "/forums/start/", "/forums/starters/", f"/forums/{cast.event.slug}/roles/")
    for page in pages:
        for person in (cast.organiser.person, cast.official.person):
            assert client_of(person).get(page).status_code == 404
            assert client_of(person).post(page).status_code == 404
    assert page_of(client_of(ada).get("/")).has("a[href='/forums/']")
    assert client_of(cast.organiser.person).get("/")["Location"] == cast.address()


def test_the_front_page_says_where_the_first_administrator_finds_the_link_until_there_is_one(db, client):
    assert "Open the link that the terminal printed" in page_of(client.get("/"))
    Person.objects.create_superuser("ada@example.org", name="Ada Boss")
    assert "Open the link that the terminal printed" not in page_of(client.get("/"))


def test_an_organiser_of_a_draft_begins_at_its_set_up(db, ada):
    start(ada)
    organiser = client_of(Person.objects.get(email="olga@example.org"))
    assert organiser.get("/e/ict-forum-2027/")["Location"] == "/e/ict-forum-2027/set-up/"


def test_a_form_sent_empty_asks_for_each_thing_once_by_a_name_of_its_own(ada):
    answer = client_of(ada).post("/forums/start/", {})
    named = [text for text, _ in page_of(answer).links(".problems")]
    assert len(named) == len(set(named)) > 5
    assert "Time zone" in named
    assert "Name in addresses" not in named


NEW = {name: value for name, value in FORUM.items() if name != "interpreters"} | {
    "slug": "ict-forum-2027", "interpreters": True,
}  # fmt: skip
API = "/api/v1/events/"
JSON = {"content_type": "application/json"}


def test_the_api_starts_a_forum_for_whom_the_administrator_allows_it(ada, cast):
    for person in (cast.organiser.person, cast.official.person):
        refused = client_of(person).post(API, NEW, **JSON)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed_to_start")
    answer = client_of(ada).post(API, NEW, **JSON)
    assert (answer.status_code, answer.json()["state"]) == (201, "draft")
    event = Event.objects.get(slug="ict-forum-2027")
    assert (event.languages, event.interpreters, event.topics.count()) == (["en", "th"], True, 17)
    assert {(row.attendee.name, row.state) for row in Appointment.objects.of(event)} == {
        ("Olga Nowak", "confirmed"),
        ("Lea Duarte", "confirmed"),
    }
    again = client_of(ada).post(API, NEW, **JSON)
    assert (again.status_code, again.json()["code"]) == (409, "slug_taken")
    for change, status, code in (
        ({"slug": "x", "lead_email": NEW["organiser_email"]}, 409, "name_two_others"),
        ({"slug": "x", "basis": "edition", "edition": "nowhere"}, 404, "not_found"),
        ({"slug": "x", "timezone": "Asia/Bangkock"}, 400, "unknown_zone"),
        ({"slug": "x y"}, 400, "bad_event"),
    ):
        refused = client_of(ada).post(API, NEW | change, **JSON)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    earlier = {"slug": "next", "basis": "edition", "edition": event.slug}
    assert client_of(ada).post(API, NEW | earlier, **JSON).status_code == 201
    assert Event.objects.get(slug="next").previous == event


def test_the_api_rehearses_a_forum_and_ends_the_rehearsal(cast):
    organiser, address = client_of(cast.organiser.person), f"{API}{cast.event.slug}/rehearsal/"
    assert organiser.get(address).status_code == 404
    assert client_of(cast.official.person).post(address).status_code == 403
    started = organiser.post(address)
    assert (started.status_code, started.json()["state"]) == (201, "open")
    rehearsal = Event.objects.get(slug=started.json()["slug"])
    assert rehearsal.rehearsal_of == cast.event
    assert organiser.get(address).json() == started.json()
    assert organiser.post(address).json()["code"] == "rehearsed_already"
    assert organiser.delete(address).status_code == 204
    assert organiser.delete(address).status_code == 404
    assert not Event.objects.filter(pk=rehearsal.pk).exists()
