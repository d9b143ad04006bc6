"""An assistant answers for a minister, in real browsers: named, agreed, acted, read by all, ended."""

from __future__ import annotations

from playwright.sync_api import expect

from backend.assistants.models import Assistant
from backend.booking.models.meetings import Meeting
from tests.factories import make_attendee
from tests.journeys.axe import faults_of
from tests.journeys.conftest import ask, mail_to


def test_an_assistant_answers_for_a_minister(forum, booking, door, sign_in, post):
    minister, arif, linh = forum.official, forum.named("Arif Rahman"), forum.named("Linh Tran")
    ana = make_attendee(forum.event, name="Ana Reyes", sector="ict-ministry", title="Private secretary")
    his = sign_in(minister)
    his.goto(door + forum.address("meetings/"))
    his.get_by_role("link", name="Let an assistant answer for me").click()
    assert faults_of(his) == []
    his.get_by_label("Their e-mail address").fill(ana.person.email)
    his.keyboard.press("Enter")
    expect(his.get_by_text("Asked, and not answered yet")).to_be_visible()
    assert faults_of(his) == []
    mail = mail_to(post, ana, "Mali Wongsa asks you to act for them")
    assert f"{door}/e/journey/assistants/" in mail.get_content()

    hers = sign_in(ana, "phone")
    hers.goto(door + forum.address("home/"))
    hers.get_by_role("link", name="Mali Wongsa asks you to act for them").click()
    assert faults_of(hers) == []
    hers.get_by_role("button", name="Act for Mali Wongsa").press("Enter")
    expect(hers.get_by_role("heading", name="You act for Mali Wongsa")).to_be_visible()
    assert faults_of(hers) == []  # with nothing to do
    mail_to(post, minister, "Ana Reyes may act for you now")

    first, second = ask(arif, minister, *booking[:2]), ask(linh, minister, booking[2])
    sent = ask(minister, forum.named("Grace Lim"), booking[3])
    hers.goto(door + forum.address("home/"))
    hers.get_by_role("link", name="Mali Wongsa: 2 requests wait").click()
    expect(hers.get_by_role("heading", name="2 requests to answer")).to_be_visible()
    assert faults_of(hers) == []
    hers.get_by_role("group").get_by_role("button", name="Arif Rahman").first.press("Enter")
    expect(hers.get_by_text("Accepted. Both read that you did it.")).to_be_visible()
    assert faults_of(hers) == []  # which opens what is folded
    hers.get_by_label("A reason, if you like").fill("The minister is in Jakarta then.")
    hers.get_by_role("button", name="Decline", exact=True).click()
    expect(hers.get_by_text("Declined. Both read that you did it.")).to_be_visible()
    hers.get_by_role("button", name="Take back (Grace Lim)").click()
    expect(hers.get_by_text("Taken back. Both read that you did it.")).to_be_visible()
    states = dict(Meeting.objects.values_list("pk", "state"))
    assert [states[one.pk] for one in (first, second, sent)] == ["accepted", "declined", "withdrawn"]

    theirs = sign_in(arif, "phone")
    theirs.goto(door + forum.address(f"meetings/{first.pk}/"))
    expect(theirs.get_by_text("Ana Reyes, assistant of Mali Wongsa, accepted.")).to_be_visible()
    assert faults_of(theirs) == []
    mail = mail_to(post, arif, "Meeting with Mali Wongsa")
    assert "Ana Reyes, assistant of Mali Wongsa, accepted." in mail.get_body(("plain",)).get_content()
    his.goto(door + forum.address(f"meetings/{first.pk}/"))
    expect(his.get_by_text("Ana Reyes accepted the request of Arif Rahman for you.")).to_be_visible()
    mail_to(post, minister, "Ana Reyes declined the request of Linh Tran for you")
    olga = sign_in(make_attendee(forum.event, permission="organiser", visibility="hidden"))
    olga.goto(door + forum.address("desk/done/"))
    row = olga.get_by_role("row").filter(has_text="Acting for Mali Wongsa: accepted a request")
    expect(row.get_by_text("Ana Reyes")).to_be_visible()

    his.goto(door + forum.address("assistants/"))
    expect(his.get_by_role("link", name="Ana Reyes")).to_be_visible()
    assert faults_of(his) == []
    his.get_by_role("button", name="End it (Ana Reyes)").click()
    expect(his.get_by_text("Ended, at once.")).to_be_visible()
    hers.locator("summary", has_text="More about Arif Rahman").click()
    hers.get_by_text("Cancel the meeting …").click()
    hers.get_by_label("Why").fill("The minister calls")
    hers.get_by_role("button", name="Cancel the meeting", exact=True).click()
    expect(hers.get_by_text("you do not act for them any more")).to_be_visible()
    first.refresh_from_db()
    assert first.state == Meeting.State.ACCEPTED
    mail_to(post, ana, "You do not act for Mali Wongsa any more")
    assert not Assistant.objects.in_force().exists()
