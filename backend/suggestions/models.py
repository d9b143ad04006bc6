"""Runs of the matching, their suggestions, feedback and views, and stored text vectors."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from backend.core.models import Numbered
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event


class Embedding(Numbered):
    """One text's vector under one model; the text itself is kept as a hash only."""

    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    text_hash = models.CharField(max_length=64)
    vector = VectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "kind", "text_hash"], name="embedding_once")]


class Run(Numbered):
    """One computation of an event's lists; it becomes current in one transaction."""

    class State(models.TextChoices):
        BUILDING = "building", _("Being computed")
        CURRENT = "current", _("Current")
        RETIRED = "retired", _("Replaced")
        FAILED = "failed", _("Failed")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.BUILDING)
    policy = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    model = models.CharField(max_length=200)
    matching_state = models.BinaryField(null=True, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(state="current"), name="run_one_current"),
            models.CheckConstraint(
                condition=Q(state="building") | Q(state="failed") | Q(published_at__isnull=False),
                name="run_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["building", "current", "retired", "failed"]), name="run_state_known"
            ),
        ]


LIST_SIZE = 10
"""Entries of a list as its owner sees it, and as matching balances it."""


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def proper(self) -> SuggestionQuerySet:
        """Those that matching chose for the lists, without the further ones that are kept behind them."""
        return self.filter(rank__lte=LIST_SIZE)


class Suggestion(Numbered):
    """One entry of an attendee's list. `reasons` are codes with evidence, put into words by the pages.

    A list keeps more entries than its owner sees: those of a rank above LIST_SIZE follow by the owner's own
    score, and are shown where the contact policy leaves out others.

    A trigger, not a foreign key, keeps Run and attendees in one event: the row does not repeat its id.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="suggestions")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="suggestions")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="suggested_to")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    propensity = models.FloatField(default=1.0)
    exploratory = models.BooleanField(default=False)
    reasons = models.JSONField()

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["run", "attendee", "other"], name="suggestion_once"),
            models.UniqueConstraint(fields=["run", "attendee", "rank"], name="suggestion_one_per_rank"),
            models.CheckConstraint(condition=~Q(attendee=F("other")), name="suggestion_not_self"),
            models.CheckConstraint(condition=Q(score__gte=0) & Q(score__lte=1), name="suggestion_score_unit"),
            models.CheckConstraint(
                condition=Q(propensity__gt=0, propensity__lte=1), name="suggestion_propensity_a_chance"
            ),
            models.CheckConstraint(condition=~Q(reasons=[]), name="suggestion_has_a_reason"),
        ]


class ListReading(Numbered):
    """Which version of a profile an attendee's list was computed from, and when.

    A list is stale exactly when the attendee's `changed_at` differs from `profile_changed_at`: comparing
    versions, unlike clocks, cannot miss a change committed while the inputs were read.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="readings")
    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    profile_changed_at = models.DateTimeField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "attendee"], name="list_reading_once")]


class SuggestionView(Numbered):
    """An attendee was shown another's card, first at `viewed_at`; it outlives the Run, so it keeps the card's
    place and propensity."""

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True)
    propensity = models.FloatField(null=True)
    viewed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "other"], name="suggestion_view_once"),
            models.CheckConstraint(condition=~Q(attendee=F("other")), name="suggestion_view_not_self"),
            models.CheckConstraint(
                condition=Q(propensity=None) | Q(propensity__gt=0, propensity__lte=1),
                name="suggestion_view_propensity_a_chance",
            ),
        ]


NOTE_LENGTH = 500
"""Characters of a note on somebody saved."""


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def not_relevant_at(self, event: Event) -> set[tuple[int, int]]:
        """Pairs of attendee ids (who said so, of whom) called not relevant at the event."""
        rows = self.filter(attendee__event=event, verdict=Feedback.Verdict.NOT_RELEVANT)
        return set(rows.values_list("attendee_id", "other_id"))


class Feedback(Numbered):
    """An attendee's verdict on a suggestion, with its rank and Run when it was shown.

    A trigger keeps it in one event, as for a Suggestion.
    """

    class Verdict(models.TextChoices):
        GOOD = "good", _("Saved")
        NOT_RELEVANT = "not-relevant", _("Not relevant")

    class Cause(models.TextChoices):
        TOPIC = "topic", _("the topic is not mine")
        CONSTITUENCY = "constituency", _("I look for another sector")
        KNOWN = "known", _("we know each other")
        OTHER = "other", _("another reason")

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="feedback")
    other = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    cause = models.CharField(max_length=12, choices=Cause.choices, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)  # on somebody saved, for oneself alone
    run = models.ForeignKey(Run, null=True, on_delete=models.SET_NULL, related_name="+")
    rank = models.PositiveSmallIntegerField(null=True)
    propensity = models.FloatField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendee", "other"], name="feedback_once"),
            models.CheckConstraint(condition=~Q(attendee=F("other")), name="feedback_not_self"),
            models.CheckConstraint(
                condition=Q(verdict="good", cause="")
                | (Q(verdict="not-relevant") & Q(cause__in=["topic", "constituency", "known", "other"])),
                name="feedback_cause_when_not_relevant",
            ),
            models.CheckConstraint(condition=Q(note="") | Q(verdict="good"), name="feedback_note_on_somebody_saved"),
            models.CheckConstraint(
                condition=Q(propensity=None) | Q(propensity__gt=0, propensity__lte=1),
                name="feedback_propensity_a_chance",
            ),
        ]


class SuggestionRules(Numbered):
    """What an event's organisers chose for its lists; an event without a row has these defaults."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="suggestion_rules")
    learns_nightly = models.BooleanField(default=False)
    # Ties of this edition and the later ones are learned from too.
    learns_since = models.ForeignKey(Event, null=True, on_delete=models.SET_NULL, related_name="+")


class Learning(Numbered):
    """The newest learning of an event's weights, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Learning")
        LEARNED = "learned", _("Learned")
        TOO_FEW_ANSWERS = "too-few", _("Too few answers")
        NOT_PROVEN = "not-proven", _("No gain proven")
        FAILED = "failed", _("Failed")

    event = models.OneToOneField(Event, on_delete=models.CASCADE, related_name="learning")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "learned", "too-few", "not-proven", "failed"]),
                name="learning_state_known",
            )
        ]


class LearnedWeights(Numbered):
    """Weights of the score learned from an event's answers, with counts of these and never the answers.

    `weights`: name -> prior, value, low, high; `counts`: answers by question, and what the weights gain on
    later days. The active row is that of the next Runs, which store the weights with themselves; without one
    the default weights hold, as where the newest row failed on later days.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="learned_weights")
    weights = models.JSONField()
    counts = models.JSONField()
    learned_at = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-learned_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(is_active=True), name="learned_weights_one_active")
        ]
