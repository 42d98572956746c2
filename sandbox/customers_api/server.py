"""The HTTP side of the customers API: key, rate limit, parameters, pages."""

from __future__ import annotations

import re
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from contracts.formats.times import TimeEncoding
from sandbox.customers_api.purchases_store import Page, Position, read_page
from sandbox.customers_api.rate_limit import TokenBucket

MOST_ROWS = 5000
"""Purchases in a page at most, and unless the client asks for fewer."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEALTH = "/health"
_LONGEST_CURSOR = 200


def customers_api(database: Path, api_key: str, bucket: TokenBucket) -> FastAPI:
    """The API over a database file, for clients that send that key, within that rate limit."""
    api = FastAPI(title="Customers API", docs_url=None, redoc_url=None, openapi_url=None)

    @api.middleware("http")
    async def admit(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        return _refusal(request, api_key, bucket) or await call_next(request)

    @api.exception_handler(RequestValidationError)
    def bad_parameter(_request: Request, error: RequestValidationError) -> Response:
        return _bad_request("; ".join(f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()))

    @api.get(_HEALTH)
    def health() -> Response:
        return JSONResponse({"status": "ok"}) if database.exists() else JSONResponse({"status": "no data yet"}, 503)

    @api.get("/v1/purchases")
    def purchases(
        updated_since: str | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = MOST_ROWS,
        cursor: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
    ) -> Response:
        try:
            after = _start(updated_since, cursor)
            return _page_response(read_page(database, after, limit))
        except ValueError as error:
            return _bad_request(str(error))
        except sqlite3.OperationalError:
            return JSONResponse(
                {"error": "the purchases cannot be read just now; try again"}, 503, {"Retry-After": "1"}
            )

    return api


def _refusal(request: Request, api_key: str, bucket: TokenBucket) -> Response | None:
    if request.url.path == _HEALTH:
        return None
    if not secrets.compare_digest(request.headers.get("X-API-Key", "").encode(), api_key.encode()):
        return JSONResponse({"error": "header X-API-Key is missing or wrong"}, 401)
    seconds = bucket.seconds_to_wait()
    return JSONResponse({"error": "too many requests"}, 429, {"Retry-After": str(seconds)}) if seconds else None


def _start(updated_since: str | None, cursor: str | None) -> Position:
    since = Position(_microseconds(updated_since), "") if updated_since is not None else Position(-(2**62), "")
    return max(since, Position.of_cursor(cursor)) if cursor is not None else since


def _microseconds(timestamp: str) -> int:
    if not re.fullmatch(TimeEncoding.RFC_3339.pattern, timestamp):
        raise ValueError("updated_since: not an RFC 3339 time, such as 2026-01-31T12:00:00Z")
    try:
        return (datetime.fromisoformat(timestamp) - _EPOCH) // timedelta(microseconds=1)
    except ValueError as error:
        raise ValueError(f"updated_since: {error}") from error


def _page_response(page: Page) -> Response:
    following = "null" if page.following is None else f'"{page.following.cursor()}"'
    return Response(f'{{"data":[{",".join(page.documents)}],"next_cursor":{following}}}', media_type="application/json")


def _bad_request(reason: str) -> Response:
    return JSONResponse({"error": reason}, 400)
