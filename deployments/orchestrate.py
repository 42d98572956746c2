"""Runs the parent deployments and waits for their ends: `python -m deployments.orchestrate [dataset …]`.

It prints every run's summary, the artifact that the parent flow records. Without a dataset, all run at once.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import dataclass

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, ArtifactFilterKey
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_UI_URL

from contracts.folder import UnknownDataset, read_contracts
from contracts.problems import ContractError
from tasks.deadlines import PARENT_FLOW_SECONDS, SOURCE_START_SECONDS

WAIT_SECONDS = SOURCE_START_SECONDS + PARENT_FLOW_SECONDS + SOURCE_START_SECONDS
"""Its pod's start, its own time limit, and what a lost run takes to be settled."""


@dataclass(frozen=True)
class Ended:
    """One dataset's run: whether it did all that it was to do, and what is to be read of it."""

    succeeded: bool
    summary: str


async def orchestrate(slugs: list[str]) -> list[Ended]:
    """Run each dataset's parent deployment, all at once, in the order of their names."""
    async with get_client() as client:
        return list(await asyncio.gather(*(_run(client, slug) for slug in slugs)))


async def _run(client: PrefectClient, slug: str) -> Ended:
    name = f"lakehouse/{slug}"
    try:
        run: FlowRun = await run_deployment(name=name, client=client, timeout=WAIT_SECONDS, as_subflow=False)
    except ObjectNotFound:
        return Ended(succeeded=False, summary=f"## {slug}: not run\n\nThere is no deployment {name}: deploy it first.")
    state = run.state
    seconds = round(run.total_run_time.total_seconds())
    ended = state.name if state and state.is_final() else f"not ended after {WAIT_SECONDS} s"
    lines = [f"## {slug}: {ended}, {seconds} s", "", *([state.message] if state and state.message else [])]
    if page := PREFECT_UI_URL.value():
        lines.append(f"[{run.name}]({page}/flow-runs/flow-run/{run.id})")
    return Ended(bool(state and state.is_completed()), "\n".join([*lines, "", await _summary(client, run, slug)]))


async def _summary(client: PrefectClient, run: FlowRun, slug: str) -> str:
    """What the run's own summary says; it has none when it ended before its end."""
    found = await client.read_artifacts(
        artifact_filter=ArtifactFilter(
            flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]), key=ArtifactFilterKey(any_=[f"summary-{slug}"])
        )
    )
    return str(found[0].data) if found else "It recorded no summary: see its log."


def main() -> None:
    """Command line: print the summaries; status 1 unless every run succeeded."""
    parser = argparse.ArgumentParser(prog="orchestrate", description=__doc__)
    parser.add_argument("datasets", nargs="*", help="names or slugs; none: all")
    try:
        contracts = read_contracts()
        wanted = [contracts.dataset(name) for name in parser.parse_args().datasets] or contracts.datasets
    except (ContractError, UnknownDataset) as error:
        sys.exit(f"orchestrate: {error}")
    ends = asyncio.run(orchestrate([contract.slug for contract in wanted]))
    sys.stdout.write("\n\n".join(one.summary for one in ends) + "\n")
    sys.exit(int(not all(one.succeeded for one in ends)))


if __name__ == "__main__":
    main()
