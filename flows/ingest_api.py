"""Ingests one API source: its deployment is named after the source, its schedule stands in the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from prefect import flow
from prefect.states import State

from flows.configuration import CONTRACT
from flows.ingestion import backfill_window, land_and_record
from flows.run_names import ingestion_run_name
from tasks.steps import land_api_pages

FLOW_TIMEOUT_SECONDS = 2 * 3600


@flow(name="ingest-api", flow_run_name=ingestion_run_name, timeout_seconds=FLOW_TIMEOUT_SECONDS)
def ingest_api(
    source: str, backfill_since: datetime | None = None, backfill_until: datetime | None = None
) -> State[Any]:
    """Land what is new at a REST API.

    Args:
        source: Name of the source in the contract.
        backfill_since: Land again what changed from this time on, whatever was landed before.
        backfill_until: End of the backfill window (exclusive); open when left empty.
    """
    window = backfill_window(backfill_since, backfill_until)
    return land_and_record(land_api_pages, CONTRACT.source(source), window)
