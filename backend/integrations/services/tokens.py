"""The token of a source: encrypted in the database, read only to ask the source, and shown to nobody."""

from __future__ import annotations

import datetime as dt

from backend.core.encryption import decrypt, encrypt

_PURPOSE = "source token"
_LIFE = dt.timedelta(days=3_650)


def sealed(token: str, now: dt.datetime) -> bytes | None:
    """The token as it is kept; None for none."""
    return encrypt(token.encode(), purpose=_PURPOSE, now=now) if token else None


def opened(kept: bytes | memoryview | None, now: dt.datetime) -> str:
    """The token; empty where there is none, or where it was kept under another SECRET_KEY."""
    if kept is None:
        return ""
    return (decrypt(bytes(kept), purpose=_PURPOSE, within=_LIFE, now=now) or b"").decode()
