"""Half-open periods of time, and when two of them overlap: on values, and as a condition on rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.db.models import F, Func, Q, Value
from django.db.models.expressions import Combinable


class HasPeriod(Protocol):
    """Anything with the half-open time [starts_at, ends_at): a Period, a slot, a session."""

    @property
    def starts_at(self) -> dt.datetime: ...

    @property
    def ends_at(self) -> dt.datetime: ...


def overlaps(a: HasPeriod, b: HasPeriod) -> bool:
    """Whether the two share a moment; one that ends when the other starts does not.

    >>> hour = [dt.datetime(2026, 12, 9, h, tzinfo=dt.UTC) for h in (9, 10, 11)]
    >>> overlaps(Period(hour[0], hour[1]), Period(hour[1], hour[2]))
    False
    >>> overlaps(Period(hour[0], hour[2]), Period(hour[1], hour[2]))
    True
    """
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open time: [starts_at, ends_at)."""

    starts_at: dt.datetime
    ends_at: dt.datetime

    def overlaps(self, other: HasPeriod) -> bool:
        """Whether the two share a moment; touching ends do not."""
        return overlaps(self, other)


def overlapping(starts_at: dt.datetime | Combinable, ends_at: dt.datetime | Combinable, *, of: str = "") -> Q:
    """Condition: the row's [starts_at, ends_at) overlaps this one; bounds may be expressions as OuterRef.

    `of` is the path to the related row that has the two fields, such as "session".
    """
    prefix = f"{of}__" if of else ""
    return Q((f"{prefix}starts_at__lt", ends_at), (f"{prefix}ends_at__gt", starts_at))


def overlapping_range(
    starts_at: dt.datetime | Combinable, ends_at: dt.datetime | Combinable, *, of: str = "period"
) -> Q:
    """`overlapping` for a range field: `of` is its name."""
    return Q((f"{of}__startswith__lt", ends_at), (f"{of}__endswith__gt", starts_at))


def single_id_range(field: str) -> Func:
    """The range of one id: in an exclusion constraint, GiST compares ids without the btree_gist extension."""
    return Func(F(field), F(field), Value("[]"), function="int8range")
