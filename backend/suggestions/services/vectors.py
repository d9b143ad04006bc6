"""Vectors that are kept no longer than the text they were made of."""

from __future__ import annotations

from django.db.models import Exists, Func, OuterRef, TextField, Value
from django.db.models.lookups import Exact

from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.suggestions.engine.texts import FIELDS, text_hash, topic_text
from backend.suggestions.models import Embedding


def forget_unused_vectors() -> int:
    """Delete the vectors of texts that nobody has any more: of edited ones, and of those that were being read
    while somebody was erased. Returns how many."""
    topics = Topic.objects.values_list("name", "description")
    unused = Embedding.objects.exclude(text_hash__in=[text_hash(topic_text(*one)) for one in topics])
    for model in (Attendee, Alias):
        for field in FIELDS:
            has_it = Exact(_hash_of(field), OuterRef("text_hash"))
            unused = unused.filter(~Exists(model._base_manager.filter(has_it)))
    return unused.delete()[0]


def _hash_of(field: str) -> Func:
    """`text_hash` in the database; Django's SHA256 needs an extension."""
    data = Func(field, Value("UTF8"), function="convert_to")
    return Func(Func(data, function="sha256"), Value("hex"), function="encode", output_field=TextField())
