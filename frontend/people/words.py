"""Names of constituencies."""

from __future__ import annotations

from backend.people.models import Constituency


def constituency_label(key: str) -> str:
    """The constituency's name; an unknown key counts as other."""
    return str(Constituency(key).label if key in Constituency.values else Constituency.OTHER.label)
