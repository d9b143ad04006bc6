"""The message to begin with: two short sentences that anybody can sign, or none."""

from collections.abc import Callable
from pathlib import Path

import polib
import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from backend.directory.selectors.people import PersonPage
from backend.safeguarding.selectors.public_profiles import PublicProfile, TopicInterest
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.booking.words import GREETING, HEAR_MORE, QUESTION, drafted_message, starters
from matching.recommend.strength import Strength

Reason = tuple[str, dict[str, object]]
NAME = "Preventing sextortion and sexual harassment"
TOPIC = TopicInterest("sextortion", NAME, "prevention", seeks=True, offers=True)
FORM = "We keep a triage form that takes 20 minutes per device."
NEED = "Prosecutors who would test our form for a month."
ASKS = "Could we talk for a few minutes?"


def prasert(*texts: str, topics: tuple[TopicInterest, ...] = (TOPIC,)) -> PersonPage:
    """The page of somebody who wrote these texts."""
    profile = PublicProfile(7, "Prasert Wong", "Prasert", "", "", "", "", "", ("th", "en"), topics, True)
    return PersonPage(profile, "\n".join(texts), NEED, FORM, (), True, False, False, "")


def draft(*reasons: Reason, languages: tuple[str, ...] = ("en",), page: PersonPage | None = None) -> str:
    written = [str(text) for _code, evidence in reasons for text in evidence.values()]
    page = page or prasert(*written)
    rows = tuple(ReasonRow(code, 1.0, evidence) for code, evidence in reasons)
    card = SuggestionCard(page.other, 1, 1.0, Strength.GOOD, False, rows, False)
    return drafted_message(card, page, languages)


def said(*reasons: Reason, languages: tuple[str, ...] = ("en",), page: PersonPage | None = None) -> str:
    """What stands between the greeting and the question; empty without a message."""
    message = draft(*reasons, languages=languages, page=page)
    assert not message or (message.startswith("Dear Prasert,\n") and message.endswith(f" {ASKS}"))
    return message.removeprefix("Dear Prasert,\n").removesuffix(f" {ASKS}")


LIKE_NEED = f"On your profile I read: “{FORM}” I would like to hear more."
HELPS = f"On your profile I read: “{NEED}” I may be able to help."


@pytest.mark.parametrize(
    ("code", "evidence", "words"),
    [
        ("seeks_offers", {"seek": NEED, "offer": FORM}, LIKE_NEED),
        ("offers_seeks", {"offer": FORM, "seek": NEED}, HELPS),
        (
            "about_about",
            {"own": NEED, "other": FORM, "own_field": "about", "other_field": "offers"},
            f"On your profile I read: “{FORM}” I would like to hear more.",
        ),
        (
            "about_about",
            {"own": NEED, "other": FORM, "own_field": "seeks", "other_field": "about"},
            LIKE_NEED,
        ),
        (
            "about_about",
            {"own": FORM, "other": NEED, "own_field": "about", "other_field": "seeks"},
            HELPS,
        ),
        (
            "topic_offered",
            {"topic": "sextortion"},
            f"“{NAME}” is among the topics you offer. I would value your advice on it.",
        ),
        (
            "topic_sought",
            {"topic": "sextortion"},
            f"“{NAME}” is among the topics you seek. I may be able to help with it.",
        ),
        ("session", {"session": "Opening", "count": 2}, "We both follow the session “Opening”."),
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


def test_only_the_words_of_the_other_are_quoted():
    for code, own, other in (("seeks_offers", "seek", "offer"), ("offers_seeks", "offer", "seek")):
        message = draft((code, {own: "I need to know before I set rules.", other: FORM}))
        assert FORM in message
        assert "before I set rules" not in message


def test_the_heaviest_reason_that_can_be_said_is_taken():
    fragment = ("seeks_offers", {"seek": NEED, "offer": "They convict"})
    assert said(("bridge", {}), fragment, ("offers_seeks", {"offer": FORM, "seek": NEED})) == HELPS
    assert said(fragment) == ""
    assert drafted_message(None, prasert(), ["en"]) == ""


def test_what_the_other_has_taken_off_their_page_is_not_said():
    quoting = ("seeks_offers", {"seek": NEED, "offer": "We train judges in the handling of chats."})
    topics = [("topic_offered", {"topic": "sextortion"}), ("topic_sought", {"topic": "sextortion"})]
    assert said(quoting, *topics, page=prasert(topics=())) == ""
    sought = TopicInterest("sextortion", NAME, "prevention", seeks=True, offers=False)
    assert said(quoting, *topics, page=prasert(topics=(sought,))).endswith("I may be able to help with it.")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (FORM, FORM),
        ("A triage form for police on the spot", "A triage form for police on the spot."),
        ("We have a triage form,\n tested on 20 devices;", "We have a triage form, tested on 20 devices."),
        ("Do you need a triage form for your police?", "Do you need a triage form for your police?"),
        (f"We train {'police officers ' * 14}", f"We train {'police officers ' * 10}police…"),
    ],
)
def test_a_quotation_is_a_sentence_of_at_most_180_characters(text, quoted):
    found = said(("seeks_offers", {"seek": NEED, "offer": text})).partition("“")[2].partition("”")[0]
    assert found == quoted
    assert len(found) <= 180


def test_a_short_quotation_is_taken_whole_and_of_a_long_one_the_sentence_that_matched():
    whole = f"We are a team of six. {FORM}"
    evidence = {"seek": NEED, "offer": whole, "offer_highlight": FORM}
    assert whole in said(("seeks_offers", evidence))
    aside = (
        "We are a team of six police officers who travel between the districts of the north, often by boat. "
    )
    long = {**evidence, "offer": f"{aside}{aside}{FORM}"}
    assert said(("seeks_offers", long)) == LIKE_NEED


OTHERS = {
    "es": "Ofrezco formación práctica para fiscales que trabajan con pruebas digitales.",
    "th": "เราอบรมอัยการเรื่องการเก็บรักษาหลักฐานดิจิทัลข้ามพรมแดน",
    "vi": "Chúng tôi đào tạo công tố viên về cách lưu giữ chứng cứ điện tử.",
    "id": "Kami melatih jaksa tentang cara menyimpan bukti elektronik karena kebutuhan daerah.",
    "km": "យើងបណ្តុះបណ្តាលព្រះរាជអាជ្ញាអំពីភស្តុតាងឌីជីថល",
}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_that_the_profile_does_not_list_is_not_quoted(language):
    quoting = ("seeks_offers", {"seek": NEED, "offer": OTHERS[language]})
    topic = ("topic_offered", {"topic": "sextortion"})
    assert OTHERS[language] in said(quoting, languages=("en", language))
    assert said(quoting) == ""
    assert said(quoting, topic, languages=(language,)) == "", "the page is in English, which is not listed"
    assert said(quoting, topic).startswith("“Preventing")


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
    reason = ("seeks_offers", {"seek": NEED, "offer": FORM})
    into_thai()
    with override("th"):
        assert (draft(reason, languages=("en", "th")), starters(prasert().other)) == ("", ())
    into_thai(GREETING, HEAR_MORE)
    with override("th"):
        assert draft(reason, languages=("en", "th")) == ""
    into_thai(GREETING, HEAR_MORE, QUESTION)
    with override("th"):
        assert draft(reason, languages=("en", "th")).startswith(
            "ไทย Dear Prasert,\nไทย On your profile I read: “We keep"
        )
        assert draft(("session", {"session": "Opening"}), languages=("en", "th")) == ""
        assert starters(prasert().other) == ()


def test_three_starters_are_true_of_everybody():
    assert [one.text.removeprefix("Dear Prasert,\n") for one in starters(prasert().other)] == [
        f"I would like to hear about your work. {ASKS}",
        f"I have a question on which I would value your view. {ASKS}",
        f"I would like to find out whether we could work together. {ASKS}",
    ]
