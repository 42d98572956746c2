# ruff: noqa: E501 (rows of a table)
"""What an API's entry cannot mean is told when the contract is read: each contradiction by the words that make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.problems import ContractError
from contracts.reader import read_contract
from tests.contracts.documents import document, written

Words = dict[str, Any]

URL = {"url": "CUSTOMERS_API_URL"}
PAGES = {"type": "page", "sizeParameter": "size"}
OAUTH = {"url": "CUSTOMERS_API_URL", "clientId": "A", "clientSecret": "B", "tokenUrl": "C"}
AT = "servers[1]"
AUTHENTICATION, PAGING = f"{AT}.customProperties.authentication", f"{AT}.customProperties.paging"

CONTRADICTIONS: list[tuple[Words, str, str]] = [
    ({"connection": URL}, AT, "source customers-api needs a key in its connection"),
    ({"connection": OAUTH, "authentication": {"type": "http", "scheme": "basic"}}, AT, "needs password and user in its connection; has clientId and clientSecret and tokenUrl in its connection, which its authentication does not use"),
    ({"connection": {**OAUTH, "tokenUrl": None}, "authentication": {"type": "oauth2"}}, AT, "needs tokenUrl in its connection"),
    ({"authentication": {"type": "none"}}, AT, "has a key in its connection, which its authentication does not use"),
    ({"connection": {**URL, "secret": "A"}}, f"{AT}.customProperties.connection.secret", "no known word"),
    ({"authentication": {"type": "digest"}}, AUTHENTICATION, "expected tags: 'apiKey', 'http', 'oauth2', 'none'"),
    ({"authentication": {"type": "apiKey", "in": "cookie", "name": "a"}}, f"{AUTHENTICATION}.in", "'header' or 'query'"),
    ({"authentication": {"type": "apiKey", "in": "header", "name": "X Key"}}, f"{AUTHENTICATION}.name", "should match pattern"),
    ({"authentication": {"type": "http", "scheme": "bearer", "scopes": ["a"]}}, f"{AUTHENTICATION}.scopes", "no known word"),
    ({"authentication": {"type": "apiKey", "in": "query", "name": "limit"}}, AT, "sets the parameter limit more than once"),
    ({"paging": {"type": "cursor"}}, PAGING, "either in a field or in a header"),
    ({"paging": {"type": "cursor", "field": "a", "header": "b"}}, PAGING, "either in a field or in a header"),
    ({"paging": {**PAGES, "moreField": "a", "totalField": "b"}}, PAGING, "may contradict each other: declare one"),
    ({"paging": {"type": "offset", "sizeParameter": "size", "pagesField": "a"}}, f"{PAGING}.pagesField", "no known word"),
    ({"paging": {"type": "offset", "moreField": "a", "totalField": "b"}}, PAGING, "may contradict each other: declare one"),
    ({"paging": {"type": "none", "sizeParameter": "size"}}, PAGING, "would cut the answer off"),
    ({"paging": {"type": "pages"}}, PAGING, "expected tags: 'cursor', 'page', 'offset', 'link', 'nextUrl', 'none'"),
    ({"paging": {"type": "page"}}, AT, "needs both paging's sizeParameter and pageRows, or neither"),
    ({"pageRows": None}, AT, "needs both paging's sizeParameter and pageRows, or neither"),
    ({"paging": {**PAGES, "parameter": "size"}}, AT, "sets the parameter size more than once"),
    ({"parameters": {"limit": 7}}, AT, "sets the parameter limit more than once"),
    ({"parameters": {"updated_since": "2026-01-01"}}, AT, "sets the parameter updated_since more than once"),
    ({"parameters": {"a": {"b": 1}}}, f"{AT}.customProperties.parameters", "valid"),
    ({"rowsField": "$"}, AT, "has rowsField $: beside a list there is no next_cursor"),
    ({"rowsField": "items", "paging": {**PAGES, "totalField": "items.total"}}, AT, "looks for items.total within its rows (items)"),
    ({"body": {"a": 1}}, AT, "has a body, which only a POST can have"),
    ({"method": "PUT"}, f"{AT}.customProperties.method", "'GET' or 'POST'"),
    ({"method": "POST", "body": {"a": [1]}, "incremental": {"parameter": "a.7"}}, AT, "a.7 leads nowhere in the body"),
    ({"method": "POST", "body": {"a": "b"}, "incremental": {"parameter": "a.since"}}, AT, "a.since leads nowhere in the body"),
    ({"cursorField": None}, AT, "has overlapSeconds, but no cursorField"),
    ({"cursorField": None, "overlapSeconds": None, "incremental": {"parameter": "a"}}, AT, "has incremental, but no cursorField"),
    ({"incremental": {"format": "unix"}}, f"{AT}.customProperties.incremental.format", "'rfc3339', 'rfc3339Seconds', 'date'"),
    ({"location": "${CUSTOMERS_API_URL}/v1?status=paid"}, AT, "fixed parameters stand in parameters"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "path", "reason"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_a_contradiction_is_refused_with_its_place_and_reason(
    tmp_path: Path, words: Words, path: str, reason: str
) -> None:
    broken = document()
    server = broken["servers"][1]
    server["location"] = words.get("location", server["location"])
    customs = {entry["property"]: entry["value"] for entry in server["customProperties"]} | words
    customs.pop("location", None)
    server["customProperties"] = [{"property": n, "value": value} for n, value in customs.items() if value is not None]
    with pytest.raises(ContractError) as caught:
        read_contract(written(tmp_path, broken))
    lines = [str(problem) for problem in caught.value.problems]
    assert [line for line in lines if line.startswith((f"{path}: ", f"{path}.")) and reason in line], lines
