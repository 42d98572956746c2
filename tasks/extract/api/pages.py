"""Reads an API page by page to its end, and finds an end where the API gives none.

An API may forget its cursor, begin again, stand still or go round in circles. No item is left out then, none is read
twice, and each of these is bounded.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b

from tasks.errors import StructureError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.errors import CursorRejected
from tasks.extract.api.items import ReadItem, read_items
from tasks.extract.api.times import in_utc, write_time
from tasks.extract.chunks import Window

MOST_PAGES_WITHOUT_NEWS = 100
"""So many pages in a row may be empty or hold what an earlier page held; an API that filters late gives some."""

MOST_RESTARTS = 5
"""So often one extraction begins again because the API no longer knows its own cursor."""

_DIGEST_BYTES = 16

logger = logging.getLogger(__name__)


def read_pages(client: ApiClient, window: Window, fields: Iterable[str]) -> Iterator[list[ReadItem]]:
    """What the items say at these fields: the items of each page that has news, from the window's start on.

    Raises:
        StructureError: a page is not one, a cursor leads back to an earlier page, the API rejects its cursors again
            and again, or there is no end of pages without news.
    """
    progress = _Progress(in_utc(window.since) if window.since else None, client.now())
    restarts, fields = 0, tuple(fields)
    while True:
        try:
            yield from _pages_of_one_round(client, progress, fields)
        except CursorRejected as error:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise StructureError(f"{error}, {restarts} times in one extraction") from None
            logger.warning("%s; beginning again from the last time that was read", error)
            progress.begin_again()
        else:
            return


def _pages_of_one_round(client: ApiClient, progress: _Progress, fields: Sequence[str]) -> Iterator[list[ReadItem]]:
    """Pages from the last good time on, to the end or to a cursor that the API does not take."""
    name = client.source.name
    parameters = {"limit": str(client.source.page_rows)}
    if progress.good_until:
        parameters["updated_since"] = write_time(progress.good_until)
    cursors: set[str] = set()
    without_news = 0
    while True:
        progress.pages += 1
        where = f"page {progress.pages} of {name}"
        page = client.get(parameters, where)
        if news := progress.news(read_items(client.source, page.items, fields)):
            yield news
        without_news = 0 if news else without_news + 1
        if page.next_cursor is None:
            return
        if page.next_cursor in cursors:
            raise StructureError(f"{where} repeats an earlier next_cursor, so that reading would never end")
        if without_news >= MOST_PAGES_WITHOUT_NEWS:
            raise StructureError(f"{without_news} pages of {name} in a row, up to {where}, had nothing new and no end")
        cursors.add(page.next_cursor)
        parameters["cursor"] = page.next_cursor


class _Progress:
    """How far an API was read, so that reading can begin again without leaving out or repeating an item.

    `good_until` is a time up to which everything was read. Pages are in order of change, so it is the least time of
    the last page: a single item with an odd time neither moves it ahead of the others nor back.
    """

    def __init__(self, since: datetime | None, now: datetime) -> None:
        self.good_until = since
        self.pages = 0
        self._now = now
        self._is_again = False
        self._met_pages: set[bytes] = set()
        self._met: dict[str, datetime | None] = {}

    def begin_again(self) -> None:
        """From now on, leave out what was read before."""
        self._is_again = True

    def news(self, items: Sequence[ReadItem]) -> list[ReadItem]:
        """The page's items, without those that were read before a new beginning; none if the very page was read."""
        page = blake2b("".join(item.digest for item in items).encode(), digest_size=_DIGEST_BYTES).digest()
        if page in self._met_pages:
            return []
        self._met_pages.add(page)
        news = [item for item in items if not (self._is_again and item.digest in self._met)]
        self._remember(items)
        return news

    def _remember(self, items: Sequence[ReadItem]) -> None:
        """Note the items that a new beginning would meet again: those since `good_until`, or without a time."""
        self._met |= {item.digest: item.changed_at for item in items}
        times = [item.changed_at for item in items if item.changed_at and item.changed_at <= self._now]
        least = min(times, default=None)
        if least and (self.good_until is None or least > self.good_until):
            self.good_until = least
            self._met = {known: time for known, time in self._met.items() if time is None or time >= least}
