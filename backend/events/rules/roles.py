"""Who organises or leads an event, who decides about that, and for whom an event is open."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.compiled import CompiledRows
from backend.core.errors import NotFound, Refused
from backend.events.models.attendees import Attendee, AttendeeQuerySet
from backend.events.models.events import Event
from backend.events.models.roles import Appointment, CountryContact, OutsideContact
from backend.events.models.suspensions import Suspension
from backend.events.rules.consents import has_consent
from backend.events.rules.states import NotOpenYet, check_event_open, is_running
from backend.people.models import Person

LEAD = Attendee.Permission.SAFEGUARDING_LEAD
ORGANISER = Attendee.Permission.ORGANISER


def is_suspended() -> Q:
    """Condition on attendees: a safeguarding lead suspended them, and none has lifted it."""
    return Q(Exists(Suspension.objects.in_force().filter(attendee=OuterRef("pk"))))


def is_paused(attendee: Attendee) -> bool:
    """Whether the attendee is suspended now, as the database has it."""
    return bool(_suspensions.fetch(attendee=attendee.pk))


def _suspensions_of(attendee: int) -> QuerySet[Suspension, int]:
    return Suspension.objects.in_force().filter(attendee=attendee).values_list("pk", flat=True)


_suspensions = CompiledRows(_suspensions_of, attendee=-1)


def check_admission(attendee: Attendee, *, even_paused: bool = False) -> None:
    """Refuse `part_paused` to whom a lead suspended, and NotOpenYet to a participant of a draft.

    Organisers and leads prepare a draft meanwhile. `even_paused`: what is open to the suspended, too.
    """
    if not even_paused and is_paused(attendee):
        raise Refused(
            "part_paused",
            _(
                "You cannot use the pages of %(event)s for now, and nobody sees you there. To learn more, "
                "talk to the forum’s safeguarding lead."
            )
            % {"event": attendee.event.local_name},
            status=403,
        )
    if attendee.permission == Attendee.Permission.PARTICIPANT:
        check_event_open(attendee.event)


def leads_of(event: Event | int) -> AttendeeQuerySet:
    """The event's safeguarding leads: confirmed, with an open account, and not suspended (S10)."""
    confirmed = Appointment.objects.in_force().filter(attendee=OuterRef("pk"), permission=LEAD)
    leads = Attendee.objects.filter(Exists(confirmed), event=event, permission=LEAD, person__is_active=True)
    return leads.exclude(is_suspended())


def organisers_of(event: Event | int) -> AttendeeQuerySet:
    """The event's organisers with an open account, and not suspended."""
    organisers = Attendee.objects.filter(event=event, permission=ORGANISER, person__is_active=True)
    return organisers.exclude(is_suspended())


def is_lead(person: Person, event: Event | int) -> bool:
    """Whether the person is a confirmed safeguarding lead of this event."""
    return leads_of(event).filter(person=person.pk).exists()


def check_lead(person: Person, event: Event) -> None:
    """Refuse NotFound unless the person is a safeguarding lead of the event."""
    if not is_lead(person, event):
        raise NotFound(_("There is no such page."))


def is_administrator(person: Person) -> bool:
    """Whether the person administers this installation."""
    return person.is_active and (person.is_staff or person.is_superuser)


def can_start_forums(person: Person) -> bool:
    """Whether the person may start a forum: an administrator, or whom one allowed."""
    return person.is_active and (is_administrator(person) or person.may_start_forums)


@dataclass(frozen=True, slots=True)
class EventRoles:
    """What a person is at an event, for decisions about its organisers and leads."""

    person_id: int
    is_lead: bool
    is_organiser: bool
    is_administrator: bool
    has_leads: bool


def event_roles_of(person: Person, event: Event | int) -> EventRoles:
    """What the person is at the event now; two queries."""
    leads = set(leads_of(event).values_list("person_id", flat=True))
    organises = organisers_of(event).filter(person=person.pk).exists()
    return EventRoles(person.pk, person.pk in leads, organises, is_administrator(person), bool(leads))


def can_confirm(appointment: Appointment, by: EventRoles) -> bool:
    """Whether `by` may confirm or refuse this proposal: never who made it, nor the one proposed (S10).

    A lead is confirmed by a lead, the first one by the administrator; an organiser by either.
    """
    if by.person_id in (appointment.proposed_by_id, appointment.attendee.person_id):
        return False
    is_first_lead = appointment.permission == LEAD and not by.has_leads
    return by.is_lead or (by.is_administrator and (is_first_lead or appointment.permission == ORGANISER))


def can_refuse(appointment: Appointment, by: EventRoles) -> bool:
    """Whether `by` may refuse this proposal: whoever may confirm it or made it, and the one proposed."""
    own = by.person_id in (appointment.proposed_by_id, appointment.attendee.person_id)
    return own or can_confirm(appointment, by)


def can_end(appointment: Appointment, by: EventRoles) -> bool:
    """Whether `by` may end this appointment.

    A lead is ended by themself, another lead or the administrator; an organiser by an organiser or the
    administrator (S10).
    """
    return by.is_administrator or (by.is_lead if appointment.permission == LEAD else by.is_organiser)


def what_running_lacks(event: Event) -> str:
    """What a running event lacks since a lead was ended, in one sentence; else empty."""
    if event.is_rehearsal or not is_running(event):
        return ""
    return _leads_lacking(leads_of(event).count(), has_contact=_has_contact(event))


class Doer(TextChoices):
    """Who has to do what a forum needs before it opens."""

    ADMINISTRATOR = "administrator", gettext_lazy("Administrator")
    LEAD = "safeguarding-lead", gettext_lazy("Safeguarding lead")
    LEAD_OR_ADMINISTRATOR = "lead-or-administrator", gettext_lazy("Safeguarding lead or administrator")


@dataclass(frozen=True, slots=True)
class OpeningNeed:
    """One thing that an event lacks to be open, and who has to do it.

    `blocks`: nobody comes in without it; else adults do, and young people wait.
    """

    who: Doer
    what: str
    blocks: bool = True


def opening_needs(event: Event, now: dt.datetime) -> tuple[OpeningNeed, ...]:
    """All that the event lacks to be open, from its first day; the pages, the API and the refusal name these.

    Two confirmed safeguarding leads, or one and an outside contact (S10); for minors on its list whom to ring
    in the host country, and their guardians' consents (S6). A rehearsal, with nobody real, needs none of it.
    """
    if event.is_rehearsal:
        return ()
    leads, has_contact = leads_of(event).count(), _has_contact(event)
    proposed = Appointment.objects.of(event).filter(permission=LEAD, state=Appointment.State.PROPOSED)
    is_proposed, needs = proposed.exists(), []
    if lacking := _leads_lacking(leads, has_contact=has_contact):
        needs.append(OpeningNeed(Doer.LEAD_OR_ADMINISTRATOR if leads else Doer.ADMINISTRATOR, lacking))
    if lacking and is_proposed:
        what = _("A proposed safeguarding lead waits to be confirmed.")
        needs.append(OpeningNeed(Doer.LEAD if leads else Doer.ADMINISTRATOR, what))
    return (*needs, *_needs_of_minors(event, now))


def _needs_of_minors(event: Event, now: dt.datetime) -> list[OpeningNeed]:
    minors = Attendee.objects.filter(event=event, age_class=Attendee.AgeClass.MINOR)
    needs: list[OpeningNeed] = []
    if not minors.exists():
        return needs
    if not is_open_to_minors(event):
        what = _("Young people are on the list, and wait until a number to call in the host country is entered.")
        needs.append(OpeningNeed(Doer.LEAD, what, blocks=False))
    if minors.exclude(has_consent(now)).exists():
        what = _(
            "Young people whose guardians have not consented have no profile and are shown to nobody: "
            "ask the guardians."
        )
        needs.append(OpeningNeed(Doer.LEAD, what, blocks=False))
    return needs


def is_open_to_minors(event: Event | int) -> bool:
    """Whether minors may come in once adults may: it is entered whom to ring in the host country."""
    return CountryContact.objects.filter(event=event, is_host=True).exists()


def check_open_to_minors(attendee: Attendee) -> None:
    """Refuse NotOpenYet to a minor who takes part in an event that is not open to minors yet."""
    is_minor = attendee.age_class == Attendee.AgeClass.MINOR
    takes_part = attendee.permission == Attendee.Permission.PARTICIPANT
    if is_minor and takes_part and not is_open_to_minors(attendee.event_id):
        raise NotOpenYet(
            _(
                "%(event)s is not open to young people yet: a safeguarding lead still has to enter a "
                "number to call in the host country. Look in again later."
            )
            % {"event": attendee.event.local_name}
        )


def _has_contact(event: Event) -> bool:
    return OutsideContact.objects.filter(event=event).exists()


def _leads_lacking(leads: int, *, has_contact: bool) -> str:
    """What lacks of two confirmed safeguarding leads, or one and an outside contact; else empty."""
    if leads >= 2 or (leads and has_contact):
        return ""
    if leads:
        return _(
            "An open forum needs a second confirmed safeguarding lead, or an outside contact, "
            "whom a safeguarding lead or the administrator enters."
        )
    if has_contact:
        return _("An open forum needs a confirmed safeguarding lead: there is none.")
    return _(
        "An open forum needs two confirmed safeguarding leads, or one and an outside contact: there is none of these."
    )
