"""The runs of a load's shards: what is started again, how often, and what is told when it is no use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from threading import Thread

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Completed, Crashed, Failed, Running, State

from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, ReadingStopped, ShardFailed, StructureError
from tasks.shard_runs import run_shards
from tests.prefect_api import prefect_api

pytestmark = pytest.mark.services

DEAD = Crashed(message="Flow run process exited with non-zero status code -9.")
LOST = Failed(message="SourceUnavailable: reading public.purchases failed: the connection was lost; run again")


@pytest.fixture(scope="module", autouse=True)
def _prefect(migrated_prefect: Path) -> Iterator[None]:
    """A Prefect API of its own with the source's deployment, which nobody serves."""
    with prefect_api(migrated_prefect):
        asyncio.run(_deploy("store-returns"))
        yield


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.shard_runs.SOURCE_START_SECONDS", 20)
    monkeypatch.setattr("tasks.shard_runs.LOAD_RETRY_DELAY_SECONDS", 0)


async def _deploy(source: str) -> None:
    async with get_client() as client:
        await client.create_deployment(await client.create_flow_from_name("ingest"), source)


async def _flow_runs() -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs()


async def _work(division: str, ends: dict[int, list[State[None]]]) -> None:
    """Bring each run of a shard to the next of its ends, as workers would."""
    left = {number: list(states) for number, states in ends.items()}
    async with asyncio.timeout(60), get_client() as client:
        while any(left.values()):
            for run in await client.read_flow_runs():
                if run.parameters.get("division") == division and run.state and run.state.is_scheduled():
                    await client.set_flow_run_state(run.id, Running(), force=True)
                    await client.set_flow_run_state(run.id, left[run.parameters["shard"]].pop(0), force=True)
            await asyncio.sleep(0.05)


@contextmanager
def _workers(division: str, ends: dict[int, list[State[None]]]) -> Iterator[None]:
    thread = Thread(target=copy_context().run, args=[asyncio.run, _work(division, ends)])
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _run(division: str, ends: dict[int, list[State[None]]]) -> list[tuple[int, str]]:
    """Run the shards to these ends; number and state of all runs that there were."""
    with _workers(division, ends):
        run_shards("product_returns", "store-returns", division, len(ends))
    runs = [run for run in asyncio.run(_flow_runs()) if run.parameters["division"] == division]
    assert all(run.parameters.keys() == {"dataset", "source", "division", "shard"} for run in runs)
    return sorted((run.parameters["shard"], run.state.name) for run in runs if run.state)


def test_a_shard_that_dies_or_loses_its_connection_is_started_again_alone() -> None:
    assert _run("mended", {1: [Completed()], 2: [DEAD, LOST, Completed()]}) == [
        (1, "Completed"),
        (2, "Completed"),
        (2, "Crashed"),
        (2, "Failed"),
    ]


@pytest.mark.parametrize(
    ("name", "ends", "error", "message"),
    [
        ("dead", [DEAD] * 3, ShardFailed, "^shard 2 of 2: Crashed: Flow run process .*; it was tried 3 times$"),
        (
            "stopped",
            [Failed(message="ReadingStopped: the server stopped the statement")],
            ReadingStopped,
            "^shard 2 of 2: the server stopped",
        ),
        ("refused", [Failed(message="AccessRefused: grant SELECT")], AccessRefused, "^shard 2 of 2: grant SELECT$"),
        ("odd", [Failed(message="KeyError: 'x'")], ShardFailed, "^shard 2 of 2: Failed: KeyError: 'x'$"),
    ],
)
def test_a_shard_that_cannot_be_read_fails_the_load_in_its_own_words(
    name: str, ends: list[State[None]], error: type[PipelineError], message: str
) -> None:
    with pytest.raises(error, match=message):
        _run(name, {1: [Completed()], 2: ends})


def test_what_somebody_must_mend_is_told_before_what_smaller_windows_may_pass() -> None:
    stopped, gone = Failed(message="ReadingStopped: stopped"), Failed(message="StructureError: no column cpf")
    with pytest.raises(StructureError, match="shard 2 of 2: no column cpf"):
        _run("both", {1: [stopped], 2: [gone]})


def test_a_source_without_a_deployment_is_to_be_deployed() -> None:
    with pytest.raises(MisconfiguredError, match="no deployment ingest/store-database: deploy again"):
        run_shards("customer_purchases", "store-database", "none", 2)


def test_a_prefect_that_does_not_answer_fails_the_load_after_some_tries() -> None:
    nowhere = {PREFECT_API_URL: "http://127.0.0.1:1/api", PREFECT_CLIENT_MAX_RETRIES: 0}
    with temporary_settings(nowhere), pytest.raises(ShardFailed, match=r"Prefect does not answer .*tried 3 times"):
        run_shards("product_returns", "store-returns", "none", 1)
