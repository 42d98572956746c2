"""A finished run of the Databricks job, as far as a pipeline's run needs to know it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from contracts.job_report import TaskReport, TransformedRows

SUCCESS = "SUCCESS"


class TransformationState(StrEnum):
    """What became of the Databricks job in a pipeline's run."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_NEEDED = "not needed"
    SKIPPED = "skipped on request"
    NOT_REACHED = "not reached"


class JobTask(BaseModel):
    """One task's result (Jobs API `result_state`, or `life_cycle_state` where it never ran), duration and report."""

    model_config = ConfigDict(frozen=True)

    key: str
    result: str
    message: str
    seconds: float
    page_url: str = ""
    report: TaskReport | None


class JobRun(BaseModel):
    """One run's result and tasks, in the job's order."""

    model_config = ConfigDict(frozen=True)

    run_id: int
    result: str
    message: str
    page_url: str
    tasks: tuple[JobTask, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every task did its work."""
        return self.result == SUCCESS

    @property
    def contract_digest(self) -> str:
        """Of the contract that the run's first task read, empty if it did not get so far."""
        return next((task.report.contract_digest for task in self.tasks if task.report), "")

    @property
    def definitions(self) -> dict[str, dict[str, str]]:
        """What the rows of each table were made by (`contracts.table_definitions`), empty if the run did not tell."""
        return next((task.report.definitions for task in self.tasks if task.report), {})

    def report(self, task_key: str) -> TaskReport | None:
        """What that task reported, if it got that far."""
        return next((task.report for task in self.tasks if task.key == task_key), None)

    def total_rows(self, task_key: str, source: str) -> TransformedRows:
        """That task's total figures for the source; zeros where nothing is known."""
        report = self.report(task_key)
        return report.total.get(source, TransformedRows()) if report else TransformedRows()

    def run_rows(self, task_key: str, source: str) -> TransformedRows:
        """That task's figures of this run for the source; zeros where nothing is known."""
        report = self.report(task_key)
        return report.run.get(source, TransformedRows()) if report else TransformedRows()


def transformation_needed(last_run: JobRun | None, landed_rows: Mapping[str, int], contract_digest: str) -> bool:
    """Whether raw holds rows that silver and gold do not answer for yet, or the contract says something else since.

    True when the job never ran, when its last run did not finish or read another contract, or when a source has landed
    more rows in all than bronze then held: that is durable, so rows landed by a run that was killed are transformed by
    the next one.
    """
    if last_run is None:
        return any(landed_rows.values())
    if not last_run.succeeded or last_run.contract_digest != contract_digest:
        return True
    return any(rows != last_run.total_rows("bronze", source).bronze for source, rows in landed_rows.items())


def repair_is_enough(last_run: JobRun | None, landed_rows: Mapping[str, int], contract_digest: str) -> bool:
    """Whether restarting the tasks of the last run that failed leaves nothing to do.

    True when its bronze succeeded, under the contract as it is now, and holds all that was landed: a new run would do
    that work again for nothing.
    """
    if last_run is None or last_run.succeeded or last_run.contract_digest != contract_digest:
        return False
    bronze = next((task for task in last_run.tasks if task.key == "bronze"), None)
    if bronze is None or bronze.result != SUCCESS:
        return False
    return all(rows == last_run.total_rows("bronze", source).bronze for source, rows in landed_rows.items())


class Transformation(BaseModel):
    """What became of the job; `run` is this run's, or the last one's if none was needed."""

    model_config = ConfigDict(frozen=True)

    state: TransformationState
    run: JobRun | None = None
