"""A contract whose database tells what was deleted, and the deletions as they are landed."""

from __future__ import annotations

from contracts.contract import Contract
from contracts.raw_layout import DELETED_AT
from contracts.sources.database import DatabaseSource, DeletedWhen
from tests.contract_changes import with_sources
from tests.spark_jobs.raw_files import Landed


def telling_deletions(contract: Contract) -> Contract:
    """The contract with its database, which marks what is deleted, and its API, which does not."""
    database = contract.source("store-database")
    assert isinstance(database, DatabaseSource)
    marking = database.model_copy(update={"deleted_when": DeletedWhen(field="gone")})
    return with_sources(contract, [marking, contract.source("customers-api")])


def deletion(customer_id: str | None, deleted_at: str, *, updated_at: str | None = None) -> Landed:
    """A landed deletion: of a row that is marked, whose change has a time, or of one that is gone."""
    return {
        "customer_id": customer_id,
        "purchase_date": "2026-01-31",
        "updated_at": updated_at,
        DELETED_AT: deleted_at,
    }
