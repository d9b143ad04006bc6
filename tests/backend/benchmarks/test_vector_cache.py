"""The file cache of text vectors."""

import numpy as np

from backend.benchmarks.vector_cache import cached_vectors


def test_a_text_is_encoded_once_and_a_damaged_file_is_rebuilt(tmp_path):
    asked = []

    def encode(texts):
        asked.extend(texts)
        return np.array([[len(text), 1] for text in texts], np.float32)

    def read(*texts):
        return cached_vectors(texts, folder=tmp_path, name="m", encode=encode, on_progress=lambda share: None)

    assert read("one", "three")["three"].tolist() == [5, 1]
    assert read("one", "four")["one"].tolist() == [3, 1]
    assert sorted(asked) == ["four", "one", "three"]
    next(tmp_path.glob("*.npz")).write_bytes(b"PK half a file")
    assert read("one")["one"].tolist() == [3, 1]
    assert asked.count("one") == 2
