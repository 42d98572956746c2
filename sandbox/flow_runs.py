"""Starts a deployment's run through Prefect's API and follows it on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import stamina

from sandbox.errors import PartError
from sandbox.progress import console

_POLL_SECONDS = 1.0
_REMINDER_SECONDS = 15.0
_BUSY_SECONDS = 60.0
_FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})
_SHOWN = _FINAL | {"RUNNING"}


class _BusyError(PartError):
    """Raised when Prefect has no time for the question."""


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
        found = _answer(client, "GET", f"/deployments/name/{deployment}")
        asked = {"parameters": dict(parameters), "idempotency_key": str(uuid4())}
        run = _answer(client, "POST", f"/deployments/{found['id']}/create_flow_run", asked)
        console.print(f"{deployment}: flow run {run['name']}")
        return _follow(client, run["id"], check_alive)


def _follow(client: httpx.Client, run_id: str, check_alive: Callable[[], None]) -> EndedRun:
    began = told = time.monotonic()
    seen: dict[str, str] = {}
    with console.status("waiting for the worker") as status:
        while True:
            run = _answer(client, "GET", f"/flow_runs/{run_id}")
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
    subflows = _answer(client, "POST", "/flow_runs/filter", children)
    return [*subflows, *_answer(client, "POST", "/task_runs/filter", tasks)]


def _answer(client: httpx.Client, method: str, path: str, asked: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
    """What Prefect answers. Its database is busy for seconds when much is going on: then it is asked again."""
    retrying = stamina.retry(on=_BusyError, attempts=None, timeout=_BUSY_SECONDS)
    return retrying(_answer_at_once)(client, method, path, asked)


def _answer_at_once(client: httpx.Client, method: str, path: str, asked: Mapping[str, Any] | None) -> Any:  # noqa: ANN401
    try:
        response = client.request(method, path, json=asked)
    except httpx.TransportError as error:
        raise _BusyError(f"Prefect does not answer to {path}: {error!r}; see `make status`") from error
    if response.is_error:
        refusal = _BusyError if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE else PartError
        raise refusal(f"Prefect answered {response.status_code} to {response.request.url.path}: {response.text}")
    return response.json()
