"""Reasons in words: every code has some, and none can break a page."""

import pytest

from backend.suggestions.selectors.lists import ReasonRow
from frontend.suggestions.words import (
    FEATURES,
    REASONS,
    STRENGTHS,
    amount_label,
    apart,
    reason_blocks,
    reason_text,
    reason_texts,
    short_reason_blocks,
)
from matching.recommend import scoring
from matching.recommend.strength import Strength

TOPICS = {"sextortion": "Sextortion and sexual harassment"}


def text_of(code, **evidence):
    text = reason_text(ReasonRow(code, 0.5, evidence), TOPICS)
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
            "You seek “Sextortion and sexual harassment”, and they offer it.",
        ),
        (
            "no_named_need",
            {"same_field": 1},
            "Same field; no need of yours is named in their profile.",
        ),
        ("no_named_need", {"same_field": 0}, "No need of yours is named in their profile."),
        ("topic_sought", {"topic": "new"}, "You offer “new”, and they seek it."),
        ("session", {"session": "Opening", "count": 1}, "You both follow the session “Opening”."),
        ("session", {"session": "Opening", "count": 3}, "You both follow 3 sessions, among them “Opening”."),
        (
            "tie_through",
            {"person": 1, "label": "x", "name": "Mali"},
            "You both met Mali at an earlier forum.",
        ),
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
    text = reason_text(ReasonRow("seeks_offers", 0.5, evidence), TOPICS)
    assert text.mine.marked == "<mark>We train &lt;b&gt;judges&lt;/b&gt;.</mark> We seek tools."
    assert text.theirs.marked == "Tools."


QUOTED = ReasonRow("seeks_offers", 0.5, {"seek": "a", "offer": "b"})
ALSO_QUOTED = ReasonRow("offers_seeks", 0.2, {"offer": "a", "seek": "b"})
SPOKEN = ReasonRow("language", 0.3, {"language": "km"})
PEERS = ReasonRow("peer", 0.0, {"constituency": "youth"})


@pytest.mark.parametrize(
    ("reasons", "shape", "short"),
    [
        ([QUOTED, SPOKEN], ["quote", 1], ["quote", 1]),
        ([SPOKEN, QUOTED], [1, "quote"], [1, "quote"]),
        ([SPOKEN, SPOKEN, QUOTED, ALSO_QUOTED], [2, "quote", "quote"], [2, "quote"]),
        ([QUOTED, ALSO_QUOTED, SPOKEN], ["quote", "quote", 1], ["quote", 1]),
        ([SPOKEN, PEERS], [1], [1]),
        ([], [], []),
    ],
)
def test_reasons_are_shown_in_the_order_they_weigh(reasons, shape, short):
    def shape_of(blocks):
        return ["quote" if block.quotations else len(block.sentences) for block in blocks]

    texts = reason_texts(reasons, TOPICS)
    assert shape_of(reason_blocks(texts)) == shape
    assert shape_of(short_reason_blocks(texts)) == short


def test_a_reason_has_its_share_of_what_the_reasons_add_and_what_adds_nothing_stands_apart():
    texts = reason_texts([QUOTED, ALSO_QUOTED, SPOKEN, PEERS], TOPICS)
    assert [text.share for text in texts] == [50, 20, 30, None]
    assert apart(texts) == ("Peers: you both work in Youth.",)


def test_every_strength_feature_and_amount_has_its_words():
    assert STRENGTHS.keys() == {strength.value for strength in Strength}
    assert FEATURES.keys() == set(scoring.FEATURES)
    assert "no_named_need" in REASONS
    words = [amount_label(adds) for adds in (2.0, 0.5, 0.1, 0.0, -0.1, -2.0)]
    assert len(set(words)) == len(words)
