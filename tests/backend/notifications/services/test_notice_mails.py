"""The words of every notice mail, its attachments, and when none is sent."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.urls import resolve

from backend.booking.models.meetings import Meeting, Seat
from backend.booking.models.notices import Delivery, Notice
from backend.booking.services.availability import close_slots
from backend.booking.services.freed_times import offer_freed_times
from backend.booking.services.meetings import end_refused_meetings
from backend.booking.services.requests import expire_requests
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from backend.events.services.venue import TableData
from backend.notifications.selectors.answer_links import read_answer_link
from backend.notifications.services.deliveries import deliver_notice
from backend.notifications.services.notice_mails import mail_for
from backend.notifications.services.reminders import remind_people
from backend.outcomes.services.arrivals import free_absent_tables
from backend.outcomes.services.attestations import ask_whether_held
from backend.outcomes.services.connections import ContactData, share_contact
from backend.outcomes.services.follow_ups import note_follow_up, remind_follow_ups
from backend.setup.services.tables import change_table
from tests.backend.conftest import Forum
from tests.factories import block_contact
from tests.pages import page_of

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def last_mail(attendee: Attendee, kind: str, now: dt.datetime) -> EmailMultiAlternatives | None:
    notice = Notice.objects.filter(attendee=attendee, kind=kind).first()
    assert notice is not None, f"{kind} was not sent"
    return mail_for(notice, now)


def both_texts(mail: EmailMultiAlternatives | None) -> tuple[str, str]:
    assert mail is not None
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    return mail.body, str(html)


def requests_are_sent(now: dt.datetime) -> None:
    """As if the worker had sent the mails of all requests."""
    mails = Delivery.objects.filter(notice__kind="requested")
    mails.update(state="sent", attempts=1, tried_at=now)


def other_pair(forum: Forum) -> Meeting:
    """Two more people who meet at the first time, and who are there."""
    e, f = forum.join(2)
    return forum.accept(f, forum.ask(e, f, forum.slots[0]))


def meeting_in_every_state(forum: Forum) -> dict[str, tuple[Attendee, EmailMultiAlternatives | None]]:
    """One mail of every kind, written at the moment it is due."""
    a, b, c, d = forum.people
    mails: dict[str, tuple[Attendee, EmailMultiAlternatives | None]] = {}

    def keep(kind: str, reader: Attendee, now: dt.datetime | None = None) -> None:
        mails[kind] = (reader, last_mail(reader, kind, now or forum.now))

    meeting = forum.ask(a, b, *forum.slots[:2], message="Shall we?\n<b>Evidence</b> & more")
    keep("requested", b)
    requests_are_sent(forum.now)
    forum.edit(a, meeting, *forum.slots[:3], message="Sooner?")
    keep("changed", b)
    half = meeting.asked_at + (meeting.expires_at - meeting.asked_at) / 2
    remind_people(now=half)
    keep("reminder_half", b, half)
    forum.ask(c, b, *forum.slots[:2])
    forum.counter(b, meeting, forum.slots[4])
    keep("countered", a)
    forum.refuse_counter(a, meeting)
    keep("counter_refused", b)
    forum.question(b, meeting, "About which evidence?")
    keep("question", a)
    forum.reply(a, meeting, "Chats and pictures.")
    keep("reply", b)
    forum.accept(b, meeting, forum.slots[0])
    keep("accepted", a)
    keep("time_taken", c)
    starts_at = forum.slots[0].starts_at
    for kind, now in (("reminder_day", starts_at - 23 * HOUR), ("reminder_soon", starts_at - HOUR / 12)):
        remind_people(now=now)
        keep(kind, a, now)
    Seat.objects.filter(meeting=other_pair(forum)).update(here_at=starts_at)
    free_absent_tables(now=starts_at + HOUR / 4)
    keep("table_freed", a, starts_at + HOUR / 4)
    after = forum.slots[0].ends_at + HOUR
    ask_whether_held(now=after)
    keep("attest", b, after)
    for giver, other, kind in ((a, b, "contact_offered"), (b, a, "connected")):
        share_contact(
            attendee=giver, other_id=other.pk, data=ContactData("a@example.org"), by=giver.person,
            now=after,
        )  # fmt: skip
        keep(kind, other, after)
    note_follow_up(
        attendee=a, meeting_id=meeting.pk, agreed="", due_on=after.astimezone(forum.event.zone).date(),
        by=a.person, now=after,
    )  # fmt: skip
    remind_follow_ups(now=after)
    keep("follow_up", a, after)
    forum.cancel(b, forum.accept(b, forum.ask(d, b, forum.slots[3])), reason="The minister calls")
    keep("cancelled", d)
    forum.decline(b, forum.ask(d, b), reason="Another time")
    keep("declined", d)
    forum.now += HOUR
    taken_back = forum.ask(d, b)
    requests_are_sent(forum.now)
    forum.withdraw(d, taken_back)
    keep("withdrawn", b)
    boss = forum.boss()
    forum.propose(c, d, forum.slots[5])
    keep("proposed", d)
    forum.arrange(a, c, forum.slots[4], because="Planned.")
    keep("arranged", a)
    table = Meeting.objects.get(slot=forum.slots[4]).table
    change_table(event=forum.event, table_id=table.pk, data=TableData(label="Terrace"), by=boss.person, now=forum.now)
    keep("moved", a)
    taken, waits = forum.join(2)
    times = [slot.pk for slot in forum.slots[1:]]
    close_slots(attendee=taken, slot_ids=times, by=taken.person, now=forum.now)
    meeting = forum.arrange(taken, c, forum.slots[0])
    forum.wait(waits, taken)
    forum.cancel(taken, meeting)
    offer_freed_times(now=forum.now)
    keep("time_freed", waits)
    forum.now += HOUR
    late = forum.ask(d, b).expires_at
    expire_requests(now=late)
    keep("expired", d, late)
    return mails


def test_every_kind_of_notice_is_a_mail_in_text_and_html_that_names_the_other(forum: Forum) -> None:
    mails = meeting_in_every_state(forum)
    # test_office_words, test_table_words, test_open_roundtables
    of_groups = {"office_hour", "office_left", "rounds_proposed", "roundtable_open", "roundtable_declined"}
    assert set(mails) | of_groups == set(Notice.Kind.values)
    subjects = [mail.subject for _, mail in mails.values() if mail]
    assert len(set(subjects)) == len(mails)
    names = {person.person.name for person in forum.people}
    for reader, mail in mails.values():
        text, html = both_texts(mail)
        assert mail is not None
        assert mail.to == [reader.person.email]
        named = {name for name in names if name in text} - {reader.person.name}
        assert len(named) == 1, "the other, and nobody else"
        assert all(name in html and name in mail.subject for name in named)
        assert "{{" not in text + html
        assert "{%" not in text + html
        assert all(person.person.email not in text + html for person in forum.people)


def test_every_link_in_every_mail_leads_to_a_page_of_ours(forum: Forum) -> None:
    for _, mail in meeting_in_every_state(forum).values():
        text, html = both_texts(mail)
        addresses = [line for line in text.splitlines() if line.startswith("http")]
        assert addresses
        for address in addresses:
            assert f'href="{address}"' in html
            assert address.startswith(django_settings.TITIAN_ADDRESS)
            assert resolve(urlsplit(address).path).url_name in {"answer", "connections", "meeting", "meetings"}


def test_a_request_for_any_time_names_the_first_six_and_says_that_there_are_more(forum: Forum) -> None:
    a, b, *_ = forum.people
    start = forum.slots[-1].ends_at
    for n in range(3):
        slot = Slot.objects.create(event=forum.event, starts_at=start + n * HOUR, ends_at=start + n * HOUR + HOUR / 2)
        for person in (a, b):
            forum.open(person, [slot])
    forum.ask(a, b)
    text, _ = both_texts(last_mail(b, "requested", forum.now))
    assert "sign in to see more" in text
    assert text.count("/answer/") == 7


def test_only_an_agreement_its_move_and_its_cancellation_carry_a_calendar_entry(forum: Forum) -> None:
    mails = meeting_in_every_state(forum)
    methods = {
        kind: mail.attachments[0].get_param("method")  # type: ignore[union-attr]
        for kind, (_, mail) in mails.items()
        if mail and mail.attachments
    }
    agreed = dict.fromkeys(("accepted", "arranged", "moved"), "REQUEST")
    assert methods == agreed | {"cancelled": "CANCEL"}


def test_what_the_other_wrote_cannot_become_markup(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b, message="<script>x</script>\nSecond line")
    text, html = both_texts(last_mail(b, "requested", forum.now))
    assert "> <script>x</script>\n> Second line" in text
    assert "&lt;script&gt;x&lt;/script&gt;<br>Second line" in html
    assert "<script" not in html


def test_a_name_with_a_line_break_cannot_add_a_header(forum: Forum) -> None:
    a, b, *_ = forum.people
    a.name = 'Eve\r\nBcc: all@example.org "X"'
    a.save()
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    mail = last_mail(b, "accepted", forum.now)
    assert mail is not None
    assert mail.message()["Bcc"] is None
    assert "Bcc: all@example.org" in mail.subject


def test_times_stand_in_the_events_zone_and_beside_it_in_the_readers_where_that_differs(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b, forum.slots[0])
    text, _ = both_texts(last_mail(b, "requested", forum.now))
    event_time = "Wednesday 9 December 2026, 10:00–10:30 (Bangkok time, UTC+07:00)"
    assert event_time in text
    assert "=" not in text
    for zone, own in {
        "Europe/Berlin": "Wednesday 9 December 2026, 04:00–04:30 (Berlin time, UTC+01:00)",
        "Pacific/Honolulu": "Tuesday 8 December 2026, 17:00–17:30 (Honolulu time, UTC-10:00)",
    }.items():
        b.person.own_timezone = zone
        b.person.save()
        text, html = both_texts(last_mail(b, "requested", forum.now))
        assert f"{event_time}\n    = {own}" in text
        assert page_of(html).texts("li") == [f"{event_time} {own}"]
    b.person.own_timezone = "Asia/Jakarta"  # another name, the same clock
    b.person.save()
    assert "=" not in both_texts(last_mail(b, "requested", forum.now))[0]


def test_a_request_can_be_answered_from_its_mail_by_a_link_for_each_time(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.ask(a, b, *forum.slots[:3])
    text, html = both_texts(last_mail(b, "requested", forum.now))
    addresses = [line for line in text.splitlines() if "/answer/" in line]
    assert len(addresses) == 5
    assert all(address in html for address in addresses)
    reads = [read_answer_link(address.rstrip("/").rpartition("/")[2], forum.now) for address in addresses]
    assert [(read.purpose, read.time.slot_id if read.time else None) for read in reads] == [
        *[("accept", slot.pk) for slot in forum.slots[:3]],
        ("counter", None),
        ("decline", None),
    ]


def test_the_same_notice_is_the_same_mail_at_every_attempt(forum: Forum) -> None:
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b))
    first, second = (last_mail(b, "accepted", forum.now) for _ in range(2))
    assert first is not None
    assert second is not None
    assert (first.body, first.extra_headers) == (second.body, second.extra_headers)
    assert first.attachments[0].as_string() == second.attachments[0].as_string()  # type: ignore[union-attr]


def deliver_all(now: dt.datetime) -> None:
    for notice in Notice.objects.order_by("pk"):
        deliver_notice(notice_id=notice.pk, now=now)


def test_after_a_block_or_report_no_mail_names_anyone_and_a_meeting_is_called_off_without_a_name(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives], blocked_by: str
) -> None:
    a, b, c, _ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0], message="Secret words"))
    forum.ask(c, a, message="More words")
    block_contact(blocked_by, b, a, forum.now)
    block_contact(blocked_by, c, a, forum.now)
    end_refused_meetings(now=forum.now)
    deliver_all(forum.now)
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([a.person.email, b.person.email])
    for mail in mailoutbox:
        everything = mail.message().as_string() + mail.attachments[0].get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert mail.subject == "Your meeting on Wed 9 Dec, 10:00 (Bangkok time) is cancelled"
        others = [person for person in forum.people if person.person.email != mail.to[0]]
        for other in others:
            assert other.person.name not in everything
            assert other.organisation is not None
            assert other.organisation.name not in everything
        assert "words" not in everything
        assert "STATUS:CANCELLED" in everything
    assert Delivery.objects.filter(state="skipped").count() == Notice.objects.count() - 2


@pytest.mark.parametrize("change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_no_mail_goes_to_or_about_somebody_who_may_not_be_contacted_any_more(
    forum: Forum, mailoutbox: list[EmailMultiAlternatives], change: dict[str, str]
) -> None:
    a, b, c, _ = forum.people
    forum.ask(a, b)
    forum.ask(b, c)
    Attendee.objects.filter(pk=b.pk).update(**change)
    deliver_all(forum.now)
    assert mailoutbox == []
    assert set(Delivery.objects.values_list("state", "attempts")) == {("skipped", 0)}


def test_a_closed_account_gets_no_mail_at_all(forum: Forum, mailoutbox: list[EmailMultiAlternatives]) -> None:
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b))
    b.person.is_active = False
    b.person.save()
    end_refused_meetings(now=forum.now)
    deliver_all(forum.now)
    assert [mail.to for mail in mailoutbox] == [[a.person.email]]


def test_where_every_time_was_lost_both_read_that_the_times_are_new(forum: Forum) -> None:
    a, b, c, _ = forum.people
    forum.ask(c, b, forum.slots[0])
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    theirs, mine = (last_mail(reader, "time_taken", forum.now) for reader in (b, c))
    for mail in (theirs, mine):
        assert mail is not None
        assert mail.subject.startswith("New times to meet")
    assert "None of the times you offered" in both_texts(mine)[0]
    assert "you can change them" in both_texts(mine)[0]
    assert f"None of the times {c.person.name}" in both_texts(theirs)[0]
    assert "you can change" not in both_texts(theirs)[0]
    assert "Accept" in both_texts(theirs)[0]


def test_what_was_overtaken_is_not_sent(forum: Forum, mailoutbox: list[EmailMultiAlternatives]) -> None:
    a, b, *_ = forum.people
    meeting = forum.ask(a, b)
    forum.edit(a, meeting, forum.slots[1])
    forum.withdraw(a, meeting)
    deliver_all(forum.now)
    assert mailoutbox == []
    assert Meeting.objects.get().state == "withdrawn"


def test_the_mail_of_a_meeting_without_a_common_language_names_the_interpreter(forum: Forum) -> None:
    a, b, *_ = forum.people
    for person, languages in ((a, ["th"]), (b, ["km"])):
        person.languages = languages
        person.save(update_fields=["languages"])
    type(forum.event).objects.update(interpreters=True)
    meeting = forum.ask(a, b, forum.slots[0])
    forum.accept(b, meeting)
    mail = last_mail(a, Notice.Kind.ACCEPTED, forum.now)
    for text in both_texts(mail):
        assert "Interpreter needed: Thai – Khmer" in text
    assert mail is not None
    entry = mail.attachments[0].get_payload(decode=True).decode().replace("\r\n ", "")
    assert "Interpreter needed: Thai – Khmer" in entry
