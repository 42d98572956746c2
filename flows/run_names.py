"""Names of flow runs that say what ran, and for when."""

from __future__ import annotations

from prefect import runtime


def pipeline_run_name() -> str:
    """`lakehouse customer-purchases 2026-11-24T05:00Z`."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.parameters['dataset']} {_scheduled()}"


def ingestion_run_name() -> str:
    """`ingest-store-database 2026-11-24T10:00Z`, and `ingest-store-database shard 2 2026-11-24T10:00Z` of a shard."""
    shard = runtime.flow_run.parameters.get("shard")
    of_shard = f" shard {shard}" if shard else ""
    return f"ingest-{runtime.flow_run.parameters['source']}{of_shard} {_scheduled()}"


def _scheduled() -> str:
    return f"{runtime.flow_run.scheduled_start_time:%Y-%m-%dT%H:%MZ}"
