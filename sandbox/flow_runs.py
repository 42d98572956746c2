"""Starts a deployment's run through Prefect's API and follows it on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from sandbox.errors import PartError
from sandbox.progress import console

_POLL_SECONDS = 1.0
_REMINDER_SECONDS = 15.0
_FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_SHOWN = _FINAL | {"RUNNING"}


@dataclass(frozen=True)
class EndedRun:
    """A flow run that has ended: its id, the name of its state, and what that says."""

    flow_run_id: str
    state: str
    message: str | None

    @property
    def completed(self) -> bool:
        """Whether it did all that it was to do."""
        return self.state == "COMPLETED"


def run_deployment(
    api_url: str, deployment: str, parameters: Mapping[str, Any], check_alive: Callable[[], None]
) -> EndedRun:
    """Run ``deployment`` (``flow/name``), print what it does until its end, and tell how it ended.

    Args:
        api_url: Prefect's API.
        deployment: name of the deployment.
        parameters: what the flow is told beside the deployment's own.
        check_alive: raises when the run can no longer go on, for instance because its worker is gone.

    Raises:
        PartError: the deployment cannot be run.
    """
    with httpx.Client(base_url=api_url, timeout=30, trust_env=False) as client:
        found = _object(client.get(f"/deployments/name/{deployment}"))
        run = _object(client.post(f"/deployments/{found['id']}/create_flow_run", json={"parameters": dict(parameters)}))
        console.print(f"{deployment}: flow run {run['name']}")
        return _follow(client, run["id"], check_alive)


def _follow(client: httpx.Client, run_id: str, check_alive: Callable[[], None]) -> EndedRun:
    began = told = time.monotonic()
    seen: dict[str, str] = {}
    with console.status("waiting for the worker") as status:
        while True:
            run = _object(client.get(f"/flow_runs/{run_id}"))
            state = str(run["state_type"])
            steps = _steps(client, run_id)
            for step in steps:
                name, step_state = step["name"], step["state_type"]
                if seen.get(step["id"]) != step_state and step_state in _SHOWN:
                    console.print(f"  {time.monotonic() - began:6.1f} s  {name:<45} {step['state_name']}")
                    told = time.monotonic()
                seen[step["id"]] = step_state
            if state in _FINAL:
                return EndedRun(run_id, state, run["state"]["message"])
            going_on = [step["name"] for step in steps if step["state_type"] == "RUNNING"] or ["the worker"]
            status.update(f"waiting for {', '.join(going_on)}")
            if not console.is_terminal and time.monotonic() - told > _REMINDER_SECONDS:
                console.print(f"  {time.monotonic() - began:6.1f} s  … {', '.join(going_on)}")
                told = time.monotonic()
            check_alive()
            time.sleep(_POLL_SECONDS)


def _steps(client: httpx.Client, run_id: str) -> list[dict[str, Any]]:
    """The run's subflow runs and its own task runs, as they started."""
    children = {"flow_runs": {"parent_flow_run_id": {"any_": [run_id]}}, "sort": "START_TIME_ASC"}
    tasks = {"flow_runs": {"id": {"any_": [run_id]}}, "task_runs": {"subflow_runs": {"exists_": False}}}
    subflows = _list(client.post("/flow_runs/filter", json=children))
    return [*subflows, *_list(client.post("/task_runs/filter", json=tasks))]


def _object(response: httpx.Response) -> dict[str, Any]:
    answer: dict[str, Any] = _checked(response).json()
    return answer


def _list(response: httpx.Response) -> list[dict[str, Any]]:
    answer: list[dict[str, Any]] = _checked(response).json()
    return answer


def _checked(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise PartError(f"Prefect answered {response.status_code} to {response.request.url.path}: {response.text}")
    return response
