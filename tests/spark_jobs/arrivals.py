"""What arrives in Raw before each of five runs, and how the contract has changed before the last."""

from __future__ import annotations

from pathlib import Path

from contracts.columns import Column
from contracts.contract import Contract
from tests.contract_changes import with_columns
from tests.spark_jobs.raw_files import land, landed_row


def _first_rows(lake: Path, contract: Contract) -> None:
    """Two purchases and a duplicate of the database, three of a branch of which two are bad, none of the API."""
    database, branch = contract.source("store-database"), contract.source("branch-files")
    land(
        lake,
        contract,
        database,
        1,
        [
            landed_row(database, customer_id="C1"),
            landed_row(database, customer_id="C1"),
            landed_row(database, customer_id="C2", total_amount="10.00", store_location="Belém"),
        ],
    )
    land(
        lake,
        contract,
        branch,
        1,
        [
            landed_row(branch, customer_id="C3", credit_card_number="4111111111111112", updated_at=None),
            landed_row(branch, customer_id="C4", email="nobody", cpf="1"),
            landed_row(branch, customer_id="C5", purchase_date="31/02/2026"),
        ],
    )


def _corrections(lake: Path, contract: Contract) -> None:
    """The API corrects C2's store and C3, sends a stale C1 and a new C6; the database sends a bad row."""
    database, api = contract.source("store-database"), contract.source("customers-api")
    later = "2026-02-02T00:00:00Z"
    land(
        lake,
        contract,
        api,
        1,
        [
            landed_row(api, customer_id="C2", total_amount="10.00", store_location="Recife", updated_at=later),
            landed_row(api, customer_id="C3", total_amount="2.50", updated_at="2000-01-01T00:00:00Z"),
            landed_row(api, customer_id="C1", total_amount="9.99", updated_at="2026-01-01T00:00:00Z"),
            landed_row(api, customer_id="C6", purchase_date="2026-01-01"),
        ],
    )
    land(lake, contract, database, 2, [landed_row(database, customer_id="C7", store_location="Natal")])


def _nothing_that_counts(lake: Path, contract: Contract) -> None:
    api = contract.source("customers-api")
    stale = landed_row(api, customer_id="C1", updated_at=None)
    land(lake, contract, api, 2, [stale, landed_row(api, customer_id="C8", total_amount="-0.01")])


def _nothing(lake: Path, contract: Contract) -> None:
    """No file arrives."""


def _a_name_corrected(lake: Path, contract: Contract) -> None:
    """And the API now says where a purchase was made, as the contract has come to ask."""
    api = contract.source("customers-api")
    corrected = landed_row(api, customer_id="C6", purchase_date="2026-01-01", first_name="Anna", channel="web")
    land(lake, contract, api, 3, [corrected | {"updated_at": "2026-02-03T00:00:00Z"}])


ARRIVALS = (_first_rows, _corrections, _nothing, _nothing_that_counts, _a_name_corrected)

CHANNEL = Column.model_validate(
    {"name": "channel", "logicalType": "string", "description": "Where.", "classification": "internal"}
)


def changed_contract(contract: Contract) -> Contract:
    """The contract with another description of its first column and with one column more."""
    first, *others = contract.table.columns
    first = first.model_copy(update={"description": "The customer."})
    return with_columns(contract, first, *others, CHANNEL)
