"""A maintenance flow: has Databricks put a dataset's tables in order, when the dataset's own job does not run."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import Completed, Failed, State

from flows.failures import failure_of
from flows.run_names import pipeline_run_name
from tasks.deadlines import UPKEEP_FLOW_SECONDS
from tasks.steps import record_upkeep_run, run_upkeep


@flow(name="upkeep", flow_run_name=pipeline_run_name, timeout_seconds=UPKEEP_FLOW_SECONDS)
def upkeep(dataset: str) -> State[Any]:
    """Run the upkeep of the dataset's tables, and record what it made of each.

    Args:
        dataset: Name of the dataset, one of the contracts.
    """
    state = run_upkeep(dataset, return_state=True)
    if failure := failure_of(state):
        return Failed(message=failure)
    run = state.result()
    record_upkeep_run(dataset, run)
    if run.succeeded:
        return Completed(message=f"{len(run.tasks)} of {len(run.tasks)} tasks succeeded")
    return Failed(message=f"run {run.run_id} ended as {run.result}: {run.message or 'see ' + run.page_url}")
