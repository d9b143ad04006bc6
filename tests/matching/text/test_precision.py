"""bfloat16 gives nearly the same vectors as float32, under a name of its own; the same on every processor."""

from pathlib import Path

import numpy as np
import pytest

from matching.text.encoder import PROMPT_NAMES, Encoder, Kind, encoder_name, load_encoder
from matching.text.priors import language_priors
from tests.matching.sample_texts import SAMPLE_TEXTS

SENTENCES = [texts[0] for texts in SAMPLE_TEXTS.values()] + [" ".join(SAMPLE_TEXTS["en"])]


@pytest.fixture(scope="module")
def rounded(model_folder: Path) -> Encoder:
    return load_encoder("", model_folder.parent, precision="bfloat16")


@pytest.mark.parametrize("kind", PROMPT_NAMES)
def test_vectors_are_unit_rows_near_those_of_float32(encoder: Encoder, rounded: Encoder, kind: Kind) -> None:
    exact, near = encoder.encode(SENTENCES, kind), rounded.encode(SENTENCES, kind)
    assert near.dtype == np.float32
    assert np.allclose(np.linalg.norm(near, axis=1), 1, atol=1e-5)
    cosines = (exact * near).sum(axis=1)
    assert cosines.min() > 0.999
    assert not np.array_equal(exact, near)


def test_each_precision_has_a_name_of_its_own_and_the_means_of_languages_of_the_other(
    encoder: Encoder, rounded: Encoder, tmp_path: Path
) -> None:
    assert (encoder.name, rounded.name) == (encoder_name(""), encoder_name("", "bfloat16"))
    assert encoder.name != rounded.name
    means = language_priors(rounded.name, tmp_path, None)
    assert means["query"]["th"].any()
    assert (means["query"]["th"] == language_priors(encoder.name, tmp_path, None)["query"]["th"]).all()
