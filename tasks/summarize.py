"""Puts the facts of a run together: sources, transformation, books, problems, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version

from contracts.model import Contract
from tasks.books import run_books, total_books
from tasks.job_runs import JobRun
from tasks.landed import LandedLoads
from tasks.manifests import Rows
from tasks.run_facts import RunFacts, SourceOutcome, SourceState, TransformationState
from tasks.run_problems import find_problems
from tasks.source_outcomes import source_outcome
from tasks.source_runs import SourceRun
from tasks.transformation import Transformation

SOFTWARE = ("prefect", "polars", "pandera")


def gather_facts(
    contract: Contract,
    source_runs: Sequence[SourceRun],
    landed: Mapping[str, LandedLoads],
    landed_meanwhile: Mapping[str, Sequence[Rows]],
    transformation: Transformation,
    *,
    run_name: str,
    flow_run_id: str,
    started_at: datetime,
    finished_at: datetime,
) -> RunFacts:
    """The run's facts, with its problems found and its books made up; sources that did not run count in the totals.

    `landed_meanwhile` has each source's totals after loads committed since `landed` was read.
    """
    runs = {run.source: run for run in source_runs}
    outcomes = tuple(_outcome(source.name, runs.get(source.name), landed[source.name]) for source in contract.sources)
    job_run = transformation.run
    ran = transformation.state in (TransformationState.SUCCEEDED, TransformationState.FAILED)
    this_job_run = job_run if ran else None
    books = {name: total_books(name, loads.totals, landed_meanwhile[name], job_run) for name, loads in landed.items()}
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
        problems=find_problems(outcomes, transformation.state, job_run, books),
        software=_software(contract, job_run),
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
