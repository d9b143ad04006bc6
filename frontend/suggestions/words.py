"""The matching's features and reasons in the words of a third person, an organiser."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.suggestions.selectors import ReasonRow

FEATURES: dict[str, Promise] = {
    "text": _("What one seeks, and the other offers"),
    "about": _("What both are about"),
    "graph": _("Topics, sessions and people in common"),
    "topic": _("Topics sought that the other offers"),
    "language": _("A language besides English"),
    "smooth": _("Texts, with those of people met before"),
    "pagerank": _("Nearness in the web of ties"),
    "lexical": _("Words in common"),
}
REASONS: dict[str, Promise] = {
    "seeks_offers": _("Seeks what the other offers"),
    "offers_seeks": _("Offers what the other seeks"),
    "about_about": _("Similar work"),
    "topic_offered": _("Seeks a topic the other offers"),
    "topic_sought": _("Offers a topic the other seeks"),
    "session": _("Sessions in common"),
    "tie_through": _("Somebody both have met"),
    "words": _("Words in common"),
    "language": _("A language in common"),
    "bridge": _("A bridge across sectors"),
    "peer": _("Peers"),
}


def feature_label(feature: str) -> str:
    """What a feature measures; one nobody has put into words yet is shown as it is."""
    return str(FEATURES.get(feature, feature))


def reason_label(reason: ReasonRow) -> str:
    """What kind of reason it is; a code nobody has put into words yet is shown as it is."""
    return str(REASONS.get(reason.code, reason.code))
