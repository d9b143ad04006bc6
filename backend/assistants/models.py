"""Who may act for whom at an event: named by the one, agreed to by the other, ended by either."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class AssistantQuerySet(models.QuerySet["Assistant"]):
    """Filters for assistants. None of these decides who may act: `rules.may_act_for` does."""

    def not_ended(self) -> AssistantQuerySet:
        return self.filter(ended_at=None)

    def in_force(self) -> AssistantQuerySet:
        """Agreed to, and not ended."""
        return self.not_ended().filter(accepted_at__isnull=False)

    def waiting(self) -> AssistantQuerySet:
        """Not agreed to yet, and not ended."""
        return self.not_ended().filter(accepted_at=None)


class Assistant(Numbered):
    """An attendee who may act for another, the principal, once they agreed to it.

    Until then only the keyed hash of the address that the principal wrote is known, whoever it leads to.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    principal = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="assistants")
    attendee = models.ForeignKey(Attendee, null=True, on_delete=models.CASCADE, related_name="principals")
    address_hash = models.CharField(max_length=64, editable=False)
    named_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AssistantQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["address_hash"],
                condition=Q(accepted_at=None, ended_at=None),
                name="assistant_waiting_by_address",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "address_hash"], condition=Q(ended_at=None), name="assistant_once_per_address"
            ),
            models.UniqueConstraint(
                fields=["principal", "attendee"], condition=Q(ended_at=None), name="assistant_once"
            ),
            models.CheckConstraint(
                condition=Q(attendee=None) | ~Q(attendee=F("principal")), name="assistant_of_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(attendee=None, accepted_at=None) | Q(attendee__isnull=False, accepted_at__isnull=False),
                name="assistant_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(address_hash__regex="^[0-9a-f]{64}$"), name="assistant_has_an_address_hash"
            ),
        ]
