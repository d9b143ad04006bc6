"""A time limit for solvers, read from a clock they are given, that a caller can end early."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]
ShouldStop = Callable[[], bool]


def never() -> bool:
    """The default of `should_stop`: run to the time limit."""
    return False


class Deadline:
    """Seconds spent and left of a limit; `clock` never goes back (time.monotonic).

    should_stop: asked at every reading; once true, no time is left.
    """

    def __init__(self, clock: Clock, seconds: float, should_stop: ShouldStop = never) -> None:
        self._clock = clock
        self._should_stop = should_stop
        self._start = clock()
        self.limit = seconds

    def spent(self) -> float:
        return self._clock() - self._start

    def left(self) -> float:
        return 0.0 if self._should_stop() else self.limit - self.spent()

    def part(self, share: float) -> Deadline:
        """A deadline that starts now and has `share` of what is left."""
        return Deadline(self._clock, max(self.left(), 0.0) * share, self._should_stop)

    def at_most(self, seconds: float) -> Deadline:
        """A deadline that starts now and has `seconds`, or what is left if that is less."""
        return Deadline(self._clock, min(max(self.left(), 0.0), seconds), self._should_stop)

    def grace(self, seconds: float) -> Deadline:
        """At most `seconds` of the original limit, whether or not the caller asked to stop."""
        return Deadline(self._clock, min(max(self.limit - self.spent(), 0.0), seconds))
