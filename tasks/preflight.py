"""Checks before a run starts that what every part of it needs is there and answers.

A source that does not answer is not looked for here: its own flow run fails with the reason, and the others go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from blocks.documents import LAKE_DOCUMENT
from contracts.contract import Contract
from contracts.job_document import job_name
from contracts.lake_terms import Layer
from contracts.raw_layout import MANIFESTS
from contracts.table_definitions import changes_under_rows, definitions, inapplicable
from tasks.connections import open_databricks, open_raw
from tasks.errors import PipelineError, PreflightFailed
from tasks.transform.job_run import JobRun
from tasks.transform.jobs_api import find_job_id, last_finished_run
from tasks.transform.transformation import Rebuild, made_anew

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from tasks.transform.workspace import Workspace


def check_run(contract: Contract, sources: Sequence[str] | None, rebuild: Rebuild | None = None) -> list[str]:
    """The sources to ingest, of those names or all, when the lake can be read and the dataset's job can be run.

    Raises:
        PreflightFailed: a source is unknown; lake or job are missing or refuse the credentials; or the contract changed
            what the rows of a table were made by, and nobody asked to make it anew. A line each.
    """
    problems = [*_in_lake(contract), *_in_job(contract, rebuild), *_unknown_sources(contract, sources or ())]
    if problems:
        raise PreflightFailed("\n".join(problems))
    return [source.name for source in contract.sources if not sources or source.name in sources]


def _unknown_sources(contract: Contract, names: Sequence[str]) -> Iterator[str]:
    known = [source.name for source in contract.sources]
    if unknown := sorted(set(names).difference(known)):
        yield f"{contract.slug} has no source {', '.join(unknown)}: it has {', '.join(known)}"


def _in_lake(contract: Contract) -> Iterator[str]:
    try:
        raw = open_raw()
    except PipelineError as error:
        yield str(error)
        return
    try:
        raw.first(f"{MANIFESTS}/{contract.name}/")
    except PipelineError as error:
        yield f"lake: {error}: check the container raw and the credentials in block document {LAKE_DOCUMENT}"


def _in_job(contract: Contract, rebuild: Rebuild | None) -> Iterator[str]:
    try:
        last_run = _last_run(open_databricks(), contract)
    except PipelineError as error:
        yield str(error)
        return
    now = definitions(contract)
    for table, before in (last_run.definitions if last_run else {}).items():
        layer = Layer(table.partition(".")[0])
        if table in now and layer not in made_anew(rebuild) and (changed := changes_under_rows(before, now[table])):
            yield inapplicable(table, changed, contract, layer)


def _last_run(workspace: Workspace, contract: Contract) -> JobRun | None:
    return last_finished_run(workspace, find_job_id(workspace, job_name(contract)))
