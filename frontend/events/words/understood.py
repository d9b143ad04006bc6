"""What the language model reads in somebody's words, as one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.events.rules.languages import language_name
from backend.suggestions.services.understanding import UnderstoodWords


def sentence_for(read: UnderstoodWords | None) -> str:
    """Empty where there is too little to read."""
    if read is None:
        return ""
    values = {"topics": " · ".join(read.topics), "language": language_name(read.language)}
    if read.topics and read.language:
        return _("We understood: %(topics)s (written in %(language)s)") % values
    if read.topics:
        return _("We understood: %(topics)s") % values
    if read.language:
        sentence = _("Written in %(language)s, near to no topic of this forum. Your words are read all the same.")
        return sentence % values
    return _("Near to no topic of this forum so far. Your words are read all the same.")
