"""Rows that are written off are noted with their reason, and add up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import ConcurrentLoad
from tasks.land.raw_container import RawContainer
from tasks.land.settlements import last_settlement, settle

pytestmark = pytest.mark.services

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def test_settlements_add_up_and_keep_their_reasons(contract: Contract, raw: RawContainer) -> None:
    shop, files = contract.source("store-database"), contract.source("branch-files")
    assert last_settlement(raw, contract, shop) is None
    first = settle(raw, contract, shop, 5, reason="disk lost", run_id="run-1", now=NOW)
    second = settle(raw, contract, shop, -2, reason="found", run_id="run-2", now=NOW)
    assert [(one.number, one.rows, one.total_rows, one.reason) for one in (first, second)] == [
        (1, 5, 5, "disk lost"),
        (2, -2, 3, "found"),
    ]
    assert last_settlement(raw, contract, shop) == second
    assert last_settlement(raw, contract, files) is None


def test_two_settlements_at_once_do_not_both_count(contract: Contract, container: ContainerClient) -> None:
    shop, other = contract.source("store-database"), RawContainer(container)

    class Overtaken(RawContainer):
        def create(self, name: str, content: bytes) -> bool:
            settle(other, contract, shop, 5, reason="first", run_id="run-2", now=NOW)
            return super().create(name, content)

    with pytest.raises(ConcurrentLoad, match="another run settled store-database"):
        settle(Overtaken(container), contract, shop, 5, reason="second", run_id="run-1", now=NOW)
    last = last_settlement(other, contract, shop)
    assert last is not None
    assert (last.total_rows, last.reason) == (5, "first")
