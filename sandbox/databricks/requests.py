"""Bodies and queries of the Jobs API's requests, and the pages that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

from sandbox.databricks.job import JobSettings
from sandbox.databricks.run import Run


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NewSettings(_Request):
    """``jobs/reset``: all settings of a job anew."""

    job_id: int
    new_settings: JobSettings


class RunNow(_Request):
    """``jobs/run-now``: start a job; the same token starts it once."""

    job_id: int
    job_parameters: Mapping[str, str] = Field(default_factory=dict)
    idempotency_token: Annotated[str, Field(max_length=64)] | None = None


class Repair(_Request):
    """``jobs/runs/repair``: restart tasks of a finished run, named or all that did not succeed."""

    run_id: int
    rerun_tasks: tuple[str, ...] = ()
    rerun_all_failed_tasks: bool = False
    rerun_dependent_tasks: bool = False
    latest_repair_id: int | None = None
    job_parameters: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_selection(self) -> Self:
        if bool(self.rerun_tasks) == self.rerun_all_failed_tasks:
            raise ValueError("exactly one of rerun_tasks and rerun_all_failed_tasks must be given")
        return self


class RunById(_Request):
    """``jobs/runs/cancel``: a job run."""

    run_id: int


class TaskRunQuery(_Request):
    """``jobs/runs/get-output``: a task run."""

    run_id: int


class RunQuery(_Request):
    """``jobs/runs/get``: a job run."""

    run_id: int
    include_history: bool = False


class JobQuery(_Request):
    """``jobs/get``: a job."""

    job_id: int


class Paging(_Request):
    """Which part of a list: ``page_token`` is what the answer before gave, ``offset`` its older form."""

    offset: NonNegativeInt = 0
    page_token: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    limit: int
    expand_tasks: bool = False

    @property
    def first(self) -> int:
        """Position of the first element wanted."""
        return int(self.page_token) if self.page_token else self.offset

    def page(self, name: str, elements: list[dict[str, Any]]) -> dict[str, Any]:
        """The wanted elements under ``name``, with the tokens of the pages around them."""
        following = self.first + self.limit
        answer: dict[str, Any] = {name: elements[self.first : following], "has_more": following < len(elements)}
        if answer["has_more"]:
            answer["next_page_token"] = str(following)
        if self.first:
            answer["prev_page_token"] = str(max(0, self.first - self.limit))
        return answer


class JobsQuery(Paging):
    """``jobs/list``, filtered by the exact name without regard to case."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    name: str | None = None


class RunsQuery(Paging):
    """``jobs/runs/list``, newest first; a limit of 0 stands for the largest."""

    limit: Annotated[int, Field(ge=0, le=25), AfterValidator(lambda limit: limit or 25)] = 20
    job_id: int | None = None
    active_only: bool = False
    completed_only: bool = False

    @model_validator(mode="after")
    def _one_filter(self) -> Self:
        if self.active_only and self.completed_only:
            raise ValueError("active_only and completed_only cannot both be true")
        return self

    def selects(self, run: Run) -> bool:
        """Whether the run passes the filters."""
        finished = run.state.is_finished
        return (
            self.job_id in {None, run.job_id}
            and not (self.active_only and finished)
            and (finished or not self.completed_only)
        )
