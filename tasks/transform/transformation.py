"""Decides whether the Databricks job of a dataset has to run, runs it, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.contract import Contract
from contracts.job_document import job_name
from contracts.lake_terms import Layer
from tasks.deadlines import JOB_SECONDS
from tasks.transform.job_run import JobRun, Transformation, TransformationState, repair_is_enough, transformation_needed
from tasks.transform.jobs_api import (
    Tell,
    active_run_ids,
    cancel_run,
    find_job_id,
    last_finished_run,
    repair_run,
    start_job,
    wait_for_run,
)
from tasks.transform.upkeep import end_upkeep

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from tasks.transform.workspace import Workspace

POLL_SECONDS = 2
INGESTION_ID = "ingestion_id"
"""The job's parameter that names the flow run which started it."""


class TransformWhen(StrEnum):
    """When the Databricks job runs."""

    IF_NEEDED = "if needed"
    ALWAYS = "always"
    NEVER = "never"


class Rebuild(StrEnum):
    """The layer that the job makes anew, from all that is in the layer below; gold with silver."""

    SILVER = "silver"
    GOLD = "gold"


def made_anew(rebuild: Rebuild | None) -> frozenset[Layer]:
    """The layers that the job makes anew."""
    return frozenset({Layer(rebuild), Layer.GOLD}) if rebuild else frozenset()


def transform(
    workspace: Workspace,
    contract: Contract,
    landed_rows: Mapping[str, int],
    when: TransformWhen,
    flow_run_id: str,
    rebuild: Rebuild | None = None,
    tell: Tell | None = None,
    erase: UUID | None = None,
) -> Transformation:
    """Run the job if it has to, as `when` and the durable state of raw and bronze say, and wait for its end.

    A job run that goes on already (an earlier flow run was killed while it waited) is waited for first, because its
    end decides what is left to do. Where only later tasks of the last run failed, these are restarted, and no other.
    Upkeep of the tables gives way. `erase` is the request that names whose rows the job is to erase.
    `tell` hears the page of each run that is waited for, as soon as it is known.

    Raises:
        JobNotDeployed: the workspace has no such job.
        JobOverdue: the job did not finish in time.
        PipelineError: Databricks does not answer, or refuses.
    """
    job_id = find_job_id(workspace, job_name(contract))
    for running in active_run_ids(workspace, job_id)[:1]:
        wait_for_run(workspace, running, JOB_SECONDS, POLL_SECONDS, tell)
    last_run = last_finished_run(workspace, job_id)
    if when is TransformWhen.NEVER:
        return Transformation(state=TransformationState.SKIPPED, run=last_run)
    orders = {name: str(value) for name, value in {"rebuild": rebuild, "erase": erase}.items() if value}
    needed = orders or transformation_needed(last_run, landed_rows, contract.digest)
    if when is TransformWhen.IF_NEEDED and not needed:
        return Transformation(state=TransformationState.NOT_NEEDED, run=last_run)
    end_upkeep(workspace, contract, POLL_SECONDS)
    run_id = None
    if when is TransformWhen.IF_NEEDED and not orders and repair_is_enough(last_run, landed_rows, contract.digest):
        run_id = _repaired(workspace, last_run, flow_run_id)
    if run_id is None:
        run_id = start_job(
            workspace, job_id, {INGESTION_ID: flow_run_id} | orders, _idempotency_token(flow_run_id, last_run)
        )
    end_upkeep(workspace, contract, POLL_SECONDS)
    run = wait_for_run(workspace, run_id, JOB_SECONDS, POLL_SECONDS, tell)
    state = TransformationState.SUCCEEDED if run.succeeded else TransformationState.FAILED
    return Transformation(state=state, run=run)


def cancel_transformation(workspace: Workspace, contract: Contract, flow_run_id: str) -> list[int]:
    """Cancel the job's runs that this flow run started or repaired and that still go on; their ids.

    A run that it only waits for is somebody else's, and goes on.
    """
    job_id = find_job_id(workspace, job_name(contract))
    found = active_run_ids(workspace, job_id, {INGESTION_ID: flow_run_id})
    for run_id in found:
        cancel_run(workspace, run_id)
    return found


def _idempotency_token(flow_run_id: str, last_run: JobRun | None) -> str:
    """The same however often this flow run decides the same, and another once the run that it started has ended.

    A flow run that is restarted keeps its id: with that alone, Databricks would answer with the run that failed.
    """
    return f"{flow_run_id}.{last_run.run_id if last_run else 0}"


def _repaired(workspace: Workspace, last_run: JobRun | None, flow_run_id: str) -> int | None:
    """Id of the last run once its failed tasks go on again, None if Databricks does not do so."""
    repaired = last_run is not None and repair_run(workspace, last_run.run_id, {INGESTION_ID: flow_run_id})
    return last_run.run_id if last_run and repaired else None
