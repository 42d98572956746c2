"""Runs the shards of a load, each as a run of its source's own deployment: on AKS a pod, in the sandbox a process."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import httpx
from prefect.client.schemas.objects import FlowRun

from tasks import errors
from tasks.deadlines import (
    LOAD_RETRY_DELAY_SECONDS,
    SHARD_ATTEMPTS,
    SHARD_END_SECONDS,
    SHARDS_SECONDS,
    SOURCE_START_SECONDS,
)
from tasks.deployment_runs import ending, run_to_end
from tasks.errors import PipelineError, ReadingStopped, ShardFailed, TransientError

logger = logging.getLogger(__name__)


def run_shards(dataset: str, source: str, division_id: str, shards: int) -> None:
    """Run every shard of a divided load at the same time; one that dies, or may do better, is started again alone.

    Raises:
        ReadingStopped: the database stops a shard for taking too long; smaller windows may come through.
        ShardFailed: a shard failed as often as it is tried, or did not end in time.
        PipelineError: what a shard has raised that is not tried again.
    """
    runs = [_Shard(dataset, source, division_id, number, shards) for number in range(1, shards + 1)]
    asyncio.run(_run_all(runs))


async def _run_all(shards: list[_Shard]) -> None:
    """All end before the first failure is told: no shard of this load runs on beside those of the next."""
    try:
        async with asyncio.timeout(SHARDS_SECONDS):
            ends = await asyncio.gather(*(shard.run() for shard in shards), return_exceptions=True)
    except TimeoutError:
        raise ShardFailed(
            f"not every shard has ended in {SHARDS_SECONDS} s: look at their runs, and run again"
        ) from None
    failures = [end for end in ends if isinstance(end, BaseException)]
    for failure in sorted(failures, key=lambda failure: isinstance(failure, ReadingStopped)):
        raise failure


@dataclass(frozen=True)
class _Shard:
    """One shard of a load; `shards` is how many there are."""

    dataset: str
    source: str
    division_id: str
    number: int
    shards: int

    async def run(self) -> None:
        for attempt in range(1, SHARD_ATTEMPTS + 1):
            failure = await self._try()
            if failure is None:
                return
            if not isinstance(failure, TransientError) or isinstance(failure, ReadingStopped):
                raise failure
            logger.warning("%s (attempt %d of %d)", failure, attempt, SHARD_ATTEMPTS)
            if attempt < SHARD_ATTEMPTS:
                await asyncio.sleep(LOAD_RETRY_DELAY_SECONDS)
        raise ShardFailed(f"{failure}; it was tried {SHARD_ATTEMPTS} times")

    async def _try(self) -> PipelineError | None:
        """Run it once; why it was not read, None if it was."""
        of_load = {"dataset": self.dataset, "source": self.source, "division": self.division_id}
        try:
            flow_run = await run_to_end(
                f"ingest/{self.source}",
                {**of_load, "shard": self.number},
                start_seconds=SOURCE_START_SECONDS,
                end_seconds=SHARD_END_SECONDS,
            )
        except httpx.TransportError as error:
            told = f"Prefect does not answer ({type(error).__name__}): does its server run?"
            return TransientError(f"shard {self.number} of {self.shards}: {told}")
        return None if flow_run.state and flow_run.state.is_completed() else self._failure(flow_run)

    def _failure(self, flow_run: FlowRun) -> PipelineError:
        """What the run has raised, by the name before its message; one that crashed may do better the next time."""
        told = ending(flow_run, start_seconds=SOURCE_START_SECONDS, end_seconds=SHARD_END_SECONDS)
        shard = f"shard {self.number} of {self.shards}"
        state = flow_run.state
        if state and state.is_crashed():
            return TransientError(f"{shard}: {told}")
        name, _, message = (state.message or "" if state and state.is_failed() else "").partition(": ")
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, PipelineError):
            return kind(f"{shard}: {message}")
        return ShardFailed(f"{shard}: {told}")
