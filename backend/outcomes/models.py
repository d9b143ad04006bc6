"""How people can be reached after a forum, as each gave it to one other person."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from backend.core.models import Numbered
from backend.events.models.aliases import Alias
from backend.events.models.events import Event
from backend.people.models import Person


class ContactShareQuerySet(models.QuerySet["ContactShare"]):
    """Filters for shares. None of these decides who may read one: the contact policy does."""

    def standing(self) -> ContactShareQuerySet:
        """Without those of a giver who appears under an alias at that event (S11)."""
        aliases = Alias.objects.filter(attendee__event=OuterRef("event"), attendee__person=OuterRef("giver"))
        return self.exclude(Exists(aliases))

    def mutual(self) -> ContactShareQuerySet:
        """Standing ones that are answered by a standing one of the other."""
        answers = ContactShare.objects.standing().filter(
            event=OuterRef("event"), giver=OuterRef("receiver"), receiver=OuterRef("giver")
        )
        return self.standing().filter(Exists(answers))

    def at(self, event_id: int, one: int, other: int) -> ContactShareQuerySet:
        """Those between these two people (ids) at this event, in both directions."""
        pair = Q(giver=one, receiver=other) | Q(giver=other, receiver=one)
        return self.filter(pair, event=event_id)


class ContactShare(Numbered):
    """What one person lets another know of how to reach them; two of these are a connection.

    Nothing of it is shown before both have given something. With people, not attendees: a connection outlasts
    the time of keeping of its event. Then `kept_at` is set, and the giver's card as it was is in `kept_...`.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")  # where they met
    giver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts_given")
    receiver = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts_received")
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    link = models.CharField(max_length=300, blank=True)
    given_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_name = models.CharField(max_length=200, blank=True)
    kept_title = models.CharField(max_length=200, blank=True)
    kept_organisation = models.CharField(max_length=255, blank=True)

    objects = ContactShareQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "giver", "receiver"], name="contact_share_once"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="contact_share_of_two"),
            models.CheckConstraint(condition=~Q(email="", phone="", link=""), name="contact_share_says_something"),
            models.CheckConstraint(
                condition=Q(kept_at=None, kept_name="") | (Q(kept_at__isnull=False) & ~Q(kept_name="")),
                name="contact_share_kept_with_a_name",
            ),
        ]
