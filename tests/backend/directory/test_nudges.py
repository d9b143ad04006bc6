"""Nudges reach those who need help, once a day, and nobody the contact policy hides."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import IntegrityError, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.booking.models.availability import Availability
from backend.booking.models.meetings import Seat
from backend.booking.models.notices import Delivery, Notice
from backend.core.errors import OrganisersOnly
from backend.core.smtp import MailDelayed
from backend.directory.models import Nudge
from backend.directory.selectors.needs_help import needs_help_csv, needs_help_rows
from backend.directory.services.nudges import nudge_people, preview_nudges, send_nudge
from backend.events.models.agenda import Slot
from backend.events.models.attendees import Attendee
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, block_contact, make_attendee, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum():
    """An organiser, somebody alone with a full profile, one with an empty one, two who met."""
    event = make_event()
    organiser = make_attendee(event, permission="organiser", visibility="hidden")
    alone = make_attendee(event, seeks="Partners", email="alone@example.org")
    empty = make_attendee(event, email="empty@example.org")
    met = [make_attendee(event, offers="Advice") for _ in range(2)]
    make_meeting(*met)
    open_times(alone, empty)
    return event, organiser, alone, empty


def nudge(event, *, by, now=NOW):
    """Nudge everybody who needs help."""
    ids = Attendee.objects.filter(event=event).values_list("pk", flat=True)
    return nudge_people(event=event, attendee_ids=list(ids), by=by, now=now)


def open_times(*people):
    """The one meeting time that `forum` has, opened by these."""
    for one in people:
        Availability.objects.create(event=one.event, attendee=one, slot=Slot.objects.get(event=one.event))


def nudged():
    return list(Nudge.objects.order_by("attendee").values_list("attendee", flat=True))


def test_those_alone_or_without_a_profile_are_mailed_what_to_do_next(forum):
    event, organiser, alone, empty = forum
    assert nudge(event, by=organiser.person, now=NOW) == 2
    assert nudged() == [alone.pk, empty.pk]
    assert ProcrastinateJob.objects.filter(task_name="directory.send_nudge").count() == 2
    for row in Nudge.objects.order_by("attendee"):
        send_nudge(nudge_id=row.pk, now=NOW)
        send_nudge(nudge_id=row.pk, now=NOW)  # a job that runs twice mails once
    assert [(one.to, one.body.split("/")[-2]) for one in mail.outbox] == [
        (["alone@example.org"], "suggestions"),
        (["empty@example.org"], "profile"),
    ]


def test_nobody_is_nudged_twice_on_a_day_of_the_forum(forum):
    event, organiser, alone, _ = forum
    evening = dt.datetime(2026, 11, 25, 16, 59, tzinfo=dt.UTC)  # 23:59 in Bangkok
    assert nudge(event, by=organiser.person, now=evening) == 2
    assert nudge(event, by=organiser.person, now=evening) == 0
    assert nudge(event, by=organiser.person, now=evening + dt.timedelta(minutes=2)) == 2
    with pytest.raises(IntegrityError):
        Nudge.objects.create(attendee=alone, day=dt.date(2026, 11, 25))


def test_minors_unknown_and_hidden_people_get_no_mail(forum):
    event, organiser, alone, empty = forum
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, **who)
    nudge(event, by=organiser.person, now=NOW)
    assert nudged() == [alone.pk, empty.pk]


def test_who_has_come_to_meet_somebody_meanwhile_is_not_mailed(forum):
    event, organiser, alone, _ = forum
    nudge(event, by=organiser.person, now=NOW)
    make_meeting(alone, make_attendee(event, seeks="Advice"), "accepted")
    send_nudge(nudge_id=Nudge.objects.get(attendee=alone).pk, now=NOW)
    assert mail.outbox == []
    assert Nudge.objects.get(attendee=alone).state == "skipped"


LONG_AGO = NOW - dt.timedelta(hours=30)
OPEN = {"asked_at": LONG_AGO, "expires_at": NOW + dt.timedelta(hours=6)}


def causes(event):
    return {row.attendee_id: row.cause.value for row in needs_help_rows(event=event, now=NOW)}


def test_the_cause_is_what_hinders_most(forum):
    event, _, alone, empty = forum
    asker, asked, refused = (make_attendee(event, seeks="Partners") for _ in range(3))
    unjoined = make_attendee(event, seeks="Partners", has_joined=False)
    open_times(asker, asked, refused)
    make_meeting(asker, asked, "requested", **OPEN)
    make_meeting(refused, asker, "declined", asked_at=LONG_AGO)
    assert causes(event) == {
        alone.pk: "asked_nobody",
        empty.pk: "empty_profile",
        asker.pk: "waiting",
        asked.pk: "unanswered",
        refused.pk: "none_agreed",
        unjoined.pk: "not_joined",
    }
    Availability.objects.exclude(attendee=alone).delete()
    found = causes(event)
    assert found[alone.pk] == "asked_nobody"
    assert found[asked.pk] == "unanswered"  # to answer comes before opening times
    assert {found[one.pk] for one in (empty, asker, refused)} == {"no_time"}


def test_a_proposal_waits_for_who_has_not_answered_and_not_for_who_said_no(forum):
    event, _, one, _ = forum
    other = make_attendee(event, seeks="Partners")
    open_times(other)
    proposal = make_meeting(one, other, "proposed", by_organisers=True, **OPEN)
    seat = Seat.objects.filter(meeting=proposal, attendee=one)
    seat.update(answer="no")
    assert (causes(event)[one.pk], causes(event)[other.pk]) == ("asked_nobody", "unanswered")
    seat.update(answer="yes")
    assert (causes(event)[one.pk], causes(event)[other.pk]) == ("waiting", "unanswered")


@pytest.mark.parametrize("parts", ["block", "hidden"])
def test_a_request_that_the_policy_hides_is_no_cause(forum, parts):
    event, _, one, _ = forum
    asker = make_attendee(event, seeks="Partners")
    make_meeting(asker, one, "requested", **OPEN)
    if parts == "block":
        block_contact("block", one, asker)
    else:
        Attendee.objects.filter(pk=asker.pk).update(visibility="hidden")
    assert causes(event)[one.pk] == "asked_nobody"


def test_the_mail_names_the_cause_as_it_is_when_it_is_sent(forum):
    event, organiser, alone, empty = forum
    Availability.objects.filter(attendee=alone).delete()
    preview = preview_nudges(event=event, now=NOW)
    assert [(group.cause.value, len(group.rows)) for group in preview.groups] == [("no_time", 1), ("empty_profile", 1)]
    nudge(event, by=organiser.person)
    Attendee.objects.filter(pk=empty.pk).update(offers="Training")
    for row in Nudge.objects.order_by("attendee"):
        send_nudge(nudge_id=row.pk, now=NOW)
    first, second = mail.outbox
    shown = preview.groups[0].letter
    assert (first.subject, first.body) == (shown.subject, shown.body.replace("Mali Example", alone.name))
    assert "no open meeting time" in first.body
    assert "asked nobody" in second.body


def test_nobody_is_nudged_against_what_was_just_sent(forum):
    event, organiser, alone, empty = forum
    hour = dt.timedelta(hours=1)
    asker = make_attendee(event, seeks="Partners")
    request = make_meeting(asker, alone, "requested", asked_at=NOW - hour)
    notice = Notice.objects.create(
        event=event, attendee=alone, meeting=request, kind="requested", created_at=NOW - hour
    )
    delivery = Delivery.objects.create(notice=notice)
    preview = preview_nudges(event=event, now=NOW)
    assert {row.attendee_id for row in preview.left_out} == {alone.pk, asker.pk}
    assert nudge(event, by=organiser.person) == 1
    assert nudged() == [empty.pk]
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", attempts=1, tried_at=NOW)
    assert nudge(event, by=organiser.person) == 1  # the mail about the request did not arrive
    later = Notice.objects.create(event=event, attendee=empty, meeting=request, kind="changed", created_at=NOW + hour)
    Delivery.objects.create(notice=later)
    send_nudge(nudge_id=Nudge.objects.get(attendee=empty).pk, now=NOW + 2 * hour)  # after quiet hours
    assert mail.outbox == []
    assert Nudge.objects.get(attendee=empty).state == "skipped"


def test_only_those_chosen_are_nudged(forum):
    event, organiser, alone, _ = forum
    stranger = make_attendee(make_event("elsewhere"), seeks="Partners")
    ids = [alone.pk, stranger.pk, organiser.pk]
    assert nudge_people(event=event, attendee_ids=ids, by=organiser.person, now=NOW) == 1
    assert nudged() == [alone.pk]
    assert nudge_people(event=event, attendee_ids=[], by=organiser.person, now=NOW) == 0


def test_only_an_organiser_nudges(forum):
    event, _, alone, _ = forum
    with pytest.raises(OrganisersOnly):
        nudge(event, by=alone.person, now=NOW)
    assert nudged() == []


@pytest.fixture
def post(settings, post):
    settings.EMAIL_TIMEOUT = 5
    return post


def nudge_states(event):
    return {row.name: str(row.nudge) for row in needs_help_rows(event=event, now=NOW)}


def test_the_state_of_each_nudge_is_shown(forum, post):
    event, organiser, alone, empty = forum
    assert set(nudge_states(event).values()) == {""}
    nudge(event, by=organiser.person, now=NOW)
    post.replies["empty@example.org"] = ["550 nobody here"]
    post.replies["alone@example.org"] = ["451 later"]
    of = {row.attendee_id: row.pk for row in Nudge.objects.all()}
    with pytest.raises(MailDelayed):
        send_nudge(nudge_id=of[alone.pk], now=NOW)
    send_nudge(nudge_id=of[empty.pk], now=NOW)
    assert nudge_states(event) == {alone.person.name: "not sent yet", empty.person.name: "refused by the mail server"}
    send_nudge(nudge_id=of[alone.pk], now=NOW)
    assert nudge_states(event)[alone.person.name] == "sent"
    assert {row.nudged_at for row in needs_help_rows(event=event, now=NOW)} == {NOW}
    assert {row.nudged_at for row in needs_help_rows(event=event, now=NOW + dt.timedelta(days=1))} == {None}


def test_the_list_of_who_needs_help_names_listed_adults_only_and_runs_nothing(forum):
    event, _, alone, empty = forum
    alone.name = "=HYPERLINK(1)"
    alone.save()
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, **who)
    lines = needs_help_csv(needs_help_rows(event=event, now=NOW)).decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert "'=HYPERLINK(1)" in lines[1]
    assert lines[2].startswith(f"{empty.person.name},")
    assert lines[2].endswith("no,empty,empty_profile,")


def at_once(*calls):
    """Each call in a thread and a connection of its own, begun together."""
    start = threading.Barrier(len(calls))

    def run(call):
        try:
            start.wait(30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [job.result(30) for job in [pool.submit(run, call) for call in calls]]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_organisers_who_press_at_once_and_two_workers_send_one_mail_each(forum, post):
    event, organiser, _, _ = forum
    press = [lambda: nudge(event, by=organiser.person, now=NOW)] * 2
    assert sorted(at_once(*press)) == [0, 2]
    first = Nudge.objects.first()
    post.gate.clear()  # the first worker has handed its mail over and waits for the server
    send = lambda: send_nudge(nudge_id=first.pk, now=NOW)  # noqa: E731

    def let_through():
        assert post.arrived.acquire(timeout=30)
        second = post.arrived.acquire(timeout=0.5)  # without the lock it would be there by now
        post.gate.set()
        return second

    assert at_once(send, send, let_through) == [None, None, False]
    assert len(post.mails) == 1
