"""Template filters: percentages, and addresses in the tags of a message."""

import pytest

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
