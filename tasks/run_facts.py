"""The facts of one pipeline run: what `summary.json` holds, and what every artifact is rendered from.

`summary.json` has exactly these fields, so its keys are documented here.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from contracts.reports import SourceBooks
from tasks.job_runs import JobRun


class SourceState(StrEnum):
    """How a source's ingestion ended."""

    LANDED = "landed"
    NOTHING_NEW = "nothing new"
    FAILED = "failed"
    NOT_RUN = "not run"


class TransformationState(StrEnum):
    """What became of the Databricks job in this run."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    NOT_NEEDED = "not needed"
    SKIPPED = "skipped on request"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class LandedFile(_Facts):
    """One file in raw: its name in the container, rows and bytes."""

    name: str
    rows: int
    bytes: int


class SourceOutcome(_Facts):
    """What one source's ingestion did in this run; `message` says why it failed."""

    name: str
    state: SourceState
    message: str = ""
    seconds: float = 0.0
    extracted: int = 0
    landed: int = 0
    quarantined: int = 0
    quarantined_by_rule: dict[str, int] = {}
    files: tuple[LandedFile, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes landed in raw."""
        return sum(file.bytes for file in self.files)


class Problem(_Facts):
    """One thing that went wrong: which part, what happened, and what the operator does about it."""

    part: str
    what: str
    action: str


class RunFacts(_Facts):
    """Everything an operator or another program may want to know of a run.

    `books_in_run` and `books` are the row accounting by source, of this run and of all runs; `problems` is empty
    exactly when the run succeeded.
    """

    run_name: str
    flow_run_id: str
    dataset: str
    contract_version: str
    started_at: datetime
    finished_at: datetime
    sources: tuple[SourceOutcome, ...]
    transformation: TransformationState
    job_run: JobRun | None = None
    books_in_run: dict[str, SourceBooks] = {}
    books: dict[str, SourceBooks] = {}
    problems: tuple[Problem, ...] = ()
    software: dict[str, str] = {}

    @property
    def succeeded(self) -> bool:
        """Whether every part did its work and the books balance."""
        return not self.problems

    @property
    def verdict(self) -> str:
        """The whole run in a word or two; with a source in and gold up to date, what failed is but a part."""
        if self.succeeded:
            return "succeeded"
        some_source_in = any(source.state in (SourceState.LANDED, SourceState.NOTHING_NEW) for source in self.sources)
        return "partly failed" if some_source_in and self.transformation is not TransformationState.FAILED else "failed"
