"""Refusals told apart by their codes."""

from __future__ import annotations

import pytest

from backend.core.errors import BusinessError


def refuses(code: str, *, match: str | None = None) -> pytest.RaisesExc[BusinessError]:
    """As `pytest.raises`: a refusal with this code, and only that, ends the block."""
    return pytest.raises(BusinessError, match=match, check=lambda refusal: refusal.code == code)
