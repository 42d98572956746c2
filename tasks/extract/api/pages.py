"""Reads an API page by page to its end, and finds an end where the API gives none.

An API may forget its cursor, begin again, stand still or go round in circles. No item is left out then, none is read
twice, and each of these is bounded.

Pages that are found by their number, or by the rows before them, shift when rows change meanwhile: a row that leaves a
page for the end draws another one over the page's border, which is read in no page. So they are read again if something
changed while they were read, until that shows nothing more that had been left out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context

from contracts.sources.api import ApiSource
from contracts.sources.paging import CursorPaging, OffsetPaging, PagePaging
from tasks.errors import SourceUnavailable, StructureError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.errors import CursorRejected
from tasks.extract.api.items import ReadItems, read_items
from tasks.extract.api.page import NotAPage, Page
from tasks.extract.api.paging import next_position
from tasks.extract.api.progress import Progress
from tasks.extract.api.requests import PageRequest, Position, page_request
from tasks.extract.api.times import in_utc
from tasks.extract.chunks import Window

MOST_PAGES_WITHOUT_NEWS = 100
"""So many pages in a row may be empty or hold what an earlier page held; an API that filters late gives some."""

MOST_RESTARTS = 5
"""So often one extraction begins again because the API no longer knows its own cursor, or because pages shift."""

logger = logging.getLogger(__name__)


def read_pages(client: ApiClient, window: Window, columns: Mapping[str, str]) -> Iterator[ReadItems]:
    """What the items say at these columns' fields: the items of each page that has news, from the window's start on.

    Raises:
        StructureError: a page is not one, a cursor leads back to an earlier page, the API rejects its cursors again
            and again, or there is no end of pages without news.
        SourceUnavailable: rows change faster than their pages can be read.
    """
    source = client.source
    shifts = isinstance(source.paging, PagePaging | OffsetPaging) and source.cursor_field is not None
    progress = Progress(in_utc(window.since) if window.since else None, client.now(), shifts=shifts)
    restarts = 0
    while True:
        try:
            yield from _pages_of_one_round(client, progress, columns)
        except CursorRejected as error:
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise StructureError(f"{error}, {restarts} times in one extraction") from None
            logger.warning("%s; beginning again from the last time that was read", error)
        else:
            if not progress.may_lack_items:
                return
            restarts += 1
            if restarts > MOST_RESTARTS:
                raise SourceUnavailable(
                    f"the rows of {source.name} change faster than its pages can be read; run again when it is quieter"
                )
            logger.info("rows of %s changed while its pages were read; reading them again", source.name)
        progress.begin_again()


def _pages_of_one_round(client: ApiClient, progress: Progress, columns: Mapping[str, str]) -> Iterator[ReadItems]:
    """Pages from the last good time on, to the end or to a cursor that the API does not take."""
    source, without_news = client.source, 0
    for where, page in _asked_ahead(client, progress):
        items = read_items(source, page.items, columns)
        news, is_known = progress.news(items.rows, page.answered_at or client.now())
        if not news.is_empty():
            yield items._replace(rows=news)
        without_news = without_news + 1 if is_known else 0
        if without_news >= MOST_PAGES_WITHOUT_NEWS:
            raise StructureError(
                f"{without_news} pages of {source.name} in a row, up to {where}, had nothing new and no end"
            )


def _asked_ahead(client: ApiClient, progress: Progress) -> Iterator[tuple[str, Page]]:
    """The same pages and what errors call each; while one is read, the next is asked for."""
    source, since = client.source, progress.good_until
    position: Position = None
    positions: set[Position] = set()
    rows_read = 0

    def ask() -> tuple[str, PageRequest, Future[Page]]:
        progress.pages += 1
        where, asked = f"page {progress.pages} of {source.name}", page_request(source, client.url, since, position)
        return where, asked, ahead.submit(copy_context().run, client.get, asked, where)

    with ThreadPoolExecutor(1) as ahead:
        awaited = ask()
        while True:
            where, asked, answer = awaited
            page = answer.result()
            rows_read += len(page.items)
            try:
                position = next_position(source, page, asked.url, position, rows_read)
            except NotAPage as error:
                raise StructureError(f"{where} {error}") from None
            comes_again = isinstance(position, str) and position in positions
            if position is not None and not comes_again:
                awaited = ask()
                positions.add(position)
            yield where, page
            if position is None:
                return
            if comes_again:
                raise StructureError(f"{where} repeats an earlier {_place(source)}, so that reading would never end")


def _place(source: ApiSource) -> str:
    """What tells of the next page."""
    paging = source.paging
    header = paging.header if isinstance(paging, CursorPaging) else "Link"
    return paging.fields[0] if paging.fields else f"{header} header"
