"""Registers on the sandbox what a release registers in Azure: block documents, Prefect's deployments and the job."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from blocks.images import project_version
from contracts.job_document import CLUSTER_KEY, PACKAGE, job_document, upkeep_job_document
from sandbox.errors import PartError
from sandbox.home import REPOSITORY, write_atomically
from sandbox.lifecycle import Sandbox
from sandbox.parts.prefect_parts import WORK_POOL
from sandbox.progress import side_by_side

_DEPLOYED_FOLDERS = ("blocks", "contracts", "deployments", "flows", "tasks")


def deploy(sandbox: Sandbox) -> None:
    """Register everything, unless exactly this was registered on this sandbox before.

    Raises:
        PartError: a registration was refused; its text has what the command said.
    """
    stamp, fingerprint = sandbox.home.folder / "deployed", _fingerprint(sandbox)
    if "prefect-server" in sandbox.own_parts and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return
    steps: dict[str, Callable[[], object]] = {
        "blocks": lambda: _command(sandbox, "blocks", [sys.executable, "-m", "blocks.register"]),
        "deployments": lambda: _command(sandbox, "deployments", [sys.executable, "-m", "deployments.deploy"]),
    }
    if "databricks" in sandbox.own_parts:
        steps["jobs"] = lambda: _register_jobs(sandbox)
    side_by_side("registering", steps)
    write_atomically(stamp, fingerprint)


def _on_this_machine(document: dict[str, Any]) -> dict[str, Any]:
    """A job with this machine as its cluster."""
    wheel = {"whl": f"{PACKAGE}-{project_version()}-py3-none-any.whl"}
    tasks = [{**task, "libraries": [wheel]} for task in document["tasks"]]
    clusters = [{"job_cluster_key": CLUSTER_KEY, "new_cluster": {"num_workers": 0}}]
    return {**document, "tasks": tasks, "job_clusters": clusters}


def _fingerprint(sandbox: Sandbox) -> str:
    digest = hashlib.sha256(json.dumps(sorted(sandbox.variables.items())).encode())
    files = [path for folder in _DEPLOYED_FOLDERS for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    contracts = sandbox.given.datamaster_contracts
    files += contracts.glob("*.odcs.yaml") if contracts else []
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _command(sandbox: Sandbox, name: str, command: list[str | Path]) -> str:
    deploying = {
        "DATAMASTER_WORK_POOL": WORK_POOL,
        "DATAMASTER_REGISTRY": "registry.invalid",  # a process pool starts no images
        "DATAMASTER_CODE_FOLDER": str(REPOSITORY),
        "DATAMASTER_SCHEDULES_PAUSED": "true",
    }
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **sandbox.variables, **deploying},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    log = sandbox.home.log(name)
    log.write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        told = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).strip().splitlines()[-8:])
        raise PartError(f"registering the {name} failed, see {log}:\n{told}")
    return done.stdout


def _register_jobs(sandbox: Sandbox) -> None:
    variables = sandbox.variables
    account = variables["LAKE_URL"].rstrip("/").replace("://", "://bronze@", 1)
    environment = {
        "contracts": str(sandbox.given.datamaster_contracts or ""),
        "catalog": "spark_catalog",
        "lake_url": variables["LAKE_URL"],
        "checkpoints_url": f"{account}/_checkpoints",
    }
    with httpx.Client(
        base_url=f"{variables['DATABRICKS_HOST']}/api/2.1/jobs/",
        headers={"Authorization": f"Bearer {variables['DATABRICKS_TOKEN']}"},
        verify=sandbox.home.trust(),
        trust_env=False,
    ) as client:
        for contract in sandbox.contracts.datasets:
            _register_job(client, _on_this_machine(job_document(contract, environment)))
            _register_job(client, _on_this_machine(upkeep_job_document(contract, environment)))


def _register_job(client: httpx.Client, settings: dict[str, Any]) -> None:
    present = _checked(client.get("list", params={"name": settings["name"]}))["jobs"]
    if present:
        _checked(client.post("reset", json={"job_id": present[0]["job_id"], "new_settings": settings}))
    else:
        _checked(client.post("create", json=settings))


def _checked(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise PartError(f"the Jobs API refused the job: {response.text}")
    answer: dict[str, Any] = response.json()
    return answer
