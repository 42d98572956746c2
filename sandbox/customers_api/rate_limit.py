"""A token bucket: so many requests a second on average, as many at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Lock
from time import monotonic


class TokenBucket:
    """Allows `per_second` requests a second, and that many (at least one) at once after a pause."""

    def __init__(self, per_second: float, clock: Callable[[], float] = monotonic) -> None:
        """Start with a full bucket; `clock` gives seconds."""
        self._per_second = per_second
        self._capacity = max(1.0, per_second)
        self._clock = clock
        self._tokens = self._capacity
        self._filled_at = clock()
        self._lock = Lock()

    def seconds_to_wait(self) -> int:
        """0 if the request is allowed, else the whole seconds after which the next one will be."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._capacity, self._tokens + (now - self._filled_at) * self._per_second)
            self._filled_at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return 0
            return math.ceil((1 - self._tokens) / self._per_second)
