"""Reading along while somebody writes what they offer or seek; nothing of the words is kept."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core import encoder
from backend.core.limits import Kind, count_use
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.events.rules.states import Activity, check_allowed
from backend.suggestions.engine.texts import topic_text
from backend.suggestions.engine.understood import understand

LEAST_CHARACTERS = 5


@dataclass(frozen=True, slots=True)
class UnderstoodWords:
    """The language's code, "" where uncertain, and the names of up to three of the event's topics."""

    language: str
    topics: tuple[str, ...]


def understand_words(*, attendee: Attendee, field: str, text: str) -> UnderstoodWords | None:
    """What the language model reads in these words; None for too few. `field`: "seeks" or "offers".

    The words are neither stored nor logged; the vectors of the event's topics are stored the first time.
    Refuses NotInThisState where no profile can be written, EncoderAway, and TooOften: more than forty times
    a minute by one person.
    """
    check_allowed(attendee.event, Activity.JOIN)
    words = text.strip()
    if len(words) < LEAST_CHARACTERS:
        return None
    count_use(Kind.READ_ALONG, account=attendee.pk)
    topics = list(Topic.objects.filter(event=attendee.event_id).values_list("name", "description"))
    read = understand(words, field=field, topics=[topic_text(*one) for one in topics])
    return UnderstoodWords(read.language, tuple(topics[place][0] for place in read.topics))


def prepare_to_read() -> None:
    """Have the language model loaded before somebody has typed the first words."""
    encoder.wake()
