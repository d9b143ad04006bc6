"""Texts of profiles as vectors, kept current by a job; only of people whom matching may read."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.core.encoder import EncoderAway
from backend.directory.models import SearchText
from backend.events.models.attendees import Attendee
from backend.events.models.events import Event
from backend.safeguarding.rules import is_open, matchable
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
    count = 0
    ids = list(people.filter(_is_unread(model)).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        rows = list(people.filter(pk__in=ids[start : start + BATCH]))
        _write(event, model, rows)
        count += len(rows)
    return count


def read_all_texts() -> int:
    """The same for every event that lasts and needs it; where the model is away, the next call goes on."""
    count = 0
    for event in _events_to_read():
        try:
            count += read_texts(event)
        except EncoderAway:
            break
    return count


def _is_unread(model: str) -> Q:
    """Condition on attendees who wrote something that this model has not read."""
    read = SearchText.objects.filter(attendee=OuterRef("pk"), model=model, profile_changed_at=OuterRef("changed_at"))
    return (~Q(seeks="") | ~Q(offers="") | ~Q(about="")) & Q(~Exists(read))


def _events_to_read() -> QuerySet[Event]:
    """Where texts are to be read or forgotten; one query for all events, whose number may be large."""
    people = Attendee.objects.filter(is_open())
    unread = people.filter(_is_unread(text_reader().model)).values("event")
    forgotten = SearchText.objects.exclude(attendee__in=people.values("pk")).values("event")
    return Event.objects.exclude(state=Event.State.ARCHIVED).filter(Q(pk__in=unread) | Q(pk__in=forgotten))


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
