"""What a forum needs before it opens, by who has to do it."""

from __future__ import annotations

from collections.abc import Iterable

from backend.events.rules.roles import Doer, OpeningNeed


def needs_by_doer(needs: Iterable[OpeningNeed]) -> list[tuple[str, list[OpeningNeed]]]:
    """The needs under who has to do them, each of these once, in the order of `Doer`."""
    found = list(needs)
    groups = [(str(who.label), [need for need in found if need.who == who]) for who in Doer]
    return [(who, group) for who, group in groups if group]
