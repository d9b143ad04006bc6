"""Messages to webhooks: sent when they are due, tried again with growing pauses, and deleted in time."""

from __future__ import annotations

import datetime as dt
import time

from django.db.models import Q

from backend.core.audit import record_act
from backend.core.errors import BusinessError
from backend.core.models import Act
from backend.core.outgoing import AddressRefused, Patience, Posted, post
from backend.core.transactions import in_transaction
from backend.integrations.models import Webhook, WebhookDelivery
from backend.integrations.services.messages import body_of, signed_headers
from backend.integrations.services.tokens import WEBHOOK_SECRET, opened
from backend.integrations.services.webhook_mails import tell_of_webhook
from backend.integrations.services.webhooks import queue_delivering, set_state

PATIENCE = Patience(connect_seconds=5.0, read_seconds=10.0, total_seconds=15.0, tries=1)
ROUND_SECONDS = 45.0  # for so long one job sends; what is left is for the next
GONE = 410
NO_ANSWER, REFUSED, NO_SECRET = "no answer", "address", "no secret"
PAUSES = tuple(
    dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 300, 600, 840, 1_200, 1_220)
)  # three days in all
FAILS_FOR = dt.timedelta(days=5)  # then it is switched off
ASKS_TO_WAIT = ("429", "503")
LONGEST_WAIT = dt.timedelta(hours=6)  # whatever a receiver asks for
KEPT_FOR = dt.timedelta(days=30)
State = WebhookDelivery.State


def queue_due_deliveries(*, now: dt.datetime) -> int:
    """Have what is due sent, by a job of each webhook; gives their number."""
    on = Webhook.objects.filter(_is_ready(now))
    due = on.filter(deliveries__state=State.QUEUED, deliveries__next_try_at__lte=now)
    ids = list(due.order_by("pk").values_list("pk", flat=True).distinct())
    for webhook_id in ids:
        queue_delivering(webhook_id)
    return len(ids)


def deliver_due(*, webhook_id: int, now: dt.datetime, patience: Patience = PATIENCE) -> int:
    """Send what is due for the webhook, oldest first, until one is not answered; gives how many were taken.

    A try that was not recorded, as where the worker is killed, is made again under the same id. Nothing is
    sent while its server asks to be left alone, for six hours at most.
    """
    due = WebhookDelivery.objects.filter(webhook=webhook_id, state=State.QUEUED, next_try_at__lte=now)
    ids = list(due.order_by("next_try_at", "pk").values_list("pk", flat=True))
    ends_at, taken = time.monotonic() + ROUND_SECONDS, 0
    for delivery_id in ids:
        if time.monotonic() > ends_at:
            queue_delivering(webhook_id)
            break
        answer = _try(delivery_id, now, patience)
        if answer in (NO_ANSWER, str(GONE), *ASKS_TO_WAIT):
            break
        taken += _is_taken(answer)
    return taken


def delete_old_deliveries(*, now: dt.datetime) -> int:
    """Delete messages of thirty days ago; gives how many."""
    return WebhookDelivery.objects.filter(created_at__lte=now - KEPT_FOR).delete()[0]


def _try(delivery_id: int, now: dt.datetime, patience: Patience) -> str:
    """Send one message that waits, outside any transaction; what was answered, or nothing."""
    ready = Webhook.objects.filter(_is_ready(now))
    rows = WebhookDelivery.objects.select_related("webhook__event")
    delivery = rows.filter(pk=delivery_id, state=State.QUEUED, webhook__in=ready).first()
    if delivery is None:
        return ""
    body = body_of(delivery, now)
    if body is None:
        WebhookDelivery.objects.filter(pk=delivery_id, state=State.QUEUED).update(state=State.SKIPPED)
        return ""
    sent = _sent(delivery, body, now, patience)
    if isinstance(sent, Posted):
        answer, wait = str(sent.status), dt.timedelta(seconds=sent.retry_after)
    else:
        answer, wait = sent, dt.timedelta()
    _record(delivery_id=delivery_id, answer=answer, wait=wait, now=now)
    return answer


def _is_ready(now: dt.datetime) -> Q:
    """Condition on webhooks: on, and its server does not ask to be left alone."""
    return Q(state=Webhook.State.ON) & (Q(waits_until=None) | Q(waits_until__lte=now))


def _sent(delivery: WebhookDelivery, body: bytes, now: dt.datetime, patience: Patience) -> Posted | str:
    """What was answered, or why it was not sent."""
    webhook = delivery.webhook
    kept = [opened(one, now, WEBHOOK_SECRET) for one in (webhook.secret, webhook.former_secret)]
    secrets = [one for one in kept if one]
    if not secrets:  # kept under another SECRET_KEY
        return NO_SECRET
    try:
        headers = signed_headers(delivery, body, secrets, now)
        return post(webhook.address, body, headers=headers, patience=patience)
    except AddressRefused:
        return REFUSED
    except BusinessError:
        return NO_ANSWER


@in_transaction
def _record(*, delivery_id: int, answer: str, wait: dt.timedelta, now: dt.datetime) -> None:
    """Keep what was answered, and what follows for the message and its webhook."""
    locked = Webhook.objects.select_for_update(no_key=True, of=("self",))
    webhook = locked.filter(deliveries=delivery_id).first()
    delivery = WebhookDelivery.objects.filter(pk=delivery_id).first()
    if webhook is None or delivery is None:  # deleted meanwhile
        return
    delivery.attempts, delivery.tried_at, delivery.answer = delivery.attempts + 1, now, answer
    if _is_taken(answer):
        delivery.state = State.SENT
    elif answer == str(GONE) or delivery.attempts > len(PAUSES):
        delivery.state = State.FAILED
    else:
        delivery.next_try_at = now + PAUSES[delivery.attempts - 1]
    delivery.save(update_fields=["attempts", "tried_at", "answer", "state", "next_try_at"])
    webhook.waits_until = now + min(wait, LONGEST_WAIT) if wait and answer in ASKS_TO_WAIT else None
    webhook.save(update_fields=["waits_until"])
    if webhook.is_on:
        _follow(webhook, answer, now)


def _follow(webhook: Webhook, answer: str, now: dt.datetime) -> None:
    """What an answer means for the locked webhook: it works, fails for a time, or is switched off."""
    since = None if _is_taken(answer) else webhook.failing_since or now
    if answer == str(GONE):
        _switch_off(webhook, Webhook.State.GONE, now)
    elif since is not None and now - since >= FAILS_FOR:
        _switch_off(webhook, Webhook.State.FAILING, now)
    elif since != webhook.failing_since:
        webhook.failing_since = since
        webhook.save(update_fields=["failing_since"])


def _switch_off(webhook: Webhook, state: str, now: dt.datetime) -> None:
    set_state(webhook, state)
    record_act(event=webhook.event, by=None, kind=Act.Kind.WEBHOOK, what=f"{webhook.pk} {state}", now=now)
    tell_of_webhook(webhook)


def _is_taken(answer: str) -> bool:
    return len(answer) == 3 and answer.startswith("2")
