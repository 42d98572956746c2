"""The facts of one pipeline run: what its `summary.json` holds, and what every artifact is rendered from.

That file has exactly these fields, so its keys are documented here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from contracts.job_report import SourceBooks, TaskReport
from contracts.shapes import merged
from tasks.extract.undeclared import listed, merged_names
from tasks.land.landed import LandedLoads
from tasks.land.manifests import LateRows
from tasks.transform.job_run import JobRun, TransformationState


class SourceState(StrEnum):
    """How a source's ingestion ended."""

    LANDED = "landed"
    NOTHING_NEW = "nothing new"
    FAILED = "failed"
    NOT_RUN = "not run"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class LandedFile(_Facts):
    """One file in raw: its name in the container, rows and bytes."""

    name: str
    rows: int
    bytes: int


class SourceRun(_Facts):
    """How a source's flow run ended; without an id it never began."""

    source: str
    flow_run_id: str | None
    succeeded: bool
    message: str
    seconds: float = 0.0


class SourceOutcome(_Facts):
    """What one source's ingestion did in this run; `message` says why it failed.

    `warned_checks` are checks of whole loads that fail with severity `warning`, files that were expected and did not
    come, rows that a look-back found, and columns that the contract does not know: what was found, by label. `deleted`
    of the landed rows are deletions.
    `samples` are shapes of values in quarantine, by rule label (`contracts.shapes`).
    """

    name: str
    state: SourceState
    message: str = ""
    seconds: float = 0.0
    extracted: int = 0
    landed: int = 0
    deleted: int = 0
    quarantined: int = 0
    quarantined_by_rule: dict[str, int] = {}
    samples: dict[str, tuple[str, ...]] = {}
    warned_checks: dict[str, str] = {}
    files: tuple[LandedFile, ...] = ()

    @property
    def bytes(self) -> int:
        """Bytes landed in raw."""
        return sum(file.bytes for file in self.files)


class Trend(_Facts):
    """Rows of this run that broke a rule, or all that a stage judged, of a source, beside what is usual.

    `of` are the rows that the stage judged, `samples` the shapes of some values that broke the rule. `usually` are the
    rows that the runs before let expect, None where there are too few of them; `jumped` says that it is another number
    than chance explains (`tasks.report.trends`).
    """

    stage: str
    source: str
    rule: str
    rows: int
    of: int
    usually: float | None = None
    jumped: bool = False
    samples: tuple[str, ...] = ()


class Problem(_Facts):
    """One thing that went wrong: which part, what happened, and what the operator does about it."""

    part: str
    what: str
    action: str


class RunFacts(_Facts):
    """Everything an operator or another program may want to know of a run.

    `books_in_run` and `books` are the row accounting by source, of this run and of all runs; `problems` is empty
    exactly when the run succeeded. `trends` are of every source and rule that had rows.
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
    trends: tuple[Trend, ...] = ()
    software: dict[str, str] = {}

    @property
    def succeeded(self) -> bool:
        """Whether every part did its work and the books balance."""
        return not self.problems

    @property
    def books_are_closed(self) -> bool:
        """Whether the job has taken in all that was landed, so that the books must balance."""
        return self.transformation in CLOSED_BOOKS

    @property
    def silver_report(self) -> TaskReport | None:
        """What the task `silver` reported in this run, if it ran and got that far."""
        return self.job_run.report("silver") if self.job_run else None

    def broken_rules(self) -> Iterator[tuple[str, str, str, int]]:
        """Rows rejected or warned about in this run: (stage, source, rule label, rows)."""
        for source in self.sources:
            for rule, rows in source.quarantined_by_rule.items():
                yield "landing", source.name, rule, rows
        if report := self.silver_report:
            for stage, by_source in (("silver", report.rejected_by_rule), ("silver warning", report.warned_by_rule)):
                for name, by_rule in by_source.items():
                    for rule, rows in by_rule.items():
                        yield stage, name, rule, rows

    @property
    def verdict(self) -> str:
        """The whole run in a word or two; it failed in part if a source is in and the transformation did not fail."""
        if self.succeeded:
            return "succeeded"
        some_source_in = any(source.state in (SourceState.LANDED, SourceState.NOTHING_NEW) for source in self.sources)
        return "partly failed" if some_source_in and self.transformation not in _DEAD_ENDS else "failed"


_DEAD_ENDS = (TransformationState.FAILED, TransformationState.NOT_REACHED)
CLOSED_BOOKS = (TransformationState.SUCCEEDED, TransformationState.NOT_NEEDED)
"""After which the books of every source must balance."""


def source_outcome(name: str, landed: LandedLoads, failure: str | None, seconds: float) -> SourceOutcome:
    """The outcome of a source whose run committed these loads and, if it failed, failed with that message."""
    loads, rows = landed.loads, landed.rows
    by_rule: Counter[str] = Counter()
    samples: dict[str, tuple[str, ...]] = {}
    warned: dict[str, str] = {}
    for load in loads:
        by_rule.update(load.quarantined_by_rule)
        samples = merged(samples, load.samples)
        warned |= load.warned_checks
    if (late := sum((load.read_so_far.late for load in loads), LateRows())).rows:
        warned["lookBack"] = (
            f"{late.rows} rows came later than the overlap; overlapSeconds {late.most_seconds} would have met them"
        )
    if unknown := merged_names(*(load.undeclared for load in loads)):
        warned["columns that the contract does not know"] = listed(unknown)
    for expected, days in landed.missing_files.items():
        warned[f"expectedFiles: {expected}"] = f"no file of {', '.join(map(str, days))}"
    files = tuple(LandedFile(name=file.name, rows=file.rows, bytes=file.bytes) for load in loads for file in load.files)
    return SourceOutcome(
        name=name,
        state=_state(failure, landed),
        message=failure or "",
        seconds=seconds,
        extracted=rows.extracted,
        landed=rows.landed,
        deleted=sum(load.deleted for load in loads),
        quarantined=rows.quarantined,
        quarantined_by_rule=dict(by_rule),
        samples=samples,
        warned_checks=warned,
        files=files,
    )


def _state(failure: str | None, landed: LandedLoads) -> SourceState:
    if failure is not None:
        return SourceState.FAILED
    return SourceState.LANDED if landed.loads else SourceState.NOTHING_NEW
