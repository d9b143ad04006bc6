"""Webhooks are told what changes in the same transaction, signed, tried again, and told of nobody hidden."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from backend.booking.models.meetings import Meeting
from backend.booking.services.joining import join_event
from backend.booking.services.meetings import end_refused_meetings
from backend.core.errors import NotFound, OrganisersOnly
from backend.core.models import Act
from backend.core.outgoing import AddressRefused
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.models.suspensions import Suspension
from backend.events.rules.agreements import current_agreement
from backend.groups.services.office_hours import OfficeHourData, cancel_office_hour, leave_office_hour, open_office_hour
from backend.integrations.models import Webhook, WebhookDelivery
from backend.integrations.services import deliveries
from backend.integrations.services.deliveries import PAUSES, delete_old_deliveries, deliver_due, queue_due_deliveries
from backend.integrations.services.webhook_mails import SEND_WEBHOOK_MAIL, send_webhook_mail
from backend.integrations.services.webhooks import (
    DELIVER,
    add_webhook,
    change_webhook,
    delete_webhook,
    end_former_secret,
    renew_secret,
    send_again,
    send_test_message,
    switch_webhook,
)
from backend.privacy.selectors import export_for
from backend.safeguarding.services.blocks import block_person
from tests.backend.conftest import Forum, make_forum
from tests.delegations import make_delegations
from tests.factories import make_attendee, make_event
from tests.https import Answer, Asked, Peer
from tests.refusals import refuses
from tests.worker import do_jobs, kill_worker_at_work, waiting_jobs

QUICK = replace(deliveries.PATIENCE, read_seconds=0.4, total_seconds=0.6)
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
ALL = Webhook.Type.values
pytestmark = pytest.mark.django_db


@dataclass
class Hook:
    """A forum of four, and a webhook of it on a server that takes what its `status` says."""

    forum: Forum
    peer: Peer
    organiser: Attendee
    webhook: Webhook
    secret: str
    status: int = 204
    read: list[dict[str, Any]] = field(default_factory=list)

    @property
    def by(self) -> dict[str, Any]:
        return {"event": self.forum.event, "webhook_id": self.webhook.pk, "by": self.organiser.person}

    def deliver(self, after: dt.timedelta = dt.timedelta()) -> int:
        now = timezone.now() + after
        return deliver_due(webhook_id=self.webhook.pk, now=now, patience=QUICK)

    def told(self) -> list[str]:
        """The types of what waits or was sent, in order."""
        return list(WebhookDelivery.objects.order_by("pk").values_list("type", flat=True))

    def states(self) -> list[tuple[str, str, int]]:
        rows = WebhookDelivery.objects.order_by("pk")
        return list(rows.values_list("state", "answer", "attempts"))

    def state(self) -> str:
        return Webhook.objects.get(pk=self.webhook.pk).state

    def verified(self, secret: str = "", number: int = -1) -> Any:
        asked = self.peer.asked[number]
        return Verifier(secret or self.secret).verify(asked.body, lowered(asked))


def lowered(asked: Asked) -> dict[str, str]:
    return {name.lower(): value for name, value in asked.headers.items()}


@pytest.fixture
def hook(peer: Peer) -> Hook:
    forum = make_forum()
    organiser = make_attendee(forum.event, permission="organiser", visibility="hidden")
    made = add_webhook(
        event=forum.event, address=peer.address("/hook"), types=ALL, by=organiser.person, now=timezone.now()
    )
    found = Hook(forum, peer, organiser, made.webhook, made.secret)
    peer.answer = lambda _asked: Answer(status=found.status)
    return found


def agreed(forum: Forum, slot: int = 0) -> Meeting:
    a, b, *_ = forum.people
    return forum.accept(b, forum.ask(a, b, forum.slots[slot]))


@pytest.mark.slow
def test_each_change_of_a_meeting_is_told_and_verified_by_the_library(hook: Hook) -> None:
    forum = hook.forum
    a, b, *_ = forum.people
    meeting = agreed(forum)
    forum.move(meeting, forum.slots[1])
    forum.cancel(a, meeting)
    held = agreed(forum, 2)
    forum.now = forum.slots[2].ends_at
    forum.attest(a, held, True)
    forum.attest(b, held, True)
    assert hook.told() == [
        "meeting.accepted", "meeting.moved", "meeting.cancelled", "meeting.accepted", "meeting.held",
    ]  # fmt: skip
    assert hook.deliver() == 5
    said = [hook.verified(number=number) for number in range(5)]
    assert [(one["type"], one["data"]["meeting_id"], one["data"]["state"]) for one in said] == [
        ("meeting.accepted", meeting.pk, "accepted"),
        ("meeting.moved", meeting.pk, "accepted"),
        ("meeting.cancelled", meeting.pk, "cancelled"),
        ("meeting.accepted", held.pk, "accepted"),
        ("meeting.held", held.pk, "held"),
    ]
    assert {*said[0]} == {"type", "timestamp", "data"}
    assert {*said[0]["data"]} == {"event", "meeting_id", "state"}
    assert abs(dt.datetime.fromisoformat(said[0]["timestamp"]) - timezone.now()) < MINUTE
    assert len({lowered(one)["webhook-id"] for one in hook.peer.asked}) == 5
    assert hook.states() == [("sent", "204", 1)] * 5
    assert (hook.deliver(), len(hook.peer.asked)) == (0, 5)


def test_a_body_that_was_changed_or_another_secret_is_refused_by_the_library(hook: Hook) -> None:
    agreed(hook.forum)
    hook.deliver()
    [asked] = hook.peer.asked
    for secret, body in ((hook.secret, asked.body + b" "), (f"whsec_{'A' * 43}=", asked.body)):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(body, lowered(asked))


def test_what_is_rolled_back_is_told_to_nobody(hook: Hook) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        agreed(hook.forum)
        assert hook.told() == ["meeting.accepted"]
        raise RuntimeError
    assert hook.told() == []


@pytest.mark.slow
def test_only_what_was_chosen_is_told_and_nothing_of_another_forum_or_while_it_is_off(hook: Hook) -> None:
    now = timezone.now()
    change_webhook(**hook.by, address=hook.webhook.address, types=["meeting.cancelled"], now=now)
    meeting = agreed(hook.forum)
    agreed(make_forum(slug="another"))
    assert hook.told() == []
    switch_webhook(**hook.by, is_on=False, now=now)
    hook.forum.cancel(hook.forum.people[0], meeting)
    assert hook.told() == []


def test_a_meeting_put_forward_or_arranged_by_organisers_is_told_once_it_is_agreed(hook: Hook) -> None:
    a, b, c, d = hook.forum.people
    hook.forum.propose(a, b, hook.forum.slots[0])
    assert hook.told() == []
    hook.forum.arrange(c, d, hook.forum.slots[1])
    assert hook.told() == ["meeting.accepted"]


def test_whoever_joins_is_told_once_and_only_as_a_listed_adult(hook: Hook) -> None:
    event, version = hook.forum.event, current_agreement().version

    def join(**fields: Any) -> Attendee:
        mine = make_attendee(event, has_joined=False, **fields)
        return join_event(attendee=mine, version=version, by=mine.person, now=hook.forum.now)

    adult = join()
    hidden = join(visibility="hidden")
    minor = make_attendee(event, age_class="minor")
    unknown = make_attendee(event, age_class="unknown")
    assert hook.deliver() == 1
    assert hook.verified()["data"] == {"event": event.slug, "attendee_id": adult.pk}
    Attendee.objects.filter(pk__in=[hidden.pk, adult.pk]).update(visibility="hidden")
    Attendee.objects.filter(pk__in=[hidden.pk, adult.pk]).update(visibility="listed")
    Attendee.objects.filter(pk=unknown.pk).update(age_class="adult")
    hook.deliver()
    told = [json.loads(asked.body)["data"]["attendee_id"] for asked in hook.peer.asked]
    assert told == [adult.pk, hidden.pk, unknown.pk]
    assert not WebhookDelivery.objects.filter(attendee=minor).exists()


@pytest.mark.parametrize("change", [{"age_class": "minor"}, {"age_class": "unknown"}, {"visibility": "hidden"}])
def test_whoever_is_hidden_or_no_known_adult_when_it_is_sent_is_not_told_of(hook: Hook, change) -> None:
    """Nor when a message is sent again."""
    meeting = agreed(hook.forum)
    assert hook.deliver() == 1
    Attendee.objects.filter(pk=hook.forum.people[0].pk).update(**change)
    [sent] = WebhookDelivery.objects.all()
    send_again(**hook.by, delivery_id=sent.pk, now=timezone.now())
    assert (hook.deliver(), len(hook.peer.asked)) == (0, 1)
    assert WebhookDelivery.objects.get(pk=sent.pk).state == "skipped"
    assert end_refused_meetings(now=hook.forum.now) == 1
    assert hook.deliver() == 1
    assert hook.verified()["data"] == {
        "event": hook.forum.event.slug, "meeting_id": meeting.pk, "state": "cancelled",
    }  # fmt: skip


@pytest.mark.slow
def test_what_a_block_cancels_looks_like_any_other_cancellation(hook: Hook) -> None:
    a, _b, c, d = hook.forum.people
    first = agreed(hook.forum)
    second = hook.forum.accept(d, hook.forum.ask(c, d, hook.forum.slots[1]))
    hook.deliver()
    hook.peer.asked.clear()
    hook.forum.cancel(a, first)
    block_person(by=c.person, blocked=d.person, now=hook.forum.now)
    end_refused_meetings(now=hook.forum.now)
    assert hook.deliver() == 2
    one, other = (json.loads(asked.body) for asked in hook.peer.asked)
    assert other["data"]["meeting_id"] == second.pk
    for said in (one, other):
        del said["timestamp"], said["data"]["meeting_id"]
    assert one == other
    first_headers, second_headers = ({*lowered(asked)} for asked in hook.peer.asked)
    assert first_headers == second_headers


def test_a_session_with_a_delegation_in_which_minors_sit_is_never_told(hook: Hook) -> None:
    delegations = make_delegations(make_event("another"))
    boss = make_attendee(delegations.event, permission="organiser").person
    address, now = hook.peer.address("/other"), timezone.now()
    add_webhook(event=delegations.event, address=address, types=ALL, by=boss, now=now)
    delegations.confirmed()
    assert Meeting.objects.get().state == "accepted"
    Meeting.objects.filter(kind="group").update(state="cancelled")
    assert hook.told() == []


def test_a_suspension_changes_nothing_of_what_is_told(hook: Hook) -> None:
    """To be silent would tell organisers of it."""
    agreed(hook.forum)
    a, lead = hook.forum.people[0], make_attendee(hook.forum.event, permission="safeguarding-lead")
    hook.deliver()
    Suspension.objects.create(attendee=a, reason="A cause", suspended_by=lead.person, suspended_at=hook.forum.now)
    sent = WebhookDelivery.objects.get(type="meeting.accepted")
    send_again(**hook.by, delivery_id=sent.pk, now=timezone.now())
    assert hook.deliver() == 1


def test_an_office_hour_is_told_without_its_guests(hook: Hook) -> None:
    host, *guests = hook.forum.people[:3]
    asked = [hook.forum.ask(guest, host, hook.forum.slots[0]) for guest in guests]
    data = OfficeHourData(request_ids=tuple(one.pk for one in asked), slot_id=hook.forum.slots[0].pk, about="Evidence")
    key = {"attendee": host, "by": host.person, "now": hook.forum.now}
    hour = open_office_hour(**key, data=data, key="")
    leave_office_hour(**key | {"attendee": guests[0], "by": guests[0].person}, meeting_id=hour.pk)
    cancel_office_hour(**key, meeting_id=hour.pk, reason="I fell ill")
    assert hook.told() == ["meeting.accepted", "meeting.cancelled"]
    WebhookDelivery.objects.filter(type="meeting.accepted").delete()
    assert hook.deliver() == 1
    assert hook.verified()["data"]["meeting_id"] == hour.pk


def test_the_forum_opens_and_closes_once(hook: Hook) -> None:
    def move(*states: str) -> None:
        for state in states:
            Event.objects.filter(pk=hook.forum.event.pk).update(state=state)

    move("draft", "inviting", "open", "live", "open", "live", "closed", "archived", "closed")
    assert hook.told() == ["forum.opened", "forum.closed"]
    assert hook.deliver() == 2
    assert hook.verified()["data"] == {"event": hook.forum.event.slug}


def test_two_secrets_sign_until_the_former_one_is_ended(hook: Hook) -> None:
    now = timezone.now()
    new = renew_secret(**hook.by, now=now).secret
    assert new != hook.secret
    send_test_message(**hook.by)
    hook.deliver()
    assert hook.verified() == hook.verified(new)
    assert hook.verified()["type"] == "webhook.test"
    end_former_secret(**hook.by, now=now)
    send_test_message(**hook.by)
    hook.deliver()
    hook.verified(new)
    with pytest.raises(WebhookVerificationError):
        hook.verified()


def test_secrets_are_encrypted_and_without_their_key_nothing_is_sent(hook: Hook, settings) -> None:
    kept = Webhook.objects.get()
    assert hook.secret.startswith("whsec_")
    assert hook.secret.encode() not in bytes(kept.secret)
    settings.SECRET_KEY = "another"
    send_test_message(**hook.by)
    hook.deliver()
    assert (hook.peer.asked, hook.states()) == ([], [("queued", "no secret", 1)])


@pytest.mark.slow
def test_a_failure_is_tried_again_under_the_same_id_with_growing_pauses_for_three_days(hook: Hook) -> None:
    hook.status = 500
    agreed(hook.forum)
    assert sorted(PAUSES) == list(PAUSES)
    assert 2.9 * DAY < sum(PAUSES, dt.timedelta()) <= 3 * DAY
    after = dt.timedelta()
    for number, pause in enumerate(PAUSES, start=1):
        hook.deliver(after)
        hook.deliver(after + pause - MINUTE / 2)
        assert hook.states() == [("queued", "500", number)]
        after += pause + MINUTE / 60
    hook.deliver(after)
    assert hook.states() == [("failed", "500", 10)]
    assert len({lowered(asked)["webhook-id"] for asked in hook.peer.asked}) == 1
    hook.status = 200
    [given_up] = WebhookDelivery.objects.all()
    send_again(**hook.by, delivery_id=given_up.pk, now=timezone.now())
    assert hook.deliver() == 1
    assert len({lowered(asked)["webhook-id"] for asked in hook.peer.asked}) == 1
    assert hook.state() == "on"


@pytest.mark.parametrize(
    ("status", "asked", "waits"),
    [
        (429, "1200", 20 * MINUTE),
        (503, "a date", 20 * MINUTE),
        (503, "999999999", 360 * MINUTE),  # no longer than that
        (500, "1200", MINUTE),
        (503, "soon", MINUTE),
    ],
)
def test_a_receiver_that_asks_to_be_left_alone_is_for_a_time(
    hook: Hook, status: int, asked: str, waits: dt.timedelta
) -> None:
    if asked == "a date":
        asked = format_datetime(timezone.now() + waits, usegmt=True)
    hook.peer.answer = lambda _asked: Answer(status=status, headers={"Retry-After": asked})
    agreed(hook.forum)
    hook.deliver()
    hook.peer.answer = lambda _asked: Answer(status=200)
    assert (hook.deliver(waits - MINUTE / 2), queue_due_deliveries(now=timezone.now() + waits - MINUTE / 2)) == (0, 0)
    if waits > MINUTE:
        send_test_message(**hook.by)  # a new one waits as well
        assert hook.deliver(waits - MINUTE / 2) == 0
    assert len(hook.peer.asked) == 1
    assert hook.deliver(waits + MINUTE / 2) >= 1
    assert hook.states()[0] == ("sent", "200", 2)


def test_a_redirect_is_a_failure_and_not_followed(hook: Hook) -> None:
    hook.peer.answer = lambda _asked: Answer(status=307, headers={"Location": hook.peer.address("/other")})
    agreed(hook.forum)
    hook.deliver()
    assert [asked.path for asked in hook.peer.asked] == ["/hook"]
    assert hook.states() == [("queued", "307", 1)]


@pytest.mark.slow
@pytest.mark.parametrize("how", [{"is_silent": True}, {"is_trickling": True}])
def test_a_receiver_that_hangs_is_left_in_time_and_the_rest_waits(hook: Hook, how: dict[str, bool]) -> None:
    hook.peer.answer = lambda _asked: Answer(**how)
    agreed(hook.forum)
    send_test_message(**hook.by)
    begun = timezone.now()
    assert hook.deliver() == 0
    assert timezone.now() - begun < dt.timedelta(seconds=3)
    assert hook.states() == [("queued", "no answer", 1), ("queued", "", 0)]


def test_an_address_of_ones_own_network_is_never_asked(hook: Hook, settings) -> None:
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = []
    agreed(hook.forum)
    hook.deliver()
    assert (hook.peer.asked, hook.states()) == ([], [("queued", "address", 1)])


def test_gone_switches_it_off_at_once_and_organisers_read_of_it(hook: Hook, mailoutbox) -> None:
    hook.status = 410
    agreed(hook.forum)
    send_test_message(**hook.by)
    hook.deliver()
    assert (hook.state(), len(hook.peer.asked)) == ("gone", 1)
    assert [state for state, *_ in hook.states()] == ["failed", "failed"]
    assert len(waiting_jobs(SEND_WEBHOOK_MAIL)) == 1
    send_webhook_mail(webhook_id=hook.webhook.pk, person_id=hook.organiser.person_id)
    [mail] = mailoutbox
    assert mail.to == [hook.organiser.person.email]
    assert "localhost answered that its address is gone (410)" in mail.body
    assert f"/set-up/webhooks/{hook.webhook.pk}/" in mail.body
    with refuses("webhook_off"):
        send_test_message(**hook.by)
    switch_webhook(**hook.by, is_on=True, now=timezone.now())
    send_webhook_mail(webhook_id=hook.webhook.pk, person_id=hook.organiser.person_id)
    assert len(mailoutbox) == 1
    said = Act.objects.filter(kind=Act.Kind.WEBHOOK).order_by("pk").values_list("what", "person")
    assert [what.partition(" ")[2] for what, _by in said] == ["added", "gone", "on"]
    assert [by for _what, by in said] == [hook.organiser.person_id, None, hook.organiser.person_id]


def test_five_days_of_failure_switch_it_off_and_one_success_begins_anew(hook: Hook) -> None:
    hook.status = 503
    agreed(hook.forum)
    hook.deliver()
    hook.status = 200
    hook.deliver(2 * DAY)
    hook.status = 503
    for days, state in ((3, "on"), (7, "on"), (8, "failing")):
        send_test_message(**hook.by)
        hook.deliver(days * DAY)
        assert hook.state() == state, days
    assert len(waiting_jobs(SEND_WEBHOOK_MAIL)) == 1


def test_the_clock_queues_one_job_for_each_webhook_that_something_is_due_for(hook: Hook) -> None:
    assert queue_due_deliveries(now=timezone.now()) == 0
    agreed(hook.forum)
    assert [queue_due_deliveries(now=timezone.now() + MINUTE) for _ in range(2)] == [1, 1]
    assert len(waiting_jobs(DELIVER)) == 1
    hook.deliver()
    assert queue_due_deliveries(now=timezone.now() + MINUTE) == 0


def test_messages_are_kept_for_thirty_days(hook: Hook) -> None:
    agreed(hook.forum)
    now = timezone.now()
    assert delete_old_deliveries(now=now + 29 * DAY) == 0
    assert delete_old_deliveries(now=now + 31 * DAY) == 1


def test_only_organisers_of_the_forum_have_its_webhooks(hook: Hook) -> None:
    address, now = hook.peer.address("/mine"), timezone.now()
    stranger = make_attendee(make_event("elsewhere"), permission="organiser")
    for person in (stranger.person, hook.forum.people[0].person):
        with pytest.raises(OrganisersOnly):
            add_webhook(event=hook.forum.event, address=address, types=ALL, by=person, now=now)
        with pytest.raises(OrganisersOnly):
            delete_webhook(**{**hook.by, "by": person}, now=now)
    with pytest.raises(NotFound):
        delete_webhook(event=stranger.event, webhook_id=hook.webhook.pk, by=stranger.person, now=now)
    delete_webhook(**hook.by, now=now)
    assert not Webhook.objects.exists()


def test_a_webhook_that_cannot_be_is_refused(hook: Hook) -> None:
    event, by, now = hook.forum.event, hook.organiser.person, timezone.now()
    for address, types in ((hook.webhook.address, ALL), ("https://example.org/", []), ("https://b.test/", ["x"])):
        with refuses("bad_webhook"):
            add_webhook(event=event, address=address, types=types, by=by, now=now)
    with pytest.raises(AddressRefused):
        add_webhook(event=event, address="http://example.org/", types=ALL, by=by, now=now)
    for number in range(9):
        add_webhook(event=event, address=f"https://example.org/{number}", types=ALL, by=by, now=now)
    with refuses("too_many_webhooks"):
        add_webhook(event=event, address="https://example.org/10", types=ALL, by=by, now=now)
    rehearsal = make_event("rehearsal", rehearsal_of=event)
    boss = make_attendee(rehearsal, permission="organiser")
    with refuses("no_webhooks_here"):
        add_webhook(event=rehearsal, address="https://example.org/", types=ALL, by=boss.person, now=now)


@pytest.mark.slow
def test_people_read_what_was_told_of_them_and_it_goes_with_them_and_with_the_forum(hook: Hook) -> None:
    mine = make_attendee(hook.forum.event)
    hook.deliver()
    meeting = agreed(hook.forum)
    a = hook.forum.people[0]
    assert [one["type"] for one in export_for(mine.person, timezone.now())["forums"][0]["webhooks"]] == [
        "attendee.joined"
    ]
    assert [one["type"] for one in export_for(a.person, timezone.now())["forums"][0]["webhooks"]] == [
        "meeting.accepted"
    ]
    Attendee.objects.get(pk=mine.pk).delete()
    assert hook.told() == ["meeting.accepted"]
    Meeting.objects.get(pk=meeting.pk).delete()
    assert hook.told() == []


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_what_is_queued_and_once_more_under_the_same_id_after_a_kill(hook: Hook) -> None:
    agreed(hook.forum)
    queue_due_deliveries(now=timezone.now() + MINUTE)
    assert kill_worker_at_work("webhooks") == DELIVER
    do_jobs()
    assert hook.states() == [("sent", "204", 1)]
