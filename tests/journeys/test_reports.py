"""A report in a real browser: made on a phone, acted on at once, read and closed by the lead alone."""

import re

from playwright.sync_api import expect

from backend.safeguarding.services.reports import file_report
from tests.factories import NOW, make_attendee
from tests.journeys.axe import PAGE_SIZES, faults_of

WORDS = "He waited for me at the hotel."
LINH = "Linh Tran"


def test_a_report_made_on_a_phone_blocks_contact_and_is_read_and_closed_by_the_lead(forum, door, sign_in):
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    linh = forum.named(LINH)
    other = sign_in(linh)
    other.goto(f"{door}{forum.address(f'people/{forum.official.pk}/')}")
    expect(other.get_by_role("heading", name="Mali Wongsa")).to_be_visible()

    page = sign_in(forum.official, "phone")
    page.goto(f"{door}{forum.address(f'people/{linh.pk}/')}")
    page.get_by_role("link", name=f"Report {LINH}").click()
    expect(page.get_by_role("heading", name=f"Report {LINH}")).to_be_visible()
    assert faults_of(page) == []
    page.set_viewport_size(PAGE_SIZES["phone"])
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("Please say in your own words what happened.", exact=True)).to_be_visible()
    page.get_by_label("Unwanted attention or harassment").check()
    page.get_by_label("What happened", exact=True).fill(WORDS)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Thank you. The safeguarding lead is told.")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="To my suggestions").click()
    expect(page.get_by_role("heading", name="Arif Rahman")).to_be_visible()
    expect(page.get_by_role("heading", name=LINH)).to_have_count(0)

    other.reload()
    expect(other.get_by_role("heading", name="Not found")).to_be_visible()
    expect(other.get_by_text("Mali Wongsa")).to_have_count(0)

    desk = sign_in(lead)
    desk.goto(door + forum.address())
    expect(desk.get_by_role("link", name=re.compile("Reports 1"))).to_be_visible()
    assert faults_of(desk) == []
    desk.get_by_role("link", name="Unwanted attention").click()
    expect(desk.get_by_text(WORDS)).to_be_visible()
    expect(desk.get_by_role("listitem").filter(has_text="Lea Duarte")).to_have_count(1)
    assert faults_of(desk) == []
    desk.get_by_label("What was done").fill("Spoke to both: a mistake.")
    desk.get_by_label("Let them see and contact each other again").check()
    desk.get_by_role("button", name="Close the report").click()
    expect(desk.get_by_text("The report is closed. Neither of the two is told.")).to_be_visible()

    other.reload()
    expect(other.get_by_role("heading", name="Mali Wongsa")).to_be_visible()


def test_a_lead_says_whom_a_report_in_free_words_is_about(forum, door, sign_in):
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    page = sign_in(forum.official, "phone")
    page.goto(f"{door}{forum.address('safety/')}")
    page.get_by_label("Who it is about").fill("A lawyer called Linh")
    page.get_by_role("button", name="Send it to the safeguarding lead").click()
    expect(page.get_by_role("heading", name="Thank you. The safeguarding lead is told.")).to_be_visible()
    assert faults_of(page) == []

    desk = sign_in(lead, "phone")
    desk.goto(door + forum.address("reports/"))
    desk.get_by_role("link", name="Does not feel safe").click()
    desk.get_by_role("link", name="Say who it is about").click()
    desk.get_by_label("Name").fill("linh")
    desk.get_by_role("button", name="Find").click()
    expect(desk.get_by_role("link", name=LINH)).to_be_visible()
    assert faults_of(desk) == []
    desk.get_by_role("link", name=LINH).click()
    expect(desk.get_by_role("heading", name=f"Is it about {LINH}?")).to_be_visible()
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Keep the two apart").click()
    expect(desk.get_by_text("The two are kept apart from now on. Neither is told.")).to_be_visible()
    expect(desk.get_by_text(f"Lea Duarte said that it is about {LINH}")).to_be_visible()
    page.goto(f"{door}{forum.address(f'people/{forum.named(LINH).pk}/')}")
    expect(page.get_by_role("heading", name="Not found")).to_be_visible()


def test_a_report_is_taken_in_hand_noted_and_its_maker_hears_of_it(forum, door, sign_in):
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    linh = forum.named(LINH)
    page = sign_in(forum.official, "phone")
    page.goto(f"{door}{forum.address(f'people/{linh.pk}/report/')}")
    page.get_by_label("Unwanted attention or harassment").check()
    page.get_by_label("What happened").fill(WORDS)
    page.get_by_label("I want to hear what becomes of it").check()
    assert faults_of(page) == []
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("link", name="News from the safeguarding lead").click()
    expect(page.get_by_text("No word yet.")).to_be_visible()
    assert faults_of(page) == []

    desk = sign_in(lead)
    desk.goto(door + forum.address("reports/"))
    desk.get_by_role("link", name="Unwanted attention").click()
    desk.get_by_role("button", name="I take it").click()
    expect(desk.get_by_text("Lea Duarte is in charge.")).to_be_visible()
    desk.get_by_label("Note", exact=True).fill("Rang the hotel.")
    desk.get_by_role("button", name="Keep the note").click()
    expect(desk.get_by_text("Rang the hotel.")).to_be_visible()
    desk.get_by_label("Word to whoever made the report", exact=True).fill("We speak to him today.")
    desk.get_by_role("button", name="Send the word").click()
    expect(desk.get_by_text("We speak to him today.")).to_be_visible()
    assert faults_of(desk) == []
    page.reload()
    expect(page.get_by_text("We speak to him today.")).to_be_visible()
    assert faults_of(page) == []

    report = desk.url
    desk.get_by_role("link", name="Who was in contact with them").click()
    expect(desk.get_by_role("heading", name=f"Who was in contact with {LINH}")).to_be_visible()
    assert faults_of(desk) == []
    desk.goto(report)
    desk.get_by_role("link", name=f"Suspend {LINH}").click()
    desk.get_by_label("Why").fill("He followed a delegate.")
    desk.get_by_role("button", name="Suspend", exact=True).click()
    desk.get_by_role("button", name=f"Lift the suspension of {LINH}").click()
    desk.goto(report)
    expect(desk.get_by_text("Suspension lifted")).to_be_visible()
    with desk.expect_download() as download:
        desk.get_by_role("button", name="Download the report").click()
    assert "Rang the hotel." in download.value.path().read_text()
    desk.reload()

    desk.get_by_label("What was done").fill("Warned.")
    desk.get_by_label("Final word to whoever made the report").fill("He was warned.")
    desk.get_by_label("Keep the two apart").check()
    desk.get_by_role("button", name="Close the report").click()
    expect(desk.get_by_role("heading", name="Safeguarding desk")).to_be_visible()
    assert faults_of(desk) == []
    page.reload()
    expect(page.get_by_text("He was warned.")).to_be_visible()


def test_somebody_is_suspended_from_a_report_reads_that_it_is_paused_and_comes_back(forum, door, sign_in):
    lead = make_attendee(forum.event, name="Lea Duarte", permission="safeguarding-lead", visibility="hidden")
    linh = forum.named(LINH)
    file_report(reporter=forum.official, reported_id=linh.pk, category="harassment", words=WORDS, now=NOW)
    desk = sign_in(lead)
    desk.goto(door + forum.address("suspensions/"))
    expect(desk.get_by_role("heading", name="Nobody is suspended")).to_be_visible()
    assert faults_of(desk) == []
    desk.goto(door + forum.address("reports/"))
    desk.get_by_role("link", name="Unwanted attention").click()
    desk.get_by_role("link", name=f"Suspend {LINH}").click()
    desk.get_by_label("Why").fill("He followed a delegate.")
    assert faults_of(desk) == []
    desk.get_by_role("button", name="Suspend", exact=True).click()
    expect(desk.get_by_text(f"{LINH} is suspended.")).to_be_visible()
    assert faults_of(desk) == []

    page = sign_in(linh, "phone")
    page.goto(door + forum.address())
    expect(page.get_by_role("heading", name="Your part in the forum is paused")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("link", name="Write to the safeguarding lead").click()
    expect(page.get_by_role("listitem").filter(has_text="Lea Duarte")).to_be_visible()
    assert faults_of(page) == []

    desk.get_by_role("button", name=f"Lift the suspension of {LINH}").click()
    expect(desk.get_by_text("What was called off stays so.").first).to_be_visible()
    page.goto(door + forum.address("suggestions/"))
    expect(page.get_by_role("heading", name="Your part in the forum is paused")).to_have_count(0)
