"""Texts of profiles as vectors, kept current by a job; only of people whom matching may read."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from backend.core.encoder import EncoderAway
from backend.directory.models import SearchText
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.rules import matchable
from backend.suggestions.engine import meaning
from backend.suggestions.engine.texts import FIELDS, text_hash, text_reader

WRITE_TEXT_VECTORS = "directory.read_texts"
BATCH = 100


def read_texts(event: Event) -> int:
    """Write the vectors of all whose profile changed since they were read; gives how many people.

    Whoever matching may no longer read loses theirs. Refuses EncoderAway.
    """
    people = matchable(event)
    SearchText.objects.filter(event=event).exclude(attendee__in=people.values("pk")).delete()
    model = text_reader().model
    read = SearchText.objects.filter(attendee=OuterRef("pk"), model=model, profile_changed_at=OuterRef("changed_at"))
    wrote = ~Q(seeks="") | ~Q(offers="") | ~Q(about="")
    count = 0
    ids = list(people.filter(wrote).exclude(Exists(read)).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = list(people.filter(pk__in=ids[start : start + BATCH]))
        _write(event, model, rows)
        count += len(rows)
    return count


def read_all_texts() -> int:
    """The same for every event that lasts; where the model is away, the next call goes on."""
    count = 0
    for event in Event.objects.exclude(state=Event.State.ARCHIVED):
        try:
            count += read_texts(event)
        except EncoderAway:
            break
    return count


def _write(event: Event, model: str, people: list[Attendee]) -> None:
    found = meaning.read_texts([[getattr(one, field) for field in FIELDS] for one in people])
    with transaction.atomic():
        SearchText.objects.filter(attendee__in=people).delete()
        SearchText.objects.bulk_create(
            SearchText(
                event=event,
                attendee=one,
                model=model,
                field=field,
                text_hash=text_hash(getattr(one, field)),
                profile_changed_at=one.changed_at,
                language=read.language,
                vector=read.vector,
            )
            for one, texts in zip(people, found, strict=True)
            for field, read in texts.items()
        )
