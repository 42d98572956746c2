"""What was landed is read from manifests and published blobs, this run's apart from the totals."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.land.landed import LandedLoads, read_landed, totals_since
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import from_source

pytestmark = pytest.mark.services

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
HEADER = (
    "customer_id,first_name,last_name,email,purchase_date,total_amount,product,store_location,cpf,credit_card_number"
)
GOOD = 'c-{},Ana,Lima,ana@example.com,23/11/2026,"10,00",Caneca,Recife,529.982.247-25,'
BAD = "c-bad,Ana,Lima,ana@example.com,23/11/2026,,Caneca,Recife,529.982.247-25,"


def drop(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join([HEADER, *lines, ""]))


def land(contract: Contract, raw: RawContainer, folder: Path, run_id: str) -> None:
    from_source(contract, "branch-files", folder.as_uri(), run_id=run_id, now=NOW)(raw)


def landed(contract: Contract, raw: RawContainer, run_id: str) -> LandedLoads:
    return read_landed(raw, contract, contract.source("branch-files"), run_id, NOW)


def test_source_that_never_landed_has_nothing(contract: Contract, raw: RawContainer) -> None:
    assert landed(contract, raw, "run-1") == LandedLoads()


def test_loads_of_a_run_are_told_from_those_before(contract: Contract, raw: RawContainer, folder: Path) -> None:
    drop(folder, "one.csv", *(GOOD.format(number) for number in range(5)), BAD)
    land(contract, raw, folder, "run-1")
    drop(folder, "two.csv", GOOD.format(9))
    land(contract, raw, folder, "run-2")
    second = landed(contract, raw, "run-2")
    assert second.rows == LoadRows(extracted=1, landed=1, quarantined=0)
    assert second.totals == LoadRows(extracted=7, landed=6, quarantined=1)
    assert landed(contract, raw, "run-1").rows == LoadRows(extracted=6, landed=5, quarantined=1)


def test_loads_from_long_before_the_run_are_not_looked_at(contract: Contract, raw: RawContainer, folder: Path) -> None:
    drop(folder, "one.csv", GOOD.format(1))
    land(contract, raw, folder, "run-1")
    later = read_landed(raw, contract, contract.source("branch-files"), "run-1", NOW + timedelta(days=1))
    assert later.loads == ()
    assert later.totals.landed == 1


def test_blob_that_is_gone_does_not_count_as_landed(
    contract: Contract, raw: RawContainer, container: ContainerClient, folder: Path
) -> None:
    drop(folder, "one.csv", GOOD.format(1), GOOD.format(2))
    land(contract, raw, folder, "run-1")
    for name in container.list_blob_names(name_starts_with="customer_purchases/"):
        container.delete_blob(name)
    assert landed(contract, raw, "run-1").totals == LoadRows(extracted=2, landed=0, quarantined=0)


def test_totals_after_later_loads_come_latest_first(contract: Contract, raw: RawContainer, folder: Path) -> None:
    for number in range(3):
        drop(folder, f"{number}.csv", GOOD.format(number))
        land(contract, raw, folder, f"run-{number}")
    totals = totals_since(raw, contract, contract.source("branch-files"), sequence=1)
    assert [rows.landed for rows in totals] == [3, 2]
