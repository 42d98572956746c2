"""Ingests one folder of files: its deployment is named after the source, its schedule stands in the contract."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import State

from flows.configuration import CONTRACT
from flows.ingestion import land_and_record
from flows.run_names import ingestion_run_name
from tasks.steps import land_files

FLOW_TIMEOUT_SECONDS = 2 * 3600


@flow(name="ingest-files", flow_run_name=ingestion_run_name, timeout_seconds=FLOW_TIMEOUT_SECONDS)
def ingest_files(source: str) -> State[Any]:
    """Land the files of a folder that were not landed before.

    Args:
        source: Name of the source in the contract.
    """
    return land_and_record(land_files, CONTRACT.source(source))
