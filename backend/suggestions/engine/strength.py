"""The word for a suggestion's score."""

from matching.recommend import Strength, strength_of

__all__ = ["Strength", "strength_of"]
