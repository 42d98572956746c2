"""Prefect's server, and a worker of the process work pool that runs the flows on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import httpx

from sandbox.home import REPOSITORY
from sandbox.processes.ports import LOOPBACK
from sandbox.processes.processes import Service
from sandbox.processes.readiness import answers

WORK_POOL = "datamaster"
_WORKER = "sandbox"
_START_WORKER = ["worker", "start", "--pool", WORK_POOL, "--type", "process", "--name", _WORKER]
_SERVER_SETTINGS = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # Every integration would be imported to offer its blocks; the project registers the ones that it uses.
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PREFECT_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
}


def prefect_api_url(port: int) -> str:
    """The API of the sandbox's own server."""
    return f"http://{LOOPBACK}:{port}/api"


def prefect_server(port: int, variables: Mapping[str, str]) -> Service:
    """Prefect's server and UI on ``port``, its SQLite database in ``PREFECT_HOME``.

    It is the command that ``prefect server start`` would run as its child.
    """
    application = ["--factory", "prefect.server.api.server:create_app"]
    return Service(
        name="prefect-server",
        command=[sys.executable, "-m", "uvicorn", *application, "--host", LOOPBACK, "--port", str(port)],
        environment={**_SERVER_SETTINGS, **{name: variables[name] for name in ("PREFECT_HOME", "PREFECT_API_URL")}},
        is_ready=lambda: answers(f"{prefect_api_url(port)}/health", expected_status=200),
        deadline_seconds=120,
    )


def prefect_worker(variables: Mapping[str, str]) -> Service:
    """A worker of the work pool, which it creates; flow runs inherit ``variables``."""
    return Service(
        name="prefect-worker",
        command=[sys.executable, "-m", "sandbox.parts.prefect_worker", *_START_WORKER],
        environment={**variables, "PREFECT_WORKER_QUERY_SECONDS": "2"},
        is_ready=lambda: _worker_is_online(variables["PREFECT_API_URL"]),
        folder=REPOSITORY,
    )


def _worker_is_online(api_url: str) -> bool:
    try:
        response = httpx.post(f"{api_url}/work_pools/{WORK_POOL}/workers/filter", json={}, timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    workers = response.json() if response.status_code == httpx.codes.OK else []
    return any(worker["name"] == _WORKER and worker["status"] == "ONLINE" for worker in workers)
