"""Who takes part in an event, and what they seek and offer."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.events.models.event import Event
from backend.events.models.topics import Topic
from backend.people.models import Organisation, Person


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    """Common filters. None of these decides who may see whom: safeguarding does."""

    def of(self, event: Event) -> AttendeeQuerySet:
        return self.filter(event=event)

    def with_card(self) -> AttendeeQuerySet:
        """Everything a card shows, in a constant number of queries."""
        return self.select_related("person", "organisation__sector").prefetch_related(
            models.Prefetch("interests", Interest.objects.select_related("topic__theme").order_by("topic_id"))
        )


class Attendee(models.Model):
    """A person's part in one event."""

    class Role(models.TextChoices):
        DELEGATE = "delegate", _("Delegate")
        SPEAKER = "speaker", _("Speaker")
        CHAPERONE = "chaperone", _("Chaperone")

    class Permission(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        ORGANISER = "organiser", _("Organiser")
        SAFEGUARDING_LEAD = "safeguarding-lead", _("Safeguarding lead")

    class Visibility(models.TextChoices):
        LISTED = "listed", _("Listed")
        HIDDEN = "hidden", _("Hidden")

    class AgeClass(models.TextChoices):
        """Set by an organiser, never by the attendee alone; unknown is treated as minor."""

        ADULT = "adult", _("Adult")
        MINOR = "minor", _("Minor")
        UNKNOWN = "unknown", _("Unknown")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendees")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="attendances")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="attendees"
    )
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.DELEGATE)
    permission = models.CharField(max_length=20, choices=Permission.choices, default=Permission.PARTICIPANT)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.LISTED)
    age_class = models.CharField(max_length=10, choices=AgeClass.choices, default=AgeClass.UNKNOWN)
    title = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    about = models.TextField(blank=True)
    seeks = models.TextField(blank=True)
    offers = models.TextField(blank=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)  # by the attendee alone

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="attendee_once_per_event"),
            models.UniqueConstraint(fields=["event", "id"], name="attendee_event_key"),
            models.CheckConstraint(
                condition=Q(age_class__in=["adult", "minor", "unknown"]), name="attendee_age_class_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["listed", "hidden"]), name="attendee_visibility_known"
            ),
            models.CheckConstraint(
                condition=Q(permission__in=["participant", "organiser", "safeguarding-lead"]),
                name="attendee_permission_known",
            ),
            models.CheckConstraint(
                condition=Q(role__in=["delegate", "speaker", "chaperone"]), name="attendee_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"attendee {self.pk}"

    @property
    def constituency(self) -> str:
        """Key of the constituency this attendee counts for; without an organisation, other."""
        return self.organisation.sector.constituency if self.organisation else "other"


class Interest(models.Model):
    """What an attendee seeks, offers, or both, in one topic of the same event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="interests")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="interests")
    seeks = models.BooleanField(default=False)
    offers = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "topic"], name="interest_once_per_topic"),
            models.CheckConstraint(condition=Q(seeks=True) | Q(offers=True), name="interest_says_something"),
        ]

    def __str__(self) -> str:
        return f"interest {self.pk}"
