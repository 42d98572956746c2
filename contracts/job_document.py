"""The Databricks jobs of a dataset, as those who define, start and run them agree on: name, parameters and tasks.

One job transforms the dataset, one keeps its tables up. The parameters stand here once. A job's definition hands each
to every task, and a task's command line reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.contract import Contract

PACKAGE = "datamaster"
"""The wheel that holds the tasks; their entry points are called as the tasks are."""

TASKS = ("bronze", "silver", "gold")
"""The tasks, each after the one before."""

UPKEEP_TASKS = ("upkeep",)
"""The only task of the job that keeps the dataset's tables up."""

CLUSTER_KEY = "pipeline"
"""The job cluster that the tasks of a run share."""


class RawStreamFormat(StrEnum):
    """What finds new raw files: Spark's file stream, or Databricks' Auto Loader by listing or by file events."""

    FILES = "files"
    CLOUD_FILES = "cloudFiles"
    FILE_EVENTS = "fileEvents"


class JobParameter(BaseModel):
    """A parameter of the job; without a default it must be given. An empty text stands for nothing.

    `job_default` is the job's own default, where it differs from a task's: a dynamic value reference, which Databricks
    resolves and a command line would take as it is.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    help: str
    default: str | None = None
    job_default: str | None = None
    choices: tuple[str, ...] | None = None

    @property
    def argument(self) -> str:
        """What a task's command line calls it.

        >>> JobParameter(name="lake_url", help="").argument
        'lake-url'
        """
        return self.name.replace("_", "-")


JOB_PARAMETERS = (
    JobParameter(name="dataset", help="name of the dataset, one of the contracts"),
    JobParameter(name="contracts", help="folder of the contracts; empty: those in this package", default=""),
    JobParameter(name="catalog", help="catalog that holds the schemas bronze, silver and gold"),
    JobParameter(name="lake_url", help="the lake: abfss://account.dfs.core.windows.net or file:///…"),
    JobParameter(name="checkpoints_url", help="folder of the streams' checkpoints"),
    JobParameter(
        name="ingestion_id",
        help="who started the run, kept with every row: a flow run's UUID, or the job run's own id; empty: a new one",
        default="",
        job_default="{{job.run_id}}",
    ),
    JobParameter(
        name="raw_stream_format", help="what finds new raw files", default="files", choices=tuple(RawStreamFormat)
    ),
    JobParameter(name="column_tags", help="tag columns with their class", default="false", choices=("true", "false")),
    JobParameter(
        name="rebuild", help="layer to make anew from the one below", default="", choices=("", "silver", "gold")
    ),
    JobParameter(
        name="erase", help="UUID of the request in raw that names whose rows are erased; empty: nobody's", default=""
    ),
)


def job_name(contract: Contract) -> str:
    """Name of the job that transforms the dataset."""
    return f"etl-{contract.slug}"


def upkeep_job_name(contract: Contract) -> str:
    """Name of the job that keeps the dataset's tables up."""
    return f"upkeep-{contract.slug}"


def parameter_defaults(contract: Contract, environment: Mapping[str, str]) -> dict[str, str]:
    """The job's parameters with their defaults: the dataset's, those of an environment, and the general ones.

    Raises:
        ValueError: the environment gives a parameter that the job does not have, or lacks one that it needs.
    """
    given = {"dataset": contract.slug, **environment}
    unknown = sorted(given.keys() - {parameter.name for parameter in JOB_PARAMETERS})
    missing = [p.name for p in JOB_PARAMETERS if p.default is None and p.name not in given]
    if unknown or missing:
        raise ValueError(
            f"job parameters unknown: {', '.join(unknown) or 'none'}, missing: {', '.join(missing) or 'none'}"
        )
    return {p.name: given.get(p.name, p.job_default or p.default or "") for p in JOB_PARAMETERS}


def task_parameters() -> dict[str, str]:
    """What every task is called with: each of the job's parameters by the argument's name."""
    return {parameter.argument: f"{{{{job.parameters.{parameter.name}}}}}" for parameter in JOB_PARAMETERS}


def task_before(task: str, tasks: Sequence[str] = TASKS) -> str | None:
    """The task that must have succeeded before, None for the first.

    >>> task_before("gold"), task_before("bronze")
    ('silver', None)
    """
    place = tasks.index(task)
    return tasks[place - 1] if place else None


def job_document(contract: Contract, environment: Mapping[str, str]) -> dict[str, Any]:
    """The job's settings as the Jobs API takes them, without clusters: those are the environment's."""
    return _document(job_name(contract), TASKS, parameter_defaults(contract, environment))


def upkeep_job_document(contract: Contract, environment: Mapping[str, str]) -> dict[str, Any]:
    """The same of the job that keeps the dataset's tables up."""
    return _document(upkeep_job_name(contract), UPKEEP_TASKS, parameter_defaults(contract, environment))


def _document(name: str, tasks: Sequence[str], defaults: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": name,
        "max_concurrent_runs": 1,
        "queue": {"enabled": True},
        "parameters": [{"name": parameter, "default": value} for parameter, value in defaults.items()],
        "tasks": [_task(task, tasks) for task in tasks],
    }


def _task(task: str, tasks: Sequence[str]) -> dict[str, Any]:
    before = task_before(task, tasks)
    wheel_task = {"package_name": PACKAGE, "entry_point": task, "named_parameters": task_parameters()}
    return {
        "task_key": task,
        "depends_on": [{"task_key": before}] if before else [],
        "job_cluster_key": CLUSTER_KEY,
        "python_wheel_task": wheel_task,
    }
