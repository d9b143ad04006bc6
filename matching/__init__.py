"""Who should meet whom, and why: plain values in, plain values out."""

from matching.errors import MatchingError
from matching.policy import Policy
from matching.recommend.explain import explain
from matching.recommend.reasons import QuotedText, best_sentences, quoted_texts, with_evidence
from matching.recommend.run import RunResult, build_run
from matching.recommend.state import RunState
from matching.recommend.update import Update, update_people
from matching.types import (
    Explanation,
    GroupReport,
    Lists,
    Part,
    Participant,
    Reason,
    RunReport,
    Suggested,
    Tie,
    Vectors,
)

__all__ = [
    "Explanation",
    "GroupReport",
    "Lists",
    "MatchingError",
    "Part",
    "Participant",
    "Policy",
    "QuotedText",
    "Reason",
    "RunReport",
    "RunResult",
    "RunState",
    "Suggested",
    "Tie",
    "Update",
    "Vectors",
    "best_sentences",
    "build_run",
    "explain",
    "quoted_texts",
    "update_people",
    "with_evidence",
]
