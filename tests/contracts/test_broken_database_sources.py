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
        ({"shards": 0}, f"{AT}.customProperties.shards", "greater than or equal to 1"),
        ({"shards": 33}, f"{AT}.customProperties.shards", "less than or equal to 32"),
        ({"lookBack": {"days": 0}}, f"{AT}.customProperties.lookBack.days", "greater than or equal to 1"),
        ({"lookBack": {"weeks": 1}}, f"{AT}.customProperties.lookBack.weeks", "no known word"),
        ({"lookBack": {"days": 1}, "overlapSeconds": 86400}, AT, "lookBack reaches no further than overlapSeconds"),
        ({"cursorFormat": "number"}, AT, "has overlapNumbers, no time of its own"),
        ({**NUMBER, "lookBack": {"days": 7}}, AT, "has overlapNumbers, no time of its own"),
        ({"overlapNumbers": 5}, AT, "has overlapNumbers, but no cursorFormat: number"),
        ({"cursorFormat": "excelDays"}, f"{AT}.customProperties.cursorFormat", "'epochMicroseconds' or 'number'"),
        ({"snapshot": "hourly"}, f"{AT}.customProperties.snapshot", "Input should be 'daily'"),
        ({"snapshot": "daily", "deletedWhen": {"field": "gone"}}, AT, "has deletedWhen and a snapshot"),
        ({"deletedWhen": {"values": ["D"]}}, f"{AT}.customProperties.deletedWhen.field", "Field required"),
        (
            {"deletedWhen": {"field": "g", "values": [True]}},
            f"{AT}.customProperties.deletedWhen.values[0]",
            "valid string",
        ),
        ({"maxDeletedRatio": 0.5}, AT, "has maxDeletedRatio, but no snapshot"),
        (
            {"snapshot": "daily", "maxDeletedRatio": 2},
            f"{AT}.customProperties.maxDeletedRatio",
            "less than or equal to 1",
        ),
        ({"login": "kerberos"}, f"{AT}.customProperties.login", "'password' or 'entra'"),
    ],
)
def test_a_contradiction_is_told_by_its_words(tmp_path: Path, words: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(ContractError) as caught:
        _read(tmp_path, words)
    assert f"{path}: " in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize("source", ["customers-api", "branch-files"])
@pytest.mark.parametrize("words", [{"snapshot": "daily"}, {"deletedWhen": {"field": "gone"}}, {"shards": 2}])
def test_kinds_of_sources_that_cannot_tell_deletions_or_be_read_in_shards_have_no_words_for_them(
    tmp_path: Path, source: str, words: dict[str, Any]
) -> None:
    content = document()
    for name, value in words.items():
        custom(f"servers.{source}", name, value)(content)
    with pytest.raises(ContractError, match=f"customProperties.{next(iter(words))}: .*no known word"):
        read_contract(written(tmp_path, content))


def test_a_snapshot_needs_a_latest_version_that_is_told_by_time(tmp_path: Path) -> None:
    content = document()
    custom(DATABASE, "snapshot", "daily")(content)
    read_contract(written(tmp_path, content))
    custom("schema.customer_purchases", "latestBy", "product")(content)
    with pytest.raises(ContractError, match="latestBy product is none: use deletedWhen"):
        read_contract(written(tmp_path, content))


@pytest.mark.parametrize("words", [{"snapshot": "daily"}, {"deletedWhen": {"field": "gone"}}])
def test_a_dataset_with_a_source_that_tells_deletions_has_a_table_for_them(
    tmp_path: Path, words: dict[str, Any]
) -> None:
    content = document()
    assert read_contract(written(tmp_path, content)).silver_tables == (
        "customer_purchases",
        "customer_purchases_rejected",
    )
    for name, value in words.items():
        custom(DATABASE, name, value)(content)
    contract = read_contract(written(tmp_path, content))
    assert contract.silver_tables[2:] == ("customer_purchases_deleted",)
    kept = [column.name for column in contract.table.deletion_columns]
    assert kept == ["customer_id", "purchase_date", "updated_at"]


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
