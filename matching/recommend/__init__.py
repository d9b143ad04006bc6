"""Explained recommendation lists: who should meet whom at an event, and why."""

from matching.recommend.explain import explain_pair
from matching.recommend.measures import gini
from matching.recommend.reasons import QuotedText, closest_sentences, quoted_texts, with_quotations
from matching.recommend.run import RunResult, build_run
from matching.recommend.state import RunState
from matching.recommend.update import UpdateResult, update_people

__all__ = [
    "QuotedText",
    "RunResult",
    "RunState",
    "UpdateResult",
    "build_run",
    "closest_sentences",
    "explain_pair",
    "gini",
    "quoted_texts",
    "update_people",
    "with_quotations",
]
