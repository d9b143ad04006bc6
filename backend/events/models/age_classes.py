"""Who is said to be an adult: what organisers propose and what safeguarding leads decide."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import KnownMinor, Person


class AdultProposal(Numbered):
    """An organiser says that somebody set as a minor is an adult; a safeguarding lead consents, or not."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for a safeguarding lead")
        CONSENTED = "consented", _("Set as an adult")
        DECLINED = "declined", _("Kept as a minor")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="adult_proposals")
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee"], condition=Q(state="open"), name="adult_proposal_once_open"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["consented", "declined"], decided_at__isnull=False),
                name="adult_proposal_decided_has_a_time",
            ),
        ]


class AgeAgreement(Numbered):
    """A lead of one of two events agrees that a person is an adult at `event`, known as a minor elsewhere.

    Both events' leads have to agree: one agreement of `event`, one of the event of `known_minor`. It holds
    for this person alone: others may have the address, or one that looks like it. A row is never changed; it
    goes with its known minor, and when the person is set as a minor again.
    """

    known_minor = models.ForeignKey(KnownMinor, on_delete=models.CASCADE, related_name="agreements")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")  # where the person is an adult
    of_event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")  # whose lead agreed
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    lead = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["known_minor", "event", "of_event", "person"], name="age_agreement_once_a_person"
            )
        ]


class AgeAlert(Numbered):
    """A safeguarding lead was told by mail that this person's age class waits for their event's leads."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attendee", "lead"], name="age_alert_once")]
