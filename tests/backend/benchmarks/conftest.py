"""The forum of the meetings' tests, for the load client's."""

from tests.backend.conftest import forum as forum
