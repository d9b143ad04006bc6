"""Whom an event's figures count, and which counts must be withheld."""

from backend.stats.rules.access import countable
from backend.stats.rules.suppression import MIN_COUNT

__all__ = ["MIN_COUNT", "countable"]
