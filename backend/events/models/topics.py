"""What an event is about."""

from __future__ import annotations

from django.db import models

from backend.events.models.event import Event


class Theme(models.Model):
    """One of an event's themes, in the order the programme gives them."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="themes")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="theme_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="theme_event_key"),
        ]

    def __str__(self) -> str:
        return self.name


class Topic(models.Model):
    """A subject under a theme that attendees seek or offer."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="topics")
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="topics")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["event", "key"], name="topic_key_once"),
            models.UniqueConstraint(fields=["event", "id"], name="topic_event_key"),
        ]

    def __str__(self) -> str:
        return self.name
