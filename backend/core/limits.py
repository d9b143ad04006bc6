"""How often one person may have the same thing done, counted in the cache of the web process."""

from __future__ import annotations

from django.core.cache import cache

from backend.core.errors import BusinessError


class TooOften(BusinessError):
    code = "too_often"
    status = 429
    retry_after = 60


def count_use(key: str, *, most: int, seconds: int, refusal: str) -> None:
    """Count one use of `key`; refuses TooOften, in these words, above `most` within so many seconds."""
    cache.add(key, 0, timeout=seconds)
    try:
        used = cache.incr(key)
    except ValueError:  # it ended this very moment
        return
    if used > most:
        raise TooOften(refusal)
