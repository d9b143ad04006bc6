"""One question about a request, and its answer, before the request is accepted or declined."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from backend.booking.models.meetings import Meeting
from backend.core.models import Numbered


class Question(Numbered):
    """What the one who is asked to meet wants to know first, once, and what the asker answers, once."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="question")
    text = models.CharField(max_length=500)
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="question_says_something"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answered_has_a_time",
            ),
        ]
