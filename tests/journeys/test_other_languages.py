"""In Thai and Tetum: joined, searched, asked, met, reported, and a guardian's consent.

`make soak` does the same in Khmer and Vietnamese.

No page and no mail on the way has an English word but names, what people wrote, and the English that stands
by design beneath what no native reader has signed.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.people.models import Person
from backend.safeguarding.models import Report
from tests.accounts import send_account_mails
from tests.factories import host_contact, make_attendee
from tests.journeys.axe import PAGE_SIZES
from tests.journeys.conftest import Forum, over
from tests.journeys.translated import Reader, english_in
from tests.marked_texts import OwnWords
from tests.smtp import MailServer
from tests.worker import do_jobs

LANGUAGES = os.environ.get("JOURNEY_LANGUAGES", "th tet").split()
ARIF = "Arif Rahman"
CODE = re.compile("[A-Z]{4}-[A-Z]{4}")  # to sign in with
pytestmark = pytest.mark.slow


def choose_language(page: Page, language: str) -> None:
    page.locator("#languages > summary").click()
    with page.expect_navigation():
        page.locator(f"#languages button[value={language}]").click()


def sign_in_by_mail(reader: Reader, post: MailServer, email: str) -> None:
    reader.page.locator("#id_email").fill(email)
    reader.button("Send me a code").click()
    field = reader.page.locator("#id_code")
    expect(field).to_be_visible()
    reader.read()
    send_account_mails()
    field.fill(re.split(r"[:៖]\s*", post.received_by(email)[-1]["Subject"])[-1])
    reader.page.locator("form:has(#id_code) button[type=submit]").click()
    reader.page.wait_for_url(re.compile("/e/"))


def check_mails(post: MailServer, email: str, language: str) -> int:
    """How many mails came to this address; none has English above the rule before what is unsigned."""
    own, mails = OwnWords(), post.received_by(email)
    for mail in mails:
        body = mail.get_body(("plain",))
        assert body is not None
        for text in (mail["Subject"], *body.get_content().partition("----")[0].splitlines()):
            assert not english_in(CODE.sub("", text), language, own), (mail["Subject"], text)
    return len(mails)


def begin(meeting: Meeting) -> None:
    """The meeting, as one that began two minutes ago."""
    now = timezone.now()
    period = (now - dt.timedelta(minutes=2), now + dt.timedelta(minutes=28))
    meeting.seats.update(period=period)
    Meeting.objects.filter(pk=meeting.pk).update(period=period)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attendee_joins_searches_asks_meets_and_reports_in_their_language(
    forum: Forum,
    booking: list[Slot],
    browser: Browser,
    door: str,
    post: MailServer,
    sign_in: Callable[..., Page],
    model_folder: object,
    language: str,
    settings: object,
) -> None:
    settings.TITIAN_DEMO = False  # type: ignore[attr-defined]
    make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    mali = make_attendee(
        forum.event, email="mali@example.org", name="Mali Phommasack", has_joined=False, country="Lao PDR",
        languages=[language, "en"],
    )  # fmt: skip
    arif = forum.named(ARIF)
    Person.objects.filter(pk=arif.person_id).update(language=language)
    Availability.objects.bulk_create(Availability(event=forum.event, attendee=mali, slot=slot) for slot in booking)

    context = browser.new_context(viewport=PAGE_SIZES["phone"], reduced_motion="reduce")
    reader = Reader(context.new_page(), language)
    page = reader.page
    page.goto(f"{door}/accounts/login/code/?next={forum.address()}")
    choose_language(page, language)
    reader.read()
    sign_in_by_mail(reader, post, "mali@example.org")

    reader.read()
    page.locator("#id_agree").check()
    reader.button("Accept and go on").click()
    expect(page.locator("#id_offers")).to_be_visible()
    reader.read()
    page.locator("#id_offers").fill("ບົດຮຽນ")
    reader.button("Save and go on").click()
    expect(page.locator("#id_seeks")).to_be_visible()
    reader.read()
    page.get_by_role("checkbox").first.check()
    reader.button("Save and see my times").click()
    reader.sees("You have joined. All your meeting times are open: close those that do not suit you.")
    reader.read()

    page.goto(door + forum.address())
    reader.read()
    page.goto(door + forum.address("suggestions/"))
    reader.read()
    page.goto(door + forum.address("people/"))
    reader.read()
    page.locator("#id-q").fill(ARIF)
    reader.button("Find").click()
    expect(page.locator("#list [role=status]")).to_contain_text("1")
    reader.read()
    page.get_by_role("link", name=ARIF).first.click()
    expect(page.get_by_role("heading", name=ARIF)).to_be_visible()
    reader.read()

    page.goto(door + forum.address(f"people/{arif.pk}/ask/"))
    reader.read()
    reader.button("Ask %(name)s", name=ARIF).click()
    expect(page.locator("#any-error, .message.error").first).to_be_visible()
    reader.read()
    page.locator(f"#slot-{booking[1].pk}").check()
    reader.button("Ask %(name)s", name=ARIF).click()
    reader.sees("Request sent. We will tell you when they answer.")
    reader.read()
    do_jobs()

    his = Reader(sign_in(arif), language)
    his.page.goto(door + forum.address("meetings/"))
    his.read()
    his.page.locator("form.accept button").first.click()
    meeting = Meeting.objects.get(asker=mali)
    his.page.wait_for_load_state()
    his.read()
    for one in ("notices/", f"meetings/{meeting.pk}/", "agenda/", "calendar/", "availability/"):
        his.page.goto(door + forum.address(one))
        his.read()
    do_jobs()

    begin(meeting)
    for one in (reader, his):
        one.page.goto(door + forum.address(f"meetings/{meeting.pk}/"))
        one.button("I am here").click()
        one.page.wait_for_load_state()
        one.read()
    over(meeting)
    for one in (reader, his):
        one.page.goto(door + forum.address(f"meetings/{meeting.pk}/"))
        one.read()
        one.button("Yes, we met").click()
        one.sees("Thank you, noted.")
        one.read()
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.HELD

    page.goto(door + forum.address("safety/"))
    reader.read()
    page.goto(door + forum.address(f"people/{arif.pk}/report/"))
    reader.read()
    reader.button("Send the report").click()
    expect(page.locator("#category-error")).to_be_visible()
    reader.read()
    page.locator("input[name=category][value=harassment]").check()
    page.locator("#id_words").fill("ລາວລໍຖ້າຂ້ອຍ")
    reader.button("Send the report").click()
    page.wait_for_url(re.compile("sent"))
    reader.read()
    assert Report.objects.get().reporter == mali
    page.goto(door + forum.address(f"people/{arif.pk}/"))
    expect(page.get_by_role("heading", name=ARIF)).to_have_count(0)
    reader.read()

    assert reader.english + his.english == []
    assert check_mails(post, "mali@example.org", language) >= 2
    assert check_mails(post, arif.person.email, language) >= 1
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guardian_consents_and_withdraws_in_their_language(
    forum: Forum,
    booking: list[Slot],
    browser: Browser,
    door: str,
    post: MailServer,
    sign_in: Callable[..., Page],
    language: str,
    settings: object,
) -> None:
    settings.TITIAN_DEMO = False  # type: ignore[attr-defined]
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    minor = Attendee.objects.get(event=forum.event, age_class="minor")
    Person.objects.filter(pk=minor.person_id).update(name="Kham Vong", language=language)
    Attendee.objects.filter(pk=minor.pk).update(name="Kham Vong")
    host_contact(forum.event).save()
    desk = sign_in(lead)
    desk.goto(door + forum.address(f"consents/{minor.pk}/"))
    desk.get_by_label("Name of the parent or guardian").fill("Noy Parent")
    desk.get_by_label("Their e-mail address").fill("noy@example.org")
    desk.locator("select[name=language]").select_option(language)
    desk.get_by_label("I know this address to be the guardian’s").check()
    desk.get_by_role("button", name="Send or record it").click()
    expect(desk.get_by_text("The guardian is asked by mail.")).to_be_visible()

    do_jobs()
    [mail] = post.received_by("noy@example.org")
    [secret] = set(re.findall("/consent/(.+)", mail.get_content()))
    context = browser.new_context(viewport=PAGE_SIZES["phone"], reduced_motion="reduce")
    guardian = Reader(context.new_page(), language)
    guardian.page.goto(f"{door}/consent/{secret}")
    guardian.read()
    guardian.button("Yes, I consent").click()
    guardian.sees("You have consented")
    guardian.read()

    young = Reader(sign_in(minor, "phone"), language)
    for page in ("", "profile/", "safety/", "agenda/", "people/", "suggestions/", "meetings/"):
        young.page.goto(door + forum.address(page))
        young.read()

    guardian.button("Withdraw my consent").click()
    guardian.sees("We have no yes from you now")
    guardian.read()
    young.page.goto(door + forum.address())
    young.read()
    do_jobs()
    assert guardian.english + young.english == []
    assert check_mails(post, "noy@example.org", language) >= 2
    context.close()
