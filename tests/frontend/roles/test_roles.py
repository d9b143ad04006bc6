"""Who organises and leads a forum: over HTTP, pages and API alike; and what a draft shows."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.events.models.roles import Appointment, CountryContact, OutsideContact
from backend.invitations.services.sending import preview_invitations
from backend.safeguarding.models import Report
from backend.safeguarding.rules import CHANNELS, may_contact
from tests.factories import NOW, make_attendee, make_event, provide_for_minors
from tests.frontend.conftest import client_of
from tests.frontend.test_access import pages_of
from tests.long_jobs import answered
from tests.pages import page_of
from tests.refusals import refuses

WORDS = "He waited for me at the hotel."
API = "/api/v1/events/forum/"


def propose(cast, boss, whom, permission="safeguarding-lead"):
    chosen = {"attendee_id": whom.pk, "permission": permission}
    answer = boss.post(cast.address("roles/"), chosen, follow=True)
    return answer, Appointment.objects.latest("pk")


def decide(cast, client, appointment, do):
    return client.post(cast.address(f"roles/{appointment.pk}/"), {"do": do}, follow=True)


def mailed_to():
    jobs = ProcrastinateJob.objects.filter(task_name="roles.send_appointment_mail")
    return {job.args["person_id"] for job in jobs}


@pytest.mark.slow
def test_an_organiser_cannot_read_reports_through_a_second_mailbox_of_their_own(cast, lead, boss):
    """Import it as an adult, make it lead, sign in, read: each step over HTTP, by every way there is."""
    client_of(cast.official.person).post(
        cast.address(f"people/{cast.engineer.pk}/report/"), {"category": "harassment", "words": WORDS}
    )
    report = Report.objects.get()
    rows = "email,name,age_class,permission\nolga.two@example.org,Olga Too,adult,safeguarding-lead\n"
    file = SimpleUploadedFile("list.csv", rows.encode())
    upload = answered(boss, boss.post(cast.address("attendees/import/"), {"file": file}))
    carried = page_of(upload).attribute("input[name=carried]", "value")
    confirm = {"carried": carried, "encoding": "utf-8", "confirm": "1"}
    answered(boss, boss.post(cast.address("attendees/import/"), confirm))
    second = Attendee.objects.get(person__email="olga.two@example.org")
    assert (second.age_class, second.permission) == ("adult", "participant")

    chosen = {"attendee": second.pk, "set_permission": "safeguarding-lead"}
    assert boss.post(cast.address("attendees/"), chosen).status_code == 400
    _, appointment = propose(cast, boss, second)
    mailbox = client_of(second.person)
    for client in (boss, mailbox):
        assert decide(cast, client, appointment, "confirm").status_code == 403
        assert client.post(f"{API}roles/{appointment.pk}/confirm/").status_code == 403
    real = Appointment.objects.get(attendee=lead)
    for client in (boss, mailbox):  # nor is the real lead made to go
        assert decide(cast, client, real, "end").status_code == 403
        assert client.post(f"{API}roles/{real.pk}/end/").status_code == 403
    boss.post(cast.address("attendees/"), {"attendee": lead.pk, "set_permission": "participant"})
    lead.refresh_from_db()
    second.refresh_from_db()
    assert (lead.permission, second.permission) == ("safeguarding-lead", "participant")
    assert lead.person_id in mailed_to()  # the real lead knows

    for client in (boss, mailbox):
        for page in (cast.address("reports/"), cast.address(f"reports/{report.pk}/")):
            assert client.get(page).status_code == 404
        for page in (f"{API}reports/", f"{API}reports/{report.pk}/"):
            assert client.get(page).status_code == 404
    # Even where the lead is taken in and confirms it, what was reported before stays closed.
    decide(cast, client_of(lead.person), appointment, "confirm")
    assert WORDS not in mailbox.get(cast.address("reports/")).content.decode()
    assert mailbox.get(cast.address(f"reports/{report.pk}/")).status_code == 404
    assert mailbox.get(f"{API}reports/").json() == []


def test_a_list_never_makes_or_ends_an_organiser_or_a_lead(cast, lead, boss):
    rows = "email,name,age_class,role,permission\n" + "".join(
        f"{one.person.email},{one.person.name},,delegate,participant\n" for one in (lead, cast.organiser)
    )
    rows += f"{cast.lawyer.person.email},Linh Tran,adult,organiser,organiser\n"
    file = SimpleUploadedFile("list.csv", rows.encode())
    upload = answered(boss, boss.post(cast.address("attendees/import/"), {"file": file}))
    carried = page_of(upload).attribute("input[name=carried]", "value")
    confirm = {"carried": carried, "encoding": "utf-8", "confirm": "1"}
    answered(boss, boss.post(cast.address("attendees/import/"), confirm))
    people = (lead, cast.organiser, cast.lawyer)
    assert [Attendee.objects.get(pk=one.pk).permission for one in people] == [
        "safeguarding-lead",
        "organiser",
        "participant",
    ]


@pytest.mark.slow
def test_the_page_proposes_and_the_lead_confirms(cast, lead, boss):
    page = page_of(boss.get(cast.address("roles/")))
    assert "Lea Duarte" in page
    assert "Young Delegate" not in page
    answer, appointment = propose(cast, boss, cast.lawyer)
    assert "somebody else confirms it" in page_of(answer)
    assert "Not confirmed yet" in page_of(answer)
    assert "Confirm" not in page_of(answer).texts("button")
    answer = decide(cast, client_of(lead.person), appointment, "confirm")
    assert "Confirmed by Lea Duarte" in page_of(answer)
    assert client_of(cast.lawyer.person).get(cast.address("reports/")).status_code == 200
    answer = decide(cast, client_of(cast.lawyer.person), appointment, "end")
    assert answer.status_code == 409
    assert "See to that before you leave" in page_of(answer)
    assert decide(cast, client_of(lead.person), appointment, "end").status_code == 200
    assert client_of(cast.lawyer.person).get(cast.address("reports/")).status_code == 404


def test_the_audit_names_who_proposed_confirmed_and_opened(cast, lead, boss):
    _, appointment = propose(cast, boss, cast.lawyer)
    decide(cast, client_of(lead.person), appointment, "confirm")
    Event.objects.filter(pk=cast.event.pk).update(state="draft")
    boss.post(cast.address("set-up/state/"), {"state": "open"})
    page = page_of(boss.get(cast.address("desk/done/")))
    for text in (
        "Proposed a safeguarding lead",
        "Set the permission of Linh Tran to safeguarding lead",
        "Opened the forum to its participants",
    ):
        assert text in page


def test_a_refusal_is_a_sentence_on_the_page_and_the_same_of_the_api(cast, boss):
    answer = boss.post(cast.address("roles/"), {"attendee_id": cast.minor.pk, "permission": "organiser"})
    assert answer.status_code == 409
    assert "has to be an adult" in page_of(answer)
    body = {"attendee_id": cast.minor.pk, "permission": "organiser"}
    refused = boss.post(f"{API}roles/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_propose")
    assert boss.post(cast.address("roles/"), {"attendee_id": "x"}).status_code == 400
    assert boss.post(cast.address("roles/1/"), {"do": "crown"}).status_code == 400
    assert boss.post(f"{API}roles/{2**40}/confirm/").status_code == 404


def test_the_api_proposes_confirms_refuses_and_ends_as_the_page_does(cast, lead, boss):
    leader = client_of(lead.person)
    body = {"attendee_id": cast.lawyer.pk, "permission": "safeguarding-lead"}
    rows = boss.post(f"{API}roles/", body, content_type="application/json")
    assert rows.status_code == 201
    proposed = next(row for row in rows.json() if row["state"] == "proposed")
    assert (proposed["name"], proposed["may_confirm"], proposed["may_refuse"]) == ("Linh Tran", False, True)
    assert boss.post(f"{API}roles/{proposed['appointment']}/refuse/").status_code == 200
    body = {"attendee_id": cast.engineer.pk, "permission": "organiser"}
    rows = boss.post(f"{API}roles/", body, content_type="application/json").json()
    number = next(row["appointment"] for row in rows if row["state"] == "proposed")
    assert leader.post(f"{API}roles/{number}/confirm/").status_code == 200
    rows = boss.get(f"{API}roles/").json()
    assert {row["name"]: row["may_end"] for row in rows} == {
        "Lea Duarte": False, "Olga Organiser": True, "Arif Rahman": True,
    }  # fmt: skip
    assert boss.post(f"{API}roles/{number}/end/").status_code == 200


@pytest.mark.slow
def test_as_many_queries_for_thirty_rows_as_for_one(cast, boss, lead):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert boss.get(cast.address("roles/")).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for number in range(30):
        make_attendee(cast.event, name=f"Lead {number}", permission="safeguarding-lead")
    assert queries() == few


def test_the_outside_contact_is_written_and_read_by_leads_alone(cast, lead, boss):
    leader = client_of(lead.person)
    fields = {"name": "Child line", "phone": "+66 1300", "email": ""}
    assert boss.post(cast.address("roles/outside-contact/"), fields).status_code == 404
    assert boss.put(f"{API}outside-contact/", fields, content_type="application/json").status_code == 403
    answer = leader.post(cast.address("roles/outside-contact/"), fields | {"phone": ""})
    assert answer.status_code == 422
    assert "Write a mail address or a phone number" in page_of(answer)
    leader.post(cast.address("roles/outside-contact/"), fields)
    assert OutsideContact.objects.get().phone == "+66 1300"
    assert page_of(leader.get(cast.address("roles/"))).attribute("input[name=phone]", "value") == "+66 1300"
    assert "+66 1300" not in boss.get(cast.address("roles/")).content.decode()
    assert boss.get(f"{API}outside-contact/").status_code == 404
    body = fields | {"email": "line@example.org"}
    assert leader.put(f"{API}outside-contact/", body, content_type="application/json").json() == body
    assert leader.get(f"{API}outside-contact/").json() == body


@pytest.fixture
def draft(cast, lead):
    Event.objects.filter(pk=cast.event.pk).update(state="draft")
    return cast


@pytest.mark.slow
def test_while_a_forum_is_a_draft_its_participants_read_that_it_is_not_open_yet(draft):
    sentence = "is not open yet: its organisers are still preparing it."
    for one in (draft.official, draft.minor):
        client = client_of(one.person)
        for page in pages_of(draft):
            for method in ("get", "post"):
                answer = getattr(client, method)(page)
                assert (answer.status_code, sentence in answer.content.decode()) == (403, True), page
        answer = client.get(f"{API}profile/")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_open_yet")
        assert client.post(f"{API}meetings/", {}, content_type="application/json").status_code == 403
        assert client.get("/api/v1/events/").json()[0]["state"] == "draft"


@pytest.mark.slow
def test_organisers_and_leads_work_on_a_draft(draft, boss, lead):
    for page in ("set-up/", "attendees/", "roles/", "profile/"):
        assert boss.get(draft.address(page)).status_code == 200
    for page in ("reports/", "roles/", "profile/"):
        assert client_of(lead.person).get(draft.address(page)).status_code == 200


@pytest.mark.slow
def test_adults_come_in_while_a_minor_who_waits_is_nowhere_and_cannot_come_in(draft, boss, lead):
    CountryContact.objects.all().delete()
    GuardianConsent.objects.all().delete()
    Attendee.objects.filter(pk=draft.minor.pk).update(seeks="Young words", offers="Young words")
    make_attendee(draft.event, permission="safeguarding-lead")
    needs = page_of(boss.get(draft.address("set-up/"))).texts(".needs li")
    assert len(needs) == 2
    assert all(need.startswith("Safeguarding lead: Young people") for need in needs)
    assert [(row["who"], row["blocks"]) for row in boss.get(f"{API}open/").json()] == [
        ("safeguarding-lead", False), ("safeguarding-lead", False),
    ]  # fmt: skip
    ProcrastinateJob.objects.all().delete()
    boss.post(draft.address("set-up/state/"), {"state": "open"})
    assert Event.objects.get(pk=draft.event.pk).state == "open"
    official = client_of(draft.official.person)
    pages = ("suggestions/", "people/", "people/?q=delegate", "people/?q=words", "home/", "people/saved/")
    for page in pages:
        answer = official.get(draft.address(page))
        assert (answer.status_code, "Young" in page_of(answer)) == (200, False), page
    for address in ("suggestions/", "people/", "people/?q=words"):
        assert "Young" not in official.get(API + address).content.decode()
    assert official.get(draft.address(f"people/{draft.minor.pk}/")).status_code == 404
    assert official.get(draft.address(f"people/{draft.minor.pk}/ask/")).status_code == 404
    for channel in CHANNELS:
        assert not may_contact(draft.official, draft.minor, channel, timezone.now())
        assert not may_contact(draft.minor, draft.official, channel, timezone.now())
    with refuses("nobody_to_invite"):
        preview_invitations(
            event=draft.event, attendee_ids=[draft.minor.pk], by=draft.organiser.person, now=timezone.now()
        )
    assert str(draft.minor.person_id) not in str([job.args for job in ProcrastinateJob.objects.all()])
    young = client_of(draft.minor.person)
    for page in ("people/", "profile/", "meetings/", "home/"):
        refused = young.get(draft.address(page))
        assert refused.status_code == 403
        assert "is not open to young people yet" in page_of(refused)
    assert young.get(f"{API}profile/").json()["code"] == "not_open_yet"
    assert young.get(draft.address("safety/")).status_code == 200
    provide_for_minors(draft.event)
    assert young.get(draft.address("profile/")).status_code == 200
    assert not page_of(boss.get(draft.address("set-up/"))).has(".needs")


def test_the_refusal_to_open_names_all_at_once_and_who_has_to_do_it(draft, boss, lead):
    Appointment.objects.filter(attendee=lead).delete()
    Appointment.objects.create(
        attendee=draft.engineer, permission="safeguarding-lead", proposed_by=draft.organiser.person, proposed_at=NOW
    )
    refused = boss.post(f"{API}open/").json()
    assert [need["who"] for need in refused["details"]["needs"]] == ["administrator", "administrator"]
    assert "needs two confirmed safeguarding leads" in refused["message"]
    assert "A proposed safeguarding lead waits to be confirmed." in refused["message"]
    listed = page_of(boss.get(draft.address("set-up/"))).texts(".needs li")
    assert listed == [f"Administrator: {need['what']}" for need in refused["details"]["needs"]]


@pytest.mark.slow
def test_the_set_up_page_opens_the_forum_or_says_what_is_missing(draft, boss):
    assert "This forum: Draft" in page_of(boss.get(draft.address("set-up/")))
    answer = boss.post(draft.address("set-up/state/"), {"state": "open"})
    assert answer.status_code == 409
    assert "needs a second confirmed safeguarding lead" in page_of(answer)
    refused = boss.post(f"{API}open/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_ready_to_open")
    make_attendee(draft.event, permission="safeguarding-lead")
    answer = boss.post(draft.address("set-up/state/"), {"state": "open"}, follow=True)
    assert "This forum: Open" in page_of(answer)
    assert "This forum is a draft" not in page_of(answer)
    assert client_of(draft.official.person).get(draft.address("suggestions/")).status_code == 200


def test_the_api_opens_it_too_for_organisers_alone(draft, boss):
    make_attendee(draft.event, permission="safeguarding-lead")
    assert client_of(draft.official.person).post(f"{API}open/").status_code == 403
    answer = boss.post(f"{API}open/")
    assert (answer.status_code, answer.json()["state"]) == (200, "open")


def test_a_stranger_to_a_draft_learns_nothing_of_it(draft):
    client = client_of(make_attendee(make_event("beyond")).person)
    assert client.get(draft.address("suggestions/")).status_code == 404
