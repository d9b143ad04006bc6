"""How the API shows a person, and how it takes and shows reports."""

from backend.safeguarding.api.public_profiles import PublicProfileSerializer, TopicInterestSerializer

__all__ = ["PublicProfileSerializer", "TopicInterestSerializer"]
