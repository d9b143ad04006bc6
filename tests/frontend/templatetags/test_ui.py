"""Codes into words: every code has some, and none can break a page."""

import pytest

from backend.suggestions.selectors import ReasonRow
from frontend.templatetags import ui

TOPICS = {"sextortion": "Sextortion and sexual harassment"}


def said(code, **evidence):
    words = ui.reason_words(ReasonRow(code, 0.5, evidence), TOPICS)
    if words.mine and words.theirs:
        return f"{words.mine.says} {words.mine.quote} | {words.theirs.says} {words.theirs.quote}"
    return words.sentence


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
    assert said(code, **evidence) == words


def test_a_constituency_nobody_knows_counts_as_other():
    assert [ui.constituency_label(key) for key in ("academia", "martians", "")] == [
        "Academia",
        "Other",
        "Other",
    ]


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0\u202f%"), (0.005, "0\u202f%"), (0.784, "78\u202f%"), (1, "100\u202f%")]
)
def test_a_share_is_a_whole_percentage(share, words):
    assert ui.percent(share) == words


def test_addresses_in_a_messages_tags_are_found():
    assert ui.undo_address("undo /e/x/ success") == "/e/x/"
    assert ui.next_address("undo /e/x/ success") == ""
    assert ui.undo_address("success") == ""


def test_the_sentence_that_matched_is_marked_and_nothing_in_it_is_taken_for_markup():
    evidence = {
        "seek": "We train <b>judges</b>. We seek tools.",
        "seek_highlight": "We train <b>judges</b>.",
        "offer": "Tools.",
    }
    words = ui.reason_words(ReasonRow("seeks_offers", 0.5, evidence), TOPICS)
    assert words.mine.marked == "<mark>We train &lt;b&gt;judges&lt;/b&gt;.</mark> We seek tools."
    assert words.theirs.marked == "Tools."
