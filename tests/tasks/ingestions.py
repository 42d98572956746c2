"""Ingestions of the tests' sources into any container, and what they leave there."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from azure.storage.blob import ContainerClient

from contracts.model import Contract
from tasks.blob_storage import RawContainer
from tasks.extraction import Window
from tasks.ingestion import LoadReport, ingest_database, ingest_files
from tasks.manifests import Rows
from tests.tasks.store_database import StoreDatabase

NOW = datetime(2026, 2, 2, tzinfo=UTC)

Ingest = Callable[[RawContainer], list[LoadReport]]


def from_database(
    contract: Contract, store: StoreDatabase, run_id: str = "run", backfill: Window | None = None
) -> Ingest:
    source = contract.source("store-database")
    return lambda raw: ingest_database(contract, source, store.url, raw, run_id, NOW, backfill)


def from_files(contract: Contract, folder: Path) -> Ingest:
    source = contract.source("branch-files")
    return lambda raw: ingest_files(contract, source, folder.as_uri(), raw, "run", NOW)


def landed(raw: RawContainer, source: str) -> Counter[str]:
    """How often each customer was landed."""
    names = list(raw.names(f"customer_purchases/{source}/"))
    lines = [
        line for name in names for line in raw.read(name).decode().splitlines() if not line.startswith("customer_id,")
    ]
    return Counter(json.loads(line)["customer_id"] if line.startswith("{") else line.split(",")[0] for line in lines)


def new_container(storage: str) -> ContainerClient:
    client = ContainerClient.from_connection_string(storage, f"raw-{secrets.token_hex(8)}")
    client.create_container()
    return client


def contents(raw: RawContainer) -> dict[str, bytes | Rows]:
    """Everything in the container that does not depend on chance or time."""
    return {
        name: Rows.model_validate(json.loads(raw.read(name))["totals"]) if "_manifests" in name else raw.read(name)
        for name in raw.names("")
    }
