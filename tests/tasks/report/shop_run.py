"""Facts of a run of a dataset with one source, the shop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tasks.report.facts import RunFacts, SourceOutcome, SourceState
from tasks.transform.job_run import JobRun, TransformationState


def shop_run(extracted: int, broken: int = 0, job_run: JobRun | None = None, **outcome: Any) -> RunFacts:
    """A run that extracted so many rows, of which so many had no CPF."""
    shop = SourceOutcome(
        name="shop",
        state=SourceState.LANDED,
        extracted=extracted,
        quarantined_by_rule={"cpf: required": broken} if broken else {},
        **outcome,
    )
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return RunFacts(
        run_name="r",
        flow_run_id="f",
        dataset="shop_sales",
        contract_version="1.0.0",
        started_at=at,
        finished_at=at,
        sources=(shop,),
        transformation=TransformationState.SUCCEEDED,
        job_run=job_run,
    )
