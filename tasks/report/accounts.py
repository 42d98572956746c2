"""A run's facts, with each source's row accounting from its two keepers: the manifests and the job's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from contracts.contract import Contract
from contracts.job_report import SourceBooks, TransformedRows
from tasks.land.landed import LandedLoads
from tasks.land.manifests import LoadRows
from tasks.report.facts import Problem, RunFacts, SourceOutcome, SourceRun, SourceState, source_outcome
from tasks.report.problems import find_problems
from tasks.transform.job_run import JobRun, Transformation, TransformationState

SOFTWARE = ("prefect", "polars", "pandera")


def gather_facts(
    contract: Contract,
    source_runs: Sequence[SourceRun],
    landed: Mapping[str, LandedLoads],
    landed_meanwhile: Mapping[str, Sequence[LoadRows]],
    transformation: Transformation,
    step_problems: Sequence[Problem] = (),
    *,
    run_name: str,
    flow_run_id: str,
    started_at: datetime,
    finished_at: datetime,
) -> RunFacts:
    """The run's facts, with its problems found and its books made up; sources that did not run count in the totals.

    Args:
        contract: the dataset's.
        source_runs: the sources' flow runs, of those that were to run.
        landed: what each source has landed; empty where a run did not get so far.
        landed_meanwhile: each source's totals after loads committed since `landed` was read.
        transformation: what became of the job.
        step_problems: what raised in the run itself.
        run_name: of the flow run.
        flow_run_id: of the flow run.
        started_at: when the run began.
        finished_at: when these facts were gathered.
    """
    runs = {run.source: run for run in source_runs}
    outcomes = tuple(
        _outcome(source.name, runs.get(source.name), landed.get(source.name, LandedLoads()))
        for source in contract.sources
    )
    job_run = transformation.run
    ran = transformation.state in {TransformationState.SUCCEEDED, TransformationState.FAILED}
    this_job_run = job_run if ran else None
    books = {name: total_books(name, loads, landed_meanwhile.get(name, ()), job_run) for name, loads in landed.items()}
    problems = find_problems(contract, outcomes, transformation, books)
    return RunFacts(
        run_name=run_name,
        flow_run_id=flow_run_id,
        dataset=contract.name,
        contract_version=contract.version,
        started_at=started_at,
        finished_at=finished_at,
        sources=outcomes,
        transformation=transformation.state,
        job_run=this_job_run,
        books_in_run={name: run_books(name, loads.rows, this_job_run) for name, loads in landed.items()},
        books=books,
        problems=(*step_problems, *problems),
        software=_software(contract, job_run),
    )


def total_books(
    source: str, landed: LandedLoads, landed_meanwhile: Sequence[LoadRows], run: JobRun | None
) -> SourceBooks:
    """The source's accounting over all runs, as the last job run found the tables.

    A source that also runs on its own may land while the job reads Raw: the totals after one of those loads are then
    the ones that bronze answers for.
    """
    settled = landed.settled_rows
    if run is None:
        return _books(landed.totals, TransformedRows(), TransformedRows(), settled)
    bronze = run.total_rows("bronze", source)
    answered_for = next(
        (totals for totals in landed_meanwhile if totals.landed == bronze.bronze + settled), landed.totals
    )
    return _books(answered_for, bronze, run.total_rows("silver", source), settled)


def run_books(source: str, landed: LoadRows, run: JobRun | None) -> SourceBooks:
    """The source's accounting of one pipeline run, whose job run is given if it had one."""
    if run is None:
        return _books(landed, TransformedRows(), TransformedRows())
    return _books(landed, run.run_rows("bronze", source), run.run_rows("silver", source))


def _books(landed: LoadRows, bronze: TransformedRows, silver: TransformedRows, settled: int = 0) -> SourceBooks:
    return SourceBooks(
        extracted=landed.extracted,
        landed=landed.landed,
        quarantined=landed.quarantined,
        settled=settled,
        bronze=bronze.bronze,
        silver=silver.silver,
        rejected=silver.rejected,
        superseded=silver.superseded,
        deleted=silver.deleted,
        erased=silver.erased,
    )


def _outcome(name: str, run: SourceRun | None, landed: LandedLoads) -> SourceOutcome:
    if run is None:
        return SourceOutcome(name=name, state=SourceState.NOT_RUN)
    return source_outcome(name, landed, None if run.succeeded else run.message, run.seconds)


def _software(contract: Contract, job_run: JobRun | None) -> dict[str, str]:
    versions = {name: version(name) for name in SOFTWARE} | {"contract": contract.version}
    for task in job_run.tasks if job_run else ():
        versions |= task.report.software if task.report else {}
    return versions
