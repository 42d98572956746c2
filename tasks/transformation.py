"""Decides whether the Databricks job has to run, runs it, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from prefect_databricks import DatabricksCredentials
from pydantic import BaseModel, ConfigDict

from contracts.model import Contract
from tasks.databricks_job import active_run_id, find_job_id, last_finished_run, start_job, wait_for_run
from tasks.job_runs import JobRun, transformation_needed
from tasks.run_facts import TransformationState

JOB_TIMEOUT_SECONDS = 2 * 3600
POLL_SECONDS = 2


class TransformWhen(StrEnum):
    """When the Databricks job runs."""

    IF_NEEDED = "if needed"
    ALWAYS = "always"
    NEVER = "never"


class Transformation(BaseModel):
    """What became of the job in this run; `run` is this run's, or the last one's if none was needed."""

    model_config = ConfigDict(frozen=True)

    state: TransformationState
    run: JobRun | None


async def transform(
    databricks: DatabricksCredentials,
    contract: Contract,
    landed_rows: Mapping[str, int],
    when: TransformWhen,
    flow_run_id: str,
) -> Transformation:
    """Run the job if it has to, as `when` and the durable state of raw and bronze say, and wait for its end.

    A job run that goes on already (an earlier flow run was killed while it waited) is waited for first, because its
    end decides what is left to do.

    Raises:
        JobError: the job is not deployed, or did not finish in time.
    """
    job_id = await find_job_id(databricks, contract.job_name)
    if running := await active_run_id(databricks, job_id):
        await wait_for_run(databricks, running, JOB_TIMEOUT_SECONDS, POLL_SECONDS)
    last_run = await last_finished_run(databricks, job_id)
    if when is TransformWhen.NEVER:
        return Transformation(state=TransformationState.SKIPPED, run=last_run)
    if when is TransformWhen.IF_NEEDED and not transformation_needed(last_run, landed_rows):
        return Transformation(state=TransformationState.NOT_NEEDED, run=last_run)
    run_id = await start_job(databricks, job_id, {"ingestion_id": flow_run_id}, idempotency_token=flow_run_id)
    run = await wait_for_run(databricks, run_id, JOB_TIMEOUT_SECONDS, POLL_SECONDS)
    state = TransformationState.SUCCEEDED if run.succeeded else TransformationState.FAILED
    return Transformation(state=state, run=run)
