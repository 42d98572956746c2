"""Which flow runs the reconciler asks Prefect for, on an API of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.states import Crashed, Running, Scheduled, State

from tasks.kubernetes import flow_runs
from tasks.kubernetes.flow_runs import tracked_runs

pytestmark = pytest.mark.services

POOL, DEPLOYMENT = "processes", "reconcile/tracked"
LONG_AGO = 7


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many runs each question to Prefect brought, two at most."""
    asked: list[int] = []
    read = PrefectClient.read_flow_runs

    async def counted(client: PrefectClient, **question: Any) -> list[Any]:
        found = await read(client, **question)
        asked.append(len(found))
        return found

    monkeypatch.setattr(PrefectClient, "read_flow_runs", counted)
    monkeypatch.setattr(flow_runs, "_PAGE", 2)
    return asked


def test_runs_that_crashed_long_ago_are_not_asked_for(deploy: Callable[..., None], pages: list[int]) -> None:
    deploy(DEPLOYMENT, pool=POOL)

    async def scenario() -> tuple[list[str], list[str]]:
        async with get_client() as client:
            deployment = (await client.read_deployment_by_name(DEPLOYMENT)).id

            async def run(*states: State[Any]) -> str:
                made = (await client.create_flow_run_from_deployment(deployment)).id
                for state in states:
                    await client.set_flow_run_state(UUID(str(made)), state, force=True)
                return str(made)

            old = [await run(Running(), Crashed()) for _ in range(LONG_AGO)]
            since = datetime.now(UTC)
            goes_on, crashed = await run(Running()), await run(Running(), Crashed())
            for state in (Scheduled(), Running(), Crashed()):
                await client.set_flow_run_state(UUID(old[0]), state, force=True)
            now = datetime.now(UTC)
            found = await tracked_runs(client, POOL, now, now - since)
            return [tracked.id for tracked in found], [goes_on, old[0], crashed]

    found, expected = asyncio.run(scenario())
    assert found == expected
    assert pages == [1, 0, 2, 2]
