"""Who should meet whom, and why: plain values in, plain values out."""

from matching.errors import MatchingError
from matching.explain import explain
from matching.policy import Policy
from matching.reasons import QuotedText, best_sentences, quoted_texts, with_evidence
from matching.run import RunResult, build_run
from matching.state import RunState
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
from matching.update import Update, update_people

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
