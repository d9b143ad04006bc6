"""Guardians' consent to a minor's part in an event: asked by mail or given on paper, and withdrawn (S6)."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.texts import CONTROL
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.events.rules.attendees import clean_text
from backend.events.rules.consents import current_wording, hashes_of_wording
from backend.events.rules.rehearsals import check_takes_people
from backend.events.rules.roles import check_lead
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.locks import lock_attendees
from backend.people.models import AddressHash, Person, hashes_of
from backend.people.services import check_email
from backend.safeguarding.services.consent_mails import Change, mail_guardian, signer, tell_leads

NAME_LIMIT = 120
LONGEST = dt.timedelta(days=366)  # after the event's end
STATE = GuardianConsent.State
IN_FORCE_OR_ASKED = (STATE.ASKED, STATE.GIVEN)


class BadConsent(BusinessError):
    """What a lead entered of a consent cannot be; `details["field"]` says which."""

    code = "bad_consent"
    status = 400


class ConsentLinkInvalid(NotFound):
    code = "consent_link_invalid"


@in_transaction
def ask_consent(
    *,
    event: Event,
    attendee_id: int,
    guardian: str,
    email: str,
    is_certified: bool,
    until: dt.date,
    language: str = "",
    by: Person,
    now: dt.datetime,
) -> GuardianConsent:
    """Ask a guardian by mail; `is_certified`: the lead knows that the address is the guardian's.

    They read it in `language`; empty: the event's. A consent that is in force or asked for is replaced.
    Refuses NotFound (to everybody but a lead, too), NotInThisState, `rehearsal_only`, BadConsent and
    BadEmail.
    """
    attendee = _minor(event, attendee_id, by)
    email = _guardians_address(email, attendee)
    if not is_certified:
        raise BadConsent(
            _("Tick that you know this address to be the guardian’s. Ask the delegation for it."), field="certified"
        )
    consent = GuardianConsent(email=email, way=GuardianConsent.Way.MAIL, language=_language(language))
    _record(consent, attendee, guardian, until, by, now)
    mail_guardian(consent, Change.ASKED)
    return consent


@in_transaction
def record_paper_consent(
    *,
    event: Event,
    attendee_id: int,
    guardian: str,
    email: str,
    seen_by: str,
    until: dt.date,
    language: str = "",
    by: Person,
    now: dt.datetime,
) -> GuardianConsent:
    """Enter a consent given on paper, which `seen_by` saw; the guardian is mailed, where an address is given.

    A consent that is in force or asked for is replaced. Refuses as `ask_consent` does.
    """
    attendee = _minor(event, attendee_id, by)
    seen_by = _one_line(seen_by, "seen_by", _("Write who saw the signed paper."))
    email = _guardians_address(email, attendee) if email.strip() else ""
    consent = GuardianConsent(email=email, way=GuardianConsent.Way.PAPER, seen_by=seen_by, language=_language(language))
    consent.state, consent.decided_at = STATE.GIVEN, now
    _record(consent, attendee, guardian, until, by, now)
    mail_guardian(consent, Change.GIVEN)
    return consent


@in_transaction
def end_consent(*, event: Event, consent_id: int, by: Person, now: dt.datetime) -> GuardianConsent:
    """As a lead, withdraw a consent for the guardian, who is mailed. Refuses NotFound and `consent_over`."""
    check_lead(by, event)
    found = GuardianConsent.objects.filter(pk=consent_id, attendee__event=event).first()
    if found is None:
        raise NotFound(_("There is no such consent at this forum."))
    consent = _locked(found)
    if consent.state not in IN_FORCE_OR_ASKED:
        raise Refused("consent_over", _("This consent is over already."))
    _set_state(consent, STATE.WITHDRAWN, now)
    mail_guardian(consent, Change.WITHDRAWN)
    return consent


def _guardians_address(email: str, attendee: Attendee) -> str:
    """The address, checked; refuses BadEmail, and BadConsent where the young person has it or had it."""
    email = check_email(email)
    theirs = AddressHash.objects.filter(person=attendee.person_id)
    if theirs.filter(address_hash__in=hashes_of(email)).exists():
        raise BadConsent(_("This is the young person’s own address. Write the guardian’s."), field="email")
    return email


def consent_of_link(token: str) -> GuardianConsent:
    """The consent a link is about, for its page; changes nothing. Refuses ConsentLinkInvalid."""
    try:
        key = uuid.UUID(signer.unsign(token))
    except (signing.BadSignature, ValueError):
        raise ConsentLinkInvalid(_("This link is not complete. Open it from the mail again.")) from None
    rows = GuardianConsent.objects.select_related("attendee__event", "attendee__organisation")
    found = rows.filter(key=key).first()
    if found is None:
        raise ConsentLinkInvalid(_("This link leads nowhere any more: what it was about is deleted."))
    return found


@in_transaction
def answer_consent(*, token: str, is_yes: bool, now: dt.datetime, language: str = "") -> GuardianConsent:
    """As the guardian: give what was asked, refuse it, or withdraw what was given; for a POST only.

    `language` is that of the page they read; of a yes it is kept, with hashes of what they said yes to.
    The same answer again changes nothing. A withdrawal holds at once; leads are mailed of it, and of a
    refusal. Refuses ConsentLinkInvalid and `consent_over`.
    """
    consent = _locked(consent_of_link(token))
    wanted = STATE.GIVEN if is_yes else (STATE.REFUSED if consent.state == STATE.ASKED else STATE.WITHDRAWN)
    if consent.state == wanted or (not is_yes and consent.state == STATE.REFUSED):
        return consent
    is_open = consent.state in IN_FORCE_OR_ASKED and (not is_yes or now < consent.expires_at)
    if not is_open:
        raise Refused(
            "consent_over",
            _("This was answered already, or its time is over. The forum’s safeguarding lead can ask again."),
        )
    if is_yes:
        consent.answered_in = language or settings.LANGUAGE_CODE
        consent.english_hash, consent.shown_hash = hashes_of_wording(consent.wording, consent.answered_in)
    _set_state(consent, wanted, now)
    mail_guardian(consent, Change.GIVEN if is_yes else Change.WITHDRAWN)
    tell_leads(consent.attendee.event_id)
    return consent


def _record(
    consent: GuardianConsent, attendee: Attendee, guardian: str, until: dt.date, by: Person, now: dt.datetime
) -> None:
    """Save a new consent in the place of the one that counted until now."""
    event = attendee.event
    consent.guardian = _one_line(guardian, "guardian", _("Write the name of the parent or guardian."))
    consent.expires_at = dt.datetime.combine(until + dt.timedelta(days=1), dt.time(), event.zone)
    if consent.expires_at <= now or until > event.ends_on + LONGEST:
        raise BadConsent(_("A consent ends after today, and at most a year after the forum."), field="until")
    before = GuardianConsent.objects.filter(attendee=attendee, state__in=IN_FORCE_OR_ASKED)
    before.update(state=STATE.REPLACED, decided_at=now)
    consent.attendee, consent.wording = attendee, current_wording().version
    consent.recorded_by, consent.recorded_at = by, now
    consent.save()


def _language(code: str) -> str:
    """The language as it is stored; refuses BadConsent where pages are not offered in it."""
    if code and code not in dict(settings.LANGUAGES):
        raise BadConsent(_("Choose one of the languages offered."), field="language")
    return code


def _minor(event: Event, attendee_id: int, by: Person) -> Attendee:
    """The minor, locked."""
    check_lead(by, event)
    check_allowed(event, Activity.JOIN)
    check_takes_people(event)
    lock_attendees([attendee_id])
    rows = Attendee.objects.select_related("event", "person").filter(event=event, pk=attendee_id)
    minor = rows.filter(age_class=Attendee.AgeClass.MINOR).first()
    if minor is None:
        raise NotFound(_("There is no such young person at this forum. Choose one of the list."))
    return minor


def _locked(consent: GuardianConsent) -> GuardianConsent:
    lock_attendees([consent.attendee_id])
    return GuardianConsent.objects.select_related("attendee__event").get(pk=consent.pk)


def _set_state(consent: GuardianConsent, state: GuardianConsent.State, now: dt.datetime) -> None:
    consent.state, consent.decided_at = state, now
    consent.save(update_fields=["state", "decided_at", "answered_in", "english_hash", "shown_hash"])


def _one_line(text: str, field: str, sentence: str) -> str:
    text = clean_text(text)
    if not text or len(text) > NAME_LIMIT or CONTROL.search(text):
        raise BadConsent(sentence, field=field)
    return text
