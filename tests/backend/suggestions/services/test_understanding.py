"""Reading along while somebody writes: the nearest topics in any language, and no word is kept."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from pytest_django import Settings

from backend.core.encoder import EncoderAway, encode
from backend.core.limits import LIMITS, Kind, TooOften
from backend.events.models.events import Topic
from backend.suggestions.engine import understood
from backend.suggestions.engine.texts import text_hash
from backend.suggestions.engine.understood import Understood, understand
from backend.suggestions.models import Embedding
from backend.suggestions.services.understanding import UnderstoodWords, understand_words
from tests.factories import make_attendee, make_event

pytestmark = pytest.mark.django_db

SCHOOLS, VICTIMS = "Safety by design schools", "Victim support"
WORDS = {
    "th": ("บทเรียนความปลอดภัยออนไลน์สำหรับโรงเรียนในชนบท", SCHOOLS),
    "km": ("មេរៀនសុវត្ថិភាពអនឡាញសម្រាប់សាលារៀននៅជនបទ", SCHOOLS),
    "vi": ("Bài học an toàn trực tuyến cho trường học", SCHOOLS),
    "en": ("Shelter and counselling for children who were victims of abuse", VICTIMS),
}


@pytest.fixture
def attendee(model_folder: Path, monkeypatch: pytest.MonkeyPatch):
    encode(["The model is loaded."], "query")
    monkeypatch.setattr(understood, "TEXT_SECONDS", 60.0)  # this machine may be busy
    return make_attendee(make_event())


@pytest.mark.slow
@pytest.mark.parametrize("language", WORDS)
def test_words_in_any_language_are_near_to_the_topic_they_are_about(attendee, language: str) -> None:
    words, topic = WORDS[language]
    read = understand_words(attendee=attendee, field="seeks", text=words)
    assert read is not None
    assert (read.language, read.topics[0]) == (language, topic)


def test_words_about_something_else_are_near_to_no_topic(attendee) -> None:
    read = understand_words(attendee=attendee, field="offers", text="I like to cook rice with my grandmother.")
    assert read == UnderstoodWords("en", ())


@pytest.mark.slow
def test_the_topics_are_kept_and_the_words_are_not(attendee, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    words = WORDS["en"][0]
    understand_words(attendee=attendee, field="offers", text=words)
    kept = set(Embedding.objects.values_list("text_hash", flat=True))
    assert kept == {text_hash(name) for name in Topic.objects.values_list("name", flat=True)}
    assert words not in caplog.text


def test_too_few_words_are_not_read(attendee) -> None:
    assert understand_words(attendee=attendee, field="seeks", text="  Laws ") is None


@pytest.mark.slow
def test_one_person_is_read_forty_times_a_minute(attendee) -> None:
    for _ in range(LIMITS[Kind.READ_ALONG][0].by_account):
        understand_words(attendee=attendee, field="seeks", text="Shelter for children")
    with pytest.raises(TooOften, match="again in a minute"):
        understand_words(attendee=attendee, field="seeks", text="Shelter for children")
    other = make_attendee(attendee.event)
    assert understand_words(attendee=other, field="seeks", text="Shelter for children")


def test_where_the_model_is_away_that_is_refused(attendee, settings: Settings, tmp_path: Path) -> None:
    settings.ENCODER_FOLDER = tmp_path
    with pytest.raises(EncoderAway):
        understand_words(attendee=attendee, field="seeks", text="Shelter for children")


def test_a_forum_without_topics_says_the_language(attendee) -> None:
    read = understand(WORDS["th"][0], field="seeks", topics=[])
    assert read == Understood("th", ())
