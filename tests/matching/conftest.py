"""The bundled model, loaded once for all tests of matching."""

from pathlib import Path

import pytest

from matching.text.encoder import Encoder
from matching.text.model import load_model, model_name


@pytest.fixture(scope="session")
def encoder(model_folder: Path) -> Encoder:
    return Encoder(load_model(model_folder), model_name(model_folder))
