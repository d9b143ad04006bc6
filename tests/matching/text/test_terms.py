"""Terms of texts: words, pairs of words, and pieces of scripts without spaces."""

from hypothesis import given
from hypothesis import strategies as st

from matching.text.tfidf import extract_terms


@given(text=st.text(st.characters(codec="ascii")))
def test_a_text_of_ascii_has_the_same_terms_beside_another_letter(text):
    assert extract_terms(text) == extract_terms(text + " é")


def test_words_of_one_letter_and_underscores_part_nothing_but_words():
    assert extract_terms("A b2 c_d ef_gh") == ["b2", "ef", "gh", "b2 ef", "ef gh"]
    assert extract_terms("Ä b2 ef") == ["b2", "ef", "b2 ef"]
