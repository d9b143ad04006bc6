"""Nudges reach those who need help, once a day, and nobody the contact policy hides."""

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import IntegrityError, connections
from procrastinate.contrib.django.models import ProcrastinateJob

from backend.core.errors import OrganisersOnly
from backend.core.smtp import MailDelayed
from backend.directory.models import Nudge
from backend.directory.selectors import needs_help_csv, needs_help_rows
from backend.directory.services import nudge_people, send_nudge
from tests.backend.stats.events import make_meeting
from tests.factories import NOW, make_attendee, make_event
from tests.smtp import MailServer

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
    return event, organiser, alone, empty


def nudged():
    return list(Nudge.objects.order_by("attendee").values_list("attendee", flat=True))


def test_those_alone_or_without_a_profile_are_mailed_what_to_do_next(forum):
    event, organiser, alone, empty = forum
    assert nudge_people(event=event, by=organiser.person, now=NOW) == 2
    assert nudged() == [alone.pk, empty.pk]
    assert ProcrastinateJob.objects.filter(task_name="directory.send_nudge").count() == 2
    for nudge in Nudge.objects.order_by("attendee"):
        send_nudge(nudge_id=nudge.pk, now=NOW)
        send_nudge(nudge_id=nudge.pk, now=NOW)  # a job that runs twice mails once
    assert [(one.to, one.body.split("/")[-2]) for one in mail.outbox] == [
        (["alone@example.org"], "suggestions"),
        (["empty@example.org"], "profile"),
    ]


def test_nobody_is_nudged_twice_on_a_day_of_the_forum(forum):
    event, organiser, alone, _ = forum
    evening = dt.datetime(2026, 11, 25, 16, 59, tzinfo=dt.UTC)  # 23:59 in Bangkok
    assert nudge_people(event=event, by=organiser.person, now=evening) == 2
    assert nudge_people(event=event, by=organiser.person, now=evening) == 0
    assert nudge_people(event=event, by=organiser.person, now=evening + dt.timedelta(minutes=2)) == 2
    with pytest.raises(IntegrityError):
        Nudge.objects.create(attendee=alone, day=dt.date(2026, 11, 25))


def test_minors_unknown_and_hidden_people_get_no_mail(forum):
    event, organiser, alone, empty = forum
    for who in ({"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}):
        make_attendee(event, **who)
    nudge_people(event=event, by=organiser.person, now=NOW)
    assert nudged() == [alone.pk, empty.pk]


def test_who_has_come_to_meet_somebody_meanwhile_is_not_mailed(forum):
    event, organiser, alone, _ = forum
    nudge_people(event=event, by=organiser.person, now=NOW)
    make_meeting(alone, make_attendee(event, seeks="Advice"), "accepted")
    send_nudge(nudge_id=Nudge.objects.get(attendee=alone).pk, now=NOW)
    assert mail.outbox == []
    assert Nudge.objects.get(attendee=alone).state == "skipped"


def test_only_an_organiser_nudges(forum):
    event, _, alone, _ = forum
    with pytest.raises(OrganisersOnly):
        nudge_people(event=event, by=alone.person, now=NOW)
    assert nudged() == []


@pytest.fixture
def post(settings):
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    yield server
    server.stop()


def nudge_states(event):
    return {row.name: str(row.nudge) for row in needs_help_rows(event=event, now=NOW)}


def test_the_state_of_each_nudge_is_shown(forum, post):
    event, organiser, alone, empty = forum
    assert set(nudge_states(event).values()) == {""}
    nudge_people(event=event, by=organiser.person, now=NOW)
    post.replies["empty@example.org"] = ["550 nobody here"]
    post.replies["alone@example.org"] = ["451 later"]
    of = {nudge.attendee_id: nudge.pk for nudge in Nudge.objects.all()}
    with pytest.raises(MailDelayed):
        send_nudge(nudge_id=of[alone.pk], now=NOW)
    send_nudge(nudge_id=of[empty.pk], now=NOW)
    assert nudge_states(event) == {
        alone.person.name: "not sent yet",
        empty.person.name: "refused by the mail server",
    }
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
    assert lines[2].endswith("no,empty,")


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


@pytest.mark.django_db(transaction=True)
def test_two_organisers_who_press_at_once_and_two_workers_send_one_mail_each(forum, post):
    event, organiser, _, _ = forum
    press = [lambda: nudge_people(event=event, by=organiser.person, now=NOW)] * 2
    assert sorted(at_once(*press)) == [0, 2]
    nudge = Nudge.objects.first()
    post.gate.clear()  # the first worker has handed its mail over and waits for the server
    send = lambda: send_nudge(nudge_id=nudge.pk, now=NOW)  # noqa: E731

    def let_through():
        assert post.arrived.acquire(timeout=30)
        second = post.arrived.acquire(timeout=0.5)  # without the lock it would be there by now
        post.gate.set()
        return second

    assert at_once(send, send, let_through) == [None, None, False]
    assert len(post.mails) == 1
