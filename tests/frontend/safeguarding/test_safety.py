"""A way to the lead for everybody, minors too; and who is told where no lead may read a report."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.smtp import MailDelayed
from backend.events.models.roles import OutsideContact
from backend.safeguarding.models import OutsideAlert, Report
from backend.safeguarding.services.alerts import alert_all_leads, send_outside_alert
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import client_of
from tests.pages import page_of

WORDS = "He waits for me at the hotel."
OUTSIDE = "safeguarding.send_outside_alert"


@pytest.fixture
def contact(cast):
    return OutsideContact.objects.create(
        event=cast.event, name="Child line", phone="+66 1300", email="line@example.org", entered_at=NOW
    )


def outside_jobs():
    return ProcrastinateJob.objects.filter(task_name=OUTSIDE, status="todo").count()


@pytest.mark.parametrize("age_class", ["minor", "unknown", "adult"])
def test_everybody_has_a_plain_way_to_the_lead_from_their_home_page(cast, lead, age_class):
    one = make_attendee(cast.event, name="Nok", age_class=age_class)
    client = client_of(one.person)
    address = cast.address("safety/")
    for page in ("", "suggestions/"):
        assert address in client.get(cast.address(page), follow=True).content.decode()
    assert "Lea Duarte" in page_of(client.get(address))
    answer = client.post(address, {"words": WORDS, "named": "A tall man with a red badge"}, follow=True)
    assert "The safeguarding lead is told." in page_of(answer)
    assert "you and the person you reported no longer see each other" not in page_of(answer)
    report = Report.objects.get()
    assert (report.reporter, report.reported, report.category) == (one, None, "unsafe")
    desk = client_of(lead.person)
    assert "Does not feel safe" in page_of(desk.get(cast.address("reports/")))
    page = page_of(desk.get(cast.address(f"reports/{report.pk}/")))
    assert WORDS in page
    assert "A tall man with a red badge" in page
    for somebody in (cast.organiser, cast.official, one):
        answer = client_of(somebody.person).get(cast.address(f"reports/{report.pk}/"))
        assert answer.status_code == 404


def test_nothing_is_sent_without_a_word_and_what_was_typed_stays(cast, lead):
    client = client_of(cast.minor.person)
    answer = client.post(cast.address("safety/"), {"words": " ", "named": " "})
    assert answer.status_code == 422
    assert "Please say in your own words what happened." in page_of(answer)
    answer = client.post(cast.address("safety/"), {"words": "", "named": "Somebody " * 40})
    assert answer.status_code == 422
    assert "Somebody" in answer.content.decode()
    chosen = {"words": WORDS, "lead": cast.official.pk}
    assert client.post(cast.address("safety/"), chosen).status_code == 404  # no lead
    assert not Report.objects.exists()


@pytest.mark.parametrize("fields", [{"lead": True}, {"named": "the lead, lea DUARTE"}])
def test_a_lead_whom_it_is_about_does_not_read_it_and_the_other_does(cast, lead, fields):
    other = make_attendee(cast.event, name="Ben Other", permission="safeguarding-lead")
    fields = {"lead": lead.pk} if "lead" in fields else fields
    client_of(cast.minor.person).post(cast.address("safety/"), {"words": WORDS, **fields})
    report = Report.objects.get()
    assert client_of(lead.person).get(cast.address(f"reports/{report.pk}/")).status_code == 404
    assert client_of(other.person).get(cast.address(f"reports/{report.pk}/")).status_code == 200
    assert outside_jobs() == 0


def test_about_the_only_lead_the_reporter_reads_whom_to_ring_and_the_outside_contact_is_mailed(
    cast, lead, contact, mailoutbox
):
    client = client_of(cast.minor.person)
    answer = client.post(cast.address("safety/"), {"words": WORDS, "lead": lead.pk}, follow=True)
    assert "Child line" in page_of(answer)
    assert "+66 1300" in page_of(answer)
    assert outside_jobs() == 1
    for _ in range(2):
        send_outside_alert(event_id=cast.event.pk, now=NOW)
    [mail] = mailoutbox
    assert mail.to == ["line@example.org"]
    for secret in (WORDS, "Young", "Lea", "http", "/e/"):
        assert secret not in mail.body + mail.subject
    assert OutsideAlert.objects.count() == 1
    alert_all_leads(now=NOW)
    assert outside_jobs() == 1  # the one queued before; told once


def test_by_the_only_lead_it_is_the_same_over_the_api(cast, lead, contact):
    client = client_of(lead.person)
    body = {"words": WORDS, "named": "", "lead": None}
    address = f"/api/v1/events/{cast.event.slug}/safety/"
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["has_reader"] is False
    assert answer.json()["outside_contact"] == {
        "name": "Child line", "phone": "+66 1300", "email": "line@example.org",
    }  # fmt: skip
    assert client.get(f"/api/v1/events/{cast.event.slug}/reports/").json() == []
    assert outside_jobs() == 1


def test_where_a_lead_may_read_it_nobody_outside_is_told(cast, lead, contact):
    client = client_of(cast.minor.person)
    answer = client.post(f"/api/v1/events/{cast.event.slug}/safety/", {"words": WORDS}, content_type="application/json")
    assert (answer.json()["has_reader"], answer.json()["outside_contact"]) == (True, None)
    assert "+66 1300" not in client.get(cast.address("safety/")).content.decode()
    assert outside_jobs() == 0


def test_what_no_server_takes_is_tried_again(cast, lead, contact, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client_of(cast.minor.person).post(cast.address("safety/"), {"words": WORDS, "lead": lead.pk})
    with pytest.raises(MailDelayed):
        send_outside_alert(event_id=cast.event.pk, now=NOW)
    assert not OutsideAlert.objects.exists()
