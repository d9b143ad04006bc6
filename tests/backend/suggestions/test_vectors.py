"""Stored vectors: what is known is not encoded again."""

import numpy as np
import pytest

from backend.suggestions.engine.texts import vectors_for

pytestmark = pytest.mark.django_db


def test_the_encoder_is_given_each_new_text_once_beside_those_it_knows():
    given = []

    def encode(texts, _count):
        given.append(sorted(texts))
        return np.array([[len(text), 1] for text in texts], np.float32)

    def read(*texts):
        found = vectors_for(texts, model="m", kind="query", encode=encode)
        return {text: row[0] for text, row in found.items()}

    assert read("one", "three", "one", " ") == {"one": 3, "three": 5}
    assert read("one", "three", "fifteen") == {"one": 3, "three": 5, "fifteen": 7}
    assert given == [["one", "three"], ["fifteen"]]
