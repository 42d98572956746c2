"""Checks before a run starts that what every part of it needs is there and answers.

A source that does not answer is not looked for here: its own flow run fails with the reason, and the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from blocks.documents import LAKE_DOCUMENT
from contracts.contract import Contract
from contracts.job_document import job_name
from contracts.raw_layout import MANIFESTS
from tasks.connections import open_databricks, open_raw
from tasks.errors import PipelineError, PreflightFailed
from tasks.transform.jobs_api import find_job_id


def check_run(contract: Contract, sources: Sequence[str] | None) -> list[str]:
    """The sources to ingest, of those names or all, when the lake can be read and Databricks has the dataset's job.

    Raises:
        PreflightFailed: a source is unknown, or lake or job are missing or refuse the credentials; a line each.
    """
    problems = [problem for check in (_look_into_lake, _look_for_job) if (problem := _problem(check, contract))]
    problems.extend(_unknown_sources(contract, sources or ()))
    if problems:
        raise PreflightFailed("\n".join(problems))
    return [source.name for source in contract.sources if not sources or source.name in sources]


def _unknown_sources(contract: Contract, names: Sequence[str]) -> Iterator[str]:
    known = [source.name for source in contract.sources]
    if unknown := sorted(set(names).difference(known)):
        yield f"{contract.slug} has no source {', '.join(unknown)}: it has {', '.join(known)}"


def _problem(check: Callable[[Contract], None], contract: Contract) -> str | None:
    try:
        check(contract)
    except PipelineError as error:
        return str(error)
    return None


def _look_into_lake(contract: Contract) -> None:
    raw = open_raw()
    try:
        next(raw.names(f"{MANIFESTS}/{contract.name}/"), None)
    except PipelineError as error:
        advice = f"check the container raw and the credentials in block document {LAKE_DOCUMENT}"
        raise type(error)(f"lake: {error}: {advice}") from None


def _look_for_job(contract: Contract) -> None:
    asyncio.run(find_job_id(open_databricks(), job_name(contract)))
