"""A vector is kept as long as somebody has the text it was made of."""

from __future__ import annotations

import numpy as np
import pytest

from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.suggestions import jobs
from backend.suggestions.engine.texts import text_hash
from backend.suggestions.models import Embedding
from backend.suggestions.services.understanding import topic_text
from tests.factories import NOW, make_attendee, make_event

pytestmark = pytest.mark.django_db


def read(*texts: str) -> None:
    Embedding.objects.bulk_create(
        Embedding(model="m", kind="query", text_hash=text_hash(text), vector=np.ones(384)) for text in texts
    )


def is_kept(text: str) -> bool:
    return Embedding.objects.filter(text_hash=text_hash(text)).exists()


def test_at_night_vectors_of_texts_that_nobody_has_any_more_are_deleted() -> None:
    event = make_event()
    make_attendee(event, seeks="Who hunts grooming? “ตัวอย่าง”", offers="A helpline", about="We are a helpline")
    hidden = make_attendee(event, seeks="Under an alias", visibility=Attendee.Visibility.HIDDEN)
    Alias.objects.create(attendee=hidden, name="Officer", offers="Before the alias", is_wish=False, set_at=NOW)
    topic = Topic.objects.filter(event=event).first()
    own = ["Who hunts grooming? “ตัวอย่าง”", "A helpline", "We are a helpline"]
    had = [*own, "Under an alias", "Before the alias", topic_text(topic.name, topic.description)]
    read(*had, "What somebody wrote before", "What an erased person wrote")
    jobs.forget_unused_vectors(0)
    assert [text for text in had if not is_kept(text)] == []
    assert Embedding.objects.count() == len(had)
