"""Short-lived secrets in the database: encrypted by a key of this installation, one for each purpose."""

from __future__ import annotations

import base64
import datetime as dt

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def encrypt(content: bytes, *, purpose: str, now: dt.datetime) -> bytes:
    """The content, to be read by `decrypt` for the same purpose; the database alone does not tell it."""
    return _cipher(purpose).encrypt_at_time(content, int(now.timestamp()))


def decrypt(token: bytes, *, purpose: str, within: dt.timedelta, now: dt.datetime) -> bytes | None:
    """What was encrypted at most `within` ago; None where it is older, changed or of another place.

    Of each there is one token: base64 could be written in many ways, and a token is told apart by its text.
    """
    try:
        if base64.urlsafe_b64encode(base64.urlsafe_b64decode(token)) != token:
            return None
        return _cipher(purpose).decrypt_at_time(
            token, ttl=int(within.total_seconds()), current_time=int(now.timestamp())
        )
    except (InvalidToken, ValueError):
        return None


def _cipher(purpose: str) -> Fernet:
    """Its key is derived from SECRET_KEY (RFC 5869) and differs from purpose to purpose."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"titian {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(settings.SECRET_KEY.encode())))
