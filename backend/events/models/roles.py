"""Who organises an event or leads its safeguarding, and whom to turn to outside it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.people.models import Person


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def of(self, event: Event) -> AppointmentQuerySet:
        return self.filter(attendee__event=event)

    def in_force(self) -> AppointmentQuerySet:
        """Those that give their permission now."""
        return self.filter(state=Appointment.State.CONFIRMED)


class Appointment(Numbered):
    """A person proposed, confirmed or ended as organiser or safeguarding lead of an event.

    `attendee.permission` follows the one in force, which began at `decided_at`. `is_first`: a lead, and the
    event had no other when this was confirmed.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        CONFIRMED = "confirmed", _("Confirmed")
        REFUSED = "refused", pgettext_lazy("by a person", "Refused")
        ENDED = "ended", _("Ended")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="appointments")
    permission = models.CharField(max_length=20, choices=Attendee.Permission.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_at = models.DateTimeField(null=True)
    is_first = models.BooleanField(default=False)
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee"], condition=Q(state__in=["proposed", "confirmed"]), name="appointment_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(permission__in=["organiser", "safeguarding-lead"]), name="appointment_permission_known"
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_at=None, ended_at=None)
                | Q(state__in=["confirmed", "refused"], decided_at__isnull=False, ended_at=None)
                | Q(state="ended", decided_at__isnull=False, ended_at__isnull=False),
                name="appointment_state_and_times_agree",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "ended"], proposed_by=F("decided_by")),
                name="appointment_confirmed_by_another",
            ),
        ]


class OutsideContact(Numbered):
    """Whom to turn to outside the forum where no safeguarding lead may read a report.

    Its readers are safeguarding leads, the administrator, and who makes such a report.
    """

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="outside_contact")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & (~Q(email="") | ~Q(phone="")), name="outside_contact_can_be_reached"
            )
        ]


class CountryContact(Numbered):
    """Whom to ring in a country when somebody is in danger; entered by a lead, read by all of the event.

    `is_host`: of the country the forum is held in.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="country_contacts")
    country = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    source = models.CharField(max_length=300)  # where the number is published
    checked_on = models.DateField()
    is_host = models.BooleanField(default=False)
    entered_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_host", "country", "name"]
        constraints = [
            models.UniqueConstraint(fields=["event", "country", "name"], name="country_contact_once"),
            models.CheckConstraint(
                condition=~Q(country="") & ~Q(name="") & ~Q(phone="") & ~Q(source=""), name="country_contact_is_whole"
            ),
        ]
