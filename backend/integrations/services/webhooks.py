"""Webhooks of an event: added, changed, tried and deleted by its organisers."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.audit import record_act
from backend.core.errors import NotFound, Refused
from backend.core.models import Act
from backend.core.outgoing import checked_url
from backend.core.queue import WEBHOOKS, enqueue
from backend.core.transactions import in_transaction
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.states import Activity
from backend.events.services.locks import lock_event
from backend.integrations.models import Webhook, WebhookDelivery
from backend.integrations.services.tokens import WEBHOOK_SECRET, sealed
from backend.people.models import Person

MOST_WEBHOOKS = 10  # of one event
SECRET_BYTES = 32
DELIVER = "integrations.deliver"
ADDED, CHANGED, DELETED, RENEWED, ENDED = "added", "changed", "deleted", "renewed", "ended"


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A webhook, and its new secret, which is shown this once."""

    webhook: Webhook
    secret: str


@in_transaction
def add_webhook(*, event: Event, address: str, types: Collection[str], by: Person, now: dt.datetime) -> NewSecret:
    """A new webhook, which is on.

    Refuses OrganisersOnly, AddressRefused, `bad_webhook`, `too_many_webhooks` and `no_webhooks_here`.
    """
    check_organiser(by, event, Activity.EDIT)
    lock_event(event.pk)
    if event.is_rehearsal:
        raise Refused("no_webhooks_here", _("Nothing leaves a rehearsal: add webhooks to the forum itself."))
    if Webhook.objects.filter(event=event).count() >= MOST_WEBHOOKS:
        sentence = _("A forum has at most %(count)d webhooks.") % {"count": MOST_WEBHOOKS}
        raise Refused("too_many_webhooks", sentence)
    webhook = Webhook(event=event)
    _set(webhook, address, types)
    secret = _give_secret(webhook, now)
    webhook.save()
    _record(webhook, ADDED, by, now)
    return NewSecret(webhook, secret)


@in_transaction
def change_webhook(
    *, event: Event, webhook_id: int, address: str, types: Collection[str], by: Person, now: dt.datetime
) -> Webhook:
    """Change where it is and of what it is told; what waits goes to the new address.

    Refuses OrganisersOnly, NotFound, AddressRefused and `bad_webhook`.
    """
    webhook = _locked_webhook(event, webhook_id, by)
    _set(webhook, address, types)
    webhook.save(update_fields=["address", "types"])
    _record(webhook, CHANGED, by, now)
    return webhook


@in_transaction
def switch_webhook(*, event: Event, webhook_id: int, is_on: bool, by: Person, now: dt.datetime) -> Webhook:
    """Switch it on or off; what happens while it is off is not told later.

    Refuses OrganisersOnly and NotFound.
    """
    webhook = _locked_webhook(event, webhook_id, by)
    if webhook.is_on != is_on:
        set_state(webhook, Webhook.State.ON if is_on else Webhook.State.OFF)
        _record(webhook, webhook.state, by, now)
    return webhook


def set_state(webhook: Webhook, state: str) -> None:
    """Switch a locked webhook; where it is off, what waits is given up, and can be sent again."""
    webhook.state, webhook.failing_since, webhook.waits_until = state, None, None
    webhook.save(update_fields=["state", "failing_since", "waits_until"])
    if not webhook.is_on:
        waiting = WebhookDelivery.objects.filter(webhook=webhook, state=WebhookDelivery.State.QUEUED)
        waiting.update(state=WebhookDelivery.State.FAILED)


@in_transaction
def renew_secret(*, event: Event, webhook_id: int, by: Person, now: dt.datetime) -> NewSecret:
    """A new secret; the one before signs as well until it is ended, an older one no more.

    Refuses OrganisersOnly and NotFound.
    """
    webhook = _locked_webhook(event, webhook_id, by)
    webhook.former_secret = webhook.secret
    secret = _give_secret(webhook, now)
    webhook.save(update_fields=["secret", "former_secret"])
    _record(webhook, RENEWED, by, now)
    return NewSecret(webhook, secret)


@in_transaction
def end_former_secret(*, event: Event, webhook_id: int, by: Person, now: dt.datetime) -> Webhook:
    """Sign with the newest secret alone; where there is but one, nothing changes.

    Refuses OrganisersOnly and NotFound.
    """
    webhook = _locked_webhook(event, webhook_id, by)
    if webhook.has_former_secret:
        webhook.former_secret = None
        webhook.save(update_fields=["former_secret"])
        _record(webhook, ENDED, by, now)
    return webhook


@in_transaction
def send_test_message(*, event: Event, webhook_id: int, by: Person) -> WebhookDelivery:
    """Send a message that says nothing. Refuses OrganisersOnly, NotFound and `webhook_off`."""
    webhook = _locked_webhook(event, webhook_id, by)
    _check_on(webhook)
    delivery = WebhookDelivery.objects.create(webhook=webhook, type=WebhookDelivery.TEST)
    queue_delivering(webhook.pk)
    return delivery


@in_transaction
def send_again(*, event: Event, webhook_id: int, delivery_id: int, by: Person, now: dt.datetime) -> WebhookDelivery:
    """Send a message once more, as the same one, whatever became of it; as if it were new.

    Refuses OrganisersOnly, NotFound and `webhook_off`.
    """
    webhook = _locked_webhook(event, webhook_id, by)
    _check_on(webhook)
    found = WebhookDelivery.objects.filter(webhook=webhook, pk=delivery_id).first()
    if found is None:
        raise NotFound(_("There is no such message of this webhook."))
    found.state, found.attempts, found.next_try_at = WebhookDelivery.State.QUEUED, 0, now
    found.save(update_fields=["state", "attempts", "next_try_at"])
    queue_delivering(webhook.pk)
    return found


@in_transaction
def delete_webhook(*, event: Event, webhook_id: int, by: Person, now: dt.datetime) -> None:
    """Forget a webhook and all its messages. Refuses OrganisersOnly and NotFound."""
    webhook = _locked_webhook(event, webhook_id, by)
    _record(webhook, DELETED, by, now)
    webhook.delete()


def webhook_of(event: Event, webhook_id: int) -> Webhook:
    """The event's webhook of this number; refuses NotFound."""
    found = Webhook.objects.select_related("event").filter(event=event, pk=webhook_id).first()
    if found is None:
        raise NotFound(_("There is no such webhook at this forum."))
    return found


def queue_delivering(webhook_id: int) -> None:
    """Have what is due for this webhook sent; one job at a time, so that one that hangs takes one place."""
    lock = f"webhook:{webhook_id}"
    enqueue(DELIVER, lock=lock, once=lock, queue=WEBHOOKS, webhook_id=webhook_id)


def _locked_webhook(event: Event, webhook_id: int, by: Person) -> Webhook:
    check_organiser(by, event, Activity.EDIT)
    webhook_of(event, webhook_id)
    return Webhook.objects.select_for_update(no_key=True).get(pk=webhook_id)


def _set(webhook: Webhook, address: str, types: Collection[str]) -> None:
    address = address.strip()
    checked_url(address)
    others = Webhook.objects.filter(event=webhook.event, address=address).exclude(pk=webhook.pk)
    if others.exists():
        raise _bad_webhook(_("Another webhook has this address."))
    if not types or not set(types) <= set(Webhook.Type.values):
        raise _bad_webhook(_("Choose at least one thing that it is told of."))
    webhook.address, webhook.types = address, [one for one in Webhook.Type.values if one in types]


def _give_secret(webhook: Webhook, now: dt.datetime) -> str:
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    webhook.secret = sealed(secret, now, WEBHOOK_SECRET) or b""
    return secret


def _check_on(webhook: Webhook) -> None:
    if not webhook.is_on:
        raise Refused("webhook_off", _("This webhook is off. Switch it on first."))


def _record(webhook: Webhook, what: str, by: Person, now: dt.datetime) -> None:
    record_act(event=webhook.event, by=by, kind=Act.Kind.WEBHOOK, what=f"{webhook.pk} {what}", now=now)


def _bad_webhook(sentence: str) -> Refused:
    return Refused("bad_webhook", sentence, status=400)
