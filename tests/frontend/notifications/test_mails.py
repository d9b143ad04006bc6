"""Mails that are not sent, as organisers see and resend them."""

import datetime as dt

import pytest

from backend.booking.models.notices import Delivery, Notice
from backend.events.models.attendees import Attendee
from frontend.notifications import views
from tests.pages import page_of

NOT_OUT = "do not get through"


@pytest.fixture
def refused(booking):
    """Two requests whose mails the server refused, one after another."""
    cast = booking.cast
    asked = [booking.ask(cast.official, other) for other in (cast.engineer, cast.lawyer)]
    Delivery.objects.update(state="failed", attempts=1, error="550", tried_at=booking.now)
    return [Notice.objects.get(meeting=meeting) for meeting in asked]


def page(client, cast, query=""):
    answer = client.get(cast.address(f"set-up/mail/{query}"))
    assert answer.status_code == 200
    return page_of(answer)


def states():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


def test_a_refused_mail_is_listed_with_the_reason_in_words_and_without_its_text(refused, cast, boss):
    figures = page_of(boss.get(cast.address("set-up/venue/")))
    assert f"2 mails {NOT_OUT}" in figures
    assert [link for _, link in figures.links()].count(cast.address("set-up/mail/")) == 3  # one in the navigation
    text = page(boss, cast)
    assert cast.engineer.person.name in text
    assert "A request to meet" in text
    assert "The mail server does not accept this address (550)." in text
    assert "Tried once" in text
    assert cast.engineer.person.email not in text.html
    assert cast.official.person.name not in text.html  # who asked is the mail's own matter


def test_one_is_sent_again_then_all(refused, cast, boss):
    address = cast.address("set-up/mail/")
    assert boss.post(address, {"notice": "x"}).status_code == 400
    assert "No refused mail" in page_of(boss.post(address, {"notice": "999999"}, follow=True))
    sent = page_of(boss.post(address, {"notice": refused[1].pk}, follow=True))
    assert "1 mail goes out again." in sent
    assert states() == [("failed", 1), ("queued", 0)]
    assert "1 mail goes out again." in page_of(boss.post(address, follow=True))
    assert states() == [("queued", 0)] * 2
    assert "Send again" not in page(boss, cast)


def test_what_waits_is_trouble_once_it_failed_or_nobody_tried_it(booking, boss, time_machine):
    cast = booking.cast
    assert "Every mail is sent" in page(boss, cast)
    booking.ask(cast.official, cast.engineer)
    text = page(boss, cast)
    assert "Not tried yet." in text
    assert "does not get through" not in boss.get(cast.address("set-up/venue/")).content.decode()
    time_machine.move_to(booking.now + dt.timedelta(minutes=11), tick=False)
    assert "1 mail does not get through" in page_of(boss.get(cast.address("set-up/venue/")))
    time_machine.move_to(booking.now, tick=False)
    Delivery.objects.update(attempts=3, error="no_server", tried_at=booking.now)
    assert "1 mail does not get through" in page_of(boss.get(cast.address("set-up/venue/")))
    text = page(boss, cast)
    assert "No mail server answers" in text
    assert "Tried 3 times" in text
    Delivery.objects.update(state="sent", error="")
    assert "Every mail is sent" in page(boss, cast)


def test_of_a_minor_the_first_name_alone_is_shown(refused, cast, boss):
    Attendee.objects.filter(pk=cast.engineer.pk).update(age_class="minor")
    text = page(boss, cast)
    assert "Arif" in text.texts("li strong")
    assert "Rahman" not in text.html


def test_many_are_turned_over_page_by_page(refused, cast, boss, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 1)
    names = [page(boss, cast, f"?page={n}").texts("li strong") for n in (1, 2)]
    assert names == [["Linh Tran"], ["Arif Rahman"]]
