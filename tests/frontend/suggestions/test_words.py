"""Reasons in words: every code has some, and none can break a page."""

import pytest

from backend.suggestions.selectors import ReasonRow
from frontend.suggestions.words import reason_text

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
