"""Every sentence that puts a topic after “seek” or “offer”, with every topic that is shipped."""

import json
import re
from collections.abc import Iterator

import pytest

from backend.demo.meetings import first_message
from backend.directory.selectors.people import PersonPage
from backend.events.models.attendees import Attendee
from backend.events.models.events import Topic
from backend.events.rules.topics import shipped_themes
from backend.events.selectors import Profile, ThemeChoices, TopicChoice
from backend.events.services.setup import load_themes
from backend.safeguarding.selectors.public_profiles import PublicProfile, TopicInterest
from backend.setup.services.rehearsals import PEOPLE_FILE, TEXTS
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from backend.suggestions.selectors.shared_reasons import shared_reason_for
from frontend.booking.words import drafted_message
from frontend.suggestions.words import reason_text
from matching.recommend.strength import Strength
from tests.factories import make_attendee, make_event, make_run

NAMES: dict[str, str] = {topic["key"]: topic["name"] for theme in shipped_themes() for topic in theme["topics"]}
CODES = ("topic_offered", "topic_sought")
HELP = (
    "Advice on ", "Cooperation ", "Evaluation of ", "Funding ", "Guidance ", "Help with ", "Partnership ",
    "Preventing ", "Protection ", "Research ", "Safeguards for ", "Safety ", "Support for ", "Tools for ",
)  # fmt: skip
"""What can be sought and offered: no harm begins with these."""


def on_pages(key: str) -> Iterator[str]:
    """On cards and in drafted messages."""
    topic = TopicInterest(key, NAMES[key], "", seeks=True, offers=True)
    other = PublicProfile(7, "Prasert", "", "", "", "", "", "", ("en",), (topic,), True)
    page = PersonPage(other, "", "", "", (), True, False, False, "")
    own = (ThemeChoices("theme", "Theme", (TopicChoice(key, NAMES[key], "", seeks=True, offers=True),)),)
    for code in CODES:
        reason = ReasonRow(code, 1.0, {"topic": key})
        yield reason_text(reason, NAMES, "Prasert").sentence
        card = SuggestionCard(other, 1, 1.0, Strength.GOOD, False, (reason,), False)
        yield drafted_message(card, page, Profile(Attendee(), own))


def in_a_rehearsal(key: str) -> Iterator[str]:
    """In the texts of its made-up people."""
    data = json.loads(PEOPLE_FILE.read_text(encoding="utf-8"))
    for part in TEXTS:
        yield from (text.format(seeks=NAMES[key], offers=NAMES[key]) for text in data[part])


@pytest.mark.parametrize("key", NAMES)
def test_a_shipped_topic_is_a_help_in_two_to_six_words(key: str) -> None:
    assert NAMES[key].startswith(HELP)
    assert 2 <= len(NAMES[key].split()) <= 6
    assert not re.search("[;|,]", NAMES[key]), "lists of topics are separated by these"


@pytest.mark.parametrize("key", NAMES)
def test_no_sentence_has_anybody_seek_or_offer_a_harm(key: str) -> None:
    sentences = [*on_pages(key), *in_a_rehearsal(key)]
    assert len(sentences) == len(set(sentences))
    for sentence in sentences:
        assert sentence.count(NAMES[key]) == 1, sentence


@pytest.mark.django_db
def test_no_mail_of_a_planned_meeting_and_no_request_of_the_demo_has_somebody_offer_a_harm() -> None:
    event = make_event()
    Topic.objects.filter(event=event).delete()
    load_themes(event=event)
    for key in NAMES:
        one, other = make_attendee(event, seeks_topics=[key]), make_attendee(event, offers_topics=[key])
        run = make_run(event, {one: [other]}, reasons=[{"code": CODES[0], "weight": 1.0, "evidence": {"topic": key}}])
        sentence = shared_reason_for(event, (one.pk, other.pk))
        assert sentence == f"One of you seeks “{NAMES[key]}”, and the other offers it."
        assert f"You name “{NAMES[key]}” among" in first_message(other, Topic.objects.get(event=event, key=key))
        run.delete()
