"""Edits of how an API is asked."""

from __future__ import annotations

from contracts.diff.change import Verdict
from tests.contracts.diff.edits import API, PURCHASES, Case, additive, both, custom, put, sources

_WORDS: list[tuple[str, str, object, str]] = [
    ("authentication", "authentication", {"type": "http", "scheme": "bearer"}, "{type: http, scheme: bearer}"),
    ("rows_field", "rowsField", "data.items", "data.items"),
    ("parameters", "parameters", {"status": "paid"}, "{status: paid}"),
    (
        "paging",
        "paging",
        {"type": "page", "sizeParameter": "per_page"},
        "{sizeParameter: per_page, type: page}",
    ),
    ("incremental", "incremental", {"format": "date", "inclusive": False}, "{format: date, inclusive: false}"),
    ("method", "method", "POST", "POST"),
]

CASES = [
    *(
        Case(
            f"an API is asked with other {word}",
            f"ApiSource.{field}",
            PURCHASES,
            custom(API, word, value),
            Verdict.BREAKING_FOR_SOURCES,
            (sources(f"{API}.customProperties.{word}", f"was the default, is {told}"),),
        )
        for field, word, value, told in _WORDS
    ),
    Case(
        "a default is said",
        "ApiSource.paging",
        PURCHASES,
        custom(API, "paging", {"type": "cursor", "field": "next_cursor", "sizeParameter": "limit"}),
        Verdict.NONE,
        (),
    ),
    Case(
        "an API is asked by a POST with a body",
        "ApiSource.method ApiSource.body",
        PURCHASES,
        both(custom(API, "method", "POST"), custom(API, "body", {"sort": ["changed"]})),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(f"{API}.customProperties.method", "was the default, is POST"),
            sources(f"{API}.customProperties.body", "was the default, is {sort: [changed]}"),
        ),
    ),
    Case(
        "an API is read whole",
        "ApiSource.cursor_field",
        PURCHASES,
        both(custom(API, "cursorField", None), custom(API, "overlapSeconds", None)),
        Verdict.BREAKING_FOR_SOURCES,
        (
            sources(f"{API}.customProperties.cursorField", "was updatedAt, is nothing"),
            additive(f"{API}.customProperties.overlapSeconds", "was 600, is 0"),
        ),
    ),
    Case(
        "an API's path is another",
        "ApiSource.location",
        PURCHASES,
        put(API, location="${CUSTOMERS_API_URL}/v2/purchases"),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{API}.location", "was /v1/purchases, is /v2/purchases"),),
    ),
    Case(
        "an API's key is another",
        "ApiSource.key_field",
        PURCHASES,
        custom(API, "keyField", "id"),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{API}.customProperties.keyField", "was purchaseId, is id"),),
    ),
    Case(
        "an API's cursor is another",
        "ApiSource.cursor_field",
        PURCHASES,
        custom(API, "cursorField", "changedAt"),
        Verdict.BREAKING_FOR_SOURCES,
        (sources(f"{API}.customProperties.cursorField", "was updatedAt, is changedAt"),),
    ),
    Case(
        "an API is read with less overlap",
        "ApiSource.overlap_seconds",
        PURCHASES,
        custom(API, "overlapSeconds", 60),
        Verdict.ADDITIVE,
        (additive(f"{API}.customProperties.overlapSeconds", "was 600, is 60"),),
    ),
    Case(
        "an API is asked for smaller pages",
        "ApiSource.page_rows",
        PURCHASES,
        custom(API, "pageRows", 100),
        Verdict.ADDITIVE,
        (additive(f"{API}.customProperties.pageRows", "was 5000, is 100"),),
    ),
    Case(
        "a field counts as missing in smaller loads",
        "ApiSource.missing_field_rows",
        PURCHASES,
        custom(API, "missingFieldRows", 50),
        Verdict.ADDITIVE,
        (additive(f"{API}.customProperties.missingFieldRows", "was 100, is 50"),),
    ),
]
