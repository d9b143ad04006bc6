"""Asking, answering, meeting: two people in two browsers, real mail between them, a third who also asked."""

from __future__ import annotations

import re

import icalendar
import vobject
from playwright.sync_api import expect

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Meeting
from tests.factories import make_attendee, make_session
from tests.journeys.axe import PAGE_SIZES, faults_of
from tests.journeys.conftest import accept, ask, mail_to, signed_in

OFFICIAL = "A ministry official from Thailand"


def feed_of(page, door, forum):
    """Whoever's calendar, read at its secret address as a calendar program does."""
    page.goto(door + forum.address("calendar/"))
    if page.get_by_role("button", name="Make my calendar address").is_visible():
        page.get_by_role("button", name="Make my calendar address").click()
    address = page.get_by_label("Your secret address").input_value()
    return page.request.get(address).body()


def meeting_in(feed):
    """The one meeting of a calendar, the same by two parsers."""
    (entry,) = (e for e in icalendar.Calendar.from_ical(feed).walk("VEVENT") if "eeting with" in e["SUMMARY"])
    other = next(event for event in vobject.readOne(feed.decode()).vevent_list if event.uid.value == str(entry["UID"]))
    assert other.dtstart.value == entry.start
    assert other.status.value == str(entry["STATUS"])
    return entry


def test_one_asks_the_other_answers_from_the_mail_and_both_calendars_follow(
    forum, booking, browser, context, enter, door, post
):
    a, b, c = forum.official, forum.named("Arif Rahman"), forum.named("Linh Tran")
    page = enter(context, OFFICIAL)
    page.get_by_role("link", name=re.compile(r"^Ask.*\(Arif Rahman\)$")).click()
    expect(page.get_by_label("Your message")).to_have_value(
        re.compile("^Dear Arif Rahman,\n“Evidence reporting” is among the topics you offer.")
    )
    for slot in booking[:3]:
        page.locator(f"#slot-{slot.pk}").check()
    page.get_by_role("button", name="Ask Arif Rahman").click()
    expect(page.get_by_text("Request sent.")).to_be_visible()
    asked_too = ask(c, b, booking[0], booking[4])

    text = mail_to(post, b, "Mali Wongsa").get_body(("plain",)).get_content()
    links = re.findall(rf"{door}/answer/\S+", text)
    phone = browser.new_context(viewport=PAGE_SIZES["phone"], has_touch=True)
    answer = phone.new_page()
    answer.goto(links[0])
    expect(answer.get_by_role("heading", name="Meet Mali Wongsa?")).to_be_visible()
    assert answer.evaluate("document.documentElement.scrollWidth") <= PAGE_SIZES["phone"]["width"]
    assert Meeting.objects.get(asker=a).state == Meeting.State.REQUESTED
    answer.get_by_role("button", name=re.compile("^Accept .*10:00")).tap()
    expect(answer.get_by_role("heading", name="You meet Mali Wongsa")).to_be_visible()
    expect(answer.get_by_text("T1")).to_be_visible()

    theirs = signed_in(phone, door, b)
    for reader, other in ((page, "Arif Rahman"), (theirs, "Mali Wongsa")):
        reader.goto(door + forum.address("meetings/"))
        agenda = reader.get_by_role("region", name="My agenda").get_by_role("listitem").filter(has_text=other)
        expect(agenda).to_contain_text("10:00–10:30")
        expect(agenda).to_contain_text("T1")
    mine, other = (meeting_in(feed_of(reader, door, forum)) for reader in (page, theirs))
    for line in ("UID", "SEQUENCE", "DTSTART", "DTEND", "LOCATION", "STATUS"):
        assert mine[line] == other[line], line
    assert mine.start == booking[0].starts_at
    download = page.request.get(door + forum.address("calendar/titian.ics")).body()
    assert meeting_in(download)["UID"] == mine["UID"]

    third = browser.new_context()
    hers = signed_in(third, door, c)
    hers.goto(door + forum.address("meetings/"))
    waiting = hers.get_by_role("region", name="You asked").get_by_role("listitem")
    expect(waiting).to_contain_text("12:00–12:30")
    expect(waiting).not_to_contain_text("10:00")
    expect(hers.get_by_text("A time you offered Arif Rahman is taken")).to_be_visible()
    assert asked_too.times.get().slot_id == booking[4].pk

    theirs.goto(door + forum.address("meetings/"))
    theirs.get_by_role("region", name="My agenda").get_by_role("link", name="Mali Wongsa").last.click()
    theirs.get_by_text("Cancel the meeting …").click()
    theirs.get_by_label("Why").fill("My flight leaves early")
    theirs.get_by_role("button", name="Cancel the meeting", exact=True).click()
    expect(theirs.get_by_text("The meeting is cancelled")).to_be_visible()
    for reader in (page, theirs):
        after = meeting_in(feed_of(reader, door, forum))
        assert (after["UID"], str(after["STATUS"])) == (mine["UID"], "CANCELLED")
        assert after["SEQUENCE"] > mine["SEQUENCE"]
    cancelled = mail_to(post, a, "cancel")
    assert "My flight leaves early" in cancelled.get_body(("plain",)).get_content()
    for other_browser in (phone, third):
        other_browser.close()


def test_two_agree_on_another_time_and_later_move_their_meeting_in_two_windows(forum, booking, sign_in, door, post):
    mali, arif = forum.official, forum.named("Arif Rahman")
    meeting = ask(mali, arif, booking[0])
    hers, his = sign_in(mali), sign_in(arif, "phone")
    his.goto(door + forum.address("meetings/"))
    his.get_by_role("link", name="Offer other times (Mali Wongsa)").click()
    for slot in booking[2:4]:
        his.locator(f"#slot-{slot.pk}").check()
    his.get_by_role("button", name="Offer these times to Mali Wongsa").click()
    expect(his.get_by_text("We sent Mali Wongsa the times.")).to_be_visible()

    hers.goto(door + forum.address("meetings/"))
    hers.get_by_role("button", name=re.compile("^Meet Arif Rahman: .*11:00")).click()
    expect(hers.get_by_text(re.compile("You meet Arif Rahman: .*11:00–11:30"))).to_be_visible()
    before = meeting_in(feed_of(hers, door, forum))

    hers.goto(door + forum.address(f"meetings/{meeting.pk}/"))
    hers.get_by_role("link", name="Offer other times (Arif Rahman)").click()
    hers.locator(f"#slot-{booking[4].pk}").check()
    hers.get_by_role("button", name="Offer these times to Arif Rahman").click()
    expect(hers.get_by_text("You offered other times")).to_be_visible()
    text = mail_to(post, arif, "other times").get_body(("plain",)).get_content()
    his.goto(re.findall(rf"{door}/answer/\S+", text)[0])
    his.get_by_role("button", name=re.compile("^Accept .*12:00")).click()
    expect(his.get_by_role("heading", name="You meet Mali Wongsa")).to_be_visible()
    for reader in (hers, his):
        after = meeting_in(feed_of(reader, door, forum))
        assert (after["UID"], after.start) == (before["UID"], booking[4].starts_at)
        assert after["SEQUENCE"] > before["SEQUENCE"]


def test_times_are_opened_and_a_meeting_is_asked_for_without_any_script(forum, booking, without_script, enter, door):
    Availability.objects.filter(attendee=forum.official).delete()
    page = enter(without_script, OFFICIAL)
    page.goto(door + forum.address("meetings/"))
    page.get_by_role("link", name="Open times").click()
    page.get_by_role("button", name=re.compile(r"^Open all \(Morning")).click()
    expect(page.get_by_text("Saved. You can be asked at 4 times.")).to_be_visible()
    page.get_by_label("12:00–12:30").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save my times").press("Enter")
    expect(page.get_by_text("Saved. You can be asked at 5 times.")).to_be_visible()

    page.goto(door + forum.address(f"people/{forum.named('Grace Lim').pk}/"))
    page.get_by_role("link", name=re.compile(r"^Ask.*\(Grace Lim\)$")).click()
    page.locator("[id^=slot-]:checked").uncheck()  # the time the link named
    page.get_by_role("button", name="Ask Grace Lim").click()
    expect(page.get_by_text("Choose up to three times, or any time.", exact=True)).to_be_visible()
    page.get_by_label("Any time we are both free").check()
    page.get_by_role("button", name="Ask Grace Lim").click()
    expect(page.get_by_text("Request sent.")).to_be_visible()
    page.get_by_role("button", name="Take back (Grace Lim)").click()
    expect(page.get_by_text("Your request is taken back.")).to_be_visible()


def test_a_time_taken_while_one_writes_costs_nothing_of_what_was_written(forum, booking, context, enter, door):
    arif, linh = forum.named("Arif Rahman"), forum.named("Linh Tran")
    page = enter(context, OFFICIAL)
    page.goto(door + forum.address(f"people/{arif.pk}/ask/"))
    page.get_by_label("Your message").fill("Written with care")
    for slot in booking[:2]:
        page.locator(f"#slot-{slot.pk}").check()
    accept(ask(linh, arif, booking[0]), arif)
    page.get_by_role("button", name="Ask Arif Rahman").click()
    expect(page.get_by_role("alert")).to_contain_text("One of these times is not free for you both.")
    expect(page.get_by_label("Your message")).to_have_value("Written with care")
    expect(page.locator(f"#slot-{booking[1].pk}")).to_be_checked()
    page.get_by_text("Free for you both:").get_by_role("link", name=re.compile("11:00–11:30")).click()
    page.locator(f"#slot-{booking[2].pk}").check()
    page.get_by_role("button", name="Ask Arif Rahman").click()
    expect(page.get_by_text("Request sent.")).to_be_visible()


def test_the_time_in_the_browsers_zone_is_shown_beside_the_forums(forum, booking, browser, enter, door):
    accept(ask(forum.official, forum.others[0], booking[0]), forum.others[0])
    context = browser.new_context(timezone_id="Asia/Tokyo")
    page = enter(context, OFFICIAL)
    page.goto(door + forum.address("meetings/"))
    agenda = page.get_by_role("region", name="My agenda")
    expect(agenda.get_by_text("12:00–12:30 your time").first).to_be_visible()
    expect(agenda).to_contain_text("Times are Bangkok time, UTC+07:00. Your time: Tokyo time, UTC+09:00.")
    context.close()


def test_a_day_of_twelve_meetings_and_a_session_prints_on_one_sheet_of_a4(forum, booking, context, enter, door):
    session = make_session(forum.event, "Opening plenary on everything that changed since last year")
    session.parts.create(event=forum.event, attendee=forum.official)
    others = [*forum.others, *(make_attendee(forum.event, title="Director of a very long title") for _ in range(4))]
    for other, slot in zip(others, booking, strict=True):
        Availability.objects.get_or_create(event=forum.event, attendee=other, slot=slot)
        accept(ask(other, forum.official, slot), forum.official)
    page = enter(context, OFFICIAL)
    page.goto(door + forum.address("meetings/"))
    expect(page.locator(".items .item.meeting")).to_have_count(12)
    page.goto(door + forum.address("meetings/sheet/"))
    sheet = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


def test_who_is_asked_asks_a_question_first_and_accepts_after_the_answer(forum, booking, browser, context, door, post):
    a, b = forum.official, forum.named("Arif Rahman")
    meeting = ask(a, b, booking[0], booking[2])
    phone = browser.new_context(viewport=PAGE_SIZES["phone"], has_touch=True)
    arif, mali = signed_in(phone, door, b), signed_in(context, door, a)
    arif.goto(door + forum.address("meetings/"))
    arif.get_by_text("Ask a question first …").click()
    arif.get_by_label("What would you like to know first?").fill("Is it about chats or about pictures?")
    arif.get_by_role("button", name="Send the question").click()
    expect(arif.get_by_text("Your question is sent.")).to_be_visible()
    assert faults_of(arif) == []

    text = mail_to(post, a, "has a question before you meet").get_body(("plain",)).get_content()
    assert "Is it about chats or about pictures?" in text
    (link,) = re.findall(rf"{door}/e/\S+/meetings/{meeting.pk}/", text)
    mali.goto(link)
    mali.get_by_label("Your answer").fill("About chats, as platforms keep them.")
    assert faults_of(mali) == []
    mali.get_by_role("button", name="Send the answer").click()
    expect(mali.get_by_text("Your answer is sent.")).to_be_visible()

    text = mail_to(post, b, "answered your question").get_body(("plain",)).get_content()
    assert "About chats, as platforms keep them." in text
    accept_link = re.findall(rf"{door}/answer/\S+", text)[0]
    arif.goto(accept_link)
    arif.get_by_role("button", name=re.compile("^Accept ")).click()
    expect(arif.get_by_text("You meet Mali Wongsa")).to_be_visible()
    phone.close()


def test_a_starter_fills_the_box_and_keeps_what_is_chosen_and_typed(
    forum, booking, context, without_script, enter, door
):
    forum.official.suggestions.update(reasons=[{"code": "no_named_need", "weight": 0.0, "evidence": {}}])
    address = door + forum.address(f"people/{forum.named('Arif Rahman').pk}/ask/")
    page = enter(context, OFFICIAL)
    page.goto(address)
    box = page.get_by_label("Your message")
    expect(box).to_have_value("")
    page.locator(f"#slot-{booking[0].pk}").check()
    box.fill("I come from Bangkok.")
    for label, begins in (("Ask for their view", "I have a question"), ("Hear about their work", "I would like")):
        page.get_by_role("link", name=label).click()
        expect(box).to_have_value(
            re.compile(f"^Dear Arif Rahman,\n{begins}.*Could we meet for a few minutes\\?\nI come from Bangkok.$")
        )
    expect(page.locator(f"#slot-{booking[0].pk}")).to_be_checked()

    plain = enter(without_script, OFFICIAL)
    plain.goto(address)
    plain.get_by_role("link", name="Ask for their view").click()
    expect(plain.get_by_label("Your message")).to_have_value(re.compile("^Dear Arif Rahman,\nI have a question"))
