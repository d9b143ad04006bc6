"""Mail texts: what organisers put on the mails of their forum, an example of each kind, and test mails."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from backend.booking.models.notices import Notice
from backend.directory.services.mail_examples import MAIL_KINDS
from backend.directory.services.nudges import nudge_people
from backend.events.models.events import Event
from backend.invitations.models import InvitationRules
from backend.mails.models import MailTest, MailTexts
from tests.factories import in_two_weeks, make_attendee, make_event
from tests.frontend.conftest import client_of
from tests.pages import page_of
from tests.smtp import MailServer
from tests.worker import do_jobs

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/e/forum/set-up/mail-texts/"
API = "/api/v1/events/forum/mail-texts/"
JSON = {"content_type": "application/json"}
OWN = {
    "sender_name": "The Hà Nội team", "reply_to": "team@example.org",
    "opening": "Sawasdee {name}!", "signature": "Your hosts\r\nof {forum}",
}  # fmt: skip


@pytest.fixture
def event() -> Event:
    return make_event(**in_two_weeks())


@pytest.fixture
def organiser(event: Event) -> Client:
    olga = make_attendee(
        event, name="Olga Organiser", email="olga@example.org", permission="organiser", visibility="hidden"
    )
    return client_of(olga.person)


def text_of(mail: object) -> str:
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    return str(text).replace("\r\n", "\n")


@pytest.mark.slow
def test_mails_have_the_organisers_sender_opening_and_signature(
    event: Event, organiser: Client, post: MailServer
) -> None:
    mali = make_attendee(event, name="Mali <b>{forum}</b>", email="mali@example.org")
    saved = page_of(organiser.post(PAGE, OWN, follow=True))
    assert "Saved." in saved
    olga = event.attendees.get(permission="organiser")
    nudged = nudge_people(event=event, attendee_ids=[mali.pk], by=olga.person, now=timezone.now())
    assert nudged == 1
    do_jobs()
    (mail,) = post.received_by(mali.person.email)
    assert str(mail["From"]) == "The Hà Nội team <titian@localhost>"
    assert mail["Reply-To"] == "team@example.org"
    assert text_of(mail).startswith("Sawasdee Mali <b>{forum}</b>!\n\n")
    assert text_of(mail).rstrip().endswith(f"Your hosts\nof {event.name}")


def test_the_page_shows_a_mail_of_every_kind_and_who_it_is_to_is_made_up(event: Event, organiser: Client) -> None:
    make_attendee(event, name="Real Person")
    organiser.post(PAGE, OWN)
    page = page_of(organiser.get(PAGE))
    examples = page.texts("details.fold .letter")
    assert len(examples) == len(MAIL_KINDS) == len(Notice.Kind) + 12
    for example in examples:
        assert "Real Person" not in example
        assert "The Hà Nội team" in example
    assert sum("Sawasdee Mali Example!" in one for one in examples) == len(Notice.Kind) + 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("sender_name", "boss@example.org", "without @"),
        ("sender_name", "x" * 81, "80"),
        ("reply_to", "nobody", "“nobody” is not an e-mail address"),
        ("reply_to", "a@example.org\nBcc: b@example.org", "holds a character that nobody sees"),
        ("opening", "Dear {password}", "The opening has {password}; it can have {name}, {forum}."),
        ("opening", "x" * 301, "300"),
        ("signature", "{link}", "The signature has {link}"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_one_sentence_and_stays_typed(
    event: Event, organiser: Client, field: str, text: str, words: str
) -> None:
    answer = organiser.post(PAGE, OWN | {field: text})
    assert answer.status_code in (400, 422)
    assert words in page_of(answer)
    assert not MailTexts.objects.exists()
    refused = organiser.put(API, OWN | {field: text}, **JSON)
    assert refused.status_code == 400
    assert refused.json()["code"] in ("bad_mail_text", "bad_email", "invalid")


def test_a_line_break_in_a_name_adds_no_header(event: Event, organiser: Client, post: MailServer) -> None:
    organiser.put(API, OWN | {"sender_name": "Team\r\nBcc: mallory"}, **JSON)
    organiser.post(f"{PAGE}test/", {"kind": "requested"})
    do_jobs()
    (mail,) = post.mails
    assert str(mail["From"]) == '"Team Bcc: mallory" <titian@localhost>'
    assert mail["Bcc"] is None


@pytest.mark.slow
def test_a_sender_s_name_turns_no_letters_around(event: Event, organiser: Client, post: MailServer) -> None:
    organiser.put(API, OWN | {"sender_name": "Team\u202e \u2066Bank"}, **JSON)
    organiser.post(f"{PAGE}test/", {"kind": "requested"})
    do_jobs()
    MailTexts.objects.update(sender_name="")
    Event.objects.update(name="Fo\u202erum")  # kept before names lost such characters
    organiser.post(f"{PAGE}test/", {"kind": "requested"})
    do_jobs()
    senders = [str(mail["From"]) for mail in post.mails]
    assert senders == ["Team Bank <titian@localhost>", "Forum <titian@localhost>"]


def test_titian_s_own_words_stay_its_own_and_come_back_by_a_button(event: Event, organiser: Client) -> None:
    fields = page_of(organiser.get(PAGE)).fields(".form")
    del fields["csrfmiddlewaretoken"]
    assert (fields["opening"], fields["signature"]) == (["Dear {name},"], ["The organisers of {forum}"])
    organiser.post(PAGE, fields)
    texts = MailTexts.objects.get()
    assert (texts.opening, texts.signature) == ("", "")
    organiser.post(PAGE, OWN)
    assert page_of(organiser.get(PAGE)).fields(".form")["opening"] == [OWN["opening"]]
    organiser.post(f"{PAGE}reset/")
    assert page_of(organiser.get(PAGE)).fields(".form").items() >= fields.items()


@pytest.mark.slow
def test_every_kind_goes_out_as_a_test_to_its_organiser_alone(
    event: Event, organiser: Client, post: MailServer
) -> None:
    make_attendee(event, name="Somebody Else")
    organiser.post(PAGE, OWN)
    kinds = list(MAIL_KINDS)
    for kind in kinds[:20]:
        assert organiser.post(f"{PAGE}test/", {"kind": kind}).status_code == 302
    assert organiser.post(f"{PAGE}test/", {"kind": kinds[-1]}).status_code == 409
    for first in range(20, len(kinds), 20):
        MailTest.objects.update(created_at=timezone.now() - dt.timedelta(days=2))
        for kind in kinds[first : first + 20]:
            assert organiser.post(f"{API}test/", {"kind": kind}, **JSON).status_code == 204
    assert organiser.post(f"{API}test/", {"kind": "made-up"}, **JSON).status_code == 404
    do_jobs()
    assert len(post.mails) == len(kinds)
    assert {mail["To"] for mail in post.mails} == {"olga@example.org"}
    assert [mail["Subject"] for mail in post.mails if not mail["Subject"].strip().startswith("Test: ")] == []
    assert "Sawasdee Olga Organiser!" in text_of(post.mails[2])


def test_the_api_does_what_the_page_does(event: Event, organiser: Client) -> None:
    assert organiser.get(API).json() == dict.fromkeys(OWN, "")
    assert organiser.put(API, OWN, **JSON).json() == OWN | {"signature": "Your hosts\nof {forum}"}
    examples = organiser.get(f"{API}examples/").json()
    assert [one["kind"] for one in examples] == list(MAIL_KINDS)
    assert examples[2]["letter"]["reply_to"] == "team@example.org"
    assert organiser.delete(API).status_code == 204
    assert organiser.get(API).json()["opening"] == ""


def test_the_checklist_says_that_answers_reach_nobody(event: Event, organiser: Client) -> None:
    assert "Answers to mails reach nobody" in page_of(organiser.get("/e/forum/set-up/"))
    organiser.post(PAGE, OWN)
    assert "Answers to mails go to team@example.org." in page_of(organiser.get("/e/forum/set-up/"))
    assert not InvitationRules.objects.exists()
