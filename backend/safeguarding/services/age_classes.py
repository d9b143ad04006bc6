"""The age class of attendees: who may set it, and what has to happen before somebody counts as an adult.

To become an adult a person of unknown age is set alone or confirmed in a list that names everybody; for a
minor an organiser proposes it and a safeguarding lead consents. For whom another event knows as a minor a
lead of each event agrees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.errors import BusinessError, NotFound, Refused
from backend.core.transactions import in_transaction
from backend.events.models.age_classes import AdultProposal, AgeAgreement
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.events.rules.roles import check_lead
from backend.events.rules.states import Activity, check_allowed
from backend.events.services.changes import announce_changes
from backend.people.models import KnownMinor, Person
from backend.safeguarding.services.age_mails import tell_of_proposals

ADULT, MINOR, UNKNOWN = Attendee.AgeClass.ADULT, Attendee.AgeClass.MINOR, Attendee.AgeClass.UNKNOWN


class OwnAgeClass(BusinessError):
    code = "own_age_class"
    status = 403


class LeadHasToConsent(BusinessError):
    """The one chosen is set as a minor; `attendee_id` says who."""

    code = "lead_has_to_consent"


class AdultsNotConfirmed(BusinessError):
    """Several of unknown age would count as adults; `attendee_ids` says who has to be shown and confirmed."""

    code = "adults_not_confirmed"


class AlreadyDecided(BusinessError):
    code = "already_decided"


def has_to_stay_adult(attendee: Attendee, age_class: str) -> bool:
    """Whether this age class would make an organiser or a safeguarding lead no adult any more."""
    holds_role = attendee.permission != Attendee.Permission.PARTICIPANT
    return holds_role and attendee.age_class == ADULT and age_class in (MINOR, UNKNOWN)


def check_age_change(attendees: Sequence[Attendee], age_class: str, by: Person, confirmed: Collection[int]) -> None:
    """Refuse OwnAgeClass, `holds_role`, `minors_in_selection`, LeadHasToConsent and AdultsNotConfirmed.

    `confirmed` are the ids of those of unknown age whose names were shown and confirmed.
    """
    if any(one.person_id == by.pk and age_class not in ("", one.age_class) for one in attendees):
        raise OwnAgeClass(_("Your own age class is for another organiser to set."))
    if any(has_to_stay_adult(one, age_class) for one in attendees):
        raise Refused(
            "holds_role",
            _(
                "An organiser or a safeguarding lead has to be an adult: nobody was changed. "
                "Leave them out, or end what they hold first."
            ),
        )
    minors = [one for one in attendees if one.age_class == MINOR and age_class not in ("", MINOR)]
    if minors and len(attendees) > 1:
        raise Refused(
            "minors_in_selection",
            ngettext(
                "%(minors)s of these %(people)s people is set as a minor: nobody was changed. "
                "To say that one of them is an adult, tick that person alone.",
                "%(minors)s of these %(people)s people are set as minors: nobody was changed. "
                "To say that one of them is an adult, tick that person alone.",
                len(minors),
            )
            % {"minors": f"{len(minors):,}", "people": f"{len(attendees):,}"},
        )
    if minors:
        raise LeadHasToConsent(
            _(
                "This person is set as a minor: nothing was changed. "
                "Propose to the safeguarding leads that the person is an adult; one of them has to consent."
            ),
            attendee_id=minors[0].pk,
        )
    raised = [one.pk for one in attendees if one.age_class == UNKNOWN and age_class == ADULT]
    if raised and len(attendees) > 1 and not set(raised) <= set(confirmed):
        raise AdultsNotConfirmed(
            ngettext(
                "%(count)s person of unknown age would count as an adult: read the name and confirm.",
                "%(count)s people of unknown age would count as adults: read each name and confirm.",
                len(raised),
            )
            % {"count": f"{len(raised):,}"},
            attendee_ids=raised,
        )


@in_transaction
def propose_adult(*, event: Event, attendee_id: int, by: Person, now: dt.datetime) -> AdultProposal:
    """Propose to the event's safeguarding leads that a person set as a minor is an adult; once is enough.

    The leads are told by mail. Refuses OrganisersOnly, NotInThisState, NotFound, OwnAgeClass and
    `not_set_as_minor`.
    """
    check_organiser(by, event, Activity.EDIT)
    attendee = Attendee.objects.select_for_update(no_key=True).filter(event=event, pk=attendee_id).first()
    if attendee is None:
        raise NotFound(_("There is no such person at this forum. Choose one of its list of people."))
    if attendee.person_id == by.pk:
        raise OwnAgeClass(_("Your own age class is for another organiser to set."))
    if attendee.age_class != MINOR:
        raise Refused("not_set_as_minor", _("This person is not set as a minor: set the age class in the list."))
    proposal, is_new = AdultProposal.objects.get_or_create(
        attendee=attendee, state=AdultProposal.State.OPEN, defaults={"proposed_by": by, "proposed_at": now}
    )
    if is_new:
        tell_of_proposals(event.pk, now)
    return proposal


@in_transaction
def consent_to_adult(*, event: Event, proposal_id: int, by: Person, now: dt.datetime) -> Attendee:
    """A safeguarding lead consents: from now on the person counts as an adult at this event.

    What this event knows of the address goes with it; what other events know stays. Refuses NotFound (to
    everybody but a lead, too), OwnAgeClass, `own_proposal` and AlreadyDecided.
    """
    proposal = _decide(event, proposal_id, AdultProposal.State.CONSENTED, by, now)
    attendee = proposal.attendee
    attendee.age_class, attendee.changed_at = ADULT, now
    attendee.save(update_fields=["age_class", "changed_at"])
    others = Attendee.objects.filter(event=event, age_class=MINOR).values("person")
    known = KnownMinor.objects.filter(event=event).of(person=attendee.person_id)
    known.exclude(pk__in=KnownMinor.objects.of(person__in=others)).delete()
    announce_changes(event.pk)
    return attendee


@in_transaction
def decline_adult(*, event: Event, proposal_id: int, by: Person, now: dt.datetime) -> Attendee:
    """A safeguarding lead declines: the person stays a minor. Refuses as `consent_to_adult` does."""
    return _decide(event, proposal_id, AdultProposal.State.DECLINED, by, now).attendee


def _decide(event: Event, proposal_id: int, state: AdultProposal.State, by: Person, now: dt.datetime) -> AdultProposal:
    """Close an open proposal, its attendee locked."""
    check_lead(by, event)
    check_allowed(event, Activity.EDIT)
    proposals = AdultProposal.objects.select_related("attendee__person").filter(attendee__event=event)
    proposal = proposals.select_for_update(of=("self", "attendee"), no_key=True).filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(_("There is no such proposal at this forum. It may be decided already: load the list again."))
    if proposal.attendee.person_id == by.pk:
        raise OwnAgeClass(_("Your own age class is for another safeguarding lead to decide."))
    if proposal.proposed_by_id == by.pk:
        raise Refused("own_proposal", _("You proposed this yourself: another safeguarding lead decides."), status=403)
    if proposal.state != AdultProposal.State.OPEN:
        raise AlreadyDecided(_("This was decided already: read the list again."))
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, now
    proposal.save(update_fields=["state", "decided_by", "decided_at"])
    return proposal


@in_transaction
def agree_adult(*, event: Event, attendee_id: int, known_minor_id: int, by: Person, now: dt.datetime) -> Attendee:
    """A lead of one of two events agrees that somebody known as a minor at one is an adult at the other.

    `event` is the lead's. Once a lead of each has agreed, the attendee counts as an adult. Refuses NotFound
    (also to everybody but a lead of one of the two) and OwnAgeClass.
    """
    check_lead(by, event)
    attendee = Attendee.objects.select_related("person").filter(pk=attendee_id, age_class=ADULT).first()
    about = KnownMinor.objects.none()
    if attendee is not None:
        about = KnownMinor.objects.alive(now).about(person=attendee.person_id)
    known = about.filter(pk=known_minor_id).first()
    if attendee is None or known is None or event.pk not in (attendee.event_id, known.event_id):
        raise NotFound(_("There is nothing to agree about here: read the list again."))
    if attendee.person_id == by.pk:
        raise OwnAgeClass(_("Your own age class is for another safeguarding lead to decide."))
    for one in about.filter(event=known.event_id).order_by("pk"):  # of each address the same
        AgeAgreement.objects.get_or_create(
            known_minor=one,
            event_id=attendee.event_id,
            of_event=event,
            person=attendee.person,
            defaults={"lead": by, "agreed_at": now},
        )
    announce_changes(attendee.event_id)
    return attendee
