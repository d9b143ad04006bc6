"""The time a solver may still take, read from a clock it is given."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]


class Stopwatch:
    """Seconds since it was made and left of the limit; `clock` must never go back (time.monotonic)."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._start = clock()
        self.limit = seconds

    def spent(self) -> float:
        return self._clock() - self._start

    def left(self) -> float:
        return self.limit - self.spent()

    def part(self, share: float) -> Stopwatch:
        """A stopwatch that starts now and may run for `share` of what is left."""
        return Stopwatch(self._clock, max(self.left(), 0.0) * share)
