"""The message to begin with: two short sentences that anybody can sign, or none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polib
import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from backend.directory.selectors.people import PersonPage
from backend.events.models.attendees import Attendee
from backend.events.selectors import Profile, ThemeChoices, TopicChoice
from backend.safeguarding.selectors.public_profiles import PublicProfile, TopicInterest
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.booking.words import GREETING, QUESTION, SESSION, drafted_message, starters
from matching.recommend.strength import Strength

Reason = tuple[str, dict[str, object]]
NAME = "Preventing sextortion and sexual harassment"
TOPIC = TopicInterest("sextortion", NAME, "prevention", seeks=True, offers=True)
FORM = "We keep a triage form that takes 20 minutes per device."
NEED = "Prosecutors who would test our form for a month."
ASKS = "Could we meet for a few minutes?"


def prasert(topics: tuple[TopicInterest, ...] = (TOPIC,)) -> PersonPage:
    profile = PublicProfile(7, "Prasert Wong", "Prasert", "", "", "", "", "", ("th", "en"), topics, True)
    return PersonPage(profile, "", NEED, FORM, (), True, False, False, "")


def mali(*languages: str, seeks: bool = True, offers: bool = True) -> Profile:
    """The writer's own profile, with the same topic."""
    topic = TopicChoice("sextortion", NAME, "", seeks, offers)
    themes = (ThemeChoices("prevention", "Prevention", (topic,)),)
    return Profile(Attendee(languages=list(languages or ("en",))), themes)


def draft(*reasons: Reason, own: Profile | None = None, page: PersonPage | None = None) -> str:
    page = page or prasert()
    rows = tuple(ReasonRow(code, 1.0, evidence) for code, evidence in reasons)
    card = SuggestionCard(page.other, 1, 1.0, Strength.GOOD, False, rows, False)
    return drafted_message(card, page, own or mali())


def said(*reasons: Reason, own: Profile | None = None, page: PersonPage | None = None) -> str:
    """What stands between the greeting and the question; empty without a message."""
    message = draft(*reasons, own=own, page=page)
    assert not message or (message.startswith("Dear Prasert,\n") and message.endswith(f" {ASKS}"))
    return message.removeprefix("Dear Prasert,\n").removesuffix(f" {ASKS}")


@pytest.mark.parametrize(
    ("code", "evidence", "words"),
    [
        ("seeks_offers", {"seek": NEED, "offer": FORM}, ""),
        ("offers_seeks", {"offer": FORM, "seek": NEED}, ""),
        ("about_about", {"own": NEED, "other": FORM, "own_field": "about", "other_field": "offers"}, ""),
        (
            "topic_offered",
            {"topic": "sextortion"},
            f"“{NAME}” is among the topics you offer. I would value your advice on it.",
        ),
        (
            "topic_sought",
            {"topic": "sextortion"},
            f"“{NAME}” is among the topics you would like help with, and I may be able to help. "
            "I would like to hear what you need.",
        ),
        ("session", {"session": "Opening", "count": 2}, "We are both interested in the session “Opening”."),
        ("topic_offered", {"topic": "gone"}, ""),
        ("tie_through", {"person": 1, "name": "Mali"}, ""),
        ("words", {"terms": "hotline"}, ""),
        ("language", {"language": "km"}, ""),
        ("bridge", {"from": "government", "to": "industry"}, ""),
        ("peer", {"constituency": "youth"}, ""),
        ("no_named_need", {}, ""),
        ("learned_tomorrow", {"x": 1}, ""),
        ("seeks_offers", {}, ""),
    ],
)
def test_each_reason_is_said_in_two_short_sentences_or_not_at_all(code, evidence, words):
    assert said((code, evidence)) == words


def test_the_heaviest_reason_that_can_be_said_is_taken():
    quoting = ("seeks_offers", {"seek": NEED, "offer": FORM})
    session = ("session", {"session": "Opening"})
    assert said(quoting, session, ("topic_offered", {"topic": "sextortion"})).endswith("session “Opening”.")
    assert said(quoting) == ""
    assert drafted_message(None, prasert(), mali()) == ""


def test_nothing_is_drafted_in_a_language_that_either_does_not_list():
    topic = ("topic_offered", {"topic": "sextortion"})
    for listed, is_drafted in (("th", "km"), False), (("km", "en"), True), ((), True):
        page = prasert()
        page = replace(page, other=replace(page.other, languages=listed))
        assert bool(said(topic, page=page)) is is_drafted, listed
    assert said(topic, own=mali("th")) == ""


def test_what_either_has_taken_off_their_page_is_not_said():
    topics = [("topic_offered", {"topic": "sextortion"}), ("topic_sought", {"topic": "sextortion"})]
    assert said(*topics, page=prasert(topics=())) == ""
    sought = TopicInterest("sextortion", NAME, "prevention", seeks=True, offers=False)
    assert said(*topics, page=prasert(topics=(sought,))).endswith("I would like to hear what you need.")
    assert said(*topics, own=mali(seeks=False)).endswith("I would like to hear what you need.")
    assert said(*topics, own=mali(seeks=False, offers=False)) == ""


@pytest.fixture
def into_thai(settings: object, tmp_path: Path) -> Callable[..., None]:
    """Write a Thai catalogue that has these texts."""

    def write(*texts: Promise) -> None:
        catalogue = polib.POFile()
        catalogue.metadata = {"Content-Type": "text/plain; charset=utf-8"}
        catalogue.extend(polib.POEntry(msgid=str(text), msgstr=f"ไทย {text}") for text in texts)
        folder = tmp_path / str(len(texts))
        (folder / "th" / "LC_MESSAGES").mkdir(parents=True)
        catalogue.save_as_mofile(str(folder / "th" / "LC_MESSAGES" / "django.mo"))
        settings.LOCALE_PATHS = [folder]  # type: ignore[attr-defined]

    return write


def test_a_message_is_whole_in_the_language_of_the_page_or_empty(into_thai):
    reason = ("session", {"session": "Opening"})
    page = prasert()
    own = mali("en", "th")
    into_thai()
    with override("th"):
        assert (draft(reason, own=own, page=page), starters(page.other)) == ("", ())
    into_thai(GREETING, SESSION)
    with override("th"):
        assert draft(reason, own=own, page=page) == ""
    into_thai(GREETING, SESSION, QUESTION)
    with override("th"):
        assert draft(reason, own=own, page=page).startswith(
            "ไทย Dear Prasert,\nไทย We are both interested in the session"
        )
        assert draft(("topic_offered", {"topic": "sextortion"}), own=own, page=page) == ""
        assert starters(page.other) == ()


def test_three_starters_are_true_of_everybody():
    assert [one.text.removeprefix("Dear Prasert,\n") for one in starters(prasert().other)] == [
        f"I would like to hear about your work. {ASKS}",
        f"I have a question on which I would value your view. {ASKS}",
        f"I would like to find out whether we could work together. {ASKS}",
    ]
