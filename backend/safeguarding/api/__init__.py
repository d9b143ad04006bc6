"""How the API shows a person, and how it takes and shows reports."""

from backend.safeguarding.api.faces import FaceSerializer, TopicSaidSerializer

__all__ = ["FaceSerializer", "TopicSaidSerializer"]
