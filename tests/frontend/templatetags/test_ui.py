"""Template filters: percentages, and addresses in the tags of a message."""

import pytest
from django.utils.translation import override

from frontend.templatetags import ui


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0\u202f%"), (0.005, "0\u202f%"), (0.784, "78\u202f%"), (1, "100\u202f%")]
)
def test_a_share_is_a_whole_percentage(share, words):
    assert ui.percent(share) == words


def test_addresses_in_a_messages_tags_are_found():
    assert ui.undo_address("undo /e/x/ success") == "/e/x/"
    assert ui.next_address("undo /e/x/ success") == ""
    assert ui.undo_address("success") == ""


def test_what_is_empty_leaves_no_separator():
    assert ui.joined("Director", "", None, "Ministry") == "Director, Ministry"
    assert ui.joined("Thailand", ui.language_names(["th", "en"]), separator=" · ") == "Thailand · Thai, English"
    assert ui.joined("", "") == ""


def test_a_text_names_its_language_where_its_script_tells_it():
    assert ui.text_attributes("ฝึกอบรมอัยการ") == 'dir="auto" lang="th"'
    assert ui.text_attributes("Court-tested templates") == 'dir="auto"'


def test_a_text_on_a_page_in_another_language_says_in_which_it_is():
    english = "We keep a triage form that takes twenty minutes."
    assert ui.text_attributes(english) == 'dir="auto"'
    with override("id"):
        assert ui.text_attributes(english) == 'dir="auto" lang="en"'
        assert ui.text_attributes("ต้องการแนวปฏิบัติร่วมกัน") == 'dir="auto" lang="th"'
        assert ui.text_attributes("RCEP 2025") == 'dir="auto" lang=""'


def test_a_point_stands_between_words_alone_and_nothing_empty_is_shown():
    assert ui.dotted("Laos", "", "Lao, English") == (
        '<span class="dots"><span>Laos</span><span>Lao, English</span></span>'
    )
    assert ui.dotted("<b>") == '<span class="dots"><span>&lt;b&gt;</span></span>'
