"""The shipped vectors of the demo's texts: there for every text, and what the encoder gives."""

from __future__ import annotations

import numpy as np
import pytest
from django.conf import settings

from backend.core import encoder
from backend.demo.people import demo_people
from backend.demo.vectors import load_vectors, shipped_vectors
from backend.suggestions.engine.texts import FIELDS, KINDS, stored_vectors, text_hash, text_reader
from backend.suggestions.models import Embedding

LEAST_COSINE = 0.9999  # of one text read on two machines, or in two batches


def texts_of(field: str) -> list[str]:
    return sorted({text for person in demo_people() if (text := getattr(person, field))})


def test_every_text_of_the_demo_has_a_vector_of_the_bundled_model() -> None:
    assert settings.TITIAN_MODEL == ""
    shipped = shipped_vectors(text_reader().model)
    wanted = {(KINDS[field], text_hash(text)) for field in FIELDS for text in texts_of(field)}
    assert len(wanted) > 900
    assert wanted <= shipped.keys()


@pytest.mark.slow
@pytest.mark.parametrize("field", FIELDS)
def test_shipped_vectors_are_those_of_the_encoder(field: str) -> None:
    texts = texts_of(field)[::40]
    shipped = shipped_vectors(text_reader().model)
    read = encoder.encode(texts, KINDS[field])
    for text, row in zip(texts, read, strict=True):
        assert float(row @ shipped[KINDS[field], text_hash(text)]) > LEAST_COSINE, text


@pytest.mark.slow
@pytest.mark.django_db
def test_loaded_vectors_are_found_by_their_texts_to_the_last_bit() -> None:
    count = load_vectors()
    assert Embedding.objects.count() == count == load_vectors()
    text, model = texts_of("offers")[0], text_reader().model
    found = stored_vectors([text], model=model, kind="passage")
    assert np.array_equal(found[text], shipped_vectors(model)["passage", text_hash(text)])


def test_no_vector_is_shipped_for_another_model() -> None:
    assert shipped_vectors("another-model+1") == {}
