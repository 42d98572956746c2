"""Looks at the first page of an API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from contracts.sources.api import ApiSource
from onboarding.api_page import as_texts, keys_of, lists_of_objects, ways_of_paging
from onboarding.entry import opening_entry
from onboarding.questions import Answers, Choice, Question, is_answered
from onboarding.sample import SAMPLE_ROWS, Sample
from tasks.errors import PipelineError, SourceUnavailable, StructureError
from tasks.extract.api.authentication import usable_credentials
from tasks.extract.api.client import RetryPolicy
from tasks.extract.api.connection import open_client, usable_url
from tasks.extract.api.errors import PassingAnswer, answer_error, transport_error
from tasks.extract.api.requests import page_request

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
    ways = [{}] if has_type(answers.get("paging")) else ways_of_paging(content, place, response)
    if len(ways) != 1:
        return Sample(questions=(_paging_question(ways),))
    words = {"rowsField": place} | ({"paging": ways[0]} if ways[0] else {})
    frame = as_texts(rows[:SAMPLE_ROWS])
    keys = keys_of(frame) if not is_answered(answers, "keyField") else []
    return Sample(frame, words | ({"keyField": keys[0]} if len(keys) == 1 else {}))


def _paging_question(ways: Sequence[Mapping[str, Any]]) -> Question:
    """Which of these ways it is; if there are none, which of those that nothing in an answer tells of."""
    titles = {"none": "all rows are in one answer", "page": "by page numbers", "offset": "by offsets"}
    choices = ways or [{"type": way} for way in titles]
    asked = "how does the API go on? Its documentation says; docs/sources.md has all ways"
    return Question("paging", asked, tuple(Choice(titles[way["type"]], dict(way)) for way in choices))


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
