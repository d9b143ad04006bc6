"""The time a solver may still take, read from a clock it is given; none once it is told to stop."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
Stopped = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


class Stopwatch:
    """Seconds since it was made and left of the limit; `clock` must never go back (time.monotonic).

    stopped: asked at every look; once it says so, no time is left.
    """

    def __init__(self, clock: Clock, seconds: float, stopped: Stopped = never) -> None:
        self._clock = clock
        self._stopped = stopped
        self._start = clock()
        self.limit = seconds

    def spent(self) -> float:
        return self._clock() - self._start

    def left(self) -> float:
        return 0.0 if self._stopped() else self.limit - self.spent()

    def part(self, share: float) -> Stopwatch:
        """A stopwatch that starts now and may run for `share` of what is left."""
        return Stopwatch(self._clock, max(self.left(), 0.0) * share, self._stopped)

    def at_most(self, seconds: float) -> Stopwatch:
        """A stopwatch that starts now and may run for `seconds`, or what is left if that is less."""
        return Stopwatch(self._clock, min(max(self.left(), 0.0), seconds), self._stopped)

    def after_stop(self, seconds: float) -> Stopwatch:
        """For an orderly end: at most `seconds` of the time there would be if nobody had asked to stop."""
        return Stopwatch(self._clock, min(max(self.limit - self.spent(), 0.0), seconds))
