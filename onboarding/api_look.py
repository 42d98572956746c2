"""Looks at the first page of an API: where its rows are, what their fields hold, and how it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import polars as pl

from contracts.sources.api import WHOLE_ANSWER, ApiSource
from onboarding.entry import opening_entry
from onboarding.questions import Answers, Choice, Question, is_answered
from onboarding.sample import SAMPLE_ROWS, Sample
from tasks.errors import PipelineError, SourceUnavailable, StructureError
from tasks.extract.api.authentication import usable_credentials
from tasks.extract.api.client import RetryPolicy
from tasks.extract.api.connection import open_client, usable_url
from tasks.extract.api.errors import PassingAnswer, answer_error, transport_error
from tasks.extract.api.requests import page_request

_DEEPEST = 4
"""So many objects deep rows are looked for."""

_NOT_KNOWN_YET: Mapping[str, Any] = {
    "paging": {"type": "none"},
    "pageRows": None,
    "rowsField": None,
    "keyField": "?",
    "cursorField": None,
    "incremental": None,
    "overlapSeconds": None,
}
"""What the first page is asked for without, or tells itself."""

_CURSORS = {"nextcursor", "cursor", "nextpagetoken", "nexttoken", "endcursor", "continuationtoken", "aftercursor"}
_NEXT_URLS = {"next", "nexturl", "nextlink", "nextpage", "nexthref", "@odata.nextlink"}
_PAGES = {"pages", "totalpages", "pagecount", "lastpage", "totalpaginas", "paginas"}
_MORE = {"hasmore", "more", "hasnext", "hasnextpage"}
_TOTALS = {"total", "totalcount", "totalrows", "totalitems", "totalelements", "count"}


def look_at_api(answers: Answers, values: Mapping[str, str]) -> Sample:
    """The fields of the first page's items, as texts; numbers as they are written.

    Raises:
        PipelineError: the API cannot be asked, or answers with something else than a page.
    """
    source = ApiSource.model_validate(opening_entry(answers, **_NOT_KNOWN_YET))
    response, content = first_answer(source, values)
    places = dict(lists_of_objects(content))
    if is_answered(answers, "rowsField"):
        places = {place: rows for place, rows in places.items() if place == answers["rowsField"]}
    if not places:
        raise StructureError(f"the first answer of {source.name} has no list of objects to look at; check its location")
    if len(places) > 1:
        choices = tuple(Choice(place, place) for place in places)
        return Sample(questions=(Question("rowsField", "which list has the rows?", choices),))
    ((place, rows),) = places.items()
    paging = {} if has_type(answers.get("paging")) else paging_of(content, place, response)
    if paging is None:
        return Sample(questions=(_PAGING,))
    words = {"rowsField": place} | ({"paging": paging} if paging else {})
    frame = as_texts(rows[:SAMPLE_ROWS])
    keys = keys_of(frame) if not is_answered(answers, "keyField") else []
    return Sample(frame, words | ({"keyField": keys[0]} if len(keys) == 1 else {}))


_PAGING = Question(
    "paging",
    "how does the API go on? Nothing in its answer tells; see docs/sources.md",
    (
        Choice("all rows are in one answer", {"type": "none"}),
        Choice("page numbers up to the first empty page", {"type": "page"}),
        Choice("offsets up to the first empty page", {"type": "offset"}),
    ),
)


def has_type(paging: object) -> bool:
    """Whether a way of paging was answered, and not just some words of it."""
    return isinstance(paging, Mapping) and "type" in paging


def first_answer(source: ApiSource, values: Mapping[str, str]) -> tuple[httpx.Response, object]:
    """The API's answer to the first request of a reading, and its JSON, with numbers as texts.

    Raises:
        PipelineError: the API cannot be asked, refuses, or answers with something else than JSON.
    """
    credentials, url = usable_credentials(source, values), usable_url(source, values["url"])
    asked = page_request(source, url, None, None)
    try:
        with open_client(source, credentials, RetryPolicy().read_seconds) as client:
            body = asked.body if asked.method == "POST" else None
            response = client.request(asked.method, asked.url, params=asked.query or None, json=body)
        if not response.is_success:
            raise answer_error(source, response.status_code, response.headers, "")
        return response, json.loads(response.content, parse_float=str, parse_int=str)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise _told(source, transport_error(source, error)) from None
    except PassingAnswer as error:
        raise _told(source, error) from None
    except (ValueError, RecursionError):
        raise StructureError(f"{source.name} answers with something else than JSON; check its location") from None


def _told(source: ApiSource, error: PassingAnswer | PipelineError) -> PipelineError:
    if isinstance(error, PipelineError):
        return error
    return SourceUnavailable(f"{source.name} gives no good answer: {error}; try again when it is well")


def fields_of_api(source: ApiSource, values: Mapping[str, str]) -> list[str]:
    """The fields of the items of the first page, dotted where nested.

    Raises:
        PipelineError: as `first_answer`.
    """
    _, content = first_answer(source, values)
    return as_texts(dict(lists_of_objects(content)).get(source.rows_field, [])).columns


def lists_of_objects(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The places of an answer's lists of objects, with what is in them."""
    if isinstance(content, list) and content and all(isinstance(item, dict) for item in content):
        yield ".".join(path) or WHOLE_ANSWER, content
    if isinstance(content, dict) and len(path) < _DEEPEST:
        for name, value in content.items():
            yield from lists_of_objects(value, (*path, name))


def paging_of(content: object, rows_field: str, response: httpx.Response) -> dict[str, Any] | None:
    """How the API goes on, by what its answer has beside the rows; None if nothing tells.

    >>> paging_of({"result": {"orders": [{}], "pages": "1"}}, "result.orders", httpx.Response(200))
    {'type': 'page', 'pagesField': 'result.pages'}
    """
    if "next" in response.links:
        return {"type": "link"}
    beside = dict(_values_beside(content, rows_field))
    for names, way in (
        (_CURSORS, lambda field: {"type": "cursor", "field": field}),
        (_NEXT_URLS, lambda field: {"type": "nextUrl", "field": field}),
        (_PAGES, lambda field: {"type": "page", "pagesField": field}),
        (_MORE, lambda field: {"type": "page", "moreField": field}),
        (_TOTALS, lambda field: {"type": "page", "totalField": field}),
    ):
        for field, value in beside.items():
            last = field.rpartition(".")[2]
            if _plain(last) in names and _can_be(names, value):
                return way(field)
    return None


def _can_be(names: set[str], value: object) -> bool:
    """Whether a field of one of these names says what they mean."""
    if names is _MORE:
        return isinstance(value, bool)
    if names in (_PAGES, _TOTALS):
        return isinstance(value, str) and value.isdecimal()
    is_url = isinstance(value, str) and value.startswith(("https://", "http://", "/", "?"))
    return value is None or (is_url if names is _NEXT_URLS else isinstance(value, str) and not is_url)


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _values_beside(content: object, rows_field: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    if isinstance(content, dict) and len(path) < _DEEPEST:
        for name, value in content.items():
            field = ".".join((*path, name))
            if isinstance(value, dict):
                yield from _values_beside(value, rows_field, (*path, name))
            elif field != rows_field and not isinstance(value, list):
                yield field, value


def as_texts(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A column of texts for each field of the objects, dotted where nested; lists are no values."""
    flat = [dict(_flat(row)) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in flat] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def _flat(row: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str | None]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, name))
        elif isinstance(value, bool):
            yield ".".join((*path, name)), "true" if value else "false"
        elif not isinstance(value, list):
            yield ".".join((*path, name)), value


def keys_of(rows: pl.DataFrame) -> list[str]:
    """The fields that may be a row's key: called so, and with a value of its own in each row."""
    named = [name for name in rows.columns if _plain(name.rpartition(".")[2]).endswith(("id", "key", "uuid", "number"))]
    return [name for name in named if rows[name].n_unique() == rows.height and not rows[name].null_count()]
