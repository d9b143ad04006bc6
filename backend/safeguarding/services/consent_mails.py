"""Mails about guardians' consent: to the guardian with the link, to the leads without any name."""

from __future__ import annotations

import datetime as dt
import enum

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from backend.core.binding_texts import BindingText, with_english
from backend.core.local_names import lazy_local_name
from backend.core.queue import MAIL, URGENT, enqueue
from backend.core.smtp import MailDelayed, automatic_mail, send_mail_now
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.rules.consents import language_of_guardian, last_day_of, wording_of
from backend.events.rules.roles import leads_of
from backend.events.selectors import name_to_call
from backend.people.rules import in_language_of

SEND_CONSENT_MAIL = "safeguarding.send_consent_mail"
SEND_CONSENT_NEWS = "safeguarding.send_consent_news"
BEFORE_END = dt.timedelta(days=14)  # guardian and leads are told that a consent runs out

signer = signing.Signer(sep=".", salt="safeguarding.consent")


class Change(enum.StrEnum):
    ASKED = "asked"
    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    RUNS_OUT = "runs-out"


def token_of(consent: GuardianConsent) -> str:
    """What the links of all mails about this consent end with."""
    return signer.sign(consent.key.hex)


def mail_guardian(consent: GuardianConsent, change: Change) -> None:
    """Queue a mail about it, in the caller's transaction; none where the guardian has no address."""
    if consent.email:
        enqueue(
            SEND_CONSENT_MAIL,
            lock=f"consent:{consent.pk}",
            queue=MAIL,
            priority=URGENT,
            consent_id=consent.pk,
            change=change.value,
        )


def send_consent_mail(*, consent_id: int, change: str) -> None:
    """Send it; nothing where something else has become true since.

    Raises MailDelayed where the server did not take it, unless another attempt is pointless.
    """
    rows = GuardianConsent.objects.select_related("attendee__event", "attendee__organisation")
    consent = rows.filter(pk=consent_id).first()
    if consent is None or not _is_still_true(consent, Change(change)):
        return
    event = consent.attendee.event
    context = {
        "change": change,
        "event": lazy_local_name(event),
        "guardian": consent.guardian,
        "name": name_to_call(consent.attendee),
        "paragraphs": wording_of(consent.wording).paragraphs,
        "until": last_day_of(consent),
        "address": settings.TITIAN_ADDRESS.rstrip("/") + f"/consent/{token_of(consent)}/",
    }
    with override(language_of_guardian(consent)):
        mail = automatic_mail(
            to=consent.email,
            subject=_SUBJECTS[Change(change)]() % {"event": event.local_name},
            body=with_english(BindingText.CONSENT, lambda: render_to_string("safeguarding/mail/consent.txt", context)),
        )
    result = send_mail_now(mail, event=event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


def tell_leads(event_id: int) -> None:
    """Queue a mail to each lead that something changed about consents; in the caller's transaction."""
    for pk in leads_of(event_id).order_by("pk").values_list("pk", flat=True):
        name = f"{SEND_CONSENT_NEWS}:{pk}"
        enqueue(SEND_CONSENT_NEWS, lock=name, once=name, queue=MAIL, lead_id=pk)


def send_consent_news(*, lead_id: int) -> None:
    """Mail one lead (attendee id) to look at the consents: no name. Raises MailDelayed as above."""
    lead = Attendee.objects.select_related("event", "person").filter(pk=lead_id).first()
    if lead is None or not leads_of(lead.event_id).filter(pk=lead_id).exists():
        return
    address = f"{settings.TITIAN_ADDRESS.rstrip('/')}/e/{lead.event.slug}/consents/"
    with in_language_of(lead.person, lead.event):
        mail = automatic_mail(
            to=lead.person.email,
            subject=_("News about consents and checks: %(event)s") % {"event": lead.event.local_name},
            body=render_to_string(
                "safeguarding/mail/consent_news.txt", {"event": lead.event.local_name, "address": address}
            ),
        )
    result = send_mail_now(mail, event=lead.event)
    if result.error and not result.is_final:
        raise MailDelayed(result.error)


@in_transaction
def remind_of_consents(*, now: dt.datetime) -> int:
    """Once for each consent that runs out within two weeks, mail guardian and leads; gives their number."""
    due = GuardianConsent.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(
        state=GuardianConsent.State.GIVEN, reminded_at=None, expires_at__gt=now, expires_at__lte=now + BEFORE_END
    )
    found = list(due.select_related("attendee").order_by("pk"))
    for consent in found:
        consent.reminded_at = now
        mail_guardian(consent, Change.RUNS_OUT)
    GuardianConsent.objects.bulk_update(found, ["reminded_at"])
    for event_id in sorted({consent.attendee.event_id for consent in found}):
        tell_leads(event_id)
    return len(found)


def _is_still_true(consent: GuardianConsent, change: Change) -> bool:
    state = GuardianConsent.State(consent.state)
    return (
        state
        in {
            Change.ASKED: (state.ASKED,),
            Change.GIVEN: (state.GIVEN,),
            Change.RUNS_OUT: (state.GIVEN,),
            Change.WITHDRAWN: (state.REFUSED, state.WITHDRAWN),
        }[change]
    )


_SUBJECTS = {
    Change.ASKED: lambda: _("Your consent is asked: %(event)s"),
    Change.GIVEN: lambda: _("Your consent is recorded: %(event)s"),
    Change.WITHDRAWN: lambda: _("We no longer have your consent: %(event)s"),
    Change.RUNS_OUT: lambda: _("Your consent runs out: %(event)s"),
}
