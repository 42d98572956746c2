"""A table that marks what is deleted is sampled as any other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contracts.contract import Contract
from contracts.sources.database import DeletedWhen
from onboarding.sampling import sample_rows
from onboarding.verdict import judge
from tests.packaged_contracts import PURCHASES
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services


def test_rows_that_are_marked_as_deleted_are_not_judged(store: StoreDatabase) -> None:
    contract: Contract = PURCHASES
    store.run("ALTER TABLE purchases ADD COLUMN gone boolean")
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 11:00Z", gone="true", cpf="NULL")
    marking = database_source(contract).model_copy(update={"deleted_when": DeletedWhen(field="gone")})
    today = datetime.now(UTC).date()
    loads = sample_rows(contract, marking, {"url": store.url}, lambda: "", today)
    verdict = judge(contract, marking, loads, today)
    assert (verdict.rows, verdict.quarantined, verdict.refused) == (1, 0, ())
