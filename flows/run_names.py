"""Names of flow runs that say what ran, and for when."""

from __future__ import annotations

from prefect import runtime


def pipeline_run_name() -> str:
    """`lakehouse customer-purchases 2026-11-24T05:00Z`."""
    return f"{runtime.flow_run.flow_name} {runtime.flow_run.parameters['dataset']} {_scheduled()}"


def ingestion_run_name() -> str:
    """`ingest-store-database 2026-11-24T10:00Z`."""
    return f"ingest-{runtime.flow_run.parameters['source']} {_scheduled()}"


def _scheduled() -> str:
    return f"{runtime.flow_run.scheduled_start_time:%Y-%m-%dT%H:%MZ}"
