"""Mails to an event's organisers about a webhook that was switched off."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from backend.core.outgoing import checked_url
from backend.core.queue import MAIL, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.events.rules.roles import organisers_of
from backend.integrations.models import Webhook
from backend.people.models import Person
from backend.people.rules import in_language_of

SEND_WEBHOOK_MAIL = "integrations.send_webhook_mail"


def tell_of_webhook(webhook: Webhook) -> None:
    """Queue a mail to each organiser, in the transaction in which it was switched off."""
    for person_id in sorted(organisers_of(webhook.event_id).values_list("person_id", flat=True)):
        lock = f"mail:person:{person_id}"
        enqueue(SEND_WEBHOOK_MAIL, lock=lock, queue=MAIL, webhook_id=webhook.pk, person_id=person_id)


def send_webhook_mail(*, webhook_id: int, person_id: int) -> None:
    """Mail one organiser; nothing where the webhook is on again or gone, or they organise no more.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    off = Webhook.objects.filter(state__in=[Webhook.State.GONE, Webhook.State.FAILING])
    webhook = off.select_related("event").filter(pk=webhook_id).first()
    if webhook is None:
        return
    row = organisers_of(webhook.event_id).select_related("person").filter(person=person_id).first()
    if row is None:
        return
    with in_language_of(row.person, webhook.event):
        mail = _mail_to(row.person, webhook)
    result = send_mail_now(mail, event=webhook.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def _mail_to(reader: Person, webhook: Webhook) -> EmailMessage:
    event = webhook.event
    page = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{event.slug}/set-up/webhooks/{webhook.pk}/"
    context = {
        "is_gone": webhook.state == Webhook.State.GONE,
        "event": event.local_name,
        "host": checked_url(webhook.address).host,
        "address": page,
    }
    return automatic_mail(
        to=reader.email,
        subject=_("A webhook of %(event)s is off") % {"event": event.local_name},
        body=render_to_string("integrations/mail/webhook_off.txt", context),
    )
