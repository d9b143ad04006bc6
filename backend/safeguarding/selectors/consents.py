"""What only safeguarding leads read about guardians' consent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import NotFound
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.events.rules.consents import last_day_of
from backend.events.selectors import delegation_of, name_to_call
from backend.people.rules import language_of_person

ENDS_SOON = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A minor by short name and delegation (S7), and the newest consent of a guardian.

    `state`: none, one of the model's but replaced, or expired. `until` is the last day of it.
    """

    attendee_id: int
    name: str
    delegation: str
    state: str
    consent: GuardianConsent | None
    until: dt.date | None
    ends_soon: bool
    guardian_language: str = ""  # the one they most likely read: as before, else the young person's

    @property
    def can_end(self) -> bool:
        return self.state in ("asked", "given")


@dataclass(frozen=True, slots=True)
class Consents:
    """The minors of an event: first who has no consent in force."""

    rows: tuple[ConsentRow, ...]

    @property
    def lacking(self) -> int:
        return sum(row.state != "given" for row in self.rows)

    @property
    def ending(self) -> int:
        """Those in force that run out within two weeks."""
        return sum(row.ends_soon for row in self.rows)


def consents_for(lead: Attendee, now: dt.datetime) -> Consents:
    """All minors of the lead's event; two queries."""
    minors = Attendee.objects.filter(event=lead.event_id, age_class=Attendee.AgeClass.MINOR)
    newest = {
        row.attendee_id: row
        for row in GuardianConsent.objects.filter(attendee__in=minors)
        .select_related("attendee__event")
        .exclude(state=GuardianConsent.State.REPLACED)
        .order_by("recorded_at", "pk")
    }
    people = minors.select_related("organisation", "person")
    rows = [_row(minor, newest.get(minor.pk), lead.event, now) for minor in people]
    rows.sort(key=lambda row: (row.state == "given", row.delegation, row.name, row.attendee_id))
    return Consents(tuple(rows))


def consent_row_for(lead: Attendee, attendee_id: int, now: dt.datetime) -> ConsentRow:
    """One of them; refuses NotFound."""
    for row in consents_for(lead, now).rows:
        if row.attendee_id == attendee_id:
            return row
    raise NotFound(_("There is no such young person at this forum. Choose one of the list."))


def _row(minor: Attendee, consent: GuardianConsent | None, event: Event, now: dt.datetime) -> ConsentRow:
    state = consent_state(consent, now)
    until = last_day_of(consent) if consent else None
    return ConsentRow(
        attendee_id=minor.pk,
        name=name_to_call(minor),
        delegation=delegation_of(minor),
        state=state,
        consent=consent,
        until=until,
        ends_soon=state == "given" and consent is not None and consent.expires_at <= now + ENDS_SOON,
        guardian_language=(consent.language if consent else "") or language_of_person(minor.person, event),
    )


def consent_state(consent: GuardianConsent | None, now: dt.datetime) -> str:
    """The state as pages show it: none where there is no consent, expired where its time is over."""
    if consent is None:
        return "none"
    is_counting = consent.state in (GuardianConsent.State.ASKED, GuardianConsent.State.GIVEN)
    return "expired" if is_counting and consent.expires_at <= now else consent.state


def own_consent_until(attendee: Attendee, now: dt.datetime) -> dt.date | None:
    """The last day of the consent in force for this minor, for their own page; None without one."""
    given = GuardianConsent.objects.filter(
        attendee=attendee, state=GuardianConsent.State.GIVEN, expires_at__gt=now
    ).first()
    if given is None:
        return None
    return last_day_of(given)
