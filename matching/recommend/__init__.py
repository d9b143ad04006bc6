"""Explained recommendation lists: who should meet whom at an event, and why."""

from matching.recommend.explain import explain_pair
from matching.recommend.features import Priors
from matching.recommend.measures import gini
from matching.recommend.reasons import QuotedText, closest_sentences, quoted_texts, with_quotations
from matching.recommend.run import RunResult, build_run
from matching.recommend.state import RunState
from matching.recommend.strength import Strength, strength_of
from matching.recommend.update import UpdateResult, update_people

__all__ = [
    "Priors",
    "QuotedText",
    "RunResult",
    "RunState",
    "Strength",
    "UpdateResult",
    "build_run",
    "closest_sentences",
    "explain_pair",
    "gini",
    "quoted_texts",
    "strength_of",
    "update_people",
    "with_quotations",
]
