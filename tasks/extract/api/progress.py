"""How far an API was read, and which of its items were met before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import polars as pl

from tasks.extract.api.items import DIGEST
from tasks.extract.chunks import CURSOR, KEY

CLOCKS_DIFFER = timedelta(seconds=5)
"""So much later than an answer says an item may be dated that had changed before it."""

_DIGEST_BYTES = 16


class Progress:
    """How far an API was read, so that reading can begin again without leaving out or repeating an item.

    `good_until` is a time up to which everything was read. Pages are in order of change, so it is the least time of
    the last page: a single item with an odd time neither moves it ahead of the others nor back. Where pages shift,
    nothing is sure before the end, and it stays at the window's start.
    """

    def __init__(self, since: datetime | None, now: datetime, *, shifts: bool) -> None:
        """Begin at `since`, or with the first item; `now` is a time that no item's should be ahead of."""
        self.good_until = since
        self.pages = 0
        self.may_lack_items = False
        self._now = now
        self._shifts = shifts
        self._began_at: datetime | None = None
        self._is_again = False
        self._met_pages: set[bytes] = set()
        self._met_keys: set[str] = set()
        self._met: dict[str, int | None] = {}

    def begin_again(self) -> None:
        """From now on, leave out what was read before."""
        self._is_again = True
        self._met_pages.clear()
        self.may_lack_items = False

    def news(self, items: pl.DataFrame, answered_at: datetime) -> tuple[pl.DataFrame, bool]:
        """The page's items without those that an earlier page had, and whether the page tells nothing new.

        Where pages shift, one that is read again tells at least that nothing was left out there.
        """
        digests = items[DIGEST].to_list()
        page = blake2b("".join(digests).encode(), digest_size=_DIGEST_BYTES).digest()
        news = items.filter(pl.Series([digest not in self._met for digest in digests], dtype=pl.Boolean))
        is_checked = self._shifts and self._is_again and not items.is_empty() and page not in self._met_pages
        is_known = news.is_empty() and not is_checked
        self._met_pages.add(page)
        if self._shifts:
            self._notice_shifts(news, answered_at)
        self._remember(digests, items[CURSOR])
        return news, is_known

    def _notice_shifts(self, news: pl.DataFrame, answered_at: datetime) -> None:
        """A first reading may lack items if one that it had read came again, changed; a later one, if it found older.

        A change of what was not read yet draws no item over the border of the pages that were.
        """
        self._began_at = self._began_at or answered_at - CLOCKS_DIFFER
        if self._is_again:
            self.may_lack_items |= bool((news[CURSOR] < self._began_at).fill_null(value=True).any())
        else:
            self.may_lack_items |= not self._met_keys.isdisjoint(news[KEY])
            self._met_keys.update(news[KEY])

    def _remember(self, digests: Sequence[str], times: pl.Series) -> None:
        """Note the items that a new beginning would meet again: those since `good_until`, or without a time."""
        microseconds = times.to_physical()  # a number is had faster than a datetime
        self._met |= dict(zip(digests, microseconds.to_list(), strict=True))
        good = times <= self._now
        least, since = times.filter(good).min(), microseconds.filter(good).min()
        if not isinstance(least, datetime) or not isinstance(since, int) or self._shifts:
            return
        if self.good_until is None or least > self.good_until:
            self.good_until = least
            self._met = {known: time for known, time in self._met.items() if time is None or time >= since}
