"""The demo's doors: open in the demo, not there at a real forum."""

import json

import pytest
import vobject
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from backend.core.advisory_lock import advisory_lock
from backend.demo.accounts import ACCOUNTS_FILE, demo_accounts, end_demo_access
from backend.demo.models import OutgoingMail
from backend.demo.selectors import CURRENT, LOADING
from backend.notifications.services.deliveries import deliver_notice
from backend.people.models import Constituency, Person
from tests.backend.conftest import make_forum
from tests.factories import make_attendee, make_event, make_run, token_of
from tests.frontend.conftest import client_of
from tests.pages import page_of

PAGES = ("/demo/", "/demo/preparation/", "/demo/outbox/", "/demo/outbox/1/", "/demo/outbox/1/0/", "/demo/government/")


@pytest.fixture
def demo(settings, db):
    settings.TITIAN_DEMO = True


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_its_pages_do_not_exist(client, settings, page):
    settings.TITIAN_DEMO = False
    for method in (client.get, client.post):
        assert method(page).status_code == 404
    assert "_auth_user_id" not in client.session
    assert "Demo forum" not in client.get("/").content.decode()


def test_the_demo_says_on_every_page_that_it_is_one(client, demo):
    for page in ("/", "/demo/", "/demo/outbox/", "/accounts/login/code/"):
        assert "Everybody in it is fictional." in client.get(page).content.decode()


def test_the_front_page_and_sign_in_say_what_is_prepared_and_how_far(client, demo):
    with advisory_lock(LOADING):
        for page in ("/", "/accounts/login/code/"):
            shown = page_of(client.get(page))
            assert "0 of 3 steps are done. Now: its people, sessions and meetings." in shown
            assert shown.attributes("#preparation progress[aria-label]", "value") == ["0"]
        assert client.get("/demo/preparation/?done=0").status_code == 204
        make_attendee(make_event(CURRENT), email="ministry@demo.example.org")
        assert "Now: whom to suggest to each of them." in page_of(client.get("/demo/preparation/?done=0"))
    for page in ("/", "/accounts/login/code/"):
        assert not page_of(client.get(page)).has("#preparation")


def test_nobody_enters_while_the_demo_is_prepared_and_then_the_page_says_that_it_is_ready(client, demo):
    [row, *_] = json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))
    make_attendee(make_event(), email=row["email"], is_demo=True)
    with advisory_lock(LOADING):
        shown = page_of(client.get("/demo/"))
        assert "You can enter when the forum is ready." in shown
        assert not shown.has(".accounts")
        assert client.post(f"/demo/{row['key']}/").url == "/demo/"
        assert "_auth_user_id" not in client.session
    ready = page_of(client.get("/demo/preparation/?done=2"))
    assert "The demo forum is ready." in ready
    assert not ready.has("[hx-trigger]")
    assert page_of(client.get("/demo/")).has(".accounts")


def test_one_enters_as_a_demo_account_and_lands_where_they_would(client, demo, tmp_path, monkeypatch):
    event = make_event()
    me = make_attendee(event, email="ministry@demo.example.org", name="Mali Wongsa", seeks="x")
    make_run(event, {me: [make_attendee(event, name="Arif Rahman")]})
    Person.objects.create_user("stranger@example.org", name="Nobody Here", is_demo=True)
    file = tmp_path / "accounts.json"
    file.write_text(
        '[{"key": "ministry", "label": "Ministry official", "note": "n",'
        ' "email": "ministry@demo.example.org"},'
        ' {"key": "stranger", "label": "A stranger", "email": "stranger@example.org", "note": ""},'
        ' {"key": "gone", "label": "Not loaded", "email": "gone@example.org", "note": ""}]'
    )
    monkeypatch.setattr("backend.demo.accounts.ACCOUNTS_FILE", file)
    text = client.get("/demo/").content.decode()
    assert "Ministry official" in text
    assert "Not loaded" not in text
    assert [account.constituency for account in demo_accounts()] == ["government", ""]

    assert client.get("/demo/ministry/").status_code == 405
    answer = client.post("/demo/ministry/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/e/{event.slug}/"
    assert "Arif Rahman" in answer.content.decode()

    answer = client.post("/demo/stranger/", follow=True)
    assert "You are on no forum" in answer.content.decode()
    assert client.get(f"/e/{event.slug}/suggestions/").status_code == 404
    assert client.post("/demo/gone/").status_code == 404


def test_nobody_enters_as_an_account_that_is_not_the_demo_s(client, demo):
    [row, *_] = json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))
    Person.objects.create_superuser(row["email"], name="Root")
    assert demo_accounts() == ()
    assert client.post(f"/demo/{row['key']}/").status_code == 404
    assert "_auth_user_id" not in client.session


def test_no_account_of_the_demo_becomes_staff(demo):
    person = make_attendee(make_event(), is_demo=True).person
    for field in ("is_staff", "is_superuser"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**{field: True})


def test_switched_off_the_demo_s_sessions_and_tokens_open_nothing(client, demo, settings):
    person, other = (make_attendee(make_event(), is_demo=is_demo).person for is_demo in (True, False))
    tokens = [token_of(who) for who in (person, other)]
    programs = [APIClient(headers={"Authorization": f"Token {token}"}) for token in tokens]
    browsers = [client_of(who) for who in (person, other)]

    def statuses():
        pages = [browser.get("/api/v1/me/").status_code for browser in browsers]
        return pages, [program.get("/api/v1/me/").status_code for program in programs]

    assert statuses() == ([200, 200], [200, 200])
    settings.TITIAN_DEMO = False
    assert statuses() == ([401, 200], [401, 200])
    end_demo_access()
    settings.TITIAN_DEMO = True
    assert statuses() == ([401, 200], [401, 200])


def test_the_demo_offers_every_constituency_an_organiser_a_lead_and_a_stranger():
    keys = {row["key"] for row in json.loads(ACCOUNTS_FILE.read_text(encoding="utf-8"))}
    assert keys == {*Constituency.values, "organiser", "safeguarding-lead", "stranger"} - {"other"}


def test_every_mail_the_demo_kept_can_be_read(client, demo, settings):
    assert "No mail yet" in client.get("/demo/outbox/").content.decode()
    OutgoingMail.objects.create(
        sender="a@example.org", recipients=["b@example.org"], subject="Code <1>", body="Your code\n\nABC123"
    )
    text = client.get("/demo/outbox/").content.decode()
    assert "Code &lt;1&gt;" in text
    assert "b@example.org" in text
    assert "ABC123" in text


def test_every_mail_is_found_page_by_page_newest_first(client, demo, monkeypatch):
    monkeypatch.setattr("frontend.demo.views.PAGE", 2)
    for number in range(5):
        OutgoingMail.objects.create(sender="a@example.org", recipients=["b@example.org"], subject=f"Mail {number}")
    pages = [page_of(client.get(f"/demo/outbox/{query}")) for query in ("", "?page=2", "?page=3")]
    subjects = [page.texts(".mail h2") for page in pages]
    assert subjects == [["Mail 4", "Mail 3"], ["Mail 2", "Mail 1"], ["Mail 0"]]
    assert "/demo/outbox/?page=2" in [address for _, address in pages[0].links("main")]
    assert "Page 3 of 3" in pages[2]
    assert "Page 1 of 3" in client.get("/demo/outbox/?page=nonsense").content.decode()


@pytest.fixture
def invitation(demo, settings):
    """The mail of an agreed meeting as the demo keeps it."""
    settings.EMAIL_BACKEND = "backend.demo.outbox.OutboxBackend"
    forum = make_forum()
    a, b, *_ = forum.people
    Person.objects.update(is_demo=True)
    meeting = forum.accept(b, forum.ask(a, b, forum.slots[0], message="<script>alert(1)</script>"))
    deliver_notice(notice_id=meeting.notices.get(attendee=a).pk, now=forum.now)
    return meeting


def test_the_outbox_shows_a_mails_html_where_nothing_in_it_can_act(client, invitation):
    kept = OutgoingMail.objects.get()
    address = f"/demo/outbox/{kept.pk}/"
    links = page_of(client.get("/demo/outbox/")).links(".mail")
    assert (f"As its reader sees it ({kept.subject})", address) in links
    answer = client.get(address)
    shown = page_of(answer)
    assert shown.has("p[style]")
    assert "Open the meeting" in shown
    assert not shown.has("script")
    policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "sandbox": "allow-popups allow-top-navigation-by-user-activation",
    }
    assert "'unsafe-inline'" not in client.get("/demo/outbox/")["Content-Security-Policy"]


def test_the_outbox_gives_the_calendar_entry_of_a_mail(client, invitation):
    kept = OutgoingMail.objects.get()
    address = f"/demo/outbox/{kept.pk}/0/"
    links = page_of(client.get("/demo/outbox/")).links(".mail")
    assert (f"meeting.ics ({kept.subject})", address) in links
    answer = client.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="meeting.ics"'
    calendar = vobject.readOne(answer.content.decode())
    assert (calendar.method.value, calendar.vevent.uid.value) == ("REQUEST", str(invitation.uid))
    assert client.get(f"/demo/outbox/{kept.pk}/1/").status_code == 404
    assert client.get(f"/demo/outbox/{kept.pk + 1}/0/").status_code == 404


def test_a_mail_of_text_alone_says_so(client, demo):
    kept = OutgoingMail.objects.create(sender="a@example.org", recipients=["b@example.org"], subject="Code")
    assert "As its reader sees it" not in client.get("/demo/outbox/").content.decode()
    answer = client.get(f"/demo/outbox/{kept.pk}/")
    assert answer.status_code == 404
    assert "This mail has no HTML" in answer.content.decode()
