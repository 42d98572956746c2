"""A source's own run is started with its parameters, and whom to turn to is told when it does not end well."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled, Cancelling, Completed, Crashed, Failed, Late, Pending, Running, State

from tasks.extract.chunks import Window
from tasks.report.facts import SourceRun
from tasks.source_runs import run_source_deployment
from tests.prefect_api import prefect_api

NOW = datetime(2026, 11, 24, 5, 0, 30, tzinfo=UTC)
START_SECONDS, END_SECONDS = 3, 1

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", autouse=True)
def _prefect(migrated_prefect: Path) -> Iterator[None]:
    """A Prefect API of its own with the sources' deployments, which nobody serves."""
    with prefect_api(migrated_prefect):
        asyncio.run(_deploy("store-returns", "return-files"))
        yield


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.source_runs.SOURCE_START_SECONDS", START_SECONDS)
    monkeypatch.setattr("tasks.source_runs.SOURCE_END_SECONDS", END_SECONDS)


async def _deploy(*sources: str) -> None:
    async with get_client() as client:
        flow_id = await client.create_flow_from_name("ingest")
        for source in sources:
            await client.create_deployment(flow_id, source)


async def _bring_next_run_to(states: tuple[State[Any], ...], earlier: set[UUID], pause_seconds: float) -> None:
    async with asyncio.timeout(60), get_client() as client:
        while not (begun := [run for run in await client.read_flow_runs() if run.id not in earlier]):
            await asyncio.sleep(0.05)
        for place, state in enumerate(states):
            await asyncio.sleep(pause_seconds if place else 0)
            await client.set_flow_run_state(begun[0].id, state, force=True)


async def _flow_runs() -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs()


@contextmanager
def _worker(*states: State[Any], pause_seconds: float = 0) -> Iterator[None]:
    """What a worker would do with the next run, at the same time as the parent waits for it."""
    earlier = {run.id for run in asyncio.run(_flow_runs())}
    brings = _bring_next_run_to(states, earlier, pause_seconds)
    thread = Thread(target=copy_context().run, args=[asyncio.run, brings])  # the context says which API it is
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _run(source: str = "return-files", backfill: Window | None = None) -> SourceRun:
    return run_source_deployment.fn("product_returns", source, backfill or Window(), NOW)


@pytest.mark.parametrize("state", [None, Late(), Pending()], ids=["scheduled", "late", "pending"])
def test_a_run_that_never_began_is_the_worker_s_fault(state: State[Any] | None) -> None:
    with _worker(*([state] if state else [])):
        run = _run()
    name = state.name if state else "Scheduled"
    assert run.message == f"{name} after 3 s: no worker began it. Does one serve its work pool?"
    assert not run.succeeded


def test_a_run_that_goes_on_past_its_limit_is_to_be_cancelled() -> None:
    with _worker(Running()):
        run = _run()
    assert run.message == "still running after 1 s, past its own time limit: cancel it and look at its log"
    assert not run.succeeded


def test_a_run_that_is_being_cancelled_is_no_worker_s_fault() -> None:
    with _worker(Running(), Cancelling()):
        assert _run().message.startswith("still cancelling after 1 s")


def test_a_run_that_begins_in_time_is_waited_for_until_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.source_runs.SOURCE_END_SECONDS", 60)
    with _worker(Running(), Completed(message="landed"), pause_seconds=START_SECONDS + 1):
        run = _run()
    assert (run.succeeded, run.message) == (True, "Completed: landed")
    assert run.seconds > START_SECONDS


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (Failed(message="cpf: required 2"), "Failed: cpf: required 2"),
        (Crashed(message="the pod was evicted"), "Crashed: the pod was evicted"),
        (Cancelled(), "Cancelled: no message"),
    ],
    ids=["failed", "crashed", "cancelled"],
)
def test_a_run_that_did_not_complete_speaks_for_itself(state: State[Any], message: str) -> None:
    with _worker(Running(), state):
        run = _run()
    assert (run.succeeded, run.message) == (False, message)


def test_a_run_is_named_after_its_source_and_has_the_window_it_loads_again() -> None:
    window = Window(since=datetime(2026, 11, 1, tzinfo=UTC), until=datetime(2026, 11, 2, tzinfo=UTC))
    with _worker(Running(), Completed()):
        found = _found(_run("store-returns", window))
    assert found.name == "ingest-store-returns 2026-11-24T05:00Z"
    assert found.parameters == {
        "dataset": "product_returns",
        "source": "store-returns",
        "backfill_since": "2026-11-01T00:00:00+00:00",
        "backfill_until": "2026-11-02T00:00:00+00:00",
    }


def test_a_run_without_a_window_is_told_so() -> None:
    with _worker(Running(), Completed()):
        parameters = _found(_run("store-returns")).parameters
    assert (parameters["backfill_since"], parameters["backfill_until"]) == (None, None)


def test_files_are_never_given_a_window() -> None:
    with _worker(Running(), Completed()):
        found = _found(_run("return-files", Window(since=datetime(2026, 11, 1, tzinfo=UTC))))
    assert found.parameters == {"dataset": "product_returns", "source": "return-files"}


def _found(run: SourceRun) -> FlowRun:
    """The flow run that the report names, as Prefect's API has it."""
    return next(found for found in asyncio.run(_flow_runs()) if str(found.id) == run.flow_run_id)
