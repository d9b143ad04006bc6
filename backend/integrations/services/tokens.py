"""Tokens of sources, secrets of webhooks, addresses of calendars: encrypted, and read only to be used."""

from __future__ import annotations

import datetime as dt

from backend.core.encryption import decrypt, encrypt

SOURCE_TOKEN, WEBHOOK_SECRET, CALENDAR_ADDRESS = "source token", "webhook secret", "calendar address"
_LIFE = dt.timedelta(days=3_650)


def sealed(token: str, now: dt.datetime, purpose: str = SOURCE_TOKEN) -> bytes | None:
    """The token as it is kept; None for none."""
    return encrypt(token.encode(), purpose=purpose, now=now) if token else None


def opened(kept: bytes | memoryview | None, now: dt.datetime, purpose: str = SOURCE_TOKEN) -> str:
    """The token; empty where there is none, or where it was kept under another SECRET_KEY."""
    if kept is None:
        return ""
    return (decrypt(bytes(kept), purpose=purpose, within=_LIFE, now=now) or b"").decode()
