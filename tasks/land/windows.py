"""The windows that one reading of a source takes: the whole, or smaller ones where the source stops what takes long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tasks.extract.chunks import Window

MOST_STOPS = 12
"""So many windows in a row are stopped, each half as long as the one before, until it is told as a failure."""

Span = Callable[[Window], tuple[datetime, datetime] | None]
"""Finds the first and the last time of change of a window's rows; None if no row has a time."""


class Windows:
    """Windows that follow each other without a gap, the oldest first, until all of the whole is read.

    Each is a load of its own, so that what was read stays read when a later one fails. Since a later window is read
    later, what is committed late is met by the overlap as it is between any two loads.
    """

    def __init__(self, whole: Window, span: Span | None) -> None:
        """Begin with the whole; without `span` it cannot be read in parts."""
        self._rest = whole
        self._span = span
        self._first = self._last = datetime.max.replace(tzinfo=UTC)
        self._length = timedelta()
        self._stops = 0
        self.current: Window | None = whole

    @property
    def is_last(self) -> bool:
        """Whether nothing is left behind the current window."""
        return self.current == self._rest

    def advance(self) -> None:
        """Go on behind the current window, which was read."""
        self._stops = 0
        if self.current is None or self.is_last:
            self.current = None
            return
        self._rest = Window(since=self.current.until, until=self._rest.until)
        self.current = self._beginning()

    def narrow(self) -> bool:
        """Halve the current window, which was stopped; False if it cannot be any smaller."""
        self._stops += 1
        if self._length:
            self._length /= 2
        elif self._span and (ends := self._span(self._rest)):
            self._first, self._last = ends
            self._length = (self._last - self._first) / 2
        if self._stops > MOST_STOPS or not self._length:
            return False
        self.current = self._beginning()
        return True

    def _beginning(self) -> Window:
        """The beginning of what is left; all of it if its end is not further away."""
        until = max(self._rest.since or self._first, self._first) + self._length
        return self._rest if until > self._last else Window(since=self._rest.since, until=until)
