"""Ingestions of the tests' sources into any container, and what they leave there."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from contracts.raw_layout import MANIFESTS
from tasks.extract.api.client import RetryPolicy
from tasks.extract.chunks import Window
from tasks.extract.readers import open_reader
from tasks.land.ingest import LoadReport, ingest
from tasks.land.load import Landing
from tasks.land.manifests import LoadRows, Manifest
from tasks.land.raw_container import RawContainer
from tests.tasks.store_database import StoreDatabase

NOW = datetime(2026, 2, 2, tzinfo=UTC)

Ingest = Callable[[RawContainer], list[LoadReport]]


def from_database(
    contract: Contract, store: StoreDatabase, run_id: str = "run", backfill: Window | None = None
) -> Ingest:
    return from_source(contract, "store-database", store.url, run_id=run_id, backfill=backfill)


def from_files(contract: Contract, folder: Path) -> Ingest:
    return from_source(contract, "branch-files", folder.as_uri())


def from_api(contract: Contract, url: str, retries: RetryPolicy | None = None, run_id: str = "run") -> Ingest:
    return from_source(contract, "customers-api", url, credentials={"key": "key"}, run_id=run_id, retries=retries)


def from_source(
    contract: Contract,
    name: str,
    url: str,
    *,
    credentials: Mapping[str, str] = MappingProxyType({}),
    run_id: str = "run",
    backfill: Window | None = None,
    retries: RetryPolicy | None = None,
    now: datetime = NOW,
) -> Ingest:
    source = contract.source(name)

    def ingest_into(raw: RawContainer) -> list[LoadReport]:
        landing = Landing(contract=contract, source=source, raw=raw, run_id=run_id, now=now)
        return ingest(landing, open_reader(contract, source, url, credentials, retries), backfill)

    return ingest_into


def landed(raw: RawContainer, source: str) -> Counter[str]:
    """How often each customer was landed."""
    names = list(raw.names(f"customer_purchases/{source}/"))
    lines = [
        line for name in names for line in raw.read(name).decode().splitlines() if not line.startswith("customer_id,")
    ]
    return Counter(json.loads(line)["customer_id"] if line.startswith("{") else line.split(",")[0] for line in lines)


def landed_rows(raw: RawContainer, source: str) -> list[dict[str, str]]:
    """The landed rows of a source whose Raw is of JSON lines, in the order of its loads."""
    names = list(raw.names(f"customer_purchases/{source}/"))
    return [json.loads(line) for name in names for line in raw.read(name).decode().split("\n")[:-1]]


def new_container(storage: str) -> ContainerClient:
    client = ContainerClient.from_connection_string(storage, f"raw-{secrets.token_hex(8)}")
    client.create_container()
    return client


def contents(raw: RawContainer) -> dict[str, bytes | LoadRows]:
    """Everything in the container that does not depend on chance or time."""
    return {
        name: LoadRows.model_validate(json.loads(raw.read(name))["totals"]) if "_manifests" in name else raw.read(name)
        for name in raw.names("")
    }


def records(raw: RawContainer) -> dict[str, object]:
    """Everything in the container, manifests with all that they say but for ids and the time that a load took."""
    of_each_run = {"load_id": "", "run_id": "", "seconds": 0.0}
    return {
        name: Manifest.model_validate_json(raw.read(name)).model_copy(update=of_each_run)
        if name.startswith(MANIFESTS)
        else raw.read(name)
        for name in raw.names("")
    }
