"""Reasons in words: every code has some, and none can break a page."""

import pytest

from backend.safeguarding.selectors.public_profiles import PublicProfile
from backend.suggestions.selectors.lists import ReasonRow, SuggestionCard
from frontend.suggestions.words import (
    FEATURES,
    REASONS,
    STRENGTHS,
    amount_label,
    apart,
    fitting_line,
    reason_blocks,
    reason_text,
    reason_texts,
)
from matching.recommend import scoring
from matching.recommend.strength import Strength

TOPICS = {"sextortion": "Sextortion and sexual harassment"}


def text_of(code, **evidence):
    text = reason_text(ReasonRow(code, 0.5, evidence), TOPICS, "Malayvieng")
    if text.mine and text.theirs:
        return f"{text.mine.caption} {text.mine.quote} | {text.theirs.caption} {text.theirs.quote}"
    return text.sentence


@pytest.mark.parametrize(
    ("code", "evidence", "words"),
    [
        ("seeks_offers", {"seek": "a", "offer": "b"}, "You seek a | They offer b"),
        ("offers_seeks", {"offer": "a", "seek": "b"}, "You offer a | They seek b"),
        (
            "about_about",
            {"own": "a", "other": "b", "own_field": "about", "other_field": "offers"},
            "You write a | They offer b",
        ),
        (
            "topic_offered",
            {"topic": "sextortion"},
            "You seek <b>Sextortion and sexual harassment</b>; Malayvieng offers it.",
        ),
        ("no_named_need", {"same_field": 1}, "Same field; no need of yours is named in their profile."),
        ("no_named_need", {"same_field": 0}, "No need of yours is named in their profile."),
        ("topic_sought", {"topic": "new"}, "You offer <b>new</b>; Malayvieng seeks it."),
        ("session", {"session": "Opening", "count": 1}, "You both follow the session “Opening”."),
        ("session", {"session": "Opening", "count": 3}, "You both follow 3 sessions, among them “Opening”."),
        ("tie_through", {"person": 1, "label": "x", "name": "Mali"}, "You both met Mali at an earlier forum."),
        ("words", {"terms": "hotline, hash list"}, "Both profiles speak of “hotline”, “hash list”."),
        ("language", {"language": "km"}, "You both speak Khmer."),
        (
            "bridge",
            {"from": "government", "to": "civil-society"},
            "A bridge across sectors: Government and Civil society.",
        ),
        ("peer", {"constituency": "youth"}, "Peers: you both work in Youth."),
        ("learned_tomorrow", {"x": 1}, "Your profiles have something in common."),
        ("seeks_offers", {"seek": "a"}, "Your profiles have something in common."),
        ("session", {"session": "Opening", "count": "many"}, "Your profiles have something in common."),
    ],
)
def test_a_reason_reads_as_a_sentence_or_as_two_sides(code, evidence, words):
    assert text_of(code, **evidence) == words


def test_the_matching_sentence_is_marked_and_quoted_markup_is_escaped():
    evidence = {
        "seek": "We train <b>judges</b>. We seek tools.",
        "seek_highlight": "We train <b>judges</b>.",
        "offer": "Tools.",
    }
    text = reason_text(ReasonRow("seeks_offers", 0.5, evidence), TOPICS, "Malayvieng")
    assert text.mine.marked == "<mark>We train &lt;b&gt;judges&lt;/b&gt;.</mark> We seek tools."
    assert text.theirs.marked == "Tools."


QUOTED = ReasonRow("seeks_offers", 0.5, {"seek": "a", "offer": "b"})
ALSO_QUOTED = ReasonRow("offers_seeks", 0.2, {"offer": "a", "seek": "b"})
SPOKEN = ReasonRow("language", 0.3, {"language": "km"})
TOPIC = ReasonRow("topic_offered", 0.3, {"topic": "sextortion"})
PEERS = ReasonRow("peer", 0.0, {"constituency": "youth"})
NOBODY = PublicProfile(7, "Malayvieng Sok", "Malayvieng", "", "", "", "other", "", (), (), has_joined=True)


def card_of(*reasons):
    return SuggestionCard(NOBODY, 1, 0.9, Strength.STRONG, exploratory=False, reasons=reasons, saved=False)


def texts_of(*reasons):
    return reason_texts(card_of(*reasons), TOPICS)


@pytest.mark.parametrize(
    ("reasons", "shape"),
    [
        ([QUOTED, SPOKEN], ["quote", 1]),
        ([SPOKEN, QUOTED], [1, "quote"]),
        ([SPOKEN, SPOKEN, QUOTED, ALSO_QUOTED], [2, "quote", "quote"]),
        ([SPOKEN, PEERS], [1]),
        ([], []),
    ],
)
def test_reasons_are_shown_in_the_order_they_weigh(reasons, shape):
    blocks = reason_blocks(texts_of(*reasons))
    assert ["quote" if block.quotations else len(block.sentences) for block in blocks] == shape


@pytest.mark.parametrize(
    ("reasons", "line"),
    [
        ([SPOKEN, QUOTED, ALSO_QUOTED], "They offer <b>b</b>"),
        ([TOPIC, PEERS], " You seek <b>Sextortion and sexual harassment</b>; Malayvieng offers it."),
        ([PEERS, SPOKEN], " You both speak Khmer."),
        ([PEERS], None),
    ],
)
def test_a_row_has_one_line_the_heaviest_quotation_else_the_heaviest_sentence(reasons, line):
    found = fitting_line(card_of(*reasons), TOPICS)
    assert (f"{found.caption} {found.words}" if found else None) == line


@pytest.mark.parametrize(
    ("highlight", "line"),
    [
        ("We train judges.", "… <b>We train judges.</b> And &lt;b&gt;police."),
        ("We meet.", "<b>We meet.</b> We train judges. And &lt;b&gt;police."),
        ("Not there", "<b>We meet. We train judges. And &lt;b&gt;police.</b>"),
    ],
)
def test_the_line_begins_with_what_fits_which_is_in_bold(highlight, line):
    evidence = {"seek": "a", "offer": "We meet. We train judges. And <b>police.", "offer_highlight": highlight}
    assert fitting_line(card_of(ReasonRow("seeks_offers", 0.5, evidence)), TOPICS).words == line


def test_names_and_topics_in_a_sentence_are_no_markup():
    text = reason_text(ReasonRow("topic_sought", 0.5, {"topic": "<i>"}), {}, "<b>Siti")
    assert text.sentence == "You offer <b>&lt;i&gt;</b>; &lt;b&gt;Siti seeks it."


def test_a_reason_has_its_share_of_what_the_reasons_add_and_what_adds_nothing_stands_apart():
    texts = texts_of(QUOTED, ALSO_QUOTED, SPOKEN, PEERS)
    assert [text.share for text in texts] == [50, 20, 30, None]
    assert apart(texts) == ("Peers: you both work in Youth.",)


def test_every_strength_feature_and_amount_has_its_words():
    assert STRENGTHS.keys() == {strength.value for strength in Strength}
    assert FEATURES.keys() == set(scoring.FEATURES)
    assert "no_named_need" in REASONS
    words = [amount_label(adds) for adds in (2.0, 0.5, 0.1, 0.0, -0.1, -2.0)]
    assert len(set(words)) == len(words)
