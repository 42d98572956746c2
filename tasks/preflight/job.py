"""Whether Databricks has a dataset's job as this release has it, and the contract can be applied to the tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from contracts.contract import Contract
from contracts.job_document import PACKAGE, TASKS, job_name
from contracts.lake_terms import Layer
from contracts.table_definitions import changes_under_rows, definitions, inapplicable
from tasks.connections import open_databricks
from tasks.errors import JobNotDeployed, MisconfiguredError, PipelineError
from tasks.preflight.check import Check
from tasks.transform.job_run import JobRun
from tasks.transform.jobs_api import last_finished_run
from tasks.transform.transformation import Rebuild, made_anew

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from databricks.sdk.service.jobs import BaseJob

    from tasks.transform.workspace import Workspace

_DEPLOY = "deploy the pipelines stack"


def job_checks(contract: Contract, version: str | None, rebuild: Rebuild | None = None) -> Iterator[Check]:
    """That the dataset's job can be run.

    Args:
        contract: The dataset's.
        version: Of the wheel that the job must install; None: whichever it does.
        rebuild: The layer that is to be made anew, which may have changed.
    """
    subject = f"job {job_name(contract)}"
    try:
        workspace = open_databricks()
        job = _find(workspace, job_name(contract))
        _require_tasks(job)
        if version:
            _require_wheel(job, version)
        last_run = last_finished_run(workspace, int(job.job_id or 0))
    except PipelineError as error:
        yield Check(subject=subject, failure=str(error))
        return
    refused = list(_inapplicable(contract, last_run, rebuild))
    yield from refused or [Check(subject=subject)]


def _find(workspace: Workspace, name: str) -> BaseJob:
    found = workspace.ask("jobs/list", lambda jobs: list(jobs.list(name=name, expand_tasks=True)))
    if len(found) != 1:
        raise JobNotDeployed(f"Databricks has {len(found)} jobs named {name}: {_DEPLOY} to have one")
    return found[0]


def _require_tasks(job: BaseJob) -> None:
    tasks = tuple(task.task_key for task in (job.settings.tasks if job.settings else None) or ())
    if sorted(tasks) != sorted(TASKS):
        has, must = ", ".join(tasks) or "none", ", ".join(TASKS)
        raise MisconfiguredError(f"its tasks are {has}, and must be {must}: {_DEPLOY}")


def _require_wheel(job: BaseJob, version: str) -> None:
    """Every task installs the wheel of this release, as flows and jobs must agree on contracts and parameters."""
    wanted = f"{PACKAGE}-{version}-py3-none-any.whl"
    tasks = (job.settings.tasks if job.settings else None) or ()
    installed = {
        task.task_key: [PurePosixPath(library.whl).name for library in task.libraries or () if library.whl]
        for task in tasks
    }
    if others := [f"{key} {', '.join(wheels) or 'none'}" for key, wheels in installed.items() if wanted not in wheels]:
        told = f"the flows are of version {version}, the wheels of the job are not ({'; '.join(others)})"
        raise MisconfiguredError(f"{told}: upload {wanted} and {_DEPLOY}, or deploy the flows of that version")


def _inapplicable(contract: Contract, last_run: JobRun | None, rebuild: Rebuild | None) -> Iterator[Check]:
    """What the contract changed of that the rows of a table were made by, and nobody asked to make it anew."""
    now = definitions(contract)
    for table, before in (last_run.definitions if last_run else {}).items():
        layer = Layer(table.partition(".")[0])
        if table in now and layer not in made_anew(rebuild) and (changed := changes_under_rows(before, now[table])):
            yield Check(subject=f"table {table}", failure=inapplicable(table, changed, contract, layer))
