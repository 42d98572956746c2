"""Decides whether the Databricks job of a dataset has to run, runs it, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from prefect_databricks import DatabricksCredentials

from contracts.contract import Contract
from contracts.job_document import job_name
from contracts.lake_terms import Layer
from tasks.deadlines import JOB_SECONDS
from tasks.transform.job_run import Transformation, TransformationState, transformation_needed
from tasks.transform.jobs_api import active_run_id, find_job_id, last_finished_run, start_job, wait_for_run

POLL_SECONDS = 2


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


async def transform(
    databricks: DatabricksCredentials,
    contract: Contract,
    landed_rows: Mapping[str, int],
    when: TransformWhen,
    flow_run_id: str,
    rebuild: Rebuild | None = None,
) -> Transformation:
    """Run the job if it has to, as `when` and the durable state of raw and bronze say, and wait for its end.

    A job run that goes on already (an earlier flow run was killed while it waited) is waited for first, because its
    end decides what is left to do.

    Raises:
        JobNotDeployed: the workspace has no such job.
        JobOverdue: the job did not finish in time.
        PipelineError: Databricks does not answer, or refuses.
    """
    job_id = await find_job_id(databricks, job_name(contract))
    if running := await active_run_id(databricks, job_id):
        await wait_for_run(databricks, running, JOB_SECONDS, POLL_SECONDS)
    last_run = await last_finished_run(databricks, job_id)
    if when is TransformWhen.NEVER:
        return Transformation(state=TransformationState.SKIPPED, run=last_run)
    needed = rebuild or transformation_needed(last_run, landed_rows, contract.digest)
    if when is TransformWhen.IF_NEEDED and not needed:
        return Transformation(state=TransformationState.NOT_NEEDED, run=last_run)
    parameters = {"ingestion_id": flow_run_id} | ({"rebuild": str(rebuild)} if rebuild else {})
    run_id = await start_job(databricks, job_id, parameters, idempotency_token=flow_run_id)
    run = await wait_for_run(databricks, run_id, JOB_SECONDS, POLL_SECONDS)
    state = TransformationState.SUCCEEDED if run.succeeded else TransformationState.FAILED
    return Transformation(state=state, run=run)
