"""Which language a text is in."""


def detect_language(text: str) -> str:
    """ISO 639-1 code, empty when unsure (placeholder until the detector lands)."""
    return ""
