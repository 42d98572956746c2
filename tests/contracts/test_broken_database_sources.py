"""What a database's entry cannot mean is told when the contract is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.problems import ContractError
from contracts.reader import read_contract
from contracts.sources.database import CursorFormat, DatabaseSource
from tests.contracts.diff.edits import DATABASE, custom
from tests.contracts.documents import document, written

AT = "servers[0]"
NUMBER = {"cursorFormat": "number", "overlapSeconds": None}


def _read(folder: Path, words: dict[str, Any]) -> DatabaseSource:
    content = document()
    for name, value in words.items():
        custom(DATABASE, name, value)(content)
    source = read_contract(written(folder, content)).source("store-database")
    assert isinstance(source, DatabaseSource)
    return source


@pytest.mark.parametrize(
    ("words", "path", "reason"),
    [
        ({"table": "a.b.c"}, f"{AT}.customProperties.table", "should match pattern"),
        ({"table": 'a."b'}, f"{AT}.customProperties.table", "should match pattern"),
        ({"lookBack": {"days": 0}}, f"{AT}.customProperties.lookBack.days", "greater than or equal to 1"),
        ({"lookBack": {"weeks": 1}}, f"{AT}.customProperties.lookBack.weeks", "no known word"),
        ({"lookBack": {"days": 1}, "overlapSeconds": 86400}, AT, "lookBack reaches no further than overlapSeconds"),
        ({"cursorFormat": "number"}, AT, "has overlapNumbers, no time of its own"),
        ({**NUMBER, "lookBack": {"days": 7}}, AT, "has overlapNumbers, no time of its own"),
        ({"overlapNumbers": 5}, AT, "has overlapNumbers, but no cursorFormat: number"),
        ({"cursorFormat": "excelDays"}, f"{AT}.customProperties.cursorFormat", "'epochMicroseconds' or 'number'"),
        ({"login": "kerberos"}, f"{AT}.customProperties.login", "'password' or 'entra'"),
    ],
)
def test_a_contradiction_is_told_by_its_words(tmp_path: Path, words: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(ContractError) as caught:
        _read(tmp_path, words)
    assert f"{path}: " in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ({}, None),
        ({**NUMBER, "overlapNumbers": 1000}, CursorFormat.NUMBER),
        ({"columnFormats": {"updated_at": {"timestampFormat": "epochMilliseconds"}}}, CursorFormat.EPOCH_MILLISECONDS),
        (
            {
                "cursorField": "changed",
                "fieldPaths": {"updated_at": "changed"},
                "columnFormats": {"updated_at": {"timestampFormat": "epochSeconds"}},
            },
            CursorFormat.EPOCH_SECONDS,
        ),
        ({"timestampFormat": ["epochSeconds", "rfc3339"]}, None),
    ],
)
def test_what_a_number_in_the_cursor_counts_is_said_once(
    tmp_path: Path, words: dict[str, Any], encoding: CursorFormat | None
) -> None:
    assert _read(tmp_path, words).cursor_encoding is encoding
