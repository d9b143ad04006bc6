"""What guardians consented to."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.people.models import Person


class GuardianConsent(Numbered):
    """A guardian's consent to the profile of a minor at an event (S6): asked by mail, or given on paper.

    The links of its mails are signed over `key`. Only safeguarding leads read it.
    """

    class Way(models.TextChoices):
        MAIL = "mail", _("By mail")
        PAPER = "paper", _("On paper")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("a consent was", "Asked")
        GIVEN = "given", _("Given")
        REFUSED = "refused", pgettext_lazy("by a person", "Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REPLACED = "replaced", _("Replaced")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="guardian_consents")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    guardian = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)  # certified as the guardian's by `recorded_by`
    way = models.CharField(max_length=8, choices=Way.choices)
    wording = models.CharField(max_length=20)  # its version
    # Of mails and of their page, as the lead chose it; empty: the event's.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    # In which language the guardian said yes, and hashes of the wording in English and as they read it.
    answered_in = models.CharField(max_length=10, blank=True, default="", db_default="")
    english_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    shown_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    seen_by = models.CharField(max_length=120, blank=True)  # of paper: who saw it signed
    recorded_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    decided_at = models.DateTimeField(null=True)  # when the state became what it is, but for asked
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)  # that it runs out

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["attendee"], condition=Q(state__in=["asked", "given"]), name="consent_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(guardian="") & ~Q(wording=""), name="consent_says_who_to_what"),
            models.CheckConstraint(
                condition=Q(way="mail", seen_by="") & ~Q(email="") | Q(way="paper") & ~Q(seen_by=""),
                name="consent_by_a_mail_or_seen_on_paper",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", way="mail", decided_at=None)
                | Q(state__in=["given", "refused", "withdrawn", "replaced"], decided_at__isnull=False),
                name="consent_state_and_time_agree",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("recorded_at")), name="consent_ends_after_it_begins"
            ),
        ]
