"""Sentences of a text."""


def sentences(text: str) -> list[str]:
    """The whole text as one sentence (placeholder until the splitter lands)."""
    return [text.strip()] if text.strip() else []
