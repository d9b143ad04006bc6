"""After a meeting: one's own note, one reminder on its day, and counts for organisers."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.booking.models.follow_ups import FollowUp
from backend.booking.models.meetings import Meeting
from backend.booking.models.notices import Delivery, Notice
from backend.booking.rules import AlreadyAnswered, TooEarly
from backend.booking.selectors.meetings import meeting_for
from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong
from backend.notifications.services.notice_mails import mail_for
from backend.outcomes.services.connections import ContactData, end_connection, share_contact
from backend.outcomes.services.follow_ups import answer_follow_up, note_follow_up, remind_follow_ups
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.services.aliases import AliasData, set_alias_of
from backend.stats.selectors.overview import FollowUpFigures, follow_up_figures_for
from tests.backend.conftest import Forum, make_forum
from tests.factories import block_contact
from tests.refusals import refuses

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AGREED = "Ana sends the draft of the protocol"


@pytest.fixture
def met() -> Forum:
    """The first two people met an hour ago."""
    forum = make_forum()
    a, b, *_ = forum.people
    forum.accept(b, forum.ask(a, b, forum.slots[0]))
    forum.now = forum.slots[0].ends_at + dt.timedelta(hours=1)
    return forum


def note(
    forum: Forum,
    attendee: Attendee,
    agreed: str = AGREED,
    due_on: dt.date | None = None,
    meeting: Meeting | None = None,
) -> FollowUp | None:
    chosen = meeting or Meeting.objects.earliest("pk")
    return note_follow_up(
        attendee=attendee, meeting_id=chosen.pk, agreed=agreed, due_on=due_on, by=attendee.person, now=forum.now
    )


def answer(forum: Forum, attendee: Attendee, kept: bool) -> FollowUp:
    return answer_follow_up(
        attendee=attendee, meeting_id=Meeting.objects.earliest("pk").pk, kept=kept, by=attendee.person, now=forum.now
    )


def in_days(forum: Forum, days: int) -> dt.date:
    return forum.now.astimezone(forum.event.zone).date() + days * DAY


def test_each_notes_for_themself_what_was_agreed_and_nobody_else_reads_it(met: Forum) -> None:
    a, b, *_ = met.people
    note(met, a, f" {AGREED}\nsoon ", in_days(met, 7))
    mine, theirs = (meeting_for(one, Meeting.objects.get().pk, met.now) for one in (a, b))
    assert mine.follow_up is not None
    assert (mine.follow_up.agreed, mine.follow_up.due_on) == (f"{AGREED} soon", in_days(met, 7))
    assert (theirs.can_follow_up, theirs.follow_up) == (True, None)
    note(met, a, "")
    assert not FollowUp.objects.exists()


def test_nothing_is_noted_before_the_meeting_of_one_that_is_off_or_of_others(met: Forum) -> None:
    a, b, c, _ = met.people
    with pytest.raises(NotFound):
        note(met, c)
    Meeting.objects.update(state=Meeting.State.CANCELLED)
    with pytest.raises(AlreadyAnswered):
        note(met, a)
    Meeting.objects.update(state=Meeting.State.ACCEPTED)
    met.now = met.slots[0].starts_at - DAY
    with pytest.raises(TooEarly):
        note(met, b)


def test_a_day_that_is_past_or_too_far_and_a_long_text_are_refused(met: Forum) -> None:
    a, *_ = met.people
    for days in (-1, 367):
        with refuses("bad_follow_up"):
            note(met, a, due_on=in_days(met, days))
    with pytest.raises(TextTooLong):
        note(met, a, "x" * 301)
    with pytest.raises(NotFound):
        answer(met, a, kept=True)
    note(met, a, due_on=in_days(met, 0))
    met.now += 3 * DAY
    note(met, a, "Another word", due_on=in_days(met, -3))  # the day stays as it was
    assert FollowUp.objects.get().agreed == "Another word"


def test_on_its_day_one_mail_reminds_once_without_what_was_noted(met: Forum) -> None:
    a, b, *_ = met.people
    note(met, a, due_on=in_days(met, 2))
    note(met, b, "A note without a day")
    assert remind_follow_ups(now=met.now) == 0
    midnight = dt.datetime.combine(in_days(met, 2), dt.time(), met.event.zone)
    assert remind_follow_ups(now=midnight - dt.timedelta(minutes=1)) == 0
    assert remind_follow_ups(now=midnight) == 1
    assert remind_follow_ups(now=midnight + DAY) == 0
    notice = Notice.objects.get(kind=Notice.Kind.FOLLOW_UP)
    assert notice.attendee == a
    mail = mail_for(notice, midnight)
    assert mail is not None
    assert mail.subject == f"You wanted to follow up with {b.name}"
    assert AGREED not in mail.message().as_string()
    note(met, a, due_on=in_days(met, 5))
    assert remind_follow_ups(now=midnight + 5 * DAY) == 0


@pytest.mark.parametrize("change", ["answered", "block", "closed account", "no day", "left"])
def test_who_needs_no_reminder_or_may_get_none_gets_none(met: Forum, change: str) -> None:
    a, b, *_ = met.people
    note(met, a, due_on=in_days(met, 1))
    met.now += DAY
    if change == "answered":
        answer(met, a, kept=True)
    elif change == "no day":
        note(met, a)
    elif change == "left":
        leave_event(attendee=a, is_confirmed=True, by=a.person, now=met.now)
    assert remind_follow_ups(now=met.now) == (change in ("block", "closed account"))
    if change == "block":
        block_contact("block", b, a, met.now)
    elif change == "closed account":
        a.person.is_active = False
        a.person.save()
    for notice in Notice.objects.filter(kind=Notice.Kind.FOLLOW_UP):
        assert mail_for(notice, met.now) is None


def test_a_worker_that_was_away_for_weeks_reminds_of_nothing_long_past(met: Forum) -> None:
    note(met, met.people[0], due_on=in_days(met, 1))
    assert remind_follow_ups(now=met.now + 30 * DAY) == 0


def test_another_day_takes_back_whether_it_was_kept(met: Forum) -> None:
    a, *_ = met.people
    note(met, a, due_on=in_days(met, 1))
    assert answer(met, a, kept=False).kept is False
    assert answer(met, a, kept=True).kept is True
    note(met, a, "More words", due_on=in_days(met, 1))
    assert FollowUp.objects.get().kept is True
    note(met, a, due_on=in_days(met, 9))
    assert FollowUp.objects.get().kept is None


def test_organisers_read_counts_from_five_on_and_never_what_a_difference_would_tell() -> None:
    forum = make_forum(people=12, tables=6)
    day = forum.event.ends_on
    pairs = zip(forum.people[::2], forum.people[1::2], strict=True)
    slot = forum.slots[0]
    for (one, other), table in zip(pairs, forum.tables, strict=True):
        meeting = Meeting.objects.create(
            event=forum.event, asker=one, expires_at=forum.now, state="held", slot=slot,
            table=table, period=(slot.starts_at, slot.ends_at),
        )  # fmt: skip
        for part, attendee in (("asker", one), ("invited", other)):
            meeting.seats.create(event=forum.event, attendee=attendee, part=part)
    notes = [
        FollowUp(meeting=seat.meeting, attendee=seat.attendee, due_on=day)
        for meeting in Meeting.objects.all()
        for seat in meeting.seats.all()
    ]
    FollowUp.objects.bulk_create(notes[:4])
    assert follow_up_figures_for(forum.event) == FollowUpFigures(None, None)
    FollowUp.objects.bulk_create(notes[4:])
    assert follow_up_figures_for(forum.event) == FollowUpFigures(12, 0)
    ids = list(FollowUp.objects.order_by("pk").values_list("pk", flat=True))
    for kept, told in ((4, None), (5, 5), (7, 7), (8, None), (12, 12)):
        FollowUp.objects.filter(pk__in=ids[:kept]).update(kept=True, answered_at=forum.now)
        assert follow_up_figures_for(forum.event) == FollowUpFigures(12, told)
    Attendee.objects.filter(pk=forum.people[0].pk).update(visibility="hidden")
    assert follow_up_figures_for(forum.event) == FollowUpFigures(10, 10)


def test_what_was_noted_is_erased_with_its_writer_and_the_day_stays_for_the_counts(met: Forum) -> None:
    a, b, *_ = met.people
    note(met, a, due_on=in_days(met, 1))
    note(met, b, "Without a day")
    for one in (a, b):
        leave_event(attendee=one, is_confirmed=True, by=one.person, now=met.now)
    assert list(FollowUp.objects.values_list("agreed", "due_on")) == [("", in_days(met, 1))]


def share(forum: Forum, giver: Attendee, other: Attendee) -> int:
    return share_contact(
        attendee=giver, other_id=other.pk, data=ContactData(phone="12345"), by=giver.person, now=forum.now
    ).pk


def told(forum: Forum, attendee: Attendee) -> list[tuple[str, bool]]:
    """The notices of connections, and whether each is still mailed."""
    kinds = (Notice.Kind.CONTACT_OFFERED, Notice.Kind.CONNECTED)
    found = Notice.objects.filter(attendee=attendee, kind__in=kinds).order_by("pk")
    return [(notice.kind, mail_for(notice, forum.now) is not None) for notice in found]


def test_who_is_asked_to_stay_in_touch_is_told_once_and_the_first_of_the_connection(met: Forum) -> None:
    a, b, *_ = met.people
    mine = share(met, a, b)
    assert (told(met, b), told(met, a)) == ([("contact_offered", True)], [])
    share(met, b, a)
    assert (told(met, b), told(met, a)) == ([("contact_offered", False)], [("connected", True)])
    mail = mail_for(Notice.objects.get(kind="connected"), met.now)
    assert mail is not None
    assert "12345" not in mail.message().as_string()
    end_connection(connection_id=mine, by=a.person)
    assert (told(met, b), told(met, a)) == ([("contact_offered", False)], [("connected", False)])
    share(met, a, b)
    assert told(met, b) == [("contact_offered", True)]
    data = AliasData(name="Officer B", organisation="Police", real_name=b.name, real_organisation="X")
    set_alias_of(met.event, b.pk, data, is_wish=True, by=None, now=met.now)
    assert told(met, b) == [("contact_offered", False)]  # who cannot answer is not asked
    assert Delivery.objects.filter(notice__kind="contact_offered").count() == 1
