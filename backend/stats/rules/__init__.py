"""Who may read an event's figures, whom they count, and which counts must be withheld."""

from backend.stats.rules.access import check_can_read_stats, countable
from backend.stats.rules.suppression import MIN_COUNT, cells_to_withhold

__all__ = ["MIN_COUNT", "cells_to_withhold", "check_can_read_stats", "countable"]
