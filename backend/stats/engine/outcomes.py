"""Outcomes of requests: the funnel with its exits, response times, and figures by group and by day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from backend.booking.models.meetings import Meeting
from backend.stats.engine.data import Array, Meetings, Pairs, StatsData
from backend.stats.engine.figures import (
    ACCEPTED,
    FUNNEL,
    HELD,
    PROPOSED,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    Breakdown,
    Day,
    DropOut,
    FunnelStep,
    ResponseTimes,
)

State = Meeting.State
DUE_STATES = (State.HELD, State.NOT_HELD, State.DISPUTED)
MIN_USEFUL = 4.0  # the mean rating of the two, of 1 to 5


def funnel_for(data: StatsData) -> tuple[tuple[FunnelStep, ...], tuple[DropOut, ...]]:
    """The steps, and where those who went no further dropped out.

    A share is of the step before: of suggested pairs those viewed, of viewed pairs those of whom one asked
    the other, of requests and proposals those accepted, and so on. Accepted meetings still to come do not
    count, nor held ones nobody rated; before the first is due, or rated, there is no share.
    """
    meetings, count = data.meetings, len(data.people.ids)
    suggested, viewed = _codes(data.suggested, count), _codes(data.viewed, count)
    low, high = np.minimum(meetings.first, meetings.second), np.maximum(meetings.first, meetings.second)
    codes, is_asked = low * count + high, meetings.is_asked
    linked = np.isin(codes, suggested)
    was_accepted, held = meetings.in_state(*Meeting.EVER_CONFIRMED_STATES), meetings.in_state(State.HELD)
    rated = held & ~np.isnan(meetings.usefulness)
    useful = rated & (meetings.usefulness >= MIN_USEFUL)
    to_come = meetings.in_state(State.ACCEPTED)
    due = was_accepted & ~to_come if meetings.in_state(*DUE_STATES).any() else np.zeros_like(was_accepted)
    viewed_and_asked = int(np.isin(viewed, codes[is_asked]).sum())
    counts = {
        SUGGESTED: (len(suggested), len(suggested), None),
        VIEWED: (len(viewed), len(viewed), _share(len(viewed), len(suggested))),
        REQUESTED: (int(is_asked.sum()), int((is_asked & linked).sum()), _share(viewed_and_asked, len(viewed))),
        PROPOSED: (int((~is_asked).sum()), int((~is_asked & linked).sum()), None),
        ACCEPTED: (int(was_accepted.sum()), int((was_accepted & linked).sum()), _share(was_accepted.sum(), len(codes))),
        HELD: (int(held.sum()), int((held & linked).sum()), _share(held.sum(), due.sum())),
        USEFUL: (int(useful.sum()), int((useful & linked).sum()), _share(useful.sum(), rated.sum())),
    }
    states = Counter(meetings.state.tolist())
    exits = (
        (SUGGESTED, "not_viewed", len(suggested) - len(viewed)),
        (VIEWED, "not_requested", len(viewed) - viewed_and_asked),
        (REQUESTED, "declined", states[State.DECLINED]),
        (REQUESTED, "withdrawn", states[State.WITHDRAWN]),
        (REQUESTED, "office_hour", states[State.GATHERED]),
        (REQUESTED, "expired", int((meetings.in_state(State.EXPIRED) & is_asked).sum())),
        (REQUESTED, "waiting", states[State.REQUESTED]),
        (PROPOSED, "not_agreed", int((meetings.in_state(State.EXPIRED) & ~is_asked).sum())),
        (PROPOSED, "proposal_open", states[State.PROPOSED]),
        (ACCEPTED, "to_come", int(to_come.sum())),
        (ACCEPTED, "cancelled", states[State.CANCELLED]),
        (ACCEPTED, "not_held", states[State.NOT_HELD]),
        (ACCEPTED, "disputed", states[State.DISPUTED]),
        (HELD, "not_useful", int(rated.sum() - useful.sum())),
        (HELD, "not_rated", int(held.sum() - rated.sum())),
    )
    return tuple(FunnelStep(step, *counts[step]) for step in FUNNEL), tuple(DropOut(*row) for row in exits)


def response_for(meetings: Meetings, of: Array | None = None) -> ResponseTimes:
    """How the requests selected by `of` (m,) were answered; all of them by default.

    Answered are requests that were accepted or declined, as in `MeetingQuerySet.answered`: not withdrawn or
    expired ones, nor what organisers put forward.
    """
    chosen = meetings.is_asked if of is None else of & meetings.is_asked
    is_answered = chosen & meetings.in_state(*Meeting.ANSWERED_STATES)
    hours = [
        (answered - asked) / dt.timedelta(hours=1)
        for asked, answered, counts in zip(meetings.asked_at, meetings.answered_at, is_answered, strict=True)
        if counts and answered is not None and answered > asked
    ]
    return ResponseTimes(
        received=int(chosen.sum()),
        answered=len(hours),
        accepted=int((chosen & meetings.in_state(*Meeting.EVER_CONFIRMED_STATES)).sum()),
        waiting=int((chosen & meetings.in_state(State.REQUESTED)).sum()),
        median_hours=float(np.median(hours)) if hours else None,
        slow_hours=float(np.percentile(hours, 90)) if hours else None,
    )


def breakdown_for(
    keys: Sequence[Iterable[str]], data: StatsData, constituency: dict[str, str] | None = None
) -> tuple[Breakdown, ...]:
    """One row per key, the largest first; `keys` (n,): those of each person; no key counts as ""."""
    meetings, count = data.meetings, len(data.people.ids)

    def seats(which: Array) -> list[int]:
        ends = np.concatenate([meetings.first[which], meetings.second[which]])
        return [int(value) for value in np.bincount(ends, minlength=count)]

    columns = [
        [1] * count,
        [int(value > 0) for value in seats(meetings.in_state(*Meeting.COUNTED_STATES))],
        seats(meetings.is_asked),
        seats(meetings.in_state(*Meeting.EVER_CONFIRMED_STATES)),
        seats(meetings.in_state(State.HELD)),
    ]
    sums: dict[str, list[int]] = {}
    for row, own_keys in enumerate(keys):
        for key in set(own_keys) or {""}:
            line = sums.setdefault(key, [0] * len(columns))
            for place, column in enumerate(columns):
                line[place] += column[row]
    order = sorted(sums, key=lambda key: (-sums[key][0], key))
    return tuple(Breakdown(key, (constituency or {}).get(key, ""), *sums[key]) for key in order)


def days_for(meetings: Meetings, zone: dt.tzinfo) -> tuple[Day, ...]:
    """Every day on which something happened, in order."""

    def per_day(times: Iterable[dt.datetime | None]) -> Counter[dt.date]:
        return Counter(time.astimezone(zone).date() for time in times if time is not None)

    was_accepted, held = meetings.in_state(*Meeting.EVER_CONFIRMED_STATES), meetings.in_state(State.HELD)
    asked_at = (at for at, is_asked in zip(meetings.asked_at, meetings.is_asked, strict=True) if is_asked)
    requested = per_day(asked_at)
    accepted = per_day(
        answered or asked
        for answered, asked, accepted in zip(meetings.answered_at, meetings.asked_at, was_accepted, strict=True)
        if accepted
    )
    met = per_day(start for start, is_held in zip(meetings.starts_at, held, strict=True) if is_held)
    dates = sorted({*requested, *accepted, *met})
    return tuple(Day(date, requested[date], accepted[date], met[date]) for date in dates)


def _codes(pairs: Pairs, people: int) -> Array:
    return pairs.first * people + pairs.second


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
