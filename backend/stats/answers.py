"""What became of requests: the funnel with its exits, how people answer, and by sector, country and day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from backend.meetings.models import Meeting
from backend.stats.figures import (
    ACCEPTED,
    FUNNEL,
    HELD,
    REQUESTED,
    SUGGESTED,
    USEFUL,
    VIEWED,
    Breakdown,
    Day,
    Exit,
    FunnelStep,
    Response,
)
from backend.stats.reading import Meetings, Numbers, Pairs, Reading

State = Meeting.State
AGREED = Meeting.AGREED
DUE = (State.HELD, State.NOT_HELD, State.DISPUTED)
CONNECTED = (State.ACCEPTED, State.HELD)
USEFUL_FROM = 4.0  # the mean of what the two said, of 1 to 5


def funnel_of(reading: Reading) -> tuple[tuple[FunnelStep, ...], tuple[Exit, ...]]:
    """The steps, and what became of those who went no further.

    A share is of the step before: of suggested pairs those viewed, of viewed pairs those of whom one asked
    the other, of requests those accepted, and so on. Of accepted meetings those still to come are left aside,
    of held ones those nobody rated; before the first is due, or rated, there is no share.
    """
    meetings, count = reading.meetings, len(reading.people.ids)
    suggested, viewed = _codes(reading.suggested, count), _codes(reading.viewed, count)
    asked = np.minimum(meetings.asker, meetings.invited) * count + np.maximum(
        meetings.asker, meetings.invited
    )
    linked = np.isin(asked, suggested)
    agreed, held = meetings.was(*AGREED), meetings.was(State.HELD)
    rated = held & ~np.isnan(meetings.usefulness)
    useful = rated & (meetings.usefulness >= USEFUL_FROM)
    to_come = meetings.was(State.ACCEPTED)
    due = agreed & ~to_come if meetings.was(*DUE).any() else np.zeros_like(agreed)
    viewed_and_asked = int(np.isin(viewed, asked).sum())
    counts = {
        SUGGESTED: (len(suggested), len(suggested), None),
        VIEWED: (len(viewed), len(viewed), _share(len(viewed), len(suggested))),
        REQUESTED: (len(asked), int(linked.sum()), _share(viewed_and_asked, len(viewed))),
        ACCEPTED: (int(agreed.sum()), int((agreed & linked).sum()), _share(agreed.sum(), len(asked))),
        HELD: (int(held.sum()), int((held & linked).sum()), _share(held.sum(), due.sum())),
        USEFUL: (int(useful.sum()), int((useful & linked).sum()), _share(useful.sum(), rated.sum())),
    }
    states = Counter(meetings.state.tolist())
    exits = (
        (SUGGESTED, "not_viewed", len(suggested) - len(viewed)),
        (VIEWED, "not_requested", len(viewed) - viewed_and_asked),
        (REQUESTED, "declined", states[State.DECLINED]),
        (REQUESTED, "withdrawn", states[State.WITHDRAWN]),
        (REQUESTED, "expired", states[State.EXPIRED]),
        (REQUESTED, "waiting", states[State.REQUESTED]),
        (ACCEPTED, "to_come", int(to_come.sum())),
        (ACCEPTED, "cancelled", states[State.CANCELLED]),
        (ACCEPTED, "not_held", states[State.NOT_HELD]),
        (ACCEPTED, "disputed", states[State.DISPUTED]),
        (HELD, "not_useful", int(rated.sum() - useful.sum())),
        (HELD, "not_rated", int(held.sum() - rated.sum())),
    )
    return tuple(FunnelStep(step, *counts[step]) for step in FUNNEL), tuple(Exit(*row) for row in exits)


def response_of(meetings: Meetings, of: Numbers | None = None) -> Response:
    """How the requests selected by `of` (m,) were answered; all of them by default.

    Answered is what somebody said yes or no to, as in `MeetingQuerySet.answered`: not what was withdrawn or
    ran out, nor a meeting that was arranged, agreed at the very moment it was asked.
    """
    chosen = np.ones(len(meetings.state), bool) if of is None else of
    spoken = chosen & meetings.was(*Meeting.ANSWERED)
    hours = [
        (answered - asked) / dt.timedelta(hours=1)
        for asked, answered, said in zip(meetings.asked_at, meetings.answered_at, spoken, strict=True)
        if said and answered is not None and answered > asked
    ]
    return Response(
        received=int(chosen.sum()),
        answered=len(hours),
        accepted=int((chosen & meetings.was(*AGREED)).sum()),
        waiting=int((chosen & meetings.was(State.REQUESTED)).sum()),
        median_hours=float(np.median(hours)) if hours else None,
        slow_hours=float(np.percentile(hours, 90)) if hours else None,
    )


def breakdown_of(
    keys: Sequence[Iterable[str]], reading: Reading, constituency: dict[str, str] | None = None
) -> tuple[Breakdown, ...]:
    """One line per key, the largest first; `keys` (n,) are those of each person, none of them for ""."""
    meetings, count = reading.meetings, len(reading.people.ids)

    def seats(which: Numbers) -> list[int]:
        ends = np.concatenate([meetings.asker[which], meetings.invited[which]])
        return [int(value) for value in np.bincount(ends, minlength=count)]

    everything = np.ones(len(meetings.state), bool)
    columns = [
        [1] * count,
        [int(value > 0) for value in seats(meetings.was(*CONNECTED))],
        seats(everything),
        seats(meetings.was(*AGREED)),
        seats(meetings.was(State.HELD)),
    ]
    sums: dict[str, list[int]] = {}
    for row, said in enumerate(keys):
        for key in set(said) or {""}:
            line = sums.setdefault(key, [0] * len(columns))
            for place, column in enumerate(columns):
                line[place] += column[row]
    order = sorted(sums, key=lambda key: (-sums[key][0], key))
    return tuple(Breakdown(key, (constituency or {}).get(key, ""), *sums[key]) for key in order)


def days_of(meetings: Meetings, zone: dt.tzinfo) -> tuple[Day, ...]:
    """Every day on which something happened, in order."""

    def per_day(times: Iterable[dt.datetime | None]) -> Counter[dt.date]:
        return Counter(time.astimezone(zone).date() for time in times if time is not None)

    agreed, held = meetings.was(*AGREED), meetings.was(State.HELD)
    requested = per_day(meetings.asked_at)
    accepted = per_day(
        answered or asked
        for answered, asked, yes in zip(meetings.answered_at, meetings.asked_at, agreed, strict=True)
        if yes
    )
    met = per_day(start for start, yes in zip(meetings.starts_at, held, strict=True) if yes)
    dates = sorted({*requested, *accepted, *met})
    return tuple(Day(date, requested[date], accepted[date], met[date]) for date in dates)


def _codes(pairs: Pairs, people: int) -> Numbers:
    return pairs.first * people + pairs.second


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
