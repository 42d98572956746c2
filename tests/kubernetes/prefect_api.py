"""What tests ask of Prefect's API, beside what is tested."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

_LOOK_SECONDS = 0.5
_TRIES = 20


@dataclass(frozen=True)
class PrefectApi:
    """A client of a server that runs here."""

    url: str

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """The answer to a request; as Prefect's own client does, it asks again while the server's database is busy.

        Raises:
            AssertionError: it was refused; with the server's words.
        """
        for _ in range(_TRIES):
            response = httpx.request(method, f"{self.url}{path}", json=body, timeout=60, trust_env=False)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(_LOOK_SECONDS)
        assert not response.is_error, f"{method} {path}: {response.text}"
        return response.json() if response.content else None

    def deploy(self, flow: str, name: str, *, entrypoint: str, pool: str, **more: Any) -> str:
        """A deployment's id."""
        flow_id = self("POST", "/flows/", {"name": flow})["id"]
        body = {"flow_id": flow_id, "name": name, "entrypoint": entrypoint, "work_pool_name": pool, **more}
        return str(self("POST", "/deployments/", body)["id"])

    def run(self, deployment_id: str, **parameters: Any) -> str:
        """The id of a new run, due now."""
        body = {"parameters": parameters, "state": {"type": "SCHEDULED"}}
        return str(self("POST", f"/deployments/{deployment_id}/create_flow_run", body)["id"])

    def flow_run(self, flow_run_id: str | UUID) -> dict[str, Any]:
        """A run as it is now."""
        found: dict[str, Any] = self("GET", f"/flow_runs/{flow_run_id}")
        return found

    def states(self, flow_run_id: str | UUID) -> list[dict[str, Any]]:
        """All states that a run had, the first one first."""
        found: list[dict[str, Any]] = self("GET", f"/flow_run_states/?flow_run_id={flow_run_id}")
        return sorted(found, key=lambda state: str(state["timestamp"]))

    def wait(self, flow_run_id: str | UUID, *types: str, seconds: float = 120) -> dict[str, Any]:
        """The run once it is in a state of one of the types.

        Raises:
            AssertionError: it is not in time; with the state it is in.
        """
        deadline = time.monotonic() + seconds
        while True:
            run = self.flow_run(flow_run_id)
            if run["state_type"] in types:
                return run
            assert time.monotonic() < deadline, f"not {types} after {seconds} s but {run['state']}"
            time.sleep(_LOOK_SECONDS)
