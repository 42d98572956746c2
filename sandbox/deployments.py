"""Registers on the sandbox what a release registers in Azure: block documents, Prefect's deployments and the job."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from contracts.model import Contract
from deployments.prefect_yaml import render
from sandbox.errors import PartError
from sandbox.home import REPOSITORY, write_atomically
from sandbox.lifecycle import Sandbox
from sandbox.prefect_parts import WORK_POOL
from sandbox.progress import side_by_side

_DEPLOYED_FOLDERS = ("blocks", "contracts", "deployments", "flows", "tasks")
_JOB_DOCUMENT = REPOSITORY / "spark_jobs" / "job.json"
_PREFECT = Path(sys.executable).parent / "prefect"


def deploy(sandbox: Sandbox) -> None:
    """Register everything, unless exactly this was registered on this sandbox before.

    Raises:
        PartError: a registration was refused; its text has what the command said.
    """
    stamp, fingerprint = sandbox.home.folder / "deployed", _fingerprint(sandbox)
    if "prefect-server" in sandbox.own_parts and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return
    steps = {
        "blocks": lambda: _command(sandbox, "blocks", [sys.executable, "-m", "blocks.register"]),
        "deployments": lambda: _deploy_flows(sandbox),
    }
    if "databricks" in sandbox.own_parts:
        steps["job"] = lambda: _register_job(sandbox)
    side_by_side("registering", steps)
    write_atomically(stamp, fingerprint)


def _deploy_flows(sandbox: Sandbox) -> None:
    """Deploy what the contract in use renders to; without one of the user's own, that is the committed prefect.yaml."""
    file = sandbox.home.folder / "prefect.yaml"
    write_atomically(file, render(sandbox.contract))
    _command(sandbox, "deployments", [_PREFECT, "--no-prompt", "deploy", "--all", "--prefect-file", file])


def job_settings(document: Mapping[str, Any], contract: Contract, defaults: Mapping[str, str]) -> dict[str, Any]:
    """The job's document with its name, this machine as its clusters, and this environment's defaults."""
    parameters = [
        {**parameter, "default": defaults.get(parameter["name"], parameter["default"])}
        for parameter in document["parameters"]
    ]
    keys = dict.fromkeys(task["job_cluster_key"] for task in document["tasks"])
    clusters = [{"job_cluster_key": key, "new_cluster": {"num_workers": 0}} for key in keys]
    return {**document, "name": contract.job_name, "parameters": parameters, "job_clusters": clusters}


def _fingerprint(sandbox: Sandbox) -> str:
    digest = hashlib.sha256(json.dumps(sorted(sandbox.variables.items())).encode())
    files = [path for folder in _DEPLOYED_FOLDERS for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    contract = [sandbox.given.datamaster_contract] if sandbox.given.datamaster_contract else []
    for path in (_JOB_DOCUMENT, *contract, *sorted(files)):
        if "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _command(sandbox: Sandbox, name: str, command: list[str | Path]) -> str:
    deploying = {"DATAMASTER_WORK_POOL": WORK_POOL, "DATAMASTER_SCHEDULES_PAUSED": "true"}
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


def _register_job(sandbox: Sandbox) -> None:
    variables = sandbox.variables
    account = variables["LAKE_URL"].rstrip("/").replace("://", "://bronze@", 1)
    defaults = {
        "contract": str(sandbox.given.datamaster_contract or ""),
        "catalog": "spark_catalog",
        "lake_url": variables["LAKE_URL"],
        "checkpoints_url": f"{account}/_checkpoints",
        "raw_stream_format": "files",
        "column_tags": "false",
    }
    document = json.loads(_JOB_DOCUMENT.read_text(encoding="utf-8"))
    settings = job_settings(document, sandbox.contract, defaults)
    with httpx.Client(
        base_url=f"{variables['DATABRICKS_HOST']}/api/2.1/jobs/",
        headers={"Authorization": f"Bearer {variables['DATABRICKS_TOKEN']}"},
        verify=sandbox.home.trust(),
        trust_env=False,
    ) as client:
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
